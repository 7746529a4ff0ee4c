/**
 * How large points are, how opaque, and which of them have a picture: what changes with zoom and number.
 *
 * Pictures are chosen like the labels of a chart. The plane is divided into squares whose side is a power of two in map
 * units; in each the visible point of the lowest rank gets its picture, unless a lower rank next door stands too near.
 * Squares of one level lie within those of the next, so a point that has its picture mostly keeps it while you come
 * nearer, and moving the view changes nothing.
 */
import { extentOf } from './camera.ts';
import type { Size } from './camera.ts';
import type { PointGrid } from './point-grid.ts';
import type { ThumbnailChoice } from './renderer.ts';
import type { Camera, Extent } from './types.ts';

/** CSS pixels of a square at its level's farthest; twice that at its nearest. */
const LEAST_SQUARE = 24;
/** CSS pixels of a picture in a view of all points. */
const MOST = 44;
/** Pictures grow slower than the map when one comes nearer, and to this at most. */
const GROWTH = 0.25;
const NEAREST = 1.7;
/** Of a square's side: pictures nearer than this would hide each other. */
const LEAST_DISTANCE = 0.75;
/** More points than this in view: too many for pictures. */
const MAX_CANDIDATES = 200_000;

export { coverageBy, fittedRadius, occupiedShare, opacityFor, zoomedRadius } from '@portolan/core/pictures';

export class ThumbnailChooser {
  private extent: Extent | null = null;
  private level = NaN;
  private indices: Uint32Array = new Uint32Array(0);

  /** Forget the last choice: points, filter or pictures have changed. */
  reset(): void {
    this.extent = null;
  }

  /** The choice for a view; the same array as before while nothing changes. @param rankOf  the lower is preferred; by default a fixed shuffle */
  choose(
    grid: PointGrid,
    camera: Camera,
    size: Size,
    cells: Int32Array,
    visible: Uint8Array | null,
    rankOf: (id: number) => number = rank,
  ): ThumbnailChoice | null {
    const nearness = nearnessOf(grid.extent, camera, size);
    const level = Math.ceil(Math.log2((LEAST_SQUARE * nearness) / camera.scale));
    const square = 2 ** level;
    const view = extentOf(camera, size);
    if (level !== this.level || !this.extent || !contains(this.extent, view)) {
      this.level = level;
      this.extent = widened(view);
      this.indices = choose(grid, this.extent, square, cells, visible, rankOf);
    }
    if (this.indices.length === 0) return null;
    return { indices: this.indices, size: Math.min(MOST * nearness, square * camera.scale * 0.92) };
  }
}

/** How much larger pictures are than in a view of all points. */
function nearnessOf({ xMin, xMax, yMin, yMax }: Extent, { scale }: Camera, { width, height }: Size): number {
  const zoom = scale * Math.max((xMax - xMin) / width, (yMax - yMin) / height);
  return Math.min(NEAREST, Math.max(1, zoom ** GROWTH));
}

function choose(
  grid: PointGrid,
  extent: Extent,
  square: number,
  cells: Int32Array,
  visible: Uint8Array | null,
  rankOf: (id: number) => number,
): Uint32Array {
  if (grid.countAround(extent) > MAX_CANDIDATES) return new Uint32Array(0);
  const left = Math.floor(extent.xMin / square);
  const bottom = Math.floor(extent.yMin / square);
  const cols = Math.floor(extent.xMax / square) - left + 1;
  const rows = Math.floor(extent.yMax / square) - bottom + 1;
  const best = new Int32Array(cols * rows).fill(-1);
  const places = new Float64Array(2 * best.length);
  grid.forEachIn(extent, (id, x, y) => {
    if (!(cells[id] >= 0) || (visible && visible[id] === 0)) return;
    const at = (Math.floor(y / square) - bottom) * cols + Math.floor(x / square) - left;
    if (best[at] >= 0 && rankOf(id) >= rankOf(best[at])) return;
    best[at] = id;
    places[2 * at] = x;
    places[2 * at + 1] = y;
  });
  return Uint32Array.from(uncrowded(best, cols, square, places, rankOf)).sort();
}

/** Leaves out the winners that stand too near one of a lower rank in the squares around. */
function uncrowded(
  best: Int32Array,
  cols: number,
  square: number,
  places: Float64Array,
  rankOf: (id: number) => number,
): number[] {
  const least = square * LEAST_DISTANCE;
  const around = [-cols - 1, -cols, -cols + 1, -1, 1, cols - 1, cols, cols + 1];
  const kept: number[] = [];
  best.forEach((id, at) => {
    if (id < 0) return;
    const isCrowded = around.some((step) => {
      const other = best[at + step] ?? -1;
      return (
        other >= 0 &&
        rankOf(other) < rankOf(id) &&
        Math.abs(places[2 * at] - places[2 * (at + step)]) < least &&
        Math.abs(places[2 * at + 1] - places[2 * (at + step) + 1]) < least
      );
    });
    if (!isCrowded) kept.push(id);
  });
  return kept;
}

/** A fixed shuffle of the ids. */
function rank(id: number): number {
  const mixed = Math.imul(id ^ (id >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 12)) >>> 0;
}

function contains(outer: Extent, inner: Extent): boolean {
  return outer.xMin <= inner.xMin && outer.xMax >= inner.xMax && outer.yMin <= inner.yMin && outer.yMax >= inner.yMax;
}

function widened({ xMin, xMax, yMin, yMax }: Extent): Extent {
  const x = (xMax - xMin) / 3;
  const y = (yMax - yMin) / 3;
  return { xMin: xMin - x, xMax: xMax + x, yMin: yMin - y, yMax: yMax + y };
}
