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
    densest(coordinates, members.subarray(starts[c], starts[c + 1])),
  );
}

/** The point of those listed around which they are densest, or −1 when none has a place. @param coordinates  [n * 2] */
export function densestPoint(coordinates: Float32Array, indices: ArrayLike<number>): number {
  const members = Uint32Array.from(indices).filter((i) => Number.isFinite(coordinates[2 * i] + coordinates[2 * i + 1]));
  return densest(coordinates, members);
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

function densest(coordinates: Float32Array, members: Uint32Array): number {
  if (members.length < 2) return members.length === 1 ? members[0] : -1;
  const across = middleOf(coordinates, members, 0);
  const down = middleOf(coordinates, members, 1);
  // square cells, so that neither direction counts for more
  const side = Math.max(1, Math.min(MAX_SIDE, Math.round(Math.sqrt(members.length) / 2)));
  const cell = Math.max(across.span, down.span) / side || 1;
  const cols = Math.max(1, Math.ceil(across.span / cell));
  const rows = Math.max(1, Math.ceil(down.span / cell));
  const cellAt = (i: number): number => {
    const col = Math.floor((coordinates[2 * i] - across.low) / cell);
    const row = Math.floor((coordinates[2 * i + 1] - down.low) / cell);
    if (!(col >= 0 && row >= 0 && col <= cols && row <= rows)) return -1;
    return Math.min(row, rows - 1) * cols + Math.min(col, cols - 1);
  };
  const own = new Float32Array(cols * rows);
  for (const i of members) {
    const at = cellAt(i);
    if (at >= 0) own[at]++;
  }
  const all = new Float32Array(cols * rows);
  const n = coordinates.length / 2;
  const stride = Math.ceil(n / OTHERS);
  for (let i = 0; i < n; i += stride) {
    const at = cellAt(i);
    if (at >= 0) all[at] += stride;
  }
  const best = best3x3(own, all, cols, rows);
  let x = across.low + ((best % cols) + 0.5) * cell;
  let y = down.low + (Math.floor(best / cols) + 0.5) * cell;
  const [meanX, meanY, count] = meanAround(coordinates, members, x, y, 1.5 * cell);
  if (count > 0) {
    x = meanX;
    y = meanY;
  }
  return nearest(coordinates, members, x, y);
}

function best3x3(own: Float32Array, all: Float32Array, cols: number, rows: number): number {
  let best = 0;
  let most = -1;
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      let mine = 0;
      let total = 0;
      for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
        for (let c = Math.max(0, col - 1); c <= Math.min(cols - 1, col + 1); c++) {
          const weight = (r === row ? 1 : 0.5) * (c === col ? 1 : 0.5);
          mine += weight * own[r * cols + c];
          total += weight * all[r * cols + c];
        }
      }
      const score = mine > 0 ? (mine * mine) / Math.max(mine, total) : 0;
      if (score > most) {
        most = score;
        best = row * cols + col;
      }
    }
  }
  return best;
}

function meanAround(
  coordinates: Float32Array,
  members: Uint32Array,
  x: number,
  y: number,
  radius: number,
): [number, number, number] {
  let sumX = 0;
  let sumY = 0;
  let count = 0;
  for (const i of members) {
    const dx = coordinates[2 * i] - x;
    const dy = coordinates[2 * i + 1] - y;
    if (dx * dx + dy * dy > radius * radius) continue;
    sumX += dx;
    sumY += dy;
    count++;
  }
  return [x + sumX / count, y + sumY / count, count];
}

function nearest(coordinates: Float32Array, members: Uint32Array, x: number, y: number): number {
  let best = members[0];
  let least = Infinity;
  for (const i of members) {
    const square = (coordinates[2 * i] - x) ** 2 + (coordinates[2 * i + 1] - y) ** 2;
    if (square < least) {
      least = square;
      best = i;
    }
  }
  return best;
}

/** The range of one coordinate without its tails. */
function middleOf(coordinates: Float32Array, members: Uint32Array, axis: 0 | 1): { low: number; span: number } {
  const sorted = Float32Array.from(members, (i) => coordinates[2 * i + axis]).sort();
  const tail = Math.floor(sorted.length * TAIL);
  const low = sorted[tail];
  return { low, span: sorted[sorted.length - 1 - tail] - low };
}
