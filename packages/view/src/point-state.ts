/** The points and how they are to look, and what follows from it for the renderer: colours by code, flags, layers. */
import { InputError } from '@portolan/core/base';
import { parseColor } from './colors.ts';
import type { Rgba } from './colors.ts';
import { checkedOrder, mixedOrder, rareFirst } from './draw-order.ts';
import { FADED, MUTED, SELECTED } from './renderer.ts';
import type { PointLayers, PointPlaces, PointStyle } from './renderer.ts';
import { scaleColor, scaleRgb } from './scales.ts';
import type { Coloring, MapTheme, Place } from './types.ts';

/** Codes of a continuous scale, so that with the missing one they fit a byte. */
const STEPS = 255;
const MAX_CODES = 65_534;
const NORMAL = 1;

export class PointState {
  count = 0;
  nComponents: 2 | 3 = 2;
  /** [n * nComponents] */
  to: Float32Array = new Float32Array(0);
  /** where the points come from while they glide, with `fromComponents` numbers each; null at rest */
  from: Float32Array | null = null;
  fromComponents: 2 | 3 = 2;
  /** the points in the order they are drawn */
  order: Uint32Array = new Uint32Array(0);
  coloring: Coloring | null = null;
  visible: Uint8Array | null = null;
  selection: Uint32Array | null = null;
  faded: Uint32Array | null = null;
  /** the categories drawn over the others for being rare, the rarest last */
  private rare: readonly number[] = [];

  /**
   * Takes new coordinates. With as many points as before they set out from where they are at `time`; colours, filter
   * and selection stay. With another number of points those are forgotten.
   * @param order  a permutation of the points, the last drawn on top; without it one that mixes any order of the data
   * @param copy  false: the array itself is kept, and must not be changed any more
   * @returns whether the points can glide there
   * @throws InputError unless coordinates are [n * nComponents] and order names each of n points
   */
  setCoordinates(
    coordinates: Float32Array,
    nComponents: 2 | 3,
    time: number,
    { order, copy = true }: { order?: Uint32Array; copy?: boolean } = {},
  ): boolean {
    if (coordinates.length % nComponents !== 0) {
      const names = nComponents === 2 ? 'x and y' : 'x, y and z';
      throw new InputError(`view: got ${coordinates.length} coordinates, expected ${names} for each point`);
    }
    const n = coordinates.length / nComponents;
    const given = order && checkedOrder(order, n);
    const same = n === this.count && n > 0;
    if (same) this.setOut(time, nComponents);
    else this.from = null;
    this.to = copy ? coordinates.slice() : coordinates;
    this.nComponents = nComponents;
    if (given) this.order = given;
    else if (!same) this.order = mixedOrder(n);
    if (!same) {
      this.count = n;
      this.coloring = this.visible = this.selection = this.faded = null;
      this.rare = [];
    }
    return same;
  }

  places(): PointPlaces {
    const { to, nComponents, from, fromComponents, order } = this;
    return { to, nComponents, from, fromComponents, order };
  }

  /** The points are where they go: what they came from is given up. */
  arrive(): void {
    this.from = null;
  }

  /** @throws InputError when a colouring has another number of points */
  setColoring(coloring: Coloring | null): void {
    if (coloring) this.checkLength(coloring.type === 'category' ? coloring.codes : coloring.values, 'the colouring');
    this.coloring = coloring;
    this.rare = coloring?.type === 'category' ? rareFirst(coloring.codes) : [];
  }

  /** @throws InputError when the filter has another number of points */
  setVisible(visible: Uint8Array | null): void {
    if (visible) this.checkLength(visible, 'the filter');
    this.visible = visible;
  }

  /** Where a point is at `time`; null for an index that is not one, or a point without a place. */
  placeOf(point: number, time: number): Place | null {
    if (!(point >= 0 && point < this.count)) return null;
    const x = this.coordinate(point, 0, time);
    const y = this.coordinate(point, 1, time);
    if (!Number.isFinite(x) || !Number.isFinite(y)) return null;
    if (this.nComponents === 2) return [x, y];
    const z = this.coordinate(point, 2, time);
    return Number.isFinite(z) ? [x, y, z] : null;
  }

  /** One coordinate of a point at `time`; 0 where its map has none. */
  coordinate(point: number, axis: 0 | 1 | 2, time: number): number {
    const { to, nComponents, from, fromComponents } = this;
    const end = axis < nComponents ? to[nComponents * point + axis] : 0;
    if (!from || time >= 1) return end;
    const start = axis < fromComponents ? from[fromComponents * point + axis] : 0;
    return start + (end - start) * time;
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
    return Number.isNaN(value) ? missing : scaleColor(high > low ? (value - low) / (high - low) : 0, coloring.scale);
  }

  style({ missing, ink }: MapTheme): PointStyle {
    const { coloring } = this;
    if (!coloring) return { codeOf: null, nCodes: 1, palette: bytes([parseColor(ink)]) };
    const none = parseColor(missing);
    if (coloring.type === 'category') {
      const { codes } = coloring;
      const colors = coloring.colors.length > 0 ? coloring.colors : [ink];
      const nColors = Math.min(colors.length, MAX_CODES);
      const codeOf = (i: number): number => (codes[i] < 0 ? 0 : 1 + (codes[i] % nColors));
      return { codeOf, nCodes: nColors + 1, palette: bytes([none, ...colors.slice(0, nColors).map(parseColor)]) };
    }
    const { values, domain } = coloring;
    const [low, high] = domain;
    const scale = high > low ? (STEPS - 1) / (high - low) : 0;
    const codeOf = (i: number): number => {
      const value = values[i];
      return Number.isNaN(value) ? 0 : 1 + Math.round(Math.min(STEPS - 1, Math.max(0, (value - low) * scale)));
    };
    const steps = Array.from({ length: STEPS }, (_, k) => scaleRgb(k / (STEPS - 1), coloring.scale));
    return { codeOf, nCodes: STEPS + 1, palette: bytes([none, ...steps]) };
  }

  /** Flags by point, or null when there are none. */
  flags(): Uint8Array | null {
    const { count, visible, selection, faded } = this;
    if (!visible && !selection?.length && !faded?.length) return null;
    const flags = new Uint8Array(count);
    if (visible) for (let i = 0; i < count; i++) if (visible[i] === 0) flags[i] = MUTED;
    if (selection) for (const i of selection) if (i < count && flags[i] === 0) flags[i] = SELECTED;
    if (faded) for (const i of faded) if (i < count && flags[i] === 0) flags[i] = FADED;
    return flags;
  }

  /**
   * The layers in which points are drawn, from the bottom: filtered out, all others, rare categories, selected. Within a
   * layer they keep their order.
   */
  layers(): PointLayers {
    const { coloring, rare } = this;
    const flags = this.flags();
    const layered = flags !== null && (this.visible !== null || (this.selection?.length ?? 0) > 0);
    const top = NORMAL + 1 + rare.length;
    if (!layered && rare.length === 0) return { flags, layerOf: null, nLayers: top + 1 };
    if (coloring?.type !== 'category' || rare.length === 0) {
      const layerOfFlag = Uint8Array.of(NORMAL, 0, top, NORMAL, NORMAL); // by flag: none, muted, selected, –, faded
      return { flags, layerOf: (i) => (flags ? layerOfFlag[flags[i]] : NORMAL), nLayers: top + 1 };
    }
    const { codes } = coloring;
    const rank = new Map(rare.map((code, k) => [code, NORMAL + 1 + k]));
    const layerOf = (i: number): number => {
      const flag = flags ? flags[i] : 0;
      if (flag === MUTED) return 0;
      return flag === SELECTED ? top : (rank.get(codes[i]) ?? NORMAL);
    };
    return { flags, layerOf, nLayers: top + 1 };
  }

  /** Where the points set out from for the next map: from the last, or from where they are on the way to it. */
  private setOut(time: number, next: 2 | 3): void {
    const { from, to, count, nComponents } = this;
    if (!from || time >= 1) {
      this.from = to;
      this.fromComponents = nComponents;
      return;
    }
    const components = Math.max(nComponents, this.fromComponents, next) as 2 | 3;
    const between = new Float32Array(components * count);
    for (let i = 0; i < count; i++) {
      for (let axis = 0; axis < components; axis++) {
        between[components * i + axis] = this.coordinate(i, axis as 0 | 1 | 2, time);
      }
    }
    this.from = between;
    this.fromComponents = components;
  }

  private checkLength({ length }: ArrayLike<number>, what: string): void {
    if (length !== this.count) throw new InputError(`view: ${what} has ${length} values, expected ${this.count}`);
  }
}

function bytes(colors: readonly Rgba[]): Uint8Array {
  const out = new Uint8Array(colors.length * 4);
  colors.forEach(([r, g, b, a], k) => {
    const alpha = a / 255;
    out.set([Math.round(r * alpha), Math.round(g * alpha), Math.round(b * alpha), a], 4 * k);
  });
  return out;
}
