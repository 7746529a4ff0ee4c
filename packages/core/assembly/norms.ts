/** What is to be known of rows before they are searched: lengths, sums, which may be equal, whether all are finite. */
import { at4, at8, madd, sum4 } from './lib/vector';

/** Rows in a chunk. */
export const ROWS: i32 = 256;

/**
 * out[i] = Σⱼ x[i, j]², for the rows of one chunk.
 * @param x    float32 [n, d]
 * @param out  float32 [n]
 */
export function squaredNorms(chunk: i32, thread: i32, x: usize, n: i32, d: i32, out: usize): void {
  const from = chunk * ROWS;
  const to = min(n, from + ROWS);
  for (let i = from; i < to; i++) {
    const row = at4(x, i * d);
    let sums = f32x4.splat(0);
    let j = 0;
    for (; j + 4 <= d; j += 4) {
      const v = v128.load(at4(row, j));
      sums = madd(v, v, sums);
    }
    let sum = sum4(sums);
    for (; j < d; j++) {
      const v = load<f32>(at4(row, j));
      sum += v * v;
    }
    store<f32>(at4(out, i), sum);
  }
}

/** Rows in a chunk of sums over columns. */
const SUM_ROWS: i32 = 1024;

// @ts-ignore: decorator
@inline
function stir(hash: v128, words: v128): v128 {
  hash = i32x4.mul(v128.xor(hash, words), i32x4.splat(0x9e3779b1));
  return v128.xor(hash, i32x4.shr_u(hash, 15));
}

/**
 * hashes[i]: of the bits of row i, the same for equal rows; strange[chunk]: whether a value of the chunk's rows is not
 * finite.
 * @param x        float32 [n, d]
 * @param hashes   int32 [n]
 * @param strange  int32 [⌈n / 256⌉]
 */
export function surveyRows(chunk: i32, thread: i32, x: usize, n: i32, d: i32, hashes: usize, strange: usize): void {
  const from = chunk * ROWS;
  const to = min(n, from + ROWS);
  // x − x is 0, but for values that are not finite
  let sums = f32x4.splat(0);
  let sum: f32 = 0;
  for (let i = from; i < to; i++) {
    const row = x + ((<usize>i * <usize>d) << 2);
    let a = i32x4.splat(0);
    let b = i32x4(1, 2, 3, 4);
    let j = 0;
    for (; j + 8 <= d; j += 8) {
      const v = v128.load(at4(row, j));
      const w = v128.load(at4(row, j), 16);
      a = stir(a, v);
      b = stir(b, w);
      sums = f32x4.add(sums, f32x4.add(f32x4.sub(v, v), f32x4.sub(w, w)));
    }
    for (; j < d; j++) {
      const v = load<f32>(at4(row, j));
      a = stir(a, i32x4.splat(reinterpret<i32>(v)));
      sum += v - v;
    }
    a = stir(a, b);
    a = stir(a, i32x4.shuffle(a, a, 2, 3, 0, 1));
    a = stir(a, i32x4.shuffle(a, a, 1, 0, 3, 2));
    store<i32>(at4(hashes, i), i32x4.extract_lane(a, 0));
  }
  store<i32>(at4(strange, chunk), <i32>!(sum4(sums) + sum == 0));
}

/** Two floats from address p on, as doubles. */
// @ts-ignore: decorator
@inline
function two(p: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(p));
}

/**
 * sums[chunk, j] = Σ x[i, j] · factors[i], over the rows of one chunk (1024), in double precision.
 * @param x        float32 [n, d]
 * @param factors  float64 [n], or 0: ones
 * @param sums     float64 [⌈n / 1024⌉, d], zeros at first
 */
export function columnTotals(chunk: i32, thread: i32, x: usize, n: i32, d: i32, factors: usize, sums: usize): void {
  const from = chunk * SUM_ROWS;
  const to = min(n, from + SUM_ROWS);
  sums += ((<usize>chunk * <usize>d) << 3);
  for (let i = from; i < to; i++) {
    const row = x + ((<usize>i * <usize>d) << 2);
    const factor = factors ? load<f64>(at8(factors, i)) : 1.0;
    const factor2 = f64x2.splat(factor);
    let j = 0;
    for (; j + 4 <= d; j += 4) {
      const at = at8(sums, j);
      v128.store(at, f64x2.add(v128.load(at), f64x2.mul(two(at4(row, j)), factor2)));
      v128.store(at, f64x2.add(v128.load(at, 16), f64x2.mul(two(at4(row, j + 2)), factor2)), 16);
    }
    for (; j < d; j++) {
      const at = at8(sums, j);
      store<f64>(at, load<f64>(at) + <f64>load<f32>(at4(row, j)) * factor);
    }
  }
}

/**
 * longest[chunk] = the greatest Σⱼ (x[i, j] · factors[i] − shift[j])² of the rows of one chunk, in double precision.
 * @param x        float32 [n, d]
 * @param factors  float64 [n], or 0: ones
 * @param shift    float64 [d]
 * @param longest  float64 [⌈n / 256⌉]
 */
export function longestRows(
  chunk: i32,
  thread: i32,
  x: usize,
  n: i32,
  d: i32,
  factors: usize,
  shift: usize,
  longest: usize,
): void {
  const from = chunk * ROWS;
  const to = min(n, from + ROWS);
  let most = 0.0;
  for (let i = from; i < to; i++) {
    const row = x + ((<usize>i * <usize>d) << 2);
    const factor = factors ? load<f64>(at8(factors, i)) : 1.0;
    const factor2 = f64x2.splat(factor);
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let j = 0;
    for (; j + 4 <= d; j += 4) {
      const low = f64x2.sub(f64x2.mul(two(at4(row, j)), factor2), v128.load(at8(shift, j)));
      const high = f64x2.sub(f64x2.mul(two(at4(row, j + 2)), factor2), v128.load(at8(shift, j), 16));
      s0 = f64x2.add(s0, f64x2.mul(low, low));
      s1 = f64x2.add(s1, f64x2.mul(high, high));
    }
    s0 = f64x2.add(s0, s1);
    let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
    for (; j < d; j++) {
      const apart = <f64>load<f32>(at4(row, j)) * factor - load<f64>(at8(shift, j));
      sum += apart * apart;
    }
    most = max(most, sum);
  }
  store<f64>(at8(longest, chunk), most);
}

/** Columns in a chunk of sums of groups. */
const BAND: i32 = 64;

/**
 * sums[groups[i]] += x[rows[i]] · factors[rows[i]], i rising, for the columns of one chunk (64), in double precision.
 * @param x        float32 [·, d]
 * @param rows     int32 [count]
 * @param groups   int32 [count]
 * @param factors  float64, or 0: ones
 * @param sums     float64, a row of d for each group
 */
export function sumGroups(
  chunk: i32,
  thread: i32,
  x: usize,
  d: i32,
  rows: usize,
  groups: usize,
  count: i32,
  factors: usize,
  sums: usize,
): void {
  const from = chunk * BAND;
  const to = min(d, from + BAND);
  for (let i = 0; i < count; i++) {
    const r = load<i32>(at4(rows, i));
    const factor = factors ? load<f64>(at8(factors, r)) : 1.0;
    const factor2 = f64x2.splat(factor);
    const row = x + ((<usize>r * <usize>d) << 2);
    const out = sums + ((<usize>load<i32>(at4(groups, i)) * <usize>d) << 3);
    let j = from;
    for (; j + 2 <= to; j += 2) {
      const at = at8(out, j);
      v128.store(at, f64x2.add(v128.load(at), f64x2.mul(two(at4(row, j)), factor2)));
    }
    if (j < to) store<f64>(at8(out, j), load<f64>(at8(out, j)) + <f64>load<f32>(at4(row, j)) * factor);
  }
}
