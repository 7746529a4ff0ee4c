/**
 * Nearest rows by dense blocks of distances.
 *
 * Rows lie packed in panels of eight: for each step of the depth, one 32-bit word of each of the eight rows. A word is
 * a float, or two neighbouring columns as 16-bit whole numbers, which `i32x4.dot_i16x8_s` multiplies and adds twice as
 * fast as floats and without rounding. A tile is four rows against one panel: eight sums in registers, two panel loads
 * and four broadcasts a step. What comes out is an ordered 32-bit key, and each row keeps its `most` smallest entries
 * `key · 2³² + place`, sorted: the same whatever the order of the offers, so that blocks may be taken by any thread.
 *
 * Ways to measure (`op`):
 *   0  whole numbers: key = weight_i + weight_j − 2 a·b; with squared norms as weights the squared distance
 *   1  floats: Σ (a − b)² · weight_i · weight_j
 *   2  floats: Σ |a − b| · weight_i · weight_j
 *   3  floats: −a·b
 */
import { panelAt } from './lib/panels';
import { at4, madd } from './lib/vector';

/** Rows of the left side that stay in the second-level cache. */
const SUB_ROWS: i32 = 64;

// @ts-ignore: decorator
@inline
function combine(op: i32, a: v128, b: v128, sum: v128): v128 {
  if (op == 0) return i32x4.add(sum, i32x4.dot_i16x8_s(a, b));
  if (op == 3) return madd(a, b, sum);
  const apart = f32x4.sub(a, b);
  if (op == 2) return f32x4.add(sum, f32x4.abs(apart));
  return madd(apart, apart, sum);
}

/**
 * Sums of four rows (words at a, a + 4, …) against the eight of a panel → out [4, 8]. A function for each way, small
 * enough that engines keep all eight sums in registers.
 */
function tile(op: i32, a: usize, b: usize, steps: i32, out: usize): void {
  if (op == 0) tileOfWholes(a, b, steps, out);
  else if (op == 1) tileOfSquares(a, b, steps, out);
  else if (op == 2) tileOfSizes(a, b, steps, out);
  else tileOfProducts(a, b, steps, out);
}

function tileOfWholes(a: usize, b: usize, steps: i32, out: usize): void {
  sumTile(0, a, b, steps, out);
}

function tileOfSquares(a: usize, b: usize, steps: i32, out: usize): void {
  sumTile(1, a, b, steps, out);
}

function tileOfSizes(a: usize, b: usize, steps: i32, out: usize): void {
  sumTile(2, a, b, steps, out);
}

function tileOfProducts(a: usize, b: usize, steps: i32, out: usize): void {
  sumTile(3, a, b, steps, out);
}

// @ts-ignore: decorator
@inline
function sumTile(op: i32, a: usize, b: usize, steps: i32, out: usize): void {
  let s00 = i32x4.splat(0);
  let s01 = i32x4.splat(0);
  let s10 = i32x4.splat(0);
  let s11 = i32x4.splat(0);
  let s20 = i32x4.splat(0);
  let s21 = i32x4.splat(0);
  let s30 = i32x4.splat(0);
  let s31 = i32x4.splat(0);
  for (const end = a + ((<usize>steps) << 5); a < end; a += 32, b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let v = v128.load32_splat(a);
    s00 = combine(op, v, b0, s00);
    s01 = combine(op, v, b1, s01);
    v = v128.load32_splat(a, 4);
    s10 = combine(op, v, b0, s10);
    s11 = combine(op, v, b1, s11);
    v = v128.load32_splat(a, 8);
    s20 = combine(op, v, b0, s20);
    s21 = combine(op, v, b1, s21);
    v = v128.load32_splat(a, 12);
    s30 = combine(op, v, b0, s30);
    s31 = combine(op, v, b1, s31);
  }
  v128.store(out, s00);
  v128.store(out, s01, 16);
  v128.store(out, s10, 32);
  v128.store(out, s11, 48);
  v128.store(out, s20, 64);
  v128.store(out, s21, 80);
  v128.store(out, s30, 96);
  v128.store(out, s31, 112);
}

/** Keys that order as the distances do; wi is the same four times. */
// @ts-ignore: decorator
@inline
function keysOf(op: i32, sums: v128, wi: v128, wj: v128): v128 {
  if (op == 0) return i32x4.sub(i32x4.add(wi, wj), i32x4.shl(sums, 1));
  if (op == 3) {
    // the bits of a float order as whole numbers do once those of the negative ones are turned over
    const v = f32x4.sub(f32x4.splat(0), sums);
    return v128.xor(v, v128.and(i32x4.shr_s(v, 31), i32x4.splat(0x7fffffff)));
  }
  return f32x4.mul(f32x4.mul(sums, wi), wj);
}

/** Puts an entry into a sorted list, if it belongs there and is not in it yet, and notes the key of the last. */
function insert(list: usize, most: i32, limit: usize, key: i32, place: i32): void {
  const entry = (<i64>key << 32) | <i64>place;
  const last = list + ((<usize>(most - 1)) << 3);
  if (entry >= load<i64>(last)) return;
  let at = last;
  while (at > list && load<i64>(at - 8) > entry) at -= 8;
  if (at > list && load<i64>(at - 8) == entry) return;
  for (let to = last; to > at; to -= 8) store<i64>(to, load<i64>(to - 8));
  store<i64>(at, entry);
  store<i32>(limit, <i32>(load<i64>(last) >> 32));
}

/**
 * Offers a tile to its rows i … i + 3, and to its columns j … j + 7 when `both`. Rows and columns not below `rows` and
 * `cols` are empty places; with `above`, only pairs j > i count.
 */
// @ts-ignore: decorator
@inline
function offerBoth(
  op: i32,
  sums: usize,
  weights: usize,
  i: i32,
  j: i32,
  n: i32,
  most: i32,
  lists: usize,
  limits: usize,
): void {
  const w0 = v128.load(at4(weights, j));
  const w1 = v128.load(at4(weights, j), 16);
  const l0 = v128.load(at4(limits, j));
  const l1 = v128.load(at4(limits, j), 16);
  let hit = i32x4.splat(0);
  for (let r = 0; r < 4; r++) {
    const wi = v128.load32_splat(at4(weights, i + r));
    const li = v128.load32_splat(at4(limits, i + r));
    const line = sums + ((<usize>r) << 5);
    const k0 = keysOf(op, v128.load(line), wi, w0);
    const k1 = keysOf(op, v128.load(line, 16), wi, w1);
    v128.store(line, k0);
    v128.store(line, k1, 16);
    hit = v128.or(hit, v128.or(i32x4.le_s(k0, i32x4.max_s(li, l0)), i32x4.le_s(k1, i32x4.max_s(li, l1))));
  }
  if (v128.any_true(hit)) insertBoth(sums, i, j, n, most, lists, limits);
}

function insertBoth(keys: usize, i: i32, j: i32, n: i32, most: i32, lists: usize, limits: usize): void {
  const size = (<usize>most) << 3;
  const lastRow = min(n, i + 4);
  for (let row = i; row < lastRow; row++, keys += 32) {
    for (let c = 0; c < 8; c++) {
      const col = j + c;
      if (col <= row || col >= n) continue;
      const key = load<i32>(at4(keys, c));
      if (key <= load<i32>(at4(limits, row))) insert(lists + <usize>row * size, most, at4(limits, row), key, col);
      if (key <= load<i32>(at4(limits, col))) insert(lists + <usize>col * size, most, at4(limits, col), key, row);
    }
  }
}

/**
 * One pair of blocks of the upper triangle, offered to both sides. Each thread has lists [n8, most] and limits [n8] of
 * its own (n8: n rounded up to eights), to be merged in the end.
 */
export function pairBlocks(
  chunk: i32,
  thread: i32,
  op: i32,
  panels: usize,
  weights: usize,
  n: i32,
  steps: i32,
  block: i32,
  most: i32,
  lists: usize,
  limits: usize,
  scratch: usize,
): void {
  const blocks = (n + block - 1) / block;
  let left = 0;
  let right = chunk;
  while (right >= blocks - left) {
    right -= blocks - left;
    left++;
  }
  right += left;
  const n8 = (n + 7) & ~7;
  lists += <usize>thread * <usize>n8 * ((<usize>most) << 3);
  limits += <usize>thread * ((<usize>n8) << 2);
  scratch += (<usize>thread) << 8;
  const lastRow = min(n, (left + 1) * block);
  const lastCol = min(n, (right + 1) * block);
  for (let from = left * block; from < lastRow; from += SUB_ROWS) {
    const to = min(lastRow, from + SUB_ROWS);
    for (let j = max(right * block, from); j < lastCol; j += 8) {
      const panel = panelAt(panels, j, steps);
      for (let i = from, end = min(to, j + 8); i < end; i += 4) {
        tile(op, panelAt(panels, i, steps) + ((<usize>(i & 4)) << 2), panel, steps, scratch);
        offerBoth(op, scratch, weights, i, j, n, most, lists, limits);
      }
    }
  }
}

/** Offers a tile to its rows alone: places i … i + 3 of the left, columns j … j + 7 of the right. */
// @ts-ignore: decorator
@inline
function offerRows(op: i32, sums: usize, rowWeights: usize, rowLimits: usize, weights: usize, j: i32): bool {
  const w0 = v128.load(at4(weights, j));
  const w1 = v128.load(at4(weights, j), 16);
  let hit = i32x4.splat(0);
  for (let r = 0; r < 4; r++) {
    const wi = v128.load32_splat(at4(rowWeights, r));
    const li = v128.load32_splat(at4(rowLimits, r));
    const line = sums + ((<usize>r) << 5);
    const k0 = keysOf(op, v128.load(line), wi, w0);
    const k1 = keysOf(op, v128.load(line, 16), wi, w1);
    v128.store(line, k0);
    v128.store(line, k1, 16);
    hit = v128.or(hit, v128.or(i32x4.le_s(k0, li), i32x4.le_s(k1, li)));
  }
  return v128.any_true(hit);
}

/**
 * A block of queries (64) against places from … to of the rows; the query q leaves out the place except[q].
 * Queries have panels, weights, lists and limits of their own.
 */
export function queryBlock(
  chunk: i32,
  thread: i32,
  op: i32,
  left: usize,
  leftWeights: usize,
  nLeft: i32,
  except: usize,
  right: usize,
  rightWeights: usize,
  from: i32,
  to: i32,
  steps: i32,
  most: i32,
  lists: usize,
  limits: usize,
  scratch: usize,
): void {
  scratch += (<usize>thread) << 8;
  const first = chunk * SUB_ROWS;
  const last = min(nLeft, first + SUB_ROWS);
  const size = (<usize>most) << 3;
  for (let j = from; j < to; j += 8) {
    const panel = panelAt(right, j, steps);
    for (let i = first; i < last; i += 4) {
      tile(op, panelAt(left, i, steps) + ((<usize>(i & 4)) << 2), panel, steps, scratch);
      if (!offerRows(op, scratch, at4(leftWeights, i), at4(limits, i), rightWeights, j)) continue;
      const cols = min(8, to - j);
      const lastRow = min(last, i + 4);
      let keys = scratch;
      for (let row = i; row < lastRow; row++, keys += 32) {
        const itself = except ? load<i32>(at4(except, row)) : -1;
        for (let c = 0; c < cols; c++) {
          const key = load<i32>(at4(keys, c));
          if (key > load<i32>(at4(limits, row)) || j + c == itself) continue;
          insert(lists + <usize>row * size, most, at4(limits, row), key, j + c);
        }
      }
    }
  }
}

/** Words of the rows `places` (8 at most) → lanes of a panel. */
function gather(from: usize, places: usize, count: i32, steps: i32, to: usize): void {
  for (let lane = 0; lane < count; lane++) {
    const place = load<i32>(at4(places, lane));
    let source = panelAt(from, place, steps) + ((<usize>(place & 7)) << 2);
    let target = to + ((<usize>lane) << 2);
    for (let s = 0; s < steps; s++, source += 32, target += 32) store<i32>(target, load<i32>(source));
  }
}

/**
 * For each row of a list of the left side: the nearby lists in the order of their centres' nearness to it.
 * near [nLists, nNear] names lists of the right side; ranks [places, nNear] (bytes) gets the rank of each.
 * scratch: for each thread 1 KB, a panel of the depth, and nNear entries.
 */
export function rankLists(
  chunk: i32,
  thread: i32,
  op: i32,
  left: usize,
  leftWeights: usize,
  starts: usize,
  counts: usize,
  centres: usize,
  centreWeights: usize,
  near: usize,
  nNear: i32,
  steps: i32,
  ranks: usize,
  scratch: usize,
  scratchSize: i32,
): void {
  scratch += <usize>thread * <usize>scratchSize;
  const gathered = scratch + 1024;
  const entries = gathered + ((<usize>steps) << 5);
  const first = load<i32>(at4(starts, chunk));
  const count = load<i32>(at4(counts, chunk));
  const lists = at4(near, chunk * nNear);
  // keys of all members against all nearby centres, kept behind the entries: [count8, nNear8]
  const wide = (nNear + 7) & ~7;
  const keys = entries + ((<usize>wide) << 3);
  for (let m = 0; m < nNear; m += 8) {
    const lanes = min(8, nNear - m);
    gather(centres, at4(lists, m), lanes, steps, gathered);
    for (let c = 0; c < lanes; c++) {
      store<i32>(scratch + 512 + ((<usize>c) << 2), load<i32>(at4(centreWeights, load<i32>(at4(lists, m + c)))));
    }
    for (let i = 0; i < count; i += 4) {
      const p = first + i;
      const a = panelAt(left, p, steps) + ((<usize>(p & 4)) << 2);
      tile(op, a, gathered, steps, scratch);
      for (let r = 0; r < 4; r++) {
        const wi = v128.load32_splat(at4(leftWeights, p + r));
        for (let h: usize = 0; h < 32; h += 16) {
          const sums = v128.load(scratch + ((<usize>r) << 5) + h);
          const wj = v128.load(scratch + 512 + h);
          v128.store(at4(keys, (i + r) * wide + m) + h, op == 0 ? keysOf(0, sums, wi, wj) : sums);
        }
      }
    }
  }
  for (let i = 0; i < count; i++) {
    for (let m = 0; m < nNear; m++) {
      const entry = (<i64>load<i32>(at4(keys, i * wide + m)) << 32) | <i64>m;
      let at = entries + ((<usize>m) << 3);
      while (at > entries && load<i64>(at - 8) > entry) {
        store<i64>(at, load<i64>(at - 8));
        at -= 8;
      }
      store<i64>(at, entry);
    }
    const mine = ranks + <usize>(first + i) * <usize>nNear;
    for (let m = 0; m < nNear; m++) store<u8>(mine + <usize>load<i32>(entries + ((<usize>m) << 3)), <u8>m);
  }
}

/**
 * The rows of one list of the left side against those of its nearby lists whose rank is from … to − 1 (by `rankLists`).
 * self: 1 when left and right are the same rows; 2 when moreover what is measured is offered to both. Then each thread
 * has lists [places, most] and limits [places] of its own, to be merged in the end.
 * scratch: for each thread 1 KB, a panel of the depth and 4 bytes for each member of the longest list.
 */
export function scanLists(
  chunk: i32,
  thread: i32,
  op: i32,
  self: i32,
  left: usize,
  leftWeights: usize,
  leftStarts: usize,
  leftCounts: usize,
  right: usize,
  rightWeights: usize,
  rightStarts: usize,
  rightCounts: usize,
  near: usize,
  nNear: i32,
  ranks: usize,
  from: i32,
  to: i32,
  steps: i32,
  most: i32,
  lists: usize,
  limits: usize,
  places: i32,
  scratch: usize,
  scratchSize: i32,
): void {
  scratch += <usize>thread * <usize>scratchSize;
  if (self == 2) {
    lists += <usize>thread * <usize>places * ((<usize>most) << 3);
    limits += <usize>thread * ((<usize>places) << 2);
  }
  const gathered = scratch + 1024;
  const members = gathered + ((<usize>steps) << 5);
  const first = load<i32>(at4(leftStarts, chunk));
  const count = load<i32>(at4(leftCounts, chunk));
  for (let m = 0; m < nNear; m++) {
    let found = 0;
    for (let i = 0; i < count; i++) {
      const rank = <i32>load<u8>(ranks + <usize>(first + i) * <usize>nNear + <usize>m);
      if (rank < from || rank >= to) continue;
      store<i32>(at4(members, found++), first + i);
    }
    if (found == 0) continue;
    const other = load<i32>(at4(near, chunk * nNear + m));
    const start = load<i32>(at4(rightStarts, other));
    const end = start + load<i32>(at4(rightCounts, other));
    for (let g = 0; g < found; g += 8) {
      const lanes = min(8, found - g);
      const places = at4(members, g);
      gather(left, places, lanes, steps, gathered);
      for (let half = 0; half < lanes; half += 4) {
        const rows = min(4, lanes - half);
        const four = at4(places, half);
        const a = at4(gathered, half);
        // of a list with itself each pair once: members rise, and rows before the first have offered to these
        const begin = self == 2 && other == chunk ? load<i32>(four) & ~7 : start;
        scanRows(op, self, a, four, rows, leftWeights, right, rightWeights, begin, end, steps, most, lists, limits, scratch);
      }
    }
  }
}

/** Whether any of a tile's keys is within the limit of its column. */
// @ts-ignore: decorator
@inline
function anyWithin(keys: usize, limits: usize): bool {
  const l0 = v128.load(limits);
  const l1 = v128.load(limits, 16);
  let hit = i32x4.splat(0);
  for (const end = keys + 128; keys < end; keys += 32) {
    hit = v128.or(hit, v128.or(i32x4.le_s(v128.load(keys), l0), i32x4.le_s(v128.load(keys, 16), l1)));
  }
  return v128.any_true(hit);
}

// @ts-ignore: decorator
@inline
function scanRows(
  op: i32,
  self: i32,
  a: usize,
  places: usize,
  rows: i32,
  leftWeights: usize,
  right: usize,
  rightWeights: usize,
  start: i32,
  end: i32,
  steps: i32,
  most: i32,
  lists: usize,
  limits: usize,
  scratch: usize,
): void {
  const size = (<usize>most) << 3;
  const weights = scratch + 512;
  const ends = scratch + 528;
  for (let r = 0; r < 4; r++) {
    const place = r < rows ? load<i32>(at4(places, r)) : 0;
    store<i32>(at4(weights, r), r < rows ? load<i32>(at4(leftWeights, place)) : 0);
    store<i32>(at4(ends, r), r < rows ? load<i32>(at4(limits, place)) : i32.MIN_VALUE);
  }
  for (let j = start; j < end; j += 8) {
    tile(op, a, panelAt(right, j, steps), steps, scratch);
    const some = offerRows(op, scratch, weights, ends, rightWeights, j);
    const cols = min(8, end - j);
    const theirs = self == 2 && anyWithin(scratch, at4(limits, j));
    if (!some && !theirs) continue;
    let keys = scratch;
    for (let r = 0; r < rows; r++, keys += 32) {
      const place = load<i32>(at4(places, r));
      for (let c = 0; c < cols; c++) {
        const key = load<i32>(at4(keys, c));
        const other = j + c;
        if (self && other == place) continue;
        if (key <= load<i32>(at4(ends, r))) insert(lists + <usize>place * size, most, at4(ends, r), key, other);
        if (theirs && key <= load<i32>(at4(limits, other))) {
          insert(lists + <usize>other * size, most, at4(limits, other), key, place);
        }
      }
    }
  }
  for (let r = 0; r < rows; r++) {
    const place = load<i32>(at4(places, r)); // its list may have got more than `ends` knows of
    store<i32>(at4(limits, place), load<i32>(lists + <usize>place * size + ((<usize>(most - 1)) << 3), 4));
  }
}
