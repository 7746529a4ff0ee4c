/**
 * The points on the graphics card, in the order they are drawn: where they are, the code of their colour, their flags.
 *
 * A point costs 8 bytes there (12 in space), 1 or 2 for its colour if they have several, 1 for flags if any has one, 4 for its
 * place in the layers if there are any, and 8 more while it moves. What comes is taken over in slices, so that two million
 * points never hold the page up; until all of it is there the old stays.
 */
import type { Vector } from '../camera.ts';
import { layered } from '../draw-order.ts';
import type { Layered } from '../draw-order.ts';
import type { PointLayers, PointPlaces, PointStyle } from '../renderer.ts';

/** Locations of the attributes in every program that reads points. */
export const POINT_ATTRIBUTES = ['a_to', 'a_from', 'a_code', 'a_flags'];
const [TO, FROM, CODE, FLAGS] = [0, 1, 2, 3];
/** Stands for no place: outside of every view. */
const FAR = 1e18;
const PALETTE_WIDTH = 256;
/** Codes that fit a byte. */
const NARROW = 256;
/** Points taken over between two looks at the clock. */
const SLICE = 1 << 15;
/** So many may be more than there is room for; asking waits for the graphics card. */
const MANY = 500_000;

/** Places as they are stored: relative to an origin near to most of them. */
interface Stored {
  buffer: WebGLBuffer;
  source: Float32Array;
  order: Uint32Array;
  nComponents: 2 | 3;
  origin: Vector;
}

interface Wanted {
  places?: PointPlaces;
  style?: PointStyle;
  layers?: PointLayers;
}

export class PointBuffers {
  count = 0;
  muted = 0;
  rare = 0;
  selected = 0;
  hasFlags = false;
  hasSlots = false;
  readonly palette: WebGLTexture;
  private readonly gl: WebGL2RenderingContext;
  private readonly array: WebGLVertexArrayObject;
  private readonly slots: WebGLBuffer;
  private to: Stored | null = null;
  private from: Stored | null = null;
  private codes: WebGLBuffer | null = null;
  private wideCodes = false;
  private flags: WebGLBuffer | null = null;
  private wanted: Wanted = {};
  private job: Generator<void, void> | null = null;

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.array = gl.createVertexArray();
    this.slots = gl.createBuffer();
    this.palette = gl.createTexture();
  }

  /** Whether the points are on the way from elsewhere. */
  get moving(): boolean {
    return this.from !== null;
  }

  /** What stored places are relative to. */
  get origin(): Vector {
    return this.to?.origin ?? [0, 0, 0];
  }

  /** From the origin of where they go to that of where they come from. */
  get shift(): Vector {
    const { from, origin } = this;
    return from ? [from.origin[0] - origin[0], from.origin[1] - origin[1], from.origin[2] - origin[2]] : [0, 0, 0];
  }

  want(wanted: Wanted): void {
    Object.assign(this.wanted, wanted);
    this.job?.return();
    this.job = null;
  }

  /**
   * Takes over what is wanted until `deadline` (by `performance.now`).
   * @returns whether it is all there
   * @throws Error when there is no room for so many points; what was there before stays
   */
  advance(deadline: number): boolean {
    if (!this.job && Object.keys(this.wanted).length === 0) return true;
    this.job ??= this.fill(this.wanted);
    try {
      do {
        if (this.job.next().done) {
          this.job = null;
          return true;
        }
      } while (performance.now() < deadline);
    } catch (error) {
      // what is too much now would be so at every frame
      this.job = null;
      this.wanted = {};
      throw error;
    }
    return false;
  }

  /** Gives up where the points came from. */
  arrive(): void {
    if (this.from) this.gl.deleteBuffer(this.from.buffer);
    this.from = null;
    this.bind();
  }

  /** Binds the attributes, and the layers' order as indices. */
  use(): void {
    const { gl } = this;
    gl.bindVertexArray(this.array);
    // what has no buffer is 0 for all
    gl.vertexAttribI4ui(CODE, 0, 0, 0, 0);
    gl.vertexAttribI4ui(FLAGS, 0, 0, 0, 0);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.slots);
  }

  /** The slot of each point that is drawn now. */
  slotsByPoint(): Uint32Array {
    const { order } = this.to ?? { order: new Uint32Array(0) };
    const slots = new Uint32Array(order.length);
    for (let slot = 0; slot < order.length; slot++) slots[order[slot]] = slot;
    return slots;
  }

  private *fill(wanted: Wanted): Generator<void, void> {
    const { gl } = this;
    const { places, style, layers } = wanted;
    const made: WebGLBuffer[] = [];
    let finished = false;
    try {
      const order = places?.order ?? this.to?.order ?? new Uint32Array(0);
      const to = places && (yield* this.store(places.to, places.nComponents, order, made));
      const stays = places?.from && places.from === this.to?.source && order === this.to.order;
      const from =
        places?.from && !stays ? yield* this.store(places.from, places.fromComponents, order, made) : undefined;
      let codes: WebGLBuffer | null = null;
      if (style?.codeOf) {
        const { codeOf } = style;
        const staging = style.nCodes <= NARROW ? new Uint8Array(SLICE) : new Uint16Array(SLICE);
        codes = yield* this.gather(order, staging, 1, made, (i, at) => (staging[at] = codeOf(i)));
      }
      let flags: WebGLBuffer | null = null;
      if (layers?.flags) {
        const source = layers.flags;
        const staging = new Uint8Array(SLICE);
        flags = yield* this.gather(order, staging, 1, made, (i, at) => (staging[at] = source[i]));
      }
      const sorted = layers?.layerOf ? yield* layered(order, layers.layerOf, layers.nLayers) : null;
      finished = true;
      if (to) this.takePlaces(to, stays ? this.to : (from ?? null));
      if (style) this.takeStyle(style, codes);
      if (layers) this.takeLayers(sorted, flags);
      this.wanted = {};
      this.bind();
    } finally {
      if (!finished) for (const buffer of made) gl.deleteBuffer(buffer);
    }
  }

  private *store(
    source: Float32Array,
    nComponents: 2 | 3,
    order: Uint32Array,
    made: WebGLBuffer[],
  ): Generator<void, Stored> {
    const origin = middle(source, nComponents);
    const [x, y, z] = origin;
    const staging = new Float32Array(SLICE * nComponents);
    const spatial = nComponents === 3;
    const buffer = yield* this.gather(order, staging, nComponents, made, (i, at) => {
      const dx = source[nComponents * i] - x;
      const dy = source[nComponents * i + 1] - y;
      const dz = spatial ? source[nComponents * i + 2] - z : 0;
      const finite = Math.abs(dx) < Infinity && Math.abs(dy) < Infinity && Math.abs(dz) < Infinity;
      staging[nComponents * at] = finite ? dx : FAR;
      staging[nComponents * at + 1] = finite ? dy : FAR;
      if (spatial) staging[nComponents * at + 2] = finite ? dz : FAR;
    });
    return { buffer, source, order, nComponents, origin };
  }

  /** A new buffer filled slice by slice in the order of drawing. @param write  puts a point at a place of the staging array */
  private *gather(
    order: Uint32Array,
    staging: Float32Array | Uint16Array | Uint8Array,
    size: number,
    made: WebGLBuffer[],
    write: (point: number, at: number) => void,
  ): Generator<void, WebGLBuffer> {
    const { gl } = this;
    const buffer = gl.createBuffer();
    made.push(buffer);
    const bytes = staging.BYTES_PER_ELEMENT * size;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, order.length * bytes, gl.STATIC_DRAW);
    if (order.length >= MANY && gl.getError() === gl.OUT_OF_MEMORY) {
      const n = order.length.toLocaleString('en');
      throw new Error(`view: the graphics card has no room for ${n} points; close other maps and tabs, or show fewer`);
    }
    for (let start = 0; start < order.length; start += SLICE) {
      const n = Math.min(SLICE, order.length - start);
      for (let k = 0; k < n; k++) write(order[start + k], k);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferSubData(gl.ARRAY_BUFFER, start * bytes, staging, 0, n * size);
      yield;
    }
    return buffer;
  }

  private takePlaces(to: Stored, from: Stored | null): void {
    const { gl } = this;
    for (const old of [this.to, this.from]) if (old && old !== from) gl.deleteBuffer(old.buffer);
    this.to = to;
    this.from = from;
    this.count = to.order.length;
  }

  private takeStyle({ palette, nCodes }: PointStyle, codes: WebGLBuffer | null): void {
    const { gl } = this;
    if (this.codes) gl.deleteBuffer(this.codes);
    this.codes = codes;
    this.wideCodes = nCodes > NARROW;
    const height = Math.max(1, Math.ceil(palette.length / 4 / PALETTE_WIDTH));
    const texels = new Uint8Array(PALETTE_WIDTH * height * 4);
    texels.set(palette);
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, PALETTE_WIDTH, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }

  private takeLayers(sorted: Layered | null, flags: WebGLBuffer | null): void {
    const { gl } = this;
    if (this.flags) gl.deleteBuffer(this.flags);
    this.flags = flags;
    this.hasFlags = flags !== null;
    this.muted = sorted ? sorted.sizes[0] : 0;
    this.selected = sorted ? sorted.sizes[sorted.sizes.length - 1] : 0;
    this.rare = sorted ? this.count - this.muted - this.selected - sorted.sizes[1] : 0;
    if (!sorted && !this.hasSlots) return;
    this.hasSlots = sorted !== null;
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.slots);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, sorted ? sorted.slots : new Uint32Array(0), gl.DYNAMIC_DRAW);
    gl.bindVertexArray(null);
  }

  private bind(): void {
    const { gl, to, from, codes, flags } = this;
    gl.bindVertexArray(this.array);
    for (const [at, stored] of [
      [TO, to],
      [FROM, from],
    ] as const) {
      if (stored) {
        gl.bindBuffer(gl.ARRAY_BUFFER, stored.buffer);
        gl.vertexAttribPointer(at, stored.nComponents, gl.FLOAT, false, 0, 0);
        gl.enableVertexAttribArray(at);
      } else gl.disableVertexAttribArray(at);
    }
    for (const [at, buffer, type] of [
      [CODE, codes, this.wideCodes ? gl.UNSIGNED_SHORT : gl.UNSIGNED_BYTE],
      [FLAGS, flags, gl.UNSIGNED_BYTE],
    ] as const) {
      if (buffer) {
        gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
        gl.vertexAttribIPointer(at, 1, type, 0, 0);
        gl.enableVertexAttribArray(at);
      } else gl.disableVertexAttribArray(at);
    }
    gl.bindVertexArray(null);
  }
}

/** The mean of the finite points of an even sample: close to most of them. */
function middle(coordinates: Float32Array, nComponents: 2 | 3): Vector {
  const step = nComponents * Math.max(1, Math.floor(coordinates.length / nComponents / 4096));
  const sums = [0, 0, 0];
  let count = 0;
  for (let i = 0; i < coordinates.length; i += step) {
    const [x, y] = [coordinates[i], coordinates[i + 1]];
    const z = nComponents === 3 ? coordinates[i + 2] : 0;
    if (!(Math.abs(x + y + z) < Infinity)) continue;
    sums[0] += x;
    sums[1] += y;
    sums[2] += z;
    count++;
  }
  return count > 0 ? [sums[0] / count, sums[1] / count, sums[2] / count] : [0, 0, 0];
}
