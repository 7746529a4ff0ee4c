/**
 * A uniform grid over points of the plane, for picking: which is nearest, which lie in a box or a polygon.
 *
 * The grid covers the middle of the points (the 1st to the 99th percentile of a sample, widened); what lies outside is
 * clamped into the border cells, so that one far outlier does not crowd all the others into a cell. Ids are kept sorted
 * by cell, about five bytes a point; coordinates stay where they are. Points that are not finite are left out.
 */
import { extentOfPolygon, polygonTest } from './polygon.ts';
import type { Extent, Place } from './types.ts';

const POINTS_PER_CELL = 3;
const MAX_CELLS = 1 << 20;
const SAMPLE = 4096;
/** Points looked at between two slices. */
const SLICE = 1 << 14;
/** An extent with more than this share of the points is not looked up cell by cell. */
const MANY = 1 / 8;

export type Direction = 'left' | 'right' | 'up' | 'down';

export class PointGrid {
  private readonly cols: number;
  private readonly rows: number;
  private readonly x0: number;
  private readonly y0: number;
  private readonly cellWidth: number;
  private readonly cellHeight: number;
  /** where a cell's points begin in `ids`; one more than cells */
  private readonly starts: Uint32Array;
  private ids: Uint32Array = new Uint32Array(0);
  private readonly places: Float32Array;
  private found = 0;

  /**
   * @param coordinates  [n * 2], kept: they must not change as long as the grid is used
   * @param empty  leave filling it to `filling`
   */
  constructor(coordinates: Float32Array, { empty = false }: { empty?: boolean } = {}) {
    const n = coordinates.length >> 1;
    const across = middleOf(coordinates, 0);
    const down = middleOf(coordinates, 1);
    const cells = Math.min(MAX_CELLS, Math.max(1, n / POINTS_PER_CELL));
    const aspect = across.span > 0 && down.span > 0 ? across.span / down.span : 1;
    this.cols = down.span > 0 ? Math.max(1, Math.min(Math.round(Math.sqrt(cells * aspect)), Math.ceil(cells))) : 1;
    if (down.span === 0 && across.span > 0) this.cols = Math.ceil(cells);
    this.rows = down.span > 0 ? Math.max(1, Math.round(cells / this.cols)) : 1;
    this.x0 = across.low;
    this.y0 = down.low;
    this.cellWidth = across.span > 0 ? across.span / this.cols : 1;
    this.cellHeight = down.span > 0 ? down.span / this.rows : 1;
    this.places = coordinates;
    this.starts = new Uint32Array(this.cols * this.rows + 1);
    if (!empty) for (const slice of this.filling()) void slice;
  }

  /** What the grid covers: the middle of the points, without far outliers. */
  get extent(): Extent {
    const { x0, y0, cols, rows, cellWidth, cellHeight } = this;
    return { xMin: x0, xMax: x0 + cols * cellWidth, yMin: y0, yMax: y0 + rows * cellHeight };
  }

  /** How many points it holds. */
  get size(): number {
    return this.found;
  }

  /** Fills an empty grid slice by slice, each well under a millisecond; it answers rightly when all are done. */
  *filling(): Generator<void, void> {
    const { starts, places } = this;
    const n = places.length >> 1;
    // a cell's points are counted one place behind its own, so that filling moves each beginning to where it belongs
    for (let i = 0; i < n; i++) {
      if (i % SLICE === SLICE - 1) yield;
      const cell = this.cellOf(i);
      if (cell >= 0 && cell + 2 < starts.length) starts[cell + 2]++;
      if (cell >= 0) this.found++;
    }
    for (let c = 2; c < starts.length; c++) starts[c] += starts[c - 1];
    const ids = new Uint32Array(this.found);
    for (let i = 0; i < n; i++) {
      if (i % SLICE === SLICE - 1) yield;
      const cell = this.cellOf(i);
      if (cell >= 0) ids[starts[cell + 1]++] = i;
    }
    this.ids = ids;
  }

  /**
   * The nearest point within `radius` (map units), or −1; the lower index when two are equally near.
   * @param visible  [n], points with 0 are passed over
   */
  nearest(x: number, y: number, radius = Infinity, visible: Uint8Array | null = null): number {
    const { cols, rows, ids, places } = this;
    const col = this.colOf(x);
    const row = this.rowOf(y);
    let best = -1;
    let bestSquare = radius * radius;
    for (let ring = 0; ring <= Math.max(cols, rows); ring++) {
      this.forEachRun(col, row, ring, (start, end) => {
        for (let at = start; at < end; at++) {
          const dx = places[2 * ids[at]] - x;
          const dy = places[2 * ids[at] + 1] - y;
          const square = dx * dx + dy * dy;
          if (square > bestSquare || (visible && visible[ids[at]] === 0)) continue;
          if (square === bestSquare && best >= 0 && ids[at] > best) continue;
          best = ids[at];
          bestSquare = square;
        }
      });
      if (this.isBeyond(x, y, col, row, ring, Math.sqrt(bestSquare))) break;
    }
    return best;
  }

  /** Calls back with every point in the extent, edges included. */
  forEachIn({ xMin, xMax, yMin, yMax }: Extent, visit: (id: number, x: number, y: number) => void): void {
    const left = this.colOf(xMin);
    const right = this.colOf(xMax);
    const bottom = this.rowOf(yMin);
    const top = this.rowOf(yMax);
    for (let row = bottom; row <= top; row++) {
      const end = this.starts[row * this.cols + right + 1];
      for (let at = this.starts[row * this.cols + left]; at < end; at++) {
        const id = this.ids[at];
        const x = this.places[2 * id];
        const y = this.places[2 * id + 1];
        if (x >= xMin && x <= xMax && y >= yMin && y <= yMax) visit(id, x, y);
      }
    }
  }

  /** An upper bound of how many points lie in the extent: whole cells are counted. */
  countAround({ xMin, xMax, yMin, yMax }: Extent): number {
    const left = this.colOf(xMin);
    const right = this.colOf(xMax);
    let count = 0;
    for (let row = this.rowOf(yMin); row <= this.rowOf(yMax); row++) {
      count += this.starts[row * this.cols + right + 1] - this.starts[row * this.cols + left];
    }
    return count;
  }

  /** The visible points inside a polygon, ascending. */
  inPolygon(ring: readonly Place[], visible: Uint8Array | null = null): Uint32Array {
    return ring.length < 3 ? new Uint32Array(0) : this.collect(extentOfPolygon(ring), visible, polygonTest(ring));
  }

  /** The visible points in an extent, edges included, ascending. */
  inExtent(extent: Extent, visible: Uint8Array | null = null): Uint32Array {
    return this.collect(extent, visible);
  }

  /** The next visible point from (x, y) in a direction, or −1: the one of the least cost (`costTowards`). */
  next(x: number, y: number, direction: Direction, from = -1, visible: Uint8Array | null = null): number {
    const costOf = costTowards(direction);
    const { ids, places } = this;
    const col = this.colOf(x);
    const row = this.rowOf(y);
    let best = -1;
    let bestCost = Infinity;
    for (let ring = 0; ring <= Math.max(this.cols, this.rows); ring++) {
      this.forEachRun(col, row, ring, (start, end) => {
        for (let at = start; at < end; at++) {
          const cost = costOf(places[2 * ids[at]] - x, places[2 * ids[at] + 1] - y);
          if (cost >= bestCost || ids[at] === from) continue;
          if (visible && visible[ids[at]] === 0) continue;
          best = ids[at];
          bestCost = cost;
        }
      });
      if (this.isBeyond(x, y, col, row, ring, bestCost)) break;
    }
    return best;
  }

  /** Many are found faster one after the other than cell by cell: they are then in order. */
  private collect(
    { xMin, xMax, yMin, yMax }: Extent,
    visible: Uint8Array | null,
    isInside?: (x: number, y: number) => boolean,
  ): Uint32Array {
    const { places } = this;
    const n = places.length >> 1;
    const atMost = this.countAround({ xMin, xMax, yMin, yMax });
    const found = new Uint32Array(atMost);
    let count = 0;
    const visit = (id: number, x: number, y: number): void => {
      if ((!visible || visible[id] !== 0) && (!isInside || isInside(x, y))) found[count++] = id;
    };
    if (atMost < n * MANY) {
      this.forEachIn({ xMin, xMax, yMin, yMax }, visit);
      return found.slice(0, count).sort();
    }
    for (let id = 0; id < n; id++) {
      const x = places[2 * id];
      const y = places[2 * id + 1];
      if (x >= xMin && x <= xMax && y >= yMin && y <= yMax) visit(id, x, y);
    }
    return found.slice(0, count);
  }

  /** −1 for a point that is not finite */
  private cellOf(i: number): number {
    const x = this.places[2 * i];
    const y = this.places[2 * i + 1];
    return Math.abs(x) < Infinity && Math.abs(y) < Infinity ? this.rowOf(y) * this.cols + this.colOf(x) : -1;
  }

  private colOf(x: number): number {
    const col = Math.floor((x - this.x0) / this.cellWidth);
    return col < 0 ? 0 : col >= this.cols ? this.cols - 1 : col;
  }

  private rowOf(y: number): number {
    const row = Math.floor((y - this.y0) / this.cellHeight);
    return row < 0 ? 0 : row >= this.rows ? this.rows - 1 : row;
  }

  /** The cells at Chebyshev distance `ring` of a cell, as ranges of `ids`. */
  private forEachRun(col: number, row: number, ring: number, visit: (start: number, end: number) => void): void {
    const { cols, rows, starts } = this;
    const left = Math.max(0, col - ring);
    const right = Math.min(cols - 1, col + ring);
    for (let r = Math.max(0, row - ring); r <= Math.min(rows - 1, row + ring); r++) {
      const base = r * cols;
      if (r === row - ring || r === row + ring) {
        visit(starts[base + left], starts[base + right + 1]);
      } else {
        if (col - ring >= 0) visit(starts[base + left], starts[base + left + 1]);
        if (col + ring < cols && ring > 0) visit(starts[base + right], starts[base + right + 1]);
      }
    }
  }

  /** Whether nothing outside the square of cells seen so far can be nearer than `distance`. */
  private isBeyond(x: number, y: number, col: number, row: number, ring: number, distance: number): boolean {
    const { x0, y0, cellWidth, cellHeight } = this;
    return (
      (col - ring <= 0 || x - (x0 + (col - ring) * cellWidth) > distance) &&
      (col + ring >= this.cols - 1 || x0 + (col + ring + 1) * cellWidth - x > distance) &&
      (row - ring <= 0 || y - (y0 + (row - ring) * cellHeight) > distance) &&
      (row + ring >= this.rows - 1 || y0 + (row + ring + 1) * cellHeight - y > distance)
    );
  }
}

/** What a step costs on the way in a direction: the distance along plus twice that across; Infinity beyond 45°. */
export function costTowards(direction: Direction): (dx: number, dy: number) => number {
  const alongX = direction === 'left' ? -1 : direction === 'right' ? 1 : 0;
  const alongY = direction === 'down' ? -1 : direction === 'up' ? 1 : 0;
  return (dx, dy) => {
    const along = dx * alongX + dy * alongY;
    const across = Math.abs(dx * alongY) + Math.abs(dy * alongX);
    return along > 0 && across <= along ? along + 2 * across : Infinity;
  };
}

/** The range of the middle 98 % of one coordinate, from an even sample, widened by a tenth. */
function middleOf(coordinates: Float32Array, axis: 0 | 1): { low: number; span: number } {
  const n = coordinates.length >> 1;
  const stride = Math.max(1, Math.floor(n / SAMPLE));
  const sample = new Float32Array(Math.ceil(n / stride));
  let count = 0;
  for (let i = 0; i < n; i += stride) {
    const value = coordinates[2 * i + axis];
    if (Math.abs(value) < Infinity) sample[count++] = value;
  }
  if (count === 0) return { low: 0, span: 0 };
  const sorted = sample.subarray(0, count).sort();
  const low = sorted[Math.floor(count * 0.01)];
  const high = sorted[Math.min(count - 1, Math.floor(count * 0.99))];
  const margin = (high - low) / 10;
  return { low: low - margin, span: high - low + 2 * margin };
}
