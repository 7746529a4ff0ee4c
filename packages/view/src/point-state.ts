/** The points and how they are to look, and what follows from it for the renderer: codes, palette, flags, order. */
import { InputError } from '@portolan/core/base';
import { parseColor, sequentialColor, sequentialRgb } from './colors.ts';
import type { Rgba } from './colors.ts';
import { FADED, MUTED, SELECTED } from './renderer.ts';
import type { PointStyle } from './renderer.ts';
import type { Coloring, MapTheme } from './types.ts';

const STEPS = 256;
const MAX_CODES = 65_534;

export class PointState {
  count = 0;
  from: Float32Array = new Float32Array(0);
  to: Float32Array = new Float32Array(0);
  coloring: Coloring | null = null;
  visible: Uint8Array | null = null;
  selection: Uint32Array | null = null;
  faded: Uint32Array | null = null;
  flags: Uint8Array = new Uint8Array(0);
  private drawOrder: Uint32Array = new Uint32Array(0);

  /**
   * Takes new coordinates. With as many points as before they set out from where they are at `time`; colours, filter
   * and selection stay. With another number of points those are forgotten.
   * @param order  a permutation of the points, the last drawn on top; without it one that mixes any order of the data
   * @returns whether the points can glide there
   * @throws InputError unless coordinates are [n * 2] and order has n entries below n
   */
  setCoordinates(coordinates: Float32Array, time: number, order?: Uint32Array): boolean {
    if (coordinates.length % 2 !== 0) {
      throw new InputError(`view: got ${coordinates.length} coordinates, expected x and y for each point`);
    }
    const n = coordinates.length / 2;
    if (order && (order.length !== n || order.some((i) => i >= n))) {
      throw new InputError(`view: the draw order must name each of ${n} points once, got ${order.length} entries`);
    }
    const same = n === this.count && n > 0;
    this.from = same ? between(this.from, this.to, time) : coordinates.slice();
    this.to = coordinates.slice();
    if (order) this.drawOrder = order.slice();
    else if (!same) this.drawOrder = mixedOrder(n);
    if (!same) {
      this.count = n;
      this.coloring = this.visible = this.selection = this.faded = null;
    }
    return same;
  }

  /** @throws InputError when a colouring has another number of points */
  setColoring(coloring: Coloring | null): void {
    if (coloring) this.checkLength(coloring.type === 'category' ? coloring.codes : coloring.values, 'the colouring');
    this.coloring = coloring;
  }

  /** @throws InputError when the filter has another number of points */
  setVisible(visible: Uint8Array | null): void {
    if (visible) this.checkLength(visible, 'the filter');
    this.visible = visible;
  }

  /** Where a point is at `time`; null for an index that is not one, or a point without a place. */
  placeOf(point: number, time: number): [number, number] | null {
    if (!(point >= 0 && point < this.count)) return null;
    const mix = (at: number): number => this.from[at] + (this.to[at] - this.from[at]) * time;
    const x = time >= 1 ? this.to[2 * point] : mix(2 * point);
    const y = time >= 1 ? this.to[2 * point + 1] : mix(2 * point + 1);
    return Number.isFinite(x) && Number.isFinite(y) ? [x, y] : null;
  }

  /** The colour a point has, as a CSS colour. */
  colorOf(point: number, { missing, ink }: MapTheme): string {
    const { coloring } = this;
    if (!coloring) return ink;
    if (coloring.type === 'category') {
      const code = coloring.codes[point];
      return code >= 0 && coloring.colors.length > 0 ? coloring.colors[code % coloring.colors.length] : missing;
    }
    const value = coloring.values[point];
    const [low, high] = coloring.domain;
    return Number.isNaN(value)
      ? missing
      : sequentialColor(high > low ? (value - low) / (high - low) : 0, coloring.scale);
  }

  style({ missing, ink }: MapTheme): PointStyle {
    const { coloring, count } = this;
    const codes = new Uint16Array(count);
    if (!coloring) return { codes, palette: bytes([parseColor(ink)]) };
    const none = parseColor(missing);
    if (coloring.type === 'category') {
      const colors = coloring.colors.length > 0 ? coloring.colors : [ink];
      const nColors = Math.min(colors.length, MAX_CODES);
      for (let i = 0; i < count; i++) {
        const code = coloring.codes[i];
        codes[i] = code < 0 ? 0 : 1 + (code % nColors);
      }
      return { codes, palette: bytes([none, ...colors.slice(0, nColors).map(parseColor)]) };
    }
    const [low, high] = coloring.domain;
    const scale = high > low ? (STEPS - 1) / (high - low) : 0;
    for (let i = 0; i < count; i++) {
      const value = coloring.values[i];
      if (Number.isNaN(value)) continue;
      codes[i] = 1 + Math.round(Math.min(STEPS - 1, Math.max(0, (value - low) * scale)));
    }
    const steps = Array.from({ length: STEPS }, (_, k) => sequentialRgb(k / (STEPS - 1), coloring.scale));
    return { codes, palette: bytes([none, ...steps]) };
  }

  /** Flags of every point, and the order of drawing: filtered out at the bottom, selected on top. */
  layers(): { flags: Uint8Array; order: Uint32Array } {
    const { count, visible, selection, faded, drawOrder } = this;
    const flags = new Uint8Array(count);
    if (visible) for (let i = 0; i < count; i++) if (visible[i] === 0) flags[i] = MUTED;
    if (selection) for (const i of selection) if (i < count && flags[i] === 0) flags[i] = SELECTED;
    if (faded) for (const i of faded) if (i < count && flags[i] === 0) flags[i] = FADED;
    this.flags = flags;
    if (!visible && !selection) return { flags, order: drawOrder };
    const ends = [0, 0, 0];
    for (let i = 0; i < count; i++) ends[layerOf(flags[i])]++;
    const next = [0, ends[0], ends[0] + ends[1]];
    const order = new Uint32Array(count);
    for (let k = 0; k < count; k++) order[next[layerOf(flags[drawOrder[k]])]++] = drawOrder[k];
    return { flags, order };
  }

  private checkLength({ length }: ArrayLike<number>, what: string): void {
    if (length !== this.count) throw new InputError(`view: ${what} has ${length} values, expected ${this.count}`);
  }
}

function layerOf(flags: number): number {
  return flags === MUTED ? 0 : flags === SELECTED ? 2 : 1;
}

function between(from: Float32Array, to: Float32Array, time: number): Float32Array {
  if (time >= 1) return to;
  const out = new Float32Array(to.length);
  for (let i = 0; i < out.length; i++) out[i] = from[i] + (to[i] - from[i]) * time;
  return out;
}

/** 0 … n − 1 in strides of the golden ratio, so that data sorted by class is not drawn class over class. */
function mixedOrder(n: number): Uint32Array {
  let stride = Math.max(1, Math.round(n * 0.6180339887));
  while (commonDivisor(stride, n) !== 1) stride++;
  const out = new Uint32Array(n);
  for (let k = 0, i = 0; k < n; k++, i = (i + stride) % n) out[k] = i;
  return out;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

function bytes(colors: readonly Rgba[]): Uint8Array {
  const out = new Uint8Array(colors.length * 4);
  colors.forEach(([r, g, b, a], k) => {
    const alpha = a / 255;
    out.set([Math.round(r * alpha), Math.round(g * alpha), Math.round(b * alpha), a], 4 * k);
  });
  return out;
}
