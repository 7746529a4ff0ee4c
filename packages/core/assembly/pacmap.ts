/** PaCMAP: the descent over pairs of neighbours, mid-near and further points. */
import { pair2, pair3, third } from './lib/places';
import { at4, before, madd, sum4 } from './lib/vector';

/** Adam's constants, those of the reference implementation. */
const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPSILON: f32 = 1e-7;

/** As `pacmap3`, in the plane; places are [n, 2]. */
export function pacmap2(
  chunk: i32, thread: i32, points: i32, iteration: i32, n: i32, own: usize, other: usize, starts: usize,
  partners: usize, schedule: usize, momenta: usize, squares: usize,
): void {
  descend(2, chunk, points, iteration, n, own, other, starts, partners, schedule, momenta, squares);
}

/**
 * One chunk of an iteration, in space: each point takes the gradient of all its pairs, from where the others stood when
 * the iteration began, and one step of Adam (Kingma & Ba 2015).
 * @param points  in a chunk
 * @param iteration  which it is: `own` is read in even ones, `other` in odd ones
 * @param own, other  places, float32 [n, 4], the fourth zero: `own` is read in even iterations, `other` in odd ones
 * @param starts  int32 [3 n + 1]: of each point the neighbours, then the mid-near points, then the further ones
 * @param partners  uint32, and four more: the other end of each pair
 * @param schedule  float32 [iterations, 4]: the weights of the three kinds and Adam's rate
 * @param momenta, squares  Adam's means, float32 as the places
 */
export function pacmap3(
  chunk: i32, thread: i32, points: i32, iteration: i32, n: i32, own: usize, other: usize, starts: usize,
  partners: usize, schedule: usize, momenta: usize, squares: usize,
): void {
  descend(3, chunk, points, iteration, n, own, other, starts, partners, schedule, momenta, squares);
}

// @ts-ignore: decorator
@inline
function descend(
  dims: i32, chunk: i32, points: i32, iteration: i32, n: i32, own: usize, other: usize, starts: usize,
  partners: usize, schedule: usize, momenta: usize, squares: usize,
): void {
  const begin = chunk * points;
  const end = min(n, begin + points);

  const from = (iteration & 1) == 0 ? own : other;
  const to = (iteration & 1) == 0 ? other : own;
  const shift = dims == 2 ? 3 : 4;
  const plan = schedule + (<usize>iteration << 4);
  const rate = load<f32>(plan, 12);

  for (let i = begin; i < end; i++) {
    const at = <usize>i << shift;
    const x = f32x4.splat(load<f32>(from + at));
    const y = f32x4.splat(load<f32>(from + at, 4));
    const z = dims == 2 ? f32x4.splat(0) : f32x4.splat(load<f32>(from + at, 8));
    let gx = f32x4.splat(0);
    let gy = f32x4.splat(0);
    let gz = f32x4.splat(0);
    for (let kind = 0; kind < 3; kind++) {
      const weight = load<f32>(plan + (<usize>kind << 2));
      if (weight == 0) continue;
      // the derivative of d / (c + d), or of 1 / (1 + d), times the distance along an axis
      const softness: f32 = kind == 0 ? 10 : kind == 1 ? 10000 : 1;
      const factor = f32x4.splat(kind == 2 ? -2 * weight : 2 * softness * weight);
      const last = load<i32>(starts + (<usize>(3 * i + kind) << 2), 4);
      for (let e = load<i32>(starts + (<usize>(3 * i + kind) << 2)); e < last; e += 4) {
        const ends = v128.load(at4(partners, e));
        const p = i32x4.extract_lane(ends, 0);
        const q = i32x4.extract_lane(ends, 1);
        const r = i32x4.extract_lane(ends, 2);
        const s = i32x4.extract_lane(ends, 3);
        const front = dims == 2 ? pair2(from, p, q) : pair3(from, p, q);
        const back = dims == 2 ? pair2(from, r, s) : pair3(from, r, s);
        const tx = dims == 2 ? v128.shuffle<f32>(front, back, 0, 2, 4, 6) : v128.shuffle<f32>(front, back, 0, 1, 4, 5);
        const ty = dims == 2 ? v128.shuffle<f32>(front, back, 1, 3, 5, 7) : v128.shuffle<f32>(front, back, 2, 3, 6, 7);
        const dx = f32x4.sub(x, tx);
        const dy = f32x4.sub(y, ty);
        const dz = dims == 2 ? f32x4.splat(0) : f32x4.sub(z, third(from, ends));
        // d = 1 + the squared distance
        let d = madd(dx, dx, madd(dy, dy, f32x4.splat(1)));
        if (dims == 3) d = madd(dz, dz, d);
        const soft = f32x4.add(d, f32x4.splat(softness));
        const force = v128.and(f32x4.div(factor, f32x4.mul(soft, soft)), before(e, last));
        gx = madd(force, dx, gx);
        gy = madd(force, dy, gy);
        if (dims == 3) gz = madd(force, dz, gz);
      }
    }
    step(at, from, to, momenta, squares, rate, sum4(gx));
    step(at + 4, from, to, momenta, squares, rate, sum4(gy));
    if (dims == 3) step(at + 8, from, to, momenta, squares, rate, sum4(gz));
  }
}

// @ts-ignore: decorator
@inline
function step(at: usize, from: usize, to: usize, momenta: usize, squares: usize, rate: f32, gradient: f32): void {
  const m: f32 = BETA1 * load<f32>(momenta + at) + (1 - BETA1) * gradient;
  const v: f32 = BETA2 * load<f32>(squares + at) + (1 - BETA2) * gradient * gradient;
  store<f32>(momenta + at, m);
  store<f32>(squares + at, v);
  store<f32>(to + at, load<f32>(from + at) - (rate * m) / (sqrt(v) + EPSILON));
}
