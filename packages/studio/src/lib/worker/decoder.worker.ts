/**
 * Decodes in its own thread: the lens, the pins and the plane.
 *
 * A place on the map becomes a code (itself when the space has two dimensions, else by the projection's inverse, moved
 * by an offset along each dimension), and the code a row. A map of rows leads back to rows at once. The plane is decoded
 * in bands, so that a lens asked for meanwhile waits for one band at most.
 */
import { InputError, matrix, type Matrix } from '@portolan/core/base';
import type { Medium } from '@portolan/core/data';
import type { Projection } from '@portolan/core/maps';
import type { Tone } from '@portolan/core/pictures';
import { loadSpace, type LatentSpace } from '@portolan/core/spaces';
import { webRuntime } from '../../client/ort-web.ts';
import { paint, shrunk, type Rgb } from '../pictures.ts';
import { Moved, serve } from './rpc.ts';

export interface PlaneArgs {
  id: number;
  extent: { xMin: number; xMax: number; yMin: number; yMax: number };
  cols: number;
  rows: number;
  offset?: number[];
  tone: Tone;
  ink: Rgb;
  /** pixels of a cell; images are made smaller by a whole factor when they are larger */
  cell: { width: number; height: number };
}

/** A band of the plane, painted: RGBA of `height` lines, starting at line `y` of the whole picture. */
export interface PlaneBand {
  id: number;
  y: number;
  width: number;
  height: number;
  pixels: Uint8ClampedArray<ArrayBuffer>;
  last: boolean;
}

export interface OpenArgs {
  /** a space that decodes, for maps of its codes and for samples that are looked at by their codes */
  space?: Record<string, Uint8Array>;
  projection?: Record<string, Uint8Array>;
  /** what the map is of */
  of: 'codes' | 'rows';
  medium: Medium;
}

export interface Decoded {
  /** null where the map leads to rows without one */
  code: Float32Array | null;
  row: Float32Array;
  /** milliseconds that the decoding itself took */
  took: number;
}

let space: LatentSpace | null = null;
let projection: Projection | null = null;
let of: OpenArgs['of'] = 'codes';
let medium: Medium = { kind: 'vector' };
let planeWanted = 0;

const api = {
  /** @returns the runtime's name (empty without a space), and whether places lead anywhere */
  async open(args: OpenArgs): Promise<{ runtime: string; places: boolean }> {
    await space?.dispose();
    space = null;
    ({ of, medium } = args);
    // the methods of maps are more than the rest of this thread, and many a map is the latent plane itself
    projection = args.projection ? (await import('@portolan/core/maps')).loadProjection(args.projection) : null;
    if (!args.space) return { runtime: '', places: projection?.inverse !== undefined };
    const runtime = await runtimeOnce();
    space = await loadSpace(args.space, runtime);
    await space.decode?.(matrix(1, space.latentDim)); // warm up: the first run allocates
    return { runtime: runtime.name, places: !projection || projection.inverse !== undefined };
  },

  /**
   * @param args.place  as many numbers as the map has dimensions
   * @param args.kind  of a space that is given classes: which one; negative for all in equal parts
   */
  async place(args: { place: readonly number[]; offset?: number[]; kind?: number }): Promise<Moved<Decoded>> {
    const y = matrix(1, args.place.length, Float32Array.from(args.place));
    return of === 'rows' ? moved(null, rowsAt(y), 0) : decoded(codesAt(y, args.offset), args.kind);
  },

  async code(args: { code: Float32Array; kind?: number }): Promise<Moved<Decoded>> {
    return decoded(matrix(1, args.code.length, args.code), args.kind);
  },

  /** Sends the plane in bands from top to bottom; ends early when a newer one is asked for. */
  async plane(args: PlaneArgs): Promise<void> {
    planeWanted = args.id;
    const { extent, cols, rows, cell } = args;
    const perBand = Math.max(1, Math.round(150 / cols));
    for (let r = 0; r < rows && planeWanted === args.id; r += perBand) {
      const n = Math.min(perBand, rows - r);
      const y = matrix(n * cols, 2);
      for (let i = 0; i < n * cols; i++) {
        y.data[2 * i] = extent.xMin + (((i % cols) + 0.5) / cols) * (extent.xMax - extent.xMin);
        y.data[2 * i + 1] = extent.yMax - ((r + Math.floor(i / cols) + 0.5) / rows) * (extent.yMax - extent.yMin);
      }
      const decoded = of === 'rows' ? rowsAt(y) : await decode(codesAt(y, args.offset));
      const pixels = paintBand(decoded, n, args);
      const height = n * cell.height;
      const last = r + n === rows;
      send({ id: args.id, y: r * cell.height, width: cols * cell.width, height, pixels, last }, [pixels.buffer]);
      await breath();
    }
  },

  stopPlane(): void {
    planeWanted = 0;
  },
};
export type DecoderApi = typeof api;
const send = serve<PlaneBand>(api);

let runtime: ReturnType<typeof webRuntime> | undefined;
function runtimeOnce(): ReturnType<typeof webRuntime> {
  runtime ??= webRuntime({ threads: 1 });
  return runtime;
}

function codesAt(y: Matrix, offset?: number[]): Matrix {
  if (!space) throw new InputError('no space is open');
  const z = projection?.inverse ? projection.inverse(y) : space.latentDim === 1 ? firstColumn(y) : y;
  if (z.cols !== space.latentDim) {
    throw new InputError(`this map leads to ${z.cols} numbers, the space has ${space.latentDim} dimensions`);
  }
  if (!offset?.some((v) => v !== 0)) return z;
  const away = matrix(z.rows, z.cols, z.data.slice());
  for (let i = 0; i < away.data.length; i++) away.data[i] += offset[i % z.cols] ?? 0;
  return away;
}

function rowsAt(y: Matrix): Matrix {
  if (!projection?.inverse) throw new InputError('this map does not lead back to rows');
  return projection.inverse(y);
}

/** A space of one dimension lies along the map's x; its y only keeps points apart. */
function firstColumn(y: Matrix): Matrix {
  return matrix(
    y.rows,
    1,
    Float32Array.from({ length: y.rows }, (_, i) => y.data[i * y.cols]),
  );
}

function decode(z: Matrix, kind = -1): Promise<Matrix> {
  if (!space?.decode) throw new InputError('this space has no decoder');
  return space.conditions ? space.decode(z, new Int32Array(z.rows).fill(kind)) : space.decode(z);
}

async function decoded(z: Matrix, kind?: number): Promise<Moved<Decoded>> {
  const start = performance.now();
  const x = await decode(z, kind);
  const took = performance.now() - start;
  return moved(z, x, took);
}

function moved(z: Matrix | null, x: Matrix, took: number): Moved<Decoded> {
  const row = x.data.slice();
  const code = z && z.data.slice();
  return new Moved({ code, row, took }, [row.buffer, ...(code ? [code.buffer] : [])]);
}

function paintBand(x: Matrix, lines: number, { cols, cell, tone, ink }: PlaneArgs): Uint8ClampedArray<ArrayBuffer> {
  const image = medium as Extract<Medium, { kind: 'image' }>;
  const small = cell.width < image.width || cell.height < image.height;
  const shown = { ...image, width: cell.width, height: cell.height };
  const stride = cols * cell.width;
  const pixels = new Uint8ClampedArray(stride * lines * cell.height * 4);
  for (let i = 0; i < cols * lines; i++) {
    const at = (Math.floor(i / cols) * cell.height * stride + (i % cols) * cell.width) * 4;
    const from = i * x.cols;
    if (small) paint(pixels, shrunk(x.data, from, 1, image, cell), shown, { tone, ink, at, stride });
    else paint(pixels, x.data, image, { tone, ink, from, at, stride });
  }
  return pixels;
}

/** Lets the messages that came meanwhile be read. */
function breath(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
