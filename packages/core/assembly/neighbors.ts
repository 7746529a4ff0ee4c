/**
 * What comes before and after the blocks of distances (distances.ts): rows packed in panels; lists of candidates
 * merged, made better by the neighbours of neighbours, and put in order by distances in double precision.
 *
 * An entry is `key · 2³² + place`; an empty one is all ones but for the sign bit of either half.
 */
import { panelAt } from './lib/panels';
import { at4, at8, madd } from './lib/vector';

const NOTHING: i32 = 0x7fffffff;
/** Rows packed in a chunk. */
const PACK_ROWS: i32 = 256;
/** 1.5 · 2⁵² */
const ROUNDER: f64 = 6755399441055744;

/**
 * Packs the rows of places chunk · 256 …: places[p] is a row of x, or negative for a place that stays empty.
 * op 0: (x · factor − shift) · scale, rounded; its squared norm goes to `weights` (unless 0), the length of what
 * rounding took away to `errors`. Other ops: x · factor. `plain` (unless 0) gets the rows one after another,
 * padded to 16 bytes.
 */
export function packRows(
  chunk: i32,
  thread: i32,
  op: i32,
  x: usize,
  d: i32,
  places: usize,
  count: i32,
  factors: usize,
  shift: usize,
  scale: f64,
  steps: i32,
  panels: usize,
  plain: usize,
  weights: usize,
  errors: usize,
): void {
  const to = min(count, (chunk + 1) * PACK_ROWS);
  const stride = op == 0 ? (d + 7) & ~7 : (d + 3) & ~3;
  for (let p = chunk * PACK_ROWS; p < to; p++) {
    const r = load<i32>(at4(places, p));
    if (r < 0) {
      if (op == 0 && weights) store<i32>(at4(weights, p), 0x3fffffff);
      continue;
    }
    const row = x + ((<usize>r * <usize>d) << 2);
    const factor = factors ? load<f64>(factors + ((<usize>r) << 3)) : 1.0;
    const to4 = panelAt(panels, p, steps) + ((<usize>(p & 7)) << 2);
    if (op == 0) {
      const line = plain + ((<usize>p * <usize>stride) << 1);
      let norm = 0;
      let lost = 0.0;
      let norms = i32x4.splat(0);
      let losses = f64x2.splat(0);
      const factors2 = f64x2.splat(factor);
      const scales = f64x2.splat(scale);
      let j = 0;
      for (; j + 4 <= d; j += 4) {
        const v = v128.load(at4(row, j));
        const by = shift + ((<usize>j) << 3);
        const low = f64x2.mul(f64x2.sub(f64x2.mul(lowHalf(v), factors2), v128.load(by)), scales);
        const high = f64x2.mul(f64x2.sub(f64x2.mul(highHalf(v), factors2), v128.load(by, 16)), scales);
        // at this size a double has no digits below the point, and the whole number is its low word
        const sumLow = f64x2.add(low, f64x2.splat(ROUNDER));
        const sumHigh = f64x2.add(high, f64x2.splat(ROUNDER));
        const lostLow = f64x2.sub(low, f64x2.sub(sumLow, f64x2.splat(ROUNDER)));
        const lostHigh = f64x2.sub(high, f64x2.sub(sumHigh, f64x2.splat(ROUNDER)));
        losses = f64x2.add(losses, f64x2.add(f64x2.mul(lostLow, lostLow), f64x2.mul(lostHigh, lostHigh)));
        const wholes = i32x4.shuffle(sumLow, sumHigh, 0, 2, 4, 6);
        const numbers = i16x8.narrow_i32x4_s(wholes, wholes);
        norms = i32x4.add(norms, i32x4.dot_i16x8_s(numbers, numbers));
        v128.store32_lane(to4 + ((<usize>(j >> 1)) << 5), numbers, 0);
        v128.store32_lane(to4 + ((<usize>(j >> 1)) << 5), numbers, 1, 32);
        if (plain) v128.store64_lane(line + ((<usize>j) << 1), numbers, 0);
      }
      // the dot products lie twice
      norm = i32x4.extract_lane(norms, 0) + i32x4.extract_lane(norms, 1);
      lost = sum2(losses);
      for (; j < d; j++) {
        const value = (<f64>load<f32>(at4(row, j)) * factor - load<f64>(shift + ((<usize>j) << 3))) * scale;
        const whole = nearest(value);
        const number = <i32>whole;
        lost += (value - whole) * (value - whole);
        norm += number * number;
        store<i16>(to4 + ((<usize>(j >> 1)) << 5) + ((<usize>(j & 1)) << 1), <i16>number);
        if (plain) store<i16>(line + ((<usize>j) << 1), <i16>number);
      }
      if (weights) store<i32>(at4(weights, p), norm);
      if (errors) store<f32>(at4(errors, p), <f32>sqrt(lost));
    } else {
      const line = plain + ((<usize>p * <usize>stride) << 2);
      for (let j = 0; j < d; j++) {
        const value = <f32>(<f64>load<f32>(at4(row, j)) * factor);
        store<f32>(to4 + ((<usize>j) << 5), value);
        if (plain) store<f32>(at4(line, j), value);
      }
    }
  }
}

/** Puts an entry into a sorted list if it belongs there and is not in it yet. */
// @ts-ignore: decorator
@inline
function insert(list: usize, most: i32, entry: i64): void {
  const last = at8(list, most - 1);
  if (entry >= load<i64>(last)) return;
  let at = last;
  while (at > list && load<i64>(at - 8) > entry) at -= 8;
  if (at > list && load<i64>(at - 8) == entry) return;
  for (let to = last; to > at; to -= 8) store<i64>(to, load<i64>(to - 8));
  store<i64>(at, entry);
}

/** Merges the lists [sets, n8, most] of rows chunk · 256 … into the first set. */
export function mergeLists(chunk: i32, thread: i32, lists: usize, sets: i32, n: i32, most: i32): void {
  const to = min(n, (chunk + 1) * 256);
  const size = (<usize>most) << 3;
  const set = <usize>((n + 7) & ~7) * size;
  for (let i = chunk * 256; i < to; i++) {
    const mine = lists + <usize>i * size;
    for (let s = 1; s < sets; s++) {
      const other = mine + <usize>s * set;
      for (let e = 0; e < most; e++) {
        const entry = load<i64>(at8(other, e));
        if (entry >= load<i64>(at8(mine, most - 1))) break;
        insert(mine, most, entry);
      }
    }
  }
}

/** Key of two rows that lie plain, 16 bytes a step; see distances.ts for `op`. */
// @ts-ignore: decorator
@inline
function keyOf(op: i32, a: usize, b: usize, bytes: usize, wi: i32, wj: i32): i32 {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    s0 = step(op, v128.load(a + at), v128.load(b + at), s0);
    s1 = step(op, v128.load(a + at, 16), v128.load(b + at, 16), s1);
  }
  if (at < bytes) s0 = step(op, v128.load(a + at), v128.load(b + at), s0);
  if (op == 0) {
    s0 = i32x4.add(s0, s1);
    const sum =
      i32x4.extract_lane(s0, 0) + i32x4.extract_lane(s0, 1) + i32x4.extract_lane(s0, 2) + i32x4.extract_lane(s0, 3);
    return wi + wj - 2 * sum;
  }
  s0 = f32x4.add(s0, s1);
  const sum =
    f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 2) + (f32x4.extract_lane(s0, 1) + f32x4.extract_lane(s0, 3));
  return reinterpret<i32>(sum * reinterpret<f32>(wi) * reinterpret<f32>(wj));
}

// @ts-ignore: decorator
@inline
function step(op: i32, a: v128, b: v128, sum: v128): v128 {
  if (op == 0) return i32x4.add(sum, i32x4.dot_i16x8_s(a, b));
  const apart = f32x4.sub(a, b);
  if (op == 2) return f32x4.add(sum, f32x4.abs(apart));
  return f32x4.add(sum, f32x4.mul(apart, apart));
}

/**
 * For places chunk · 64 …: offers the neighbours of neighbours, read from `old` [places, most], to `lists`, which
 * begins as its copy. A place's own neighbours are its `reach` nearest and `reverse` [places, nReverse] (negative:
 * none); of each, the `reach` nearest are tried.
 * seen: for each thread one word a place, all zero at first.
 */
export function refineLists(
  chunk: i32,
  thread: i32,
  op: i32,
  rows: usize,
  bytes: usize,
  weights: usize,
  places: i32,
  old: usize,
  lists: usize,
  most: i32,
  reach: i32,
  reverse: usize,
  nReverse: i32,
  seen: usize,
  fresh: usize,
): void {
  seen += <usize>thread * ((<usize>places) << 2);
  const size = (<usize>most) << 3;
  const to = min(places, (chunk + 1) * 64);
  for (let p = chunk * 64; p < to; p++) {
    const list = lists + <usize>p * size;
    const was = old + <usize>p * size;
    if (load<i32>(was, 0) == NOTHING && load<i32>(was, 4) == NOTHING) continue; // an empty place
    const mark = p + 1;
    store<i32>(at4(seen, p), mark);
    for (let e = 0; e < most; e++) {
      const place = load<i32>(at8(was, e));
      if (place == NOTHING) break;
      store<i32>(at4(seen, place), mark);
    }
    const mine = rows + <usize>p * bytes;
    const wi = load<i32>(at4(weights, p));
    const around = min(reach, most);
    for (let e = 0; e < around + nReverse; e++) {
      const via = e < around ? load<i32>(at8(was, e)) : load<i32>(at4(reverse, p * nReverse + e - around));
      if (via == NOTHING || via < 0) continue;
      const theirs = old + <usize>via * size;
      for (let f = -1; f < reach; f++) {
        const place = f < 0 ? via : load<i32>(at8(theirs, f));
        if (place == NOTHING) break;
        if (load<i32>(at4(seen, place)) == mark) continue;
        store<i32>(at4(seen, place), mark);
        const other = rows + <usize>place * bytes;
        const wj = load<i32>(at4(weights, place));
        const key =
          op == 0
            ? keyOf(0, mine, other, bytes, wi, wj)
            : op == 1
              ? keyOf(1, mine, other, bytes, wi, wj)
              : keyOf(2, mine, other, bytes, wi, wj);
        insert(list, most, (<i64>key << 32) | <i64>place);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function sum2(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

// @ts-ignore: decorator
@inline
function lowHalf(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

// @ts-ignore: decorator
@inline
function highHalf(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3));
}

/** Two floats from address p on, as doubles. */
// @ts-ignore: decorator
@inline
function two(p: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(p));
}

/** Metrics in double precision: 0 Σ(a − b)², 1 and 2 a·b, 3 Σ|a − b|, 4 as 0. */
// @ts-ignore: decorator
@inline
function measure(metric: i32, a: usize, b: usize, d: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let j = 0;
  for (; j + 8 <= d; j += 8) {
    const u = at4(a, j);
    const v = at4(b, j);
    s0 = gatherStep(metric, two(u), two(v), s0);
    s1 = gatherStep(metric, two(u + 8), two(v + 8), s1);
    s2 = gatherStep(metric, two(u + 16), two(v + 16), s2);
    s3 = gatherStep(metric, two(u + 24), two(v + 24), s3);
  }
  if (j + 4 <= d) {
    const u = at4(a, j);
    const v = at4(b, j);
    s0 = gatherStep(metric, two(u), two(v), s0);
    s1 = gatherStep(metric, two(u + 8), two(v + 8), s1);
    j += 4;
  }
  let sum = sum2(f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3)));
  for (; j < d; j++) {
    const u = <f64>load<f32>(at4(a, j));
    const v = <f64>load<f32>(at4(b, j));
    if (metric == 1 || metric == 2) sum += u * v;
    else if (metric == 3) sum += abs(u - v);
    else sum += (u - v) * (u - v);
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function gatherStep(metric: i32, u: v128, v: v128, sum: v128): v128 {
  if (metric == 1 || metric == 2) return f64x2.add(sum, f64x2.mul(u, v));
  const apart = f64x2.sub(u, v);
  if (metric == 3) return f64x2.add(sum, f64x2.abs(apart));
  return f64x2.add(sum, f64x2.mul(apart, apart));
}

/** Columns that are summed in single precision before the sum goes on in double. */
const SINGLES: i32 = 256;

/** As `measure` of differences, to seven digits, for half the time. */
// @ts-ignore: decorator
@inline
function measureSingle(metric: i32, a: usize, b: usize, d: i32): f64 {
  let total: f64 = 0;
  let j = 0;
  while (j + 4 <= d) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    const to = min(d, j + SINGLES);
    for (; j + 16 <= to; j += 16) {
      const u = at4(a, j);
      const v = at4(b, j);
      s0 = singleStep(metric, v128.load(u), v128.load(v), s0);
      s1 = singleStep(metric, v128.load(u, 16), v128.load(v, 16), s1);
      s2 = singleStep(metric, v128.load(u, 32), v128.load(v, 32), s2);
      s3 = singleStep(metric, v128.load(u, 48), v128.load(v, 48), s3);
    }
    for (; j + 4 <= to; j += 4) s0 = singleStep(metric, v128.load(at4(a, j)), v128.load(at4(b, j)), s0);
    s0 = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
    total += sum2(f64x2.add(lowHalf(s0), highHalf(s0)));
  }
  for (; j < d; j++) {
    const apart = load<f32>(at4(a, j)) - load<f32>(at4(b, j));
    total += <f64>(metric == 3 ? abs(apart) : apart * apart);
  }
  return total;
}

// @ts-ignore: decorator
@inline
function singleStep(metric: i32, u: v128, v: v128, sum: v128): v128 {
  const apart = f32x4.sub(u, v);
  return metric == 3 ? f32x4.add(sum, f32x4.abs(apart)) : madd(apart, apart, sum);
}

/**
 * What orders as the distance does: 0 squared, 1 cosine (weights: norms; 1 from a row of zeros), 2 −a·b, 3 Manhattan,
 * 4 |a − b|² · weight_i · weight_j. `single`: to seven digits, where nothing is taken from the sum.
 */
function distance(metric: i32, single: bool, a: usize, b: usize, d: i32, wi: f64, wj: f64): f64 {
  if (metric == 0) return single ? measureSingle(0, a, b, d) : measure(0, a, b, d);
  if (metric == 1) {
    const both = wi * wj;
    return both > 0 ? max(0.0, 1.0 - measure(1, a, b, d) / both) : 1.0;
  }
  if (metric == 2) return -measure(2, a, b, d);
  if (metric == 3) return single ? measureSingle(3, a, b, d) : measure(3, a, b, d);
  return (single ? measureSingle(0, a, b, d) : measure(0, a, b, d)) * wi * wj;
}

// @ts-ignore: decorator
@inline
function weightAt(weights: usize, i: i32): f64 {
  return weights ? load<f64>(at8(weights, i)) : 1.0;
}

/** Puts (value, row) into arrays sorted by value, then row, of which `size` are taken → the new size. */
function place(values: usize, rows: usize, size: i32, k: i32, value: f64, row: i32): i32 {
  let at = size;
  for (; at > 0; at--) {
    const before = load<f64>(at8(values, at - 1));
    const whose = load<i32>(at4(rows, at - 1));
    if (before == value && whose == row) return size; // found twice
    if (before < value || (before == value && whose < row)) break;
  }
  if (at == k) return size;
  const grown = min(k, size + 1);
  for (let to = grown - 1; to > at; to--) {
    store<f64>(at8(values, to), load<f64>(at8(values, to - 1)));
    store<i32>(at4(rows, to), load<i32>(at4(rows, to - 1)));
  }
  store<f64>(at8(values, at), value);
  store<i32>(at4(rows, at), row);
  return grown;
}

/**
 * Orders the candidates of lists chunk · 64 … by distance, ties by row, and keeps k.
 * List i belongs to row ask[i] of q (negative: none); its entries' places mean rows places[·] of x (0: themselves).
 * What is found goes to line ask[i] of `indices` and `distances` [·, k]; kth[ask[i]] gets what orders the k-th, or
 * infinity when there are fewer.
 * With scale > 0, keys are squared distances times scale², their roots at most `slack` off: the candidates after one
 * that is farther than the k-th by more than that are not looked at.
 * single: 1 for distances to seven digits
 * scratch: 12 bytes · k for each thread
 */
export function orderLists(
  chunk: i32,
  thread: i32,
  metric: i32,
  x: usize,
  q: usize,
  d: i32,
  weights: usize,
  askWeights: usize,
  ask: usize,
  count: i32,
  places: usize,
  lists: usize,
  most: i32,
  k: i32,
  indices: usize,
  distances: usize,
  kth: usize,
  scratch: usize,
  scale: f64,
  slack: f64,
  single: bool,
): void {
  const values = scratch + <usize>thread * <usize>((k * 12 + 15) & ~15);
  const rows = at8(values, k);
  const width = (<usize>d) << 2;
  const to = min(count, (chunk + 1) * 64);
  for (let i = chunk * 64; i < to; i++) {
    const line = ask ? load<i32>(at4(ask, i)) : i;
    if (line < 0) continue;
    const mine = q + <usize>line * width;
    const wi = weightAt(askWeights, line);
    const list = lists + <usize>i * ((<usize>most) << 3);
    let size = 0;
    for (let e = 0; e < most; e++) {
      const spot = load<i32>(at8(list, e));
      if (spot == NOTHING) break;
      if (size == k && scale > 0) {
        const last = load<f64>(at8(values, k - 1));
        const far = sqrt(<f64>max(0, load<i32>(at8(list, e), 4))) - slack;
        if (far > sqrt(metric == 1 ? 2 * last : last) * scale) break;
      }
      const row = places ? load<i32>(at4(places, spot)) : spot;
      const value = distance(metric, single, mine, x + <usize>row * width, d, wi, weightAt(weights, row));
      size = place(values, rows, size, k, value, row);
    }
    write(metric, values, rows, size, k, line, indices, distances, kth);
  }
}

function write(
  metric: i32,
  values: usize,
  rows: usize,
  size: i32,
  k: i32,
  line: i32,
  indices: usize,
  distances: usize,
  kth: usize,
): void {
  const at = at4(indices, line * k);
  const to = at4(distances, line * k);
  for (let e = 0; e < size; e++) {
    const value = load<f64>(at8(values, e));
    store<i32>(at4(at, e), load<i32>(at4(rows, e)));
    store<f32>(at4(to, e), <f32>(metric == 0 ? sqrt(value) : value));
  }
  if (kth) store<f64>(at8(kth, line), size == k ? load<f64>(at8(values, k - 1)) : Infinity);
}

/**
 * The k nearest of rows from … to of x for one query, line ask[chunk] of q, in double precision; goes on from what
 * `values` and `rows` [asked, k] hold when from > 0. With `self`, a row is not its own neighbour.
 */
export function searchRows(
  chunk: i32,
  thread: i32,
  metric: i32,
  self: i32,
  x: usize,
  n: i32,
  from: i32,
  to: i32,
  q: usize,
  d: i32,
  weights: usize,
  askWeights: usize,
  ask: usize,
  k: i32,
  values: usize,
  rows: usize,
  indices: usize,
  distances: usize,
  kth: usize,
): void {
  const line = load<i32>(at4(ask, chunk));
  values = at8(values, chunk * k);
  rows = at4(rows, chunk * k);
  const width = (<usize>d) << 2;
  const mine = q + <usize>line * width;
  const wi = weightAt(askWeights, line);
  let size = min(k, self && line < from ? from - 1 : from);
  for (let j = from; j < to; j++) {
    if (self && j == line) continue;
    const value = distance(metric, false, mine, x + <usize>j * width, d, wi, weightAt(weights, j));
    if (size == k && value >= load<f64>(at8(values, k - 1))) continue;
    size = place(values, rows, size, k, value, j);
  }
  if (to == n) write(metric, values, rows, size, k, line, indices, distances, kth);
}
