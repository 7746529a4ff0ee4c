/**
 * Convolution of a real grid [n0][n1][w] with an even kernel, by FFT: the grid is the corner of a larger one,
 * [m0][m1][m2], that is zero elsewhere; n1 = m1 = 1 in two dimensions. Lines that are all zero are not transformed, nor
 * those that nobody asks for.
 *
 * The four lanes of a vector are four transforms side by side. An element is a pair of vectors, real and imaginary;
 * the order is Stockham's, so that nothing is permuted.
 */
import { at4, madd } from './lib/vector';

// @ts-ignore: decorator
@inline
function i32At(p: usize, i: i32): i32 {
  return load<i32>(p + ((<usize>i) << 2));
}

// @ts-ignore: decorator
@inline
function at8(p: usize, i: i32): usize {
  return p + ((<usize>i) << 5);
}

/** Stores (re, im) · (wr, wi). */
// @ts-ignore: decorator
@inline
function turned(to: usize, re: v128, im: v128, wr: v128, wi: v128): void {
  v128.store(to, f32x4.sub(f32x4.mul(re, wr), f32x4.mul(im, wi)));
  v128.store(to, madd(re, wi, f32x4.mul(im, wr)), 16);
}

/**
 * Forward FFT of n elements.
 * @param table  float32 [n][2], cos and −sin of 2πj/n
 * @param radices  int32: how many, then each of 2, 3, 4, 5
 * @returns where the result is, x or y
 */
function fft(n: i32, x: usize, y: usize, table: usize, radices: usize): usize {
  const stages = load<i32>(radices);
  let length = n;
  let s = 1;
  for (let stage = 1; stage <= stages; stage++) {
    const r = i32At(radices, stage);
    const m = length / r;
    for (let p = 0; p < m; p++) {
      const w1 = table + ((<usize>(p * s)) << 3);
      const w1r = v128.load32_splat(w1);
      const w1i = v128.load32_splat(w1, 4);
      const to = at8(y, s * r * p);
      const from = at8(x, s * p);
      const far = (<usize>(s * m)) << 5;
      const step = (<usize>s) << 5;
      if (r == 4) {
        const w2 = table + ((<usize>(2 * p * s)) << 3);
        const w3 = table + ((<usize>(3 * p * s)) << 3);
        const w2r = v128.load32_splat(w2);
        const w2i = v128.load32_splat(w2, 4);
        const w3r = v128.load32_splat(w3);
        const w3i = v128.load32_splat(w3, 4);
        for (let q = 0; q < s; q++) {
          const a = at8(from, q);
          const b = a + far;
          const c = b + far;
          const d = c + far;
          const acr = f32x4.add(v128.load(a), v128.load(c));
          const aci = f32x4.add(v128.load(a, 16), v128.load(c, 16));
          const amr = f32x4.sub(v128.load(a), v128.load(c));
          const ami = f32x4.sub(v128.load(a, 16), v128.load(c, 16));
          const bdr = f32x4.add(v128.load(b), v128.load(d));
          const bdi = f32x4.add(v128.load(b, 16), v128.load(d, 16));
          const bmr = f32x4.sub(v128.load(b), v128.load(d));
          const bmi = f32x4.sub(v128.load(b, 16), v128.load(d, 16));
          const o = at8(to, q);
          v128.store(o, f32x4.add(acr, bdr));
          v128.store(o, f32x4.add(aci, bdi), 16);
          turned(o + step, f32x4.add(amr, bmi), f32x4.sub(ami, bmr), w1r, w1i);
          turned(o + 2 * step, f32x4.sub(acr, bdr), f32x4.sub(aci, bdi), w2r, w2i);
          turned(o + 3 * step, f32x4.sub(amr, bmi), f32x4.add(ami, bmr), w3r, w3i);
        }
      } else if (r == 2) {
        for (let q = 0; q < s; q++) {
          const a = at8(from, q);
          const b = a + far;
          const o = at8(to, q);
          const ar = v128.load(a);
          const ai = v128.load(a, 16);
          const br = v128.load(b);
          const bi = v128.load(b, 16);
          v128.store(o, f32x4.add(ar, br));
          v128.store(o, f32x4.add(ai, bi), 16);
          turned(o + step, f32x4.sub(ar, br), f32x4.sub(ai, bi), w1r, w1i);
        }
      } else if (r == 3) {
        const w2 = table + ((<usize>(2 * p * s)) << 3);
        const w2r = v128.load32_splat(w2);
        const w2i = v128.load32_splat(w2, 4);
        const half = f32x4.splat(-0.5);
        const sine = f32x4.splat(0.8660254037844386);
        for (let q = 0; q < s; q++) {
          const a = at8(from, q);
          const b = a + far;
          const c = b + far;
          const o = at8(to, q);
          const ar = v128.load(a);
          const ai = v128.load(a, 16);
          const sr = f32x4.add(v128.load(b), v128.load(c));
          const si = f32x4.add(v128.load(b, 16), v128.load(c, 16));
          const dr = f32x4.mul(sine, f32x4.sub(v128.load(b), v128.load(c)));
          const di = f32x4.mul(sine, f32x4.sub(v128.load(b, 16), v128.load(c, 16)));
          const mr = madd(half, sr, ar);
          const mi = madd(half, si, ai);
          v128.store(o, f32x4.add(ar, sr));
          v128.store(o, f32x4.add(ai, si), 16);
          turned(o + step, f32x4.add(mr, di), f32x4.sub(mi, dr), w1r, w1i);
          turned(o + 2 * step, f32x4.sub(mr, di), f32x4.add(mi, dr), w2r, w2i);
        }
      } else {
        fifths(s, from, far, to, step, table, p * s);
      }
    }
    length = m;
    s *= r;
    const kept = x;
    x = y;
    y = kept;
  }
  return x;
}

function fifths(s: i32, from: usize, far: usize, to: usize, step: usize, table: usize, turn: i32): void {
  const c1 = f32x4.splat(0.30901699437494745);
  const c2 = f32x4.splat(-0.8090169943749475);
  const s1 = f32x4.splat(0.9510565162951535);
  const s2 = f32x4.splat(0.5877852522924731);
  const w = (<usize>turn) << 3;
  for (let q = 0; q < s; q++) {
    const a = at8(from, q);
    const b = a + far;
    const c = b + far;
    const d = c + far;
    const e = d + far;
    const o = at8(to, q);
    const ar = v128.load(a);
    const ai = v128.load(a, 16);
    const ber = f32x4.add(v128.load(b), v128.load(e));
    const bei = f32x4.add(v128.load(b, 16), v128.load(e, 16));
    const bmr = f32x4.sub(v128.load(b), v128.load(e));
    const bmi = f32x4.sub(v128.load(b, 16), v128.load(e, 16));
    const cdr = f32x4.add(v128.load(c), v128.load(d));
    const cdi = f32x4.add(v128.load(c, 16), v128.load(d, 16));
    const cmr = f32x4.sub(v128.load(c), v128.load(d));
    const cmi = f32x4.sub(v128.load(c, 16), v128.load(d, 16));
    v128.store(o, f32x4.add(ar, f32x4.add(ber, cdr)));
    v128.store(o, f32x4.add(ai, f32x4.add(bei, cdi)), 16);
    let mr = madd(c2, cdr, madd(c1, ber, ar));
    let mi = madd(c2, cdi, madd(c1, bei, ai));
    let tr = madd(s2, cmr, f32x4.mul(s1, bmr));
    let ti = madd(s2, cmi, f32x4.mul(s1, bmi));
    turned(o + step, f32x4.add(mr, ti), f32x4.sub(mi, tr), splatAt(table, w), splatAt(table, w + 4));
    turned(o + 4 * step, f32x4.sub(mr, ti), f32x4.add(mi, tr), splatAt(table, 4 * w), splatAt(table, 4 * w + 4));
    mr = madd(c1, cdr, madd(c2, ber, ar));
    mi = madd(c1, cdi, madd(c2, bei, ai));
    tr = f32x4.sub(f32x4.mul(s2, bmr), f32x4.mul(s1, cmr));
    ti = f32x4.sub(f32x4.mul(s2, bmi), f32x4.mul(s1, cmi));
    turned(o + 2 * step, f32x4.add(mr, ti), f32x4.sub(mi, tr), splatAt(table, 2 * w), splatAt(table, 2 * w + 4));
    turned(o + 3 * step, f32x4.sub(mr, ti), f32x4.add(mi, tr), splatAt(table, 3 * w), splatAt(table, 3 * w + 4));
  }
}

// @ts-ignore: decorator
@inline
function splatAt(p: usize, offset: usize): v128 {
  return v128.load32_splat(p + offset);
}

/** Four rows of four floats, 32 bytes apart from `to` on ← the columns of four vectors. */
// @ts-ignore: decorator
@inline
function storeTransposed(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f64>(ab, cd, 0, 2));
  v128.store(to, v128.shuffle<f64>(ab, cd, 1, 3), 32);
  v128.store(to, v128.shuffle<f64>(ab2, cd2, 0, 2), 64);
  v128.store(to, v128.shuffle<f64>(ab2, cd2, 1, 3), 96);
}

/**
 * Real grid → half spectrum along its first axis, for eight columns of w: the first four are the real, the others the
 * imaginary part of one transform. No halving: what comes out is doubled.
 * @param spectrum  float32 [kGroups][n1][w][2][4], kGroups = ⌈(m0/2 + 1) / 4⌉, lanes are four frequencies
 * @param scratch  per thread 2 (m0 + 4) elements
 */
export function outerForward(
  chunk: i32, thread: i32, grid: usize, n0: i32, n1: i32, w: i32, m0: i32, table: usize, radices: usize,
  spectrum: usize, scratch: usize, scratchBytes: i32,
): void {
  const eighths = w >> 3;
  const mid = chunk / eighths;
  const column = (chunk - mid * eighths) << 3;
  const x = scratch + <usize>thread * <usize>scratchBytes;
  const other = at8(x, m0 + 4);
  let from = at4(grid, mid * w + column);
  const step = (<usize>(n1 * w)) << 2;
  for (let i = 0; i < n0; i++) {
    v128.store(at8(x, i), v128.load(from));
    v128.store(at8(x, i), v128.load(from, 16), 16);
    from += step;
  }
  memory.fill(at8(x, n0), 0, (<usize>(m0 - n0)) << 5);
  const z = fft(m0, x, other, table, radices);
  const t = z == x ? other : x;
  const half = m0 >> 1;
  for (let group = 0; 4 * group <= half; group++) {
    for (let l = 0; l < 4; l++) {
      const k = 4 * group + l;
      // t: [4 lanes of k][A.re, A.im, B.re, B.im]
      const to = t + ((<usize>l) << 6);
      if (k > half) {
        memory.fill(to, 0, 64);
        continue;
      }
      const a = at8(z, k);
      const b = at8(z, k == 0 ? 0 : m0 - k);
      const ar = v128.load(a);
      const ai = v128.load(a, 16);
      const br = v128.load(b);
      const bi = v128.load(b, 16);
      v128.store(to, f32x4.add(ar, br));
      v128.store(to, f32x4.sub(ai, bi), 16);
      v128.store(to, f32x4.add(ai, bi), 32);
      v128.store(to, f32x4.sub(br, ar), 48);
    }
    const to = at8(spectrum, (group * n1 + mid) * w + column);
    for (let part = 0; part < 4; part++) {
      const p = t + ((<usize>part) << 4);
      storeTransposed(
        to + (part >= 2 ? 128 : 0) + (part & 1 ? 16 : 0),
        v128.load(p), v128.load(p, 64), v128.load(p, 128), v128.load(p, 192),
      );
    }
  }
}

/** Back: the half spectrum → the real grid's first n0 rows. */
export function outerInverse(
  chunk: i32, thread: i32, grid: usize, n0: i32, n1: i32, w: i32, m0: i32, table: usize, radices: usize,
  spectrum: usize, scratch: usize, scratchBytes: i32,
): void {
  const eighths = w >> 3;
  const mid = chunk / eighths;
  const column = (chunk - mid * eighths) << 3;
  const x = scratch + <usize>thread * <usize>scratchBytes;
  const other = at8(x, m0 + 4);
  const half = m0 >> 1;
  // the same exchange of real and imaginary part before and after makes the forward transform the inverse one
  for (let group = 0; 4 * group <= half; group++) {
    const from = at8(spectrum, (group * n1 + mid) * w + column);
    const t = other;
    for (let part = 0; part < 4; part++) {
      const p = from + (part >= 2 ? 128 : 0) + (part & 1 ? 16 : 0);
      const to = t + ((<usize>part) << 4);
      const a = v128.load(p);
      const b = v128.load(p, 32);
      const c = v128.load(p, 64);
      const d = v128.load(p, 96);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f64>(ab, cd, 0, 2));
      v128.store(to, v128.shuffle<f64>(ab, cd, 1, 3), 64);
      v128.store(to, v128.shuffle<f64>(ab2, cd2, 0, 2), 128);
      v128.store(to, v128.shuffle<f64>(ab2, cd2, 1, 3), 192);
    }
    for (let l = 0; l < 4; l++) {
      const k = 4 * group + l;
      if (k > half) break;
      const p = t + ((<usize>l) << 6);
      const ar = v128.load(p);
      const ai = v128.load(p, 16);
      const br = v128.load(p, 32);
      const bi = v128.load(p, 48);
      const low = at8(x, k);
      v128.store(low, f32x4.sub(ar, bi), 16);
      v128.store(low, f32x4.add(ai, br));
      if (k > 0 && k < half) {
        const high = at8(x, m0 - k);
        v128.store(high, f32x4.add(ar, bi), 16);
        v128.store(high, f32x4.sub(br, ai));
      }
    }
  }
  const z = fft(m0, x, other, table, radices);
  let to = at4(grid, mid * w + column);
  const step = (<usize>(n1 * w)) << 2;
  for (let i = 0; i < n0; i++) {
    v128.store(to, v128.load(at8(z, i), 16));
    v128.store(to, v128.load(at8(z, i)), 16);
    to += step;
  }
}

/**
 * Four frequencies of the first axis: forward along the others, times the kernel's spectrum, and back; with `factors`
 * the kernel's own spectrum is made instead, of a grid that is full.
 * @param kernel  float32 [kGroups][m1][m2][4]
 * @param factors  float32: m0 padded to a multiple of 8, m1, m2 numbers, by whose products the kernel is multiplied; 0
 * @param scratch  per thread m1 m2 + 2 max(m1, m2) elements
 */
export function inner(
  chunk: i32, thread: i32, spectrum: usize, n1: i32, w: i32, m0: i32, m1: i32, m2: i32, table1: usize, radices1: usize,
  table2: usize, radices2: usize, kernel: usize, factors: usize, scratch: usize, scratchBytes: i32,
): void {
  const plane = scratch + <usize>thread * <usize>scratchBytes;
  const x = at8(plane, m1 * m2);
  const y = at8(x, max(m1, m2));
  for (let j = 0; j < n1; j++) {
    memory.copy(x, at8(spectrum, (chunk * n1 + j) * w), (<usize>w) << 5);
    memory.fill(at8(x, w), 0, (<usize>(m2 - w)) << 5);
    memory.copy(at8(plane, j * m2), fft(m2, x, y, table2, radices2), (<usize>m2) << 5);
  }
  for (let i = 0; i < m2; i++) {
    let z = at8(plane, i);
    if (m1 > 1) {
      for (let j = 0; j < n1; j++) {
        const from = at8(plane, j * m2 + i);
        v128.store(at8(x, j), v128.load(from));
        v128.store(at8(x, j), v128.load(from, 16), 16);
      }
      memory.fill(at8(x, n1), 0, (<usize>(m1 - n1)) << 5);
      z = fft(m1, x, y, table1, radices1);
    }
    let at = at4(kernel, (chunk * m1 * m2 + i) << 2);
    const row = (<usize>m2) << 4;
    if (factors != 0) {
      const f0 = v128.load(at4(factors, 4 * chunk));
      const f1 = at4(factors, (m0 + 7) & ~7);
      const f2 = f32x4.mul(f0, v128.load32_splat(at4(f1, m1 + i)));
      for (let j = 0; j < m1; j++) {
        const f = f32x4.mul(f2, v128.load32_splat(at4(f1, j)));
        v128.store(at, f32x4.mul(v128.load(at8(z, j)), f));
        at += row;
      }
      continue;
    }
    for (let j = 0; j < m1; j++) {
      const g = v128.load(at);
      const p = at8(z, j);
      const re = f32x4.mul(v128.load(p), g);
      v128.store(p, f32x4.mul(v128.load(p, 16), g));
      v128.store(p, re, 16);
      at += row;
    }
    if (m1 == 1) continue;
    z = fft(m1, z, z == x ? y : x, table1, radices1);
    for (let j = 0; j < n1; j++) {
      const to = at8(plane, j * m2 + i);
      v128.store(to, v128.load(at8(z, j)));
      v128.store(to, v128.load(at8(z, j), 16), 16);
    }
  }
  if (factors != 0) return;
  for (let j = 0; j < n1; j++) {
    // still exchanged, so that this is the inverse
    memory.copy(x, at8(plane, j * m2), (<usize>m2) << 5);
    const z = fft(m2, x, y, table2, radices2);
    const to = at8(spectrum, (chunk * n1 + j) * w);
    for (let i = 0; i < w; i++) {
      v128.store(at8(to, i), v128.load(at8(z, i), 16));
      v128.store(at8(to, i), v128.load(at8(z, i)), 16);
    }
  }
}
