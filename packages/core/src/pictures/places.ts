/**
 * Where the name of a category should stand on a map: at a point of it, where it is densest and among its own. The mean
 * would often lie between two halves, on ground that belongs to others.
 *
 * Each category gets a grid of its own over the middle of its points. A cell counts as many as are in it and, half,
 * around it, times the share they have of all points there. A step of mean shift (Fukunaga & Hostetler 1975) from the
 * best cell and the nearest point of the category end it.
 */
import { InputError } from '../base/index.ts';

/** Shares of the points that the grid leaves out on each side: outliers would make its cells coarse. */
const TAIL = 0.02;
const MAX_SIDE = 48;
const MAX_SIDE_IN_SPACE = 16;
/** So many of all points say whose ground a cell is. */
const OTHERS = 10_000;

/**
 * For each category the point at which its name should stand, or −1 for one without a point that has a place.
 * @param coordinates  [n * 2]
 * @param codes  [n], the category of each point; below 0 for none
 * @throws InputError when there are not as many codes as points
 */
export function densestPoints(coordinates: Float32Array, codes: ArrayLike<number>, nCategories: number): Int32Array {
  const n = coordinates.length / 2;
  if (codes.length !== n) throw new InputError(`got ${codes.length} codes for ${n} points; give one for each`);
  const { starts, members } = grouped(coordinates, codes, nCategories);
  return Int32Array.from({ length: nCategories }, (_, c) =>
    densest(coordinates, members.subarray(starts[c], starts[c + 1]), 2),
  );
}

/**
 * The point of those listed around which they are densest, or −1 when none has a place.
 * @param coordinates  [n * nComponents]
 */
export function densestPoint(coordinates: Float32Array, indices: ArrayLike<number>, nComponents: 2 | 3 = 2): number {
  const members = Uint32Array.from(indices).filter((i) => {
    const z = nComponents === 3 ? coordinates[3 * i + 2] : 0;
    return Number.isFinite(coordinates[nComponents * i] + coordinates[nComponents * i + 1] + z);
  });
  return densest(coordinates, members, nComponents);
}

/** Points by category: those of category c are `members[starts[c]] … members[starts[c + 1] − 1]`. */
function grouped(
  coordinates: Float32Array,
  codes: ArrayLike<number>,
  nCategories: number,
): { starts: Uint32Array; members: Uint32Array } {
  const belongs = (i: number): boolean =>
    codes[i] >= 0 && codes[i] < nCategories && Number.isFinite(coordinates[2 * i] + coordinates[2 * i + 1]);
  const starts = new Uint32Array(nCategories + 1);
  for (let i = 0; i < codes.length; i++) if (belongs(i)) starts[codes[i] + 1]++;
  for (let c = 0; c < nCategories; c++) starts[c + 1] += starts[c];
  const members = new Uint32Array(starts[nCategories]);
  const next = starts.slice();
  for (let i = 0; i < codes.length; i++) if (belongs(i)) members[next[codes[i]]++] = i;
  return { starts, members };
}

/** Cells along x, y and z; a flat grid is one layer of them. */
type Cells = readonly [cols: number, rows: number, layers: number];

function densest(coordinates: Float32Array, members: Uint32Array, nComponents: 2 | 3): number {
  if (members.length < 2) return members.length === 1 ? members[0] : -1;
  const at = (i: number, axis: number): number => (axis < nComponents ? coordinates[nComponents * i + axis] : 0);
  const middles = [0, 1, 2].map((axis) => middleOf(members, (i) => at(i, axis)));
  const lows = middles.map(({ low }) => low);
  const spans = middles.map(({ span }) => span);
  // cubes or squares, so that no direction counts for more
  const most = nComponents === 3 ? MAX_SIDE_IN_SPACE : MAX_SIDE;
  const side = Math.max(1, Math.min(most, Math.round(members.length ** (1 / nComponents) / 2)));
  const cell = Math.max(...spans) / side || 1;
  const [cols, rows, layers] = spans.map((span) => Math.max(1, Math.ceil(span / cell)));
  const cellAt = (i: number): number => {
    const col = Math.floor((at(i, 0) - lows[0]) / cell);
    const row = Math.floor((at(i, 1) - lows[1]) / cell);
    const layer = Math.floor((at(i, 2) - lows[2]) / cell);
    if (!(col >= 0 && row >= 0 && layer >= 0 && col <= cols && row <= rows && layer <= layers)) return -1;
    return (Math.min(layer, layers - 1) * rows + Math.min(row, rows - 1)) * cols + Math.min(col, cols - 1);
  };
  const own = new Float32Array(cols * rows * layers);
  for (const i of members) {
    const here = cellAt(i);
    if (here >= 0) own[here]++;
  }
  const all = new Float32Array(own.length);
  const n = coordinates.length / nComponents;
  const stride = Math.ceil(n / OTHERS);
  for (let i = 0; i < n; i += stride) {
    const here = cellAt(i);
    if (here >= 0) all[here] += stride;
  }
  const best = bestCell(own, all, [cols, rows, layers]);
  const steps = [best % cols, Math.floor(best / cols) % rows, Math.floor(best / (cols * rows))];
  const middle = steps.map((step, axis) => (axis < nComponents ? lows[axis] + (step + 0.5) * cell : 0));
  return nearest(members, at, meanAround(members, at, middle, 1.5 * cell));
}

/** The cell of the greatest score, its neighbours counted half for each direction in which they are beside it. */
function bestCell(own: Float32Array, all: Float32Array, [cols, rows, layers]: Cells): number {
  let best = 0;
  let most = -1;
  const around = (k: number, n: number): number[] => [k - 1, k, k + 1].filter((other) => other >= 0 && other < n);
  for (let layer = 0; layer < layers; layer++) {
    for (let row = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++) {
        let mine = 0;
        let total = 0;
        for (const l of around(layer, layers)) {
          for (const r of around(row, rows)) {
            for (let c = Math.max(0, col - 1); c <= Math.min(cols - 1, col + 1); c++) {
              const weight = (l === layer ? 1 : 0.5) * (r === row ? 1 : 0.5) * (c === col ? 1 : 0.5);
              const cell = (l * rows + r) * cols + c;
              mine += weight * own[cell];
              total += weight * all[cell];
            }
          }
        }
        const score = mine > 0 ? (mine * mine) / Math.max(mine, total) : 0;
        if (score > most) {
          most = score;
          best = (layer * rows + row) * cols + col;
        }
      }
    }
  }
  return best;
}

/** A coordinate of a point. */
type At = (point: number, axis: number) => number;

/** The mean of the points within a radius of a place; the place itself when there are none. */
function meanAround(members: Uint32Array, at: At, place: readonly number[], radius: number): number[] {
  const [x, y, z] = place;
  const sums = [0, 0, 0];
  let count = 0;
  for (const i of members) {
    const dx = at(i, 0) - x;
    const dy = at(i, 1) - y;
    const dz = at(i, 2) - z;
    if (dx * dx + dy * dy + dz * dz > radius * radius) continue;
    sums[0] += dx;
    sums[1] += dy;
    sums[2] += dz;
    count++;
  }
  return place.map((value, axis) => value + sums[axis] / Math.max(1, count));
}

function nearest(members: Uint32Array, at: At, [x, y, z]: readonly number[]): number {
  let best = members[0];
  let least = Infinity;
  for (const i of members) {
    const square = (at(i, 0) - x) ** 2 + (at(i, 1) - y) ** 2 + (at(i, 2) - z) ** 2;
    if (square < least) {
      least = square;
      best = i;
    }
  }
  return best;
}

/** The range of a coordinate without its tails. */
function middleOf(members: Uint32Array, valueOf: (point: number) => number): { low: number; span: number } {
  const sorted = Float32Array.from(members, valueOf).sort();
  const tail = Math.floor(sorted.length * TAIL);
  const low = sorted[tail];
  return { low, span: sorted[sorted.length - 1 - tail] - low };
}
