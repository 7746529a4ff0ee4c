/**
 * The repulsion of t-SNE: at each target the potential φ = Σⱼ K(|y − yⱼ|) and −½∇φ = Σⱼ K²·(y − yⱼ), with
 * K(r) = 1/(1 + r²), by particles and a mesh. K is a smooth kernel, which equals K beyond a radius and goes on inside it
 * as the start of K's Taylor series in r², plus what is left, which ends at that radius. The smooth part is spread to a
 * grid by cubic B-splines, convolved by FFT, and read off with its slope by the same splines; the rest is summed over
 * pairs of points in near cells.
 *
 * Grids are [n0][n1][w], n1 being 1 in two dimensions. What is called `geo` is a table of float64: h, 1/h, origin of w, of n1, of n0, squared radius (0: no near part,
 * negative: near part alone, of all pairs), w, n1, n0,
 * and what is to be added to φ from the grid.
 */
import { at4, madd, sum4 } from './lib/vector';

/** Rows of cells in a band: bands two apart write to different rows. */
const BAND: i32 = 4;
/** Targets in a chunk. */
const TARGETS: i32 = 256;
/** Cells that the near part reaches to each side. */
const REACH: i32 = 3;

// @ts-ignore: decorator
@inline
function geoF(geo: usize, i: i32): f32 {
  return <f32>load<f64>(geo + ((<usize>i) << 3));
}
// @ts-ignore: decorator
@inline
function geoI(geo: usize, i: i32): i32 {
  return <i32>load<f64>(geo + ((<usize>i) << 3));
}
// @ts-ignore: decorator
@inline
function i32At(p: usize, i: i32): i32 {
  return load<i32>(p + ((<usize>i) << 2));
}

/**
 * Sorts points by their cells, stably.
 * @param y  float32 [n, stride], stride 2 or 4
 * @param cells  int32 [n], scratch
 * @param starts  int32 [n0 n1 w + 2], where each cell's points begin, of which the last is scratch
 * @param order  int32 [n], the points by cell
 * @param sorted  float32 [dims][room], their coordinates
 * @returns Σ over cells of their points squared, if that is to be known
 */
export function sortCells(
  y: usize, n: i32, dims: i32, geo: usize, cells: usize, starts: usize, order: usize, sorted: usize, room: i32,
  judged: i32,
): f64 {
  const stride = dims == 2 ? 2 : 4;
  const inverse = geoF(geo, 1);
  const o0 = geoF(geo, 2);
  const o1 = geoF(geo, 3);
  const o2 = geoF(geo, 4);
  const w = geoI(geo, 6);
  const n1 = geoI(geo, 7);
  const total = w * n1 * geoI(geo, 8);
  memory.fill(starts, 0, (<usize>(total + 2)) << 2);
  for (let i = 0; i < n; i++) {
    const at = at4(y, i * stride);
    const cx = <i32>((load<f32>(at) - o0) * inverse);
    let cell = <i32>((load<f32>(at, 4) - (dims == 2 ? o2 : o1)) * inverse);
    if (dims == 3) cell += <i32>((load<f32>(at, 8) - o2) * inverse) * n1;
    cell = cell * w + cx;
    store<i32>(cells + ((<usize>i) << 2), cell);
    // two cells on: when the points have been put in place, each start has moved on by one
    const count = starts + ((<usize>cell) << 2);
    store<i32>(count, load<i32>(count, 8) + 1, 8);
  }
  let squares: f64 = 0;
  for (let c = 2; judged && c <= total + 1; c++) squares += <f64>i32At(starts, c) * <f64>i32At(starts, c);
  let sum = 0;
  for (let c = 2; c <= total + 1; c++) {
    const at = starts + ((<usize>c) << 2);
    sum += load<i32>(at);
    store<i32>(at, sum);
  }
  for (let i = 0; i < n; i++) {
    const at = starts + ((<usize>i32At(cells, i)) << 2);
    const to = load<i32>(at, 4);
    store<i32>(at, to + 1, 4);
    store<i32>(order + ((<usize>to) << 2), i);
    const from = at4(y, i * stride);
    store<f32>(at4(sorted, to), load<f32>(from));
    store<f32>(at4(sorted, room + to), load<f32>(from, 4));
    if (dims == 3) store<f32>(at4(sorted, 2 * room + to), load<f32>(from, 8));
  }
  return squares;
}

/** The cubic B-spline at its four nodes, for the share u of a cell. */
// @ts-ignore: decorator
@inline
function spline(u: f32): v128 {
  const U = f32x4.splat(u);
  let w = madd(U, f32x4(-1.0 / 6.0, 0.5, -0.5, 1.0 / 6.0), f32x4(0.5, -1, 0.5, 0));
  w = madd(U, w, f32x4(-0.5, 0, 0.5, 0));
  return madd(U, w, f32x4(1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0, 0));
}

/** Its slope by u. */
// @ts-ignore: decorator
@inline
function splineSlope(u: f32): v128 {
  const U = f32x4.splat(u);
  const w = madd(U, f32x4(-0.5, 1.5, -1.5, 0.5), f32x4(1, -2, 1, 0));
  return madd(U, w, f32x4(-0.5, 0, 0.5, 0));
}

// @ts-ignore: decorator
@inline
function lane(v: v128, a: i32): f32 {
  if (a == 0) return f32x4.extract_lane(v, 0);
  if (a == 1) return f32x4.extract_lane(v, 1);
  if (a == 2) return f32x4.extract_lane(v, 2);
  return f32x4.extract_lane(v, 3);
}

/** Adds the points of a band of cells, band 2 · chunk + parity, to the grid. */
export function spread(
  chunk: i32, thread: i32, parity: i32, dims: i32, geo: usize, starts: usize, sorted: usize, room: i32, grid: usize,
): void {
  const inverse = geoF(geo, 1);
  const o0 = geoF(geo, 2);
  const o1 = geoF(geo, 3);
  const o2 = geoF(geo, 4);
  const w = geoI(geo, 6);
  const n1 = geoI(geo, 7);
  const n0 = geoI(geo, 8);
  const first = (2 * chunk + parity) * BAND;
  if (first >= n0) return;
  const from = i32At(starts, first * n1 * w);
  const to = i32At(starts, min(n0, first + BAND) * n1 * w);
  for (let s = from; s < to; s++) {
    const x = (load<f32>(at4(sorted, s)) - o0) * inverse;
    const z = (load<f32>(at4(sorted, (dims - 1) * room + s)) - o2) * inverse;
    const cx = <i32>x;
    const cz = <i32>z;
    const wx = spline(x - <f32>cx);
    const wz = spline(z - <f32>cz);
    if (dims == 2) {
      let at = at4(grid, (cz - 1) * w + cx - 1);
      for (let a = 0; a < 4; a++) {
        v128.store(at, madd(wx, f32x4.splat(lane(wz, a)), v128.load(at)));
        at = at4(at, w);
      }
    } else {
      const y = (load<f32>(at4(sorted, room + s)) - o1) * inverse;
      const cy = <i32>y;
      const wy = spline(y - <f32>cy);
      for (let a = 0; a < 4; a++) {
        const wa = f32x4.mul(wx, f32x4.splat(lane(wz, a)));
        let at = at4(grid, ((cz - 1 + a) * n1 + cy - 1) * w + cx - 1);
        for (let b = 0; b < 4; b++) {
          v128.store(at, madd(wa, f32x4.splat(lane(wy, b)), v128.load(at)));
          at = at4(at, w);
        }
      }
    }
  }
}

/**
 * φ and −½∇φ at the targets of one chunk.
 * @param targets  float32 [dims][targetRoom]
 * @param order  int32 [m], the row of `out` of each target; 0: its own number
 * @param out  float32 [m, 4]: force, padded by zeros to three, φ
 * @param sums  float64 [chunks], sum of φ − 1 over the chunk
 */
export function repulse(
  chunk: i32, thread: i32, dims: i32, geo: usize, starts: usize, sorted: usize, room: i32, grid: usize,
  targets: usize, targetRoom: i32, m: i32, order: usize, out: usize, sums: usize,
): void {
  const inverse = geoF(geo, 1);
  const o0 = geoF(geo, 2);
  const o1 = geoF(geo, 3);
  const o2 = geoF(geo, 4);
  const limit = geoF(geo, 5);
  const w = geoI(geo, 6);
  const n1 = geoI(geo, 7);
  const n0 = geoI(geo, 8);
  const lift = geoF(geo, 9);
  const all = limit < 0;
  const scale: f32 = all ? 0 : 1 / (1 + limit);
  const from = chunk * TARGETS;
  const to = min(m, from + TARGETS);
  let sum: f64 = 0;
  for (let s = from; s < to; s++) {
    const px = load<f32>(at4(targets, s));
    const py = load<f32>(at4(targets, targetRoom + s));
    const pz: f32 = dims == 3 ? load<f32>(at4(targets, 2 * targetRoom + s)) : 0;
    let phi: f32 = 0;
    let fx: f32 = 0;
    let fy: f32 = 0;
    let fz: f32 = 0;
    const x = (px - o0) * inverse;
    const y = dims == 3 ? (py - o1) * inverse : 0;
    const z = ((dims == 3 ? pz : py) - o2) * inverse;
    const cx = <i32>x;
    const cy = <i32>y;
    const cz = <i32>z;
    if (!all) {
      const wx = spline(x - <f32>cx);
      const sx = splineSlope(x - <f32>cx);
      const wz = spline(z - <f32>cz);
      const sz = splineSlope(z - <f32>cz);
      let value = f32x4.splat(0);
      let slopeY = f32x4.splat(0);
      let slopeZ = f32x4.splat(0);
      if (dims == 2) {
        let at = at4(grid, (cz - 1) * w + cx - 1);
        for (let a = 0; a < 4; a++) {
          const v = v128.load(at);
          value = madd(v, f32x4.splat(lane(wz, a)), value);
          slopeZ = madd(v, f32x4.splat(lane(sz, a)), slopeZ);
          at = at4(at, w);
        }
        fy = sum4(f32x4.mul(slopeZ, wx));
      } else {
        const wy = spline(y - <f32>cy);
        const sy = splineSlope(y - <f32>cy);
        for (let a = 0; a < 4; a++) {
          let layer = f32x4.splat(0);
          let slope = f32x4.splat(0);
          let at = at4(grid, ((cz - 1 + a) * n1 + cy - 1) * w + cx - 1);
          for (let b = 0; b < 4; b++) {
            const v = v128.load(at);
            layer = madd(v, f32x4.splat(lane(wy, b)), layer);
            slope = madd(v, f32x4.splat(lane(sy, b)), slope);
            at = at4(at, w);
          }
          value = madd(layer, f32x4.splat(lane(wz, a)), value);
          slopeY = madd(slope, f32x4.splat(lane(wz, a)), slopeY);
          slopeZ = madd(layer, f32x4.splat(lane(sz, a)), slopeZ);
        }
        fy = sum4(f32x4.mul(slopeY, wx));
        fz = sum4(f32x4.mul(slopeZ, wx));
      }
      phi = sum4(f32x4.mul(value, wx)) + lift;
      fx = sum4(f32x4.mul(value, sx));
      const half: f32 = -0.5 * inverse;
      fx *= half;
      fy *= half;
      fz *= half;
    }
    if (limit != 0) {
      const X = f32x4.splat(px);
      const Y = f32x4.splat(py);
      const Z = f32x4.splat(pz);
      const one = f32x4.splat(1);
      const edge = f32x4.splat(all ? Infinity : limit);
      const c = f32x4.splat(scale);
      const minus = f32x4.splat(-scale);
      const shift = f32x4.splat(limit * scale);
      let P = f32x4.splat(0);
      let FX = f32x4.splat(0);
      let FY = f32x4.splat(0);
      let FZ = f32x4.splat(0);
      const x0 = all ? 0 : max(0, cx - REACH);
      const x1 = all ? w - 1 : min(w - 1, cx + REACH);
      const y0 = all ? 0 : max(0, cy - REACH);
      const y1 = all ? n1 - 1 : min(n1 - 1, cy + REACH);
      const z0 = all ? 0 : max(0, cz - REACH);
      const z1 = all ? n0 - 1 : min(n0 - 1, cz + REACH);
      for (let c0 = z0; c0 <= z1; c0++) {
        for (let c1 = y0; c1 <= y1; c1++) {
          const row = (c0 * n1 + c1) * w;
          const begin = i32At(starts, row + x0);
          const end = i32At(starts, row + x1 + 1);
          for (let j = begin; j < end; j += 4) {
            const dx = f32x4.sub(X, v128.load(at4(sorted, j)));
            const dy = f32x4.sub(Y, v128.load(at4(sorted, room + j)));
            let r2 = madd(dy, dy, f32x4.mul(dx, dx));
            let dz = r2;
            if (dims == 3) {
              dz = f32x4.sub(Z, v128.load(at4(sorted, 2 * room + j)));
              r2 = madd(dz, dz, r2);
            }
            const k = f32x4.div(one, f32x4.add(one, r2));
            let inside = f32x4.lt(r2, edge);
            if (j + 4 > end) {
              inside = v128.and(inside, i32x4.lt_s(i32x4(j, j + 1, j + 2, j + 3), i32x4.splat(end)));
            }
            let e = k;
            let f = f32x4.mul(k, k);
            if (!all) {
              // −t, t = (r² − limit) / (1 + limit): the series is (1 − t + t²) / (1 + limit)
              const t = madd(r2, minus, shift);
              e = f32x4.sub(k, madd(madd(t, t, t), c, c));
              f = f32x4.sub(f, f32x4.mul(madd(f32x4.add(t, t), c, c), c));
            }
            f = v128.and(f, inside);
            P = f32x4.add(P, v128.and(e, inside));
            FX = madd(f, dx, FX);
            FY = madd(f, dy, FY);
            if (dims == 3) FZ = madd(f, dz, FZ);
          }
        }
      }
      phi += sum4(P);
      fx += sum4(FX);
      fy += sum4(FY);
      fz += sum4(FZ);
    }
    sum += <f64>(phi - 1);
    const row = order == 0 ? s : i32At(order, s);
    v128.store(at4(out, 4 * row), f32x4(fx, fy, fz, phi));
  }
  store<f64>(sums + ((<usize>chunk) << 3), sum);
}

/**
 * The smooth kernel around node 0 of a periodic grid [m0][m1][m2], row `chunk` of m0.
 * @param lowered  1: K − 1, which keeps its digits where all points are near each other
 */
export function sampleKernel(
  chunk: i32, thread: i32, grid: usize, m0: i32, m1: i32, m2: i32, h: f32, limit: f32, lowered: i32,
): void {
  const a = <f32>min(chunk, m0 - chunk) * h;
  const scale: f32 = 1 / (1 + limit);
  for (let j = 0; j < m1; j++) {
    const b = <f32>min(j, m1 - j) * h;
    for (let i = 0; i < m2; i++) {
      const c = <f32>min(i, m2 - i) * h;
      const r2 = a * a + b * b + c * c;
      const t = (limit - r2) * scale;
      let value: f32 = (lowered ? -r2 : <f32>1) / (<f32>1 + r2);
      if (r2 < limit) value = (<f32>1 + t + t * t) * scale;
      store<f32>(at4(grid, (chunk * m1 + j) * m2 + i), value);
    }
  }
}
