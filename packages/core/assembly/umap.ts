/** UMAP: the strengths of neighbours (smooth kNN), and the layout by stochastic gradient descent. */
import { pair2, pair3, third } from './lib/places';
import { at4, before, madd, sum4 } from './lib/vector';

/** Rows in a chunk of `smoothKnn`. */
export const ROWS: i32 = 256;

/** Relative and absolute limits of smooth kNN, those of the reference implementation. */
const BISECTIONS: i32 = 64;
const TOLERANCE: f32 = 1e-5;
const LEAST_SCALE: f32 = 1e-3;

/** The force tables (maps/layout-forces.ts): entries per octave of the squared distance as bits, first octave, entries. */
const STEP_BITS: i32 = 5;
const FIRST_OCTAVE: i32 = -20;
const ENTRIES: i32 = 34 << STEP_BITS;
/** Largest step along one axis, before the learning rate. */
const LIMIT: f32 = 4;

/** exp(x) on four floats, x ≤ 0; relative error below 3e-7. */
// @ts-ignore: decorator
@inline
function exp4(x: v128): v128 {
  const held = f32x4.pmax(x, f32x4.splat(-87));
  const whole = f32x4.nearest(f32x4.mul(held, f32x4.splat(1.44269504)));
  let r = madd(whole, f32x4.splat(-0.693359375), held);
  r = madd(whole, f32x4.splat(2.12194440e-4), r);
  let p = madd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(0.5));
  p = madd(p, f32x4.mul(r, r), f32x4.add(r, f32x4.splat(1)));
  const exponent = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(whole), i32x4.splat(127)), 23);
  return f32x4.mul(p, exponent);
}

/** Σ exp(−max(0, d − ρ) / σ) over a row. */
// @ts-ignore: decorator
@inline
function strengthOf(row: usize, k: i32, rho: f32, sigma: f32): f32 {
  let sums = f32x4.splat(0);
  const factor = f32x4.splat(-1 / sigma);
  for (let j = 0; j < k; j += 4) {
    const beyond = f32x4.max(f32x4.sub(v128.load(at4(row, j)), f32x4.splat(rho)), f32x4.splat(0));
    sums = f32x4.add(sums, v128.and(exp4(f32x4.mul(beyond, factor)), before(j, k)));
  }
  return sum4(sums);
}

/**
 * Smooth kNN distances (McInnes, Healy & Melville 2018, algorithm 3): for each row the distance ρ within which all is
 * connected, the scale σ at which the strengths exp(−max(0, d − ρ) / σ) add up to `target`, and the strengths.
 * @param distances  float32 [n, k] and four more, rising in each row, the point itself left out
 * @param connectivity  local connectivity, ≥ 0
 * @param mean  of all distances, the point itself counted
 * @param rhos, sigmas  float32 [n]
 * @param strengths  float32 [n, k]
 */
export function smoothKnn(
  chunk: i32,
  thread: i32,
  distances: usize,
  n: i32,
  k: i32,
  target: f32,
  connectivity: f32,
  mean: f32,
  rhos: usize,
  sigmas: usize,
  strengths: usize,
): void {
  const from = chunk * ROWS;
  const to = min(n, from + ROWS);
  for (let i = from; i < to; i++) {
    const row = at4(distances, i * k);
    const rho = nearestOf(row, k, connectivity);
    let low: f32 = 0;
    let high: f32 = Infinity;
    let sigma: f32 = 1;
    for (let turn = 0; turn < BISECTIONS; turn++) {
      const sum = strengthOf(row, k, rho, sigma);
      if (abs(sum - target) < TOLERANCE) break;
      if (sum > target) {
        high = sigma;
        sigma = (low + high) / 2;
      } else {
        low = sigma;
        sigma = high == Infinity ? sigma * 2 : (low + high) / 2;
      }
    }
    let total: f32 = 0;
    for (let j = 0; j < k; j++) total += load<f32>(at4(row, j));
    const least: f32 = LEAST_SCALE * (rho > 0 ? total / f32(k + 1) : mean);
    sigma = max(sigma, least);
    store<f32>(at4(rhos, i), rho);
    store<f32>(at4(sigmas, i), sigma);
    const factor: f32 = sigma > 0 ? -1 / sigma : 0;
    for (let j = 0; j < k; j++) {
      const beyond = load<f32>(at4(row, j)) - rho;
      const strength: f32 = beyond > 0 ? f32x4.extract_lane(exp4(f32x4.splat(beyond * factor)), 0) : 1;
      store<f32>(at4(strengths, i * k + j), strength);
    }
  }
}

/** The distance to the `connectivity`-th neighbour that is not in the same place, interpolated. */
function nearestOf(row: usize, k: i32, connectivity: f32): f32 {
  let zeros = 0;
  while (zeros < k && load<f32>(at4(row, zeros)) == 0) zeros++;
  const count = k - zeros;
  if (count == 0) return 0;
  const whole = <i32>floor(connectivity);
  const rest: f32 = connectivity - f32(whole);
  if (f32(count) < connectivity) return load<f32>(at4(row, k - 1));
  if (whole == 0) return rest * load<f32>(at4(row, zeros));
  const last = load<f32>(at4(row, zeros + whole - 1));
  if (rest <= TOLERANCE || whole == count) return last;
  return last + rest * (load<f32>(at4(row, zeros + whole)) - last);
}

/** Places in the table of forces for four squared distances. */
// @ts-ignore: decorator
@inline
function entryOf(squared: v128): v128 {
  const places = i32x4.sub(
    i32x4.shr_s(squared, 23 - STEP_BITS),
    i32x4.splat((127 + FIRST_OCTAVE) << STEP_BITS),
  );
  return i32x4.min_s(i32x4.max_s(places, i32x4.splat(0)), i32x4.splat(ENTRIES - 1));
}

/** How far between its entry and the next a squared distance lies, in [0, 1). */
// @ts-ignore: decorator
@inline
function withinEntry(squared: v128): v128 {
  const rest = v128.and(squared, i32x4.splat((1 << (23 - STEP_BITS)) - 1));
  return f32x4.mul(f32x4.convert_i32x4_s(rest), f32x4.splat(1.0 / f32(1 << (23 - STEP_BITS))));
}

/** The force over the distance, for four squared distances, from a table of [value, slope]. */
// @ts-ignore: decorator
@inline
function force4(table: usize, squared: v128): v128 {
  const entries = entryOf(squared);
  let a = v128.load64_zero(table + (<usize>i32x4.extract_lane(entries, 0) << 3));
  a = v128.load64_lane(table + (<usize>i32x4.extract_lane(entries, 1) << 3), a, 1);
  let b = v128.load64_zero(table + (<usize>i32x4.extract_lane(entries, 2) << 3));
  b = v128.load64_lane(table + (<usize>i32x4.extract_lane(entries, 3) << 3), b, 1);
  const values = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
  const slopes = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
  return madd(withinEntry(squared), slopes, values);
}

// @ts-ignore: decorator
@inline
function limited4(steps: v128): v128 {
  return f32x4.pmin(f32x4.pmax(steps, f32x4.splat(-LIMIT)), f32x4.splat(LIMIT));
}

/** 32 well mixed bits (the finaliser of MurmurHash3). */
function mixed(x: u32): u32 {
  x ^= x >> 16;
  x *= 0x85ebca6b;
  x ^= x >> 13;
  x *= 0xc2b2ae35;
  return x ^ (x >> 16);
}

/** Four streams of xorshift32 (Marsaglia 2003). */
// @ts-ignore: decorator
@inline
function nextRandom(state: v128): v128 {
  let x = v128.xor(state, i32x4.shl(state, 13));
  x = v128.xor(x, i32x4.shr_u(x, 17));
  return v128.xor(x, i32x4.shl(x, 5));
}

/** Uniform whole numbers in [0, n) from 32 random bits each. */
// @ts-ignore: decorator
@inline
function below(bits: v128, n: v128): v128 {
  const low = i64x2.extmul_low_i32x4_u(bits, n);
  const high = i64x2.extmul_high_i32x4_u(bits, n);
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

/** As `layout3`, in the plane; places are [n, 2]. */
export function layout2(
  chunk: i32, thread: i32, points: i32, epoch: i32, n: i32, nEpochs: i32, own: usize, other: usize, fixed: usize,
  nFixed: i32, starts: usize, tails: usize, rates: usize, attraction: usize, repulsion: usize,
  negatives: i32, learningRate: f32, seed: u32,
): void {
  layout(
    2, chunk, points, epoch, n, nEpochs, own, other, fixed, nFixed, starts, tails, rates, attraction, repulsion,
    negatives, learningRate, seed,
  );
}

/**
 * One chunk of an epoch, in space. A point moves by its own edges alone, from where the others stood when the epoch
 * began, so that the chunks of an epoch may run in any order; those of the next wait for all of them.
 * @param points  in a chunk
 * @param epoch  which it is: `own` is read in even ones, `other` in odd ones
 * @param nEpochs  of the whole layout: the learning rate falls to zero over them
 * @param own, other  places, float32 [n, 4], the fourth zero: read and written in turn, `own` read in even epochs;
 *   where `fixed` is given, `own` is both
 * @param fixed  0, or the places [nFixed, 4] that the edges lead to and that do not move
 * @param starts  int32 [n + 1]: the edges of each point
 * @param tails  uint32, and four more: where they lead
 * @param rates  float32, and four more: how often an edge acts, in epochs⁻¹, ≤ 1
 * @param attraction, repulsion  tables of force over distance, by the squared distance
 * @param negatives  random points that repel for every edge
 */
export function layout3(
  chunk: i32, thread: i32, points: i32, epoch: i32, n: i32, nEpochs: i32, own: usize, other: usize, fixed: usize,
  nFixed: i32, starts: usize, tails: usize, rates: usize, attraction: usize, repulsion: usize,
  negatives: i32, learningRate: f32, seed: u32,
): void {
  layout(
    3, chunk, points, epoch, n, nEpochs, own, other, fixed, nFixed, starts, tails, rates, attraction, repulsion,
    negatives, learningRate, seed,
  );
}

// @ts-ignore: decorator
@inline
function layout(
  dims: i32, chunk: i32, points: i32, epoch: i32, n: i32, nEpochs: i32, own: usize, other: usize, fixed: usize,
  nFixed: i32, starts: usize, tails: usize, rates: usize, attraction: usize, repulsion: usize,
  negatives: i32, learningRate: f32, seed: u32,
): void {
  const begin = chunk * points;
  const end = min(n, begin + points);

  const even = fixed != 0 || (epoch & 1) == 0;
  const from = even ? own : other;
  const to = fixed != 0 ? own : even ? other : own;
  const others = fixed != 0 ? fixed : from;
  const nOthers = i32x4.splat(fixed != 0 ? nFixed : n);
  const shift = dims == 2 ? 3 : 4;
  const alpha: f32 = learningRate * (1 - f32(epoch) / f32(nEpochs));

  const key = mixed(seed ^ mixed((<u32>epoch) * 0x9e3779b1 + (<u32>begin)));
  let random = i32x4(mixed(key + 1) | 1, mixed(key + 2) | 1, mixed(key + 3) | 1, mixed(key + 4) | 1);

  for (let i = begin; i < end; i++) {
    const at = <usize>i << shift;
    let x = load<f32>(from + at);
    let y = load<f32>(from + at, 4);
    let z: f32 = dims == 2 ? 0 : load<f32>(from + at, 8);
    let total: f32 = 0;
    const last = load<i32>(starts + (<usize>i << 2), 4);
    for (let e = load<i32>(starts + (<usize>i << 2)); e < last; e += 4) {
      const rate = v128.and(v128.load(at4(rates, e)), before(e, last));
      total += sum4(rate);
      const ends = v128.load(tails + (<usize>e << 2));
      const p = i32x4.extract_lane(ends, 0);
      const q = i32x4.extract_lane(ends, 1);
      const r = i32x4.extract_lane(ends, 2);
      const s = i32x4.extract_lane(ends, 3);
      const front = dims == 2 ? pair2(others, p, q) : pair3(others, p, q);
      const back = dims == 2 ? pair2(others, r, s) : pair3(others, r, s);
      const tx = dims == 2 ? v128.shuffle<f32>(front, back, 0, 2, 4, 6) : v128.shuffle<f32>(front, back, 0, 1, 4, 5);
      const ty = dims == 2 ? v128.shuffle<f32>(front, back, 1, 3, 5, 7) : v128.shuffle<f32>(front, back, 2, 3, 6, 7);
      const dx = f32x4.sub(f32x4.splat(x), tx);
      const dy = f32x4.sub(f32x4.splat(y), ty);
      const dz = dims == 2 ? f32x4.splat(0) : f32x4.sub(f32x4.splat(z), third(others, ends));
      let squared = madd(dx, dx, f32x4.mul(dy, dy));
      if (dims == 3) squared = madd(dz, dz, squared);
      const forces = force4(attraction, squared);
      x += alpha * sum4(f32x4.mul(rate, limited4(f32x4.mul(forces, dx))));
      y += alpha * sum4(f32x4.mul(rate, limited4(f32x4.mul(forces, dy))));
      if (dims == 3) z += alpha * sum4(f32x4.mul(rate, limited4(f32x4.mul(forces, dz))));
    }
    for (let owed = <i32>nearest(total * f32(negatives)); owed > 0; owed -= 8) {
      let sx = f32x4.splat(0);
      let sy = f32x4.splat(0);
      let sz = f32x4.splat(0);
      for (let part = 0; part < 2; part++) {
        random = nextRandom(random);
        const ends = below(random, nOthers);
        const p = i32x4.extract_lane(ends, 0);
        const q = i32x4.extract_lane(ends, 1);
        const r = i32x4.extract_lane(ends, 2);
        const s = i32x4.extract_lane(ends, 3);
        const front = dims == 2 ? pair2(others, p, q) : pair3(others, p, q);
        const back = dims == 2 ? pair2(others, r, s) : pair3(others, r, s);
        const tx = dims == 2 ? v128.shuffle<f32>(front, back, 0, 2, 4, 6) : v128.shuffle<f32>(front, back, 0, 1, 4, 5);
        const ty = dims == 2 ? v128.shuffle<f32>(front, back, 1, 3, 5, 7) : v128.shuffle<f32>(front, back, 2, 3, 6, 7);
        const dx = f32x4.sub(f32x4.splat(x), tx);
        const dy = f32x4.sub(f32x4.splat(y), ty);
        const dz = dims == 2 ? f32x4.splat(0) : f32x4.sub(f32x4.splat(z), third(others, ends));
        let squared = madd(dx, dx, f32x4.mul(dy, dy));
        if (dims == 3) squared = madd(dz, dz, squared);
        const forces = v128.and(force4(repulsion, squared), before(part << 2, owed));
        sx = f32x4.add(sx, limited4(f32x4.mul(forces, dx)));
        sy = f32x4.add(sy, limited4(f32x4.mul(forces, dy)));
        if (dims == 3) sz = f32x4.add(sz, limited4(f32x4.mul(forces, dz)));
      }
      x += alpha * sum4(sx);
      y += alpha * sum4(sy);
      if (dims == 3) z += alpha * sum4(sz);
    }
    store<f32>(to + at, x);
    store<f32>(to + at, y, 4);
    if (dims == 3) store<f32>(to + at, z, 8);
  }
}
