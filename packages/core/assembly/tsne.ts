/** t-SNE: widths of the Gaussians by perplexity, the pull along the graph, the step, and the divergence. */
import { at4, madd, sum4 } from './lib/vector';

/** Rows in a chunk. */
const ROWS: i32 = 256;

/** e^x for x ≤ 0 on four floats, to 2 ulp: 2^(whole part) · a polynomial of the rest (Cephes, Moshier). */
// @ts-ignore: decorator
@inline
function exp4(x: v128): v128 {
  const least = f32x4.splat(-87);
  const v = f32x4.max(x, least);
  const whole = f32x4.nearest(f32x4.mul(v, f32x4.splat(1.4426950408889634)));
  let r = madd(whole, f32x4.splat(-0.693359375), v);
  r = madd(whole, f32x4.splat(2.12194440e-4), r);
  let p = f32x4.splat(1.9875691500e-4);
  p = madd(p, r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(0.5));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(whole), i32x4.splat(127)), 23);
  return v128.and(f32x4.mul(p, power), f32x4.gt(x, least));
}

/** ln x for x ≥ 1 on four floats, to 2 ulp (Cephes, Moshier). */
// @ts-ignore: decorator
@inline
function log4(x: v128): v128 {
  const bits = i32x4.sub(x, i32x4.splat(0x3f3504f3)); // √½: the mantissa then lies in [√½, √2)
  const whole = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
  const mantissa = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const r = f32x4.sub(mantissa, f32x4.splat(1));
  const r2 = f32x4.mul(r, r);
  let p = f32x4.splat(7.0376836292e-2);
  p = madd(p, r, f32x4.splat(-1.1514610310e-1));
  p = madd(p, r, f32x4.splat(1.1676998740e-1));
  p = madd(p, r, f32x4.splat(-1.2420140846e-1));
  p = madd(p, r, f32x4.splat(1.4249322787e-1));
  p = madd(p, r, f32x4.splat(-1.6668057665e-1));
  p = madd(p, r, f32x4.splat(2.0000714765e-1));
  p = madd(p, r, f32x4.splat(-2.4999993993e-1));
  p = madd(p, r, f32x4.splat(3.3333331174e-1));
  let y = f32x4.mul(f32x4.mul(p, r), r2);
  y = madd(whole, f32x4.splat(-2.12194440e-4), y);
  y = madd(r2, f32x4.splat(-0.5), y);
  return madd(whole, f32x4.splat(0.693359375), f32x4.add(r, y));
}

/** Lanes below `count`. */
// @ts-ignore: decorator
@inline
function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/**
 * Conditional probabilities of neighbours: Gaussians of the distance whose entropies are log(perplexity), averaged over
 * the perplexities; a row sums to 1. Widths by Newton's steps on the log of the precision, kept within a bracket.
 * @param distances  float32 [n, stride], rising, of which k are used
 * @param logs  float64 [nPerplexities], ln of each, below ln k
 * @param out  float32 [n, stride]
 * @param betas  float64 [n], the precisions for the last perplexity
 */
export function affinities(
  chunk: i32, thread: i32, distances: usize, n: i32, k: i32, stride: i32, logs: usize, nPerplexities: i32, out: usize,
  betas: usize,
): void {
  const to = min(n, chunk * ROWS + ROWS);
  for (let i = chunk * ROWS; i < to; i++) {
    const d = at4(distances, i * stride);
    const p = at4(out, i * stride);
    const nearest = load<f32>(d) * load<f32>(d);
    const furthest = load<f32>(at4(d, k - 1));
    // the scale where entropy changes; nothing to choose where all are equally far
    const spread = <f64>(furthest * furthest - nearest);
    memory.fill(p, 0, (<usize>k) << 2);
    const share: f32 = 1 / <f32>nPerplexities;
    if (!(spread > 1e-12 * <f64>(furthest * furthest))) {
      for (let j = 0; j < k; j++) store<f32>(at4(p, j), 1 / <f32>k);
      store<f64>(betas + ((<usize>i) << 3), 0);
      continue;
    }
    let beta: f64 = 2 / spread;
    for (let which = 0; which < nPerplexities; which++) {
      const target = load<f64>(logs + ((<usize>which) << 3));
      let low: f64 = 0;
      let high: f64 = Infinity;
      let total: f64 = 1;
      for (let turn = 0; turn < 60; turn++) {
        const minus = f32x4.splat(<f32>-beta);
        let S = f32x4.splat(0);
        let D = f32x4.splat(0);
        let Q = f32x4.splat(0);
        for (let j = 0; j < k; j += 4) {
          const v = v128.load(at4(d, j));
          const gap = f32x4.mul(minus, f32x4.sub(f32x4.mul(v, v), f32x4.splat(nearest)));
          let e = exp4(gap);
          if (j + 4 > k) e = v128.and(e, firstLanes(k - j));
          const eg = f32x4.mul(e, f32x4.max(gap, f32x4.splat(-100)));
          S = f32x4.add(S, e);
          D = f32x4.sub(D, eg);
          Q = madd(eg, f32x4.max(gap, f32x4.splat(-100)), Q);
        }
        total = <f64>sum4(S);
        const mean = <f64>sum4(D) / total;
        const entropy = NativeMath.log(total) + mean;
        const error = entropy - target;
        if (error < 1e-6 && error > -1e-6) break;
        if (error > 0) low = beta;
        else high = beta;
        // dH / d ln β = −β² Var
        const slope = <f64>sum4(Q) / total - mean * mean;
        let next = slope > 1e-9 ? beta * NativeMath.exp(min(2.0, max(-2.0, error / slope))) : low;
        if (!(next > low && next < high)) next = high == Infinity ? 4 * low : (low + high) / 2;
        if (next == beta) break;
        beta = next;
      }
      const minus = f32x4.splat(<f32>-beta);
      const each = f32x4.splat(share * <f32>(1 / total));
      for (let j = 0; j < k; j += 4) {
        const v = v128.load(at4(d, j));
        const e = exp4(f32x4.mul(minus, f32x4.sub(f32x4.mul(v, v), f32x4.splat(nearest))));
        const sums = madd(e, each, v128.load(at4(p, j)));
        if (j + 4 <= k) v128.store(at4(p, j), sums);
        else {
          store<f32>(at4(p, j), f32x4.extract_lane(sums, 0));
          if (j + 1 < k) store<f32>(at4(p, j + 1), f32x4.extract_lane(sums, 1));
          if (j + 2 < k) store<f32>(at4(p, j + 2), f32x4.extract_lane(sums, 2));
        }
      }
    }
    store<f64>(betas + ((<usize>i) << 3), beta);
  }
}

// @ts-ignore: decorator
@inline
function point2(y: usize, at: usize): usize {
  return y + ((<usize>load<i32>(at)) << 3);
}
// @ts-ignore: decorator
@inline
function point4(y: usize, at: usize): usize {
  return y + ((<usize>load<i32>(at)) << 4);
}

/**
 * One step of the descent for the rows of a chunk. The gradient, times n, is exaggeration · Σⱼ pᵢⱼ n K (yᵢ − yⱼ) −
 * repulsion · n / Z; momentum and gains are van der Maaten's (Jacobs 1988).
 * @param y  float32 [n, stride], stride 2 or 4; `next` takes the new places
 * @param field  float32 [n, 4], of `repulse`
 * @param starts  int32 [n + 1], in entries, multiples of four
 * @param columns  int32, rows' neighbours; @param weights  float32, pᵢⱼ n, 0 for padding
 * @param velocity  float32 [n, stride]; @param gains  float32 [n, stride]
 * @param reach  float64 [chunks, 2, 3], least and greatest coordinate
 * @param longest  how far a point may go at once
 * @param forceOnly  1: the gradient is stored as `next`, and nothing moves
 */
export function step(
  chunk: i32, thread: i32, dims: i32, n: i32, y: usize, next: usize, field: usize, starts: usize, columns: usize,
  weights: usize, velocity: usize, gains: usize, exaggeration: f32, repulsion: f32, rate: f32, momentum: f32,
  longest: f32, reach: usize, forceOnly: i32,
): void {
  const to = min(n, chunk * ROWS + ROWS);
  const stride = dims == 2 ? 2 : 4;
  let least = f32x4.splat(Infinity);
  let most = f32x4.splat(-Infinity);
  const one = f32x4.splat(1);
  for (let i = chunk * ROWS; i < to; i++) {
    const row = starts + ((<usize>i) << 2);
    const end = load<i32>(row, 4);
    const own = at4(y, i * stride);
    const X = v128.load32_splat(own);
    const Y = v128.load32_splat(own, 4);
    let GX = f32x4.splat(0);
    let GY = f32x4.splat(0);
    let GZ = f32x4.splat(0);
    let place: v128;
    if (dims == 2) {
      place = v128.load64_zero(own);
      for (let e = load<i32>(row); e < end; e += 4) {
        const at = columns + ((<usize>e) << 2);
        const ab = v128.load64_lane(point2(y, at + 4), v128.load64_zero(point2(y, at)), 1);
        const cd = v128.load64_lane(point2(y, at + 12), v128.load64_zero(point2(y, at + 8)), 1);
        const dx = f32x4.sub(X, v128.shuffle<f32>(ab, cd, 0, 2, 4, 6));
        const dy = f32x4.sub(Y, v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
        const r2 = madd(dy, dy, madd(dx, dx, one));
        const f = f32x4.div(v128.load(weights + ((<usize>e) << 2)), r2);
        GX = madd(f, dx, GX);
        GY = madd(f, dy, GY);
      }
    } else {
      place = v128.load(own);
      const Z = v128.load32_splat(own, 8);
      for (let e = load<i32>(row); e < end; e += 4) {
        const at = columns + ((<usize>e) << 2);
        const a = v128.load(point4(y, at));
        const b = v128.load(point4(y, at + 4));
        const c = v128.load(point4(y, at + 8));
        const d = v128.load(point4(y, at + 12));
        const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
        const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
        const dx = f32x4.sub(X, v128.shuffle<f64>(ab, cd, 0, 2));
        const dy = f32x4.sub(Y, v128.shuffle<f64>(ab, cd, 1, 3));
        const dz = f32x4.sub(Z, v128.shuffle<f32>(v128.shuffle<f32>(a, b, 2, 6, 2, 6), v128.shuffle<f32>(c, d, 2, 6, 2, 6), 0, 1, 4, 5));
        const r2 = madd(dz, dz, madd(dy, dy, madd(dx, dx, one)));
        const f = f32x4.div(v128.load(weights + ((<usize>e) << 2)), r2);
        GX = madd(f, dx, GX);
        GY = madd(f, dy, GY);
        GZ = madd(f, dz, GZ);
      }
    }
    const pull = f32x4(sum4(GX), sum4(GY), sum4(GZ), 0);
    const push = f32x4.mul(v128.load(at4(field, 4 * i)), f32x4(repulsion, repulsion, dims == 2 ? 0 : repulsion, 0));
    const gradient = f32x4.sub(f32x4.mul(pull, f32x4.splat(exaggeration)), push);
    const target = at4(next, i * stride);
    if (forceOnly) {
      if (dims == 2) v128.store64_lane(target, gradient, 0);
      else v128.store(target, gradient);
      continue;
    }
    const speedAt = at4(velocity, i * stride);
    const gainAt = at4(gains, i * stride);
    const speed = dims == 2 ? v128.load64_zero(speedAt) : v128.load(speedAt);
    const gain = dims == 2 ? v128.load64_zero(gainAt) : v128.load(gainAt);
    // faster where the gradient goes on against the movement, slower where it turns
    const along = f32x4.lt(f32x4.mul(gradient, speed), f32x4.splat(0));
    const raised = f32x4.add(gain, f32x4.splat(0.2));
    const lowered = f32x4.max(f32x4.mul(gain, f32x4.splat(0.8)), f32x4.splat(0.01));
    const newGain = v128.bitselect(raised, lowered, along);
    let move = f32x4.sub(
      f32x4.mul(f32x4.splat(momentum), speed),
      f32x4.mul(f32x4.mul(f32x4.splat(rate), newGain), gradient),
    );
    const length = sqrt<f32>(sum4(f32x4.mul(move, move)));
    if (length > longest) move = f32x4.mul(move, f32x4.splat(longest / length));
    const arrived = f32x4.add(place, move);
    least = f32x4.min(least, arrived);
    most = f32x4.max(most, arrived);
    if (dims == 2) {
      v128.store64_lane(target, arrived, 0);
      v128.store64_lane(speedAt, move, 0);
      v128.store64_lane(gainAt, newGain, 0);
    } else {
      v128.store(target, arrived);
      v128.store(speedAt, move);
      v128.store(gainAt, newGain);
    }
  }
  const box = reach + (<usize>chunk) * 48;
  store<f64>(box, <f64>f32x4.extract_lane(least, 0));
  store<f64>(box, <f64>f32x4.extract_lane(least, 1), 8);
  store<f64>(box, <f64>f32x4.extract_lane(least, 2), 16);
  store<f64>(box, <f64>f32x4.extract_lane(most, 0), 24);
  store<f64>(box, <f64>f32x4.extract_lane(most, 1), 32);
  store<f64>(box, <f64>f32x4.extract_lane(most, 2), 40);
}

/**
 * Σ p ln(1 + r²) over a chunk's rows, p being pᵢⱼ n.
 * @param sums  float64 [chunks]
 */
export function divergence(
  chunk: i32, thread: i32, dims: i32, n: i32, y: usize, starts: usize, columns: usize, weights: usize, sums: usize,
): void {
  const to = min(n, chunk * ROWS + ROWS);
  const stride = dims == 2 ? 2 : 4;
  const one = f32x4.splat(1);
  let total: f64 = 0;
  for (let i = chunk * ROWS; i < to; i++) {
    const row = starts + ((<usize>i) << 2);
    const end = load<i32>(row, 4);
    const own = at4(y, i * stride);
    const place = dims == 2 ? v128.load64_splat(own) : v128.load(own);
    let L = f32x4.splat(0);
    for (let e = load<i32>(row); e < end; e += 4) {
      const at = columns + ((<usize>e) << 2);
      let r2: v128;
      if (dims == 2) {
        let ab = v128.load64_lane(point2(y, at + 4), v128.load64_zero(point2(y, at)), 1);
        let cd = v128.load64_lane(point2(y, at + 12), v128.load64_zero(point2(y, at + 8)), 1);
        ab = f32x4.sub(place, ab);
        cd = f32x4.sub(place, cd);
        ab = f32x4.mul(ab, ab);
        cd = f32x4.mul(cd, cd);
        r2 = f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
      } else {
        const a = squared3(f32x4.sub(place, v128.load(point4(y, at))));
        const b = squared3(f32x4.sub(place, v128.load(point4(y, at + 4))));
        const c = squared3(f32x4.sub(place, v128.load(point4(y, at + 8))));
        const d = squared3(f32x4.sub(place, v128.load(point4(y, at + 12))));
        r2 = f32x4(a, b, c, d);
      }
      L = madd(v128.load(weights + ((<usize>e) << 2)), log4(f32x4.add(one, r2)), L);
    }
    total += <f64>sum4(L);
  }
  store<f64>(sums + ((<usize>chunk) << 3), total);
}

/** The square of a vector of three, and a zero. */
// @ts-ignore: decorator
@inline
function squared3(v: v128): f32 {
  return sum4(f32x4.mul(v, v));
}

/**
 * Σ p ln p and Σ p over a chunk of weights, four at a time.
 * @param sums  float64 [chunks, 2]
 */
export function weightSums(chunk: i32, thread: i32, weights: usize, n: i32, sums: usize): void {
  const to = min(n, (chunk + 1) << 14);
  const tiny = f32x4.splat(1e-30);
  let own: f64 = 0;
  let mass: f64 = 0;
  for (let e = chunk << 14; e < to; e += 4) {
    const p = v128.load(weights + ((<usize>e) << 2));
    own += <f64>sum4(f32x4.mul(p, log4(f32x4.max(p, tiny))));
    mass += <f64>sum4(p);
  }
  store<f64>(sums + ((<usize>chunk) << 4), own);
  store<f64>(sums + ((<usize>chunk) << 4), mass, 8);
}
