/** Products of matrices: sums and second moments of columns, symmetric matrices times blocks, rows times few columns. */
import { at4, at8, madd } from './lib/vector';

/** Rows between two looks at the memory. */
const ROW_BLOCK: i32 = 128;
/** Columns in a chunk of `columnSums`. */
export const SUM_COLUMNS: i32 = 64;
/** Columns in a panel. */
export const PANEL: i32 = 8;
/** Rows in a chunk of `packSparse` and of `rowsTimes`. */
export const ROWS: i32 = 64;
/** Columns of the result in a chunk of `gramSparse`. */
export const BAND: i32 = 32;
/** Rows of the result in a chunk of `symmetricTimes`. */
export const PRODUCT_ROWS: i32 = 32;

/** As `madd`, on two doubles. */
// @ts-ignore: decorator
@inline
function madd64(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(f64x2.mul(a, b), c);
}

/**
 * Adds the rows of x to `sums`, notes in `varies` which columns differ from `first`, and counts in `filled` what is
 * not zero, for the columns of one chunk.
 * @param x       float32 [n, d]
 * @param first   float32 [d]
 * @param sums    float64 [d]
 * @param varies  int32 [d], set to 1 where it varies
 * @param filled  int32 [d], raised
 */
export function columnSums(
  chunk: i32, thread: i32, x: usize, n: i32, d: i32, first: usize, sums: usize, varies: usize, filled: usize,
): void {
  const from = chunk * SUM_COLUMNS;
  const to = min(d, from + SUM_COLUMNS);
  const zero = f32x4.splat(0);
  for (let start = 0; start < n; start += ROW_BLOCK) {
    const end = min(n, start + ROW_BLOCK);
    let j = from;
    for (; j + 4 <= to; j += 4) {
      const reference = v128.load(at4(first, j));
      let low = v128.load(at8(sums, j));
      let high = v128.load(at8(sums, j), 16);
      let differs = i32x4.splat(0);
      let count = v128.load(at4(filled, j));
      for (let i = start; i < end; i++) {
        const v = v128.load(at4(x, i * d + j));
        low = f64x2.add(low, f64x2.promote_low_f32x4(v));
        high = f64x2.add(high, f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3)));
        differs = v128.or(differs, f32x4.ne(v, reference));
        count = i32x4.sub(count, f32x4.ne(v, zero));
      }
      v128.store(at8(sums, j), low);
      v128.store(at8(sums, j), high, 16);
      v128.store(at4(varies, j), v128.or(v128.load(at4(varies, j)), v128.and(differs, i32x4.splat(1))));
      v128.store(at4(filled, j), count);
    }
    for (; j < to; j++) {
      const reference = load<f32>(at4(first, j));
      let sum = load<f64>(at8(sums, j));
      let differs = load<i32>(at4(varies, j));
      let count = load<i32>(at4(filled, j));
      for (let i = start; i < end; i++) {
        const v = load<f32>(at4(x, i * d + j));
        sum += <f64>v;
        differs |= <i32>(v != reference);
        count += <i32>(v != 0);
      }
      store<f64>(at8(sums, j), sum);
      store<i32>(at4(varies, j), differs);
      store<i32>(at4(filled, j), count);
    }
  }
}

/**
 * Packs the chosen columns of some rows, centred, eight side by side: panels[p, i, c] = x[i, columns[8p + c]] −
 * mean[8p + c]. A chunk is a panel; columns beyond `nColumns` are zeros.
 * @param x        float32 [n, d]
 * @param columns  int32 [nColumns]
 * @param mean     float64 [nColumns]
 * @param panels   float32 [⌈nColumns / 8⌉, n, 8]
 */
export function packPanels(
  chunk: i32, thread: i32, x: usize, n: i32, d: i32, columns: usize, mean: usize, nColumns: i32, panels: usize,
): void {
  const to = at4(panels, chunk * n * PANEL);
  for (let c = 0; c < PANEL; c++) {
    const k = chunk * PANEL + c;
    if (k >= nColumns) {
      for (let i = 0; i < n; i++) store<f32>(at4(to, i * PANEL + c), 0);
      continue;
    }
    const shift = load<f64>(at8(mean, k));
    let at = at4(x, load<i32>(at4(columns, k)));
    const stride = (<usize>d) << 2;
    for (let i = 0; i < n; i++, at += stride) {
      store<f32>(at4(to, i * PANEL + c), <f32>(<f64>load<f32>(at) - shift));
    }
  }
}

/** out[i … i + 4, j … j + 8] += the tile's sums; out is float64, `stride` wide. */
// @ts-ignore: decorator
@inline
function addRow(out: usize, a: v128, b: v128): void {
  v128.store(out, f64x2.add(v128.load(out), f64x2.promote_low_f32x4(a)));
  v128.store(out, f64x2.add(v128.load(out, 16), f64x2.promote_low_f32x4(i32x4.shuffle(a, a, 2, 3, 2, 3))), 16);
  v128.store(out, f64x2.add(v128.load(out, 32), f64x2.promote_low_f32x4(b)), 32);
  v128.store(out, f64x2.add(v128.load(out, 48), f64x2.promote_low_f32x4(i32x4.shuffle(b, b, 2, 3, 2, 3))), 48);
}

/**
 * Adds the inner products of the columns of panels, those of panel `chunk` with those of all panels from it on.
 * Sums over the n rows are in single precision, so n should be a few hundred; across calls they are in double.
 * @param panels  float32 [nPanels, n, 8]
 * @param out     float64 [8 · nPanels, 8 · nPanels], its upper triangle
 */
export function gramPanels(chunk: i32, thread: i32, panels: usize, nPanels: i32, n: i32, out: usize): void {
  const stride = nPanels * PANEL;
  const size = (<usize>n) * PANEL * 4;
  const left = panels + (<usize>chunk) * size;
  for (let q = chunk; q < nPanels; q++) {
    const right = panels + (<usize>q) * size;
    for (let half = 0; half < 2; half++) {
      let a = left + ((<usize>half) << 4);
      let b = right;
      const end = b + size;
      let s00 = f32x4.splat(0);
      let s01 = s00;
      let s10 = s00;
      let s11 = s00;
      let s20 = s00;
      let s21 = s00;
      let s30 = s00;
      let s31 = s00;
      for (; b < end; a += 32, b += 32) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        let v = v128.load32_splat(a);
        s00 = madd(v, b0, s00);
        s01 = madd(v, b1, s01);
        v = v128.load32_splat(a, 4);
        s10 = madd(v, b0, s10);
        s11 = madd(v, b1, s11);
        v = v128.load32_splat(a, 8);
        s20 = madd(v, b0, s20);
        s21 = madd(v, b1, s21);
        v = v128.load32_splat(a, 12);
        s30 = madd(v, b0, s30);
        s31 = madd(v, b1, s31);
      }
      const to = at8(out, (chunk * PANEL + half * 4) * stride + q * PANEL);
      const step = (<usize>stride) << 3;
      addRow(to, s00, s01);
      addRow(to + step, s10, s11);
      addRow(to + 2 * step, s20, s21);
      addRow(to + 3 * step, s30, s31);
    }
  }
}

/**
 * Packs the chosen columns of some rows as they are, and lists where they are not zero, for the rows of one chunk.
 * @param rows    float32 [n, width], width = nColumns rounded up to a multiple of four
 * @param places  int32 [n, width]: columns that are not zero, rising
 * @param fours   int32 [n, width / 4]: groups of four columns that are not all zero, rising
 * @param counts  int32 [n, 2]: how many of either
 */
export function packSparse(
  chunk: i32, thread: i32, x: usize, n: i32, d: i32, columns: usize, nColumns: i32, width: i32, rows: usize,
  places: usize, fours: usize, counts: usize,
): void {
  const from = chunk * ROWS;
  const to = min(n, from + ROWS);
  for (let i = from; i < to; i++) {
    const row = at4(x, i * d);
    const out = at4(rows, i * width);
    let place = at4(places, i * width);
    let four = at4(fours, i * (width >> 2));
    const firstPlace = place;
    const firstFour = four;
    let last = -1;
    for (let k = 0; k < nColumns; k++) {
      const value = load<f32>(at4(row, load<i32>(at4(columns, k))));
      store<f32>(at4(out, k), value);
      if (value == 0) continue;
      store<i32>(place, k);
      place += 4;
      if (k >> 2 == last) continue;
      last = k >> 2;
      store<i32>(four, last);
      four += 4;
    }
    store<i32>(at4(counts, 2 * i), <i32>((place - firstPlace) >> 2));
    store<i32>(at4(counts, 2 * i + 1), <i32>((four - firstFour) >> 2));
  }
}

/** The first of n rising numbers that is not below `value`. */
function lowerBound(list: usize, n: i32, value: i32): i32 {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<i32>(at4(list, middle)) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Adds the inner products of columns, not centred, over rows that are mostly zeros: those of the columns of one chunk
 * with all from them on. Sums over the n rows are in single precision, across calls in double.
 * @param sums  float32 [width, width], zeros before and after
 * @param out   float64 [width, width], its upper triangle; what is below may get anything
 */
export function gramSparse(
  chunk: i32, thread: i32, n: i32, width: i32, rows: usize, places: usize, fours: usize, counts: usize, sums: usize,
  out: usize,
): void {
  const from = chunk * BAND;
  const to = min(width, from + BAND);
  for (let i = 0; i < n; i++) {
    const row = at4(rows, i * width);
    const place = at4(places, i * width);
    const four = at4(fours, i * (width >> 2));
    const nPlaces = load<i32>(at4(counts, 2 * i));
    const endFour = at4(four, load<i32>(at4(counts, 2 * i + 1)));
    let p = lowerBound(place, nPlaces, from);
    const endPlace = lowerBound(place, nPlaces, to);
    let firstFour = four;
    // two columns at a time; what the second adds before its own place is not read
    for (; p < endPlace; p += 2) {
      const k = load<i32>(at4(place, p));
      const alone = p + 1 == endPlace; // then it adds nothing to itself
      const next = alone ? k : load<i32>(at4(place, p + 1));
      while (load<i32>(firstFour) < k >> 2) firstFour += 4;
      const v = v128.load32_splat(at4(row, k));
      const w = alone ? f32x4.splat(0) : v128.load32_splat(at4(row, next));
      const into = at4(sums, k * width);
      const beside = at4(sums, next * width);
      for (let at = firstFour; at < endFour; at += 4) {
        const offset = (<usize>load<i32>(at)) << 4;
        const u = v128.load(row + offset);
        v128.store(into + offset, madd(v, u, v128.load(into + offset)));
        v128.store(beside + offset, madd(w, u, v128.load(beside + offset)));
      }
    }
  }
  for (let k = from; k < to; k++) {
    for (let j = from; j < width; j += 4) {
      const at = at4(sums, k * width + j);
      const into = at8(out, k * width + j);
      const s = v128.load(at);
      v128.store(into, f64x2.add(v128.load(into), f64x2.promote_low_f32x4(s)));
      v128.store(into, f64x2.add(v128.load(into, 16), f64x2.promote_low_f32x4(i32x4.shuffle(s, s, 2, 3, 2, 3))), 16);
      v128.store(at, f32x4.splat(0));
    }
  }
}

/** to = factor · s + shift · v + back · u, four doubles. */
// @ts-ignore: decorator
@inline
function storeStrip(to: usize, v: usize, u: usize, s: v128, t: v128, factor: v128, shift: v128, back: v128): void {
  v128.store(to, madd64(back, v128.load(u), madd64(shift, v128.load(v), f64x2.mul(factor, s))));
  v128.store(to, madd64(back, v128.load(u, 16), madd64(shift, v128.load(v, 16), f64x2.mul(factor, t))), 16);
}

/**
 * out = factor · a v + shift · v + back · u, for the rows of one chunk. Blocks of vectors are in strips of four:
 * v[strip, row, 4]. u may be out.
 * @param a  float64 [m, m], m a multiple of four
 * @param v, u, out  float64 [strips, m, 4]
 */
export function symmetricTimes(
  chunk: i32, thread: i32, a: usize, m: i32, v: usize, strips: i32, u: usize, out: usize, factor: f64, shift: f64,
  back: f64,
): void {
  const from = chunk * PRODUCT_ROWS;
  const to = min(m, from + PRODUCT_ROWS);
  const step = (<usize>m) << 3;
  const vFactor = f64x2.splat(factor);
  const vShift = f64x2.splat(shift);
  const vBack = f64x2.splat(back);
  for (let i = from; i < to; i += 4) {
    for (let strip = 0; strip < strips; strip++) {
      let p = at8(a, i * m);
      const end = p + step;
      let b = at8(v, strip * m * 4);
      const base = b;
      let s00 = f64x2.splat(0), s01 = s00, s10 = s00, s11 = s00;
      let s20 = s00, s21 = s00, s30 = s00, s31 = s00;
      for (; p < end; p += 8, b += 32) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        let w = v128.load64_splat(p);
        s00 = madd64(w, b0, s00);
        s01 = madd64(w, b1, s01);
        w = v128.load64_splat(p + step);
        s10 = madd64(w, b0, s10);
        s11 = madd64(w, b1, s11);
        w = v128.load64_splat(p + 2 * step);
        s20 = madd64(w, b0, s20);
        s21 = madd64(w, b1, s21);
        w = v128.load64_splat(p + 3 * step);
        s30 = madd64(w, b0, s30);
        s31 = madd64(w, b1, s31);
      }
      const at = ((<usize>i) << 5);
      const target = at8(out, strip * m * 4) + at;
      const own = base + at;
      const earlier = at8(u, strip * m * 4) + at;
      storeStrip(target, own, earlier, s00, s01, vFactor, vShift, vBack);
      storeStrip(target + 32, own + 32, earlier + 32, s10, s11, vFactor, vShift, vBack);
      storeStrip(target + 64, own + 64, earlier + 64, s20, s21, vFactor, vShift, vBack);
      storeStrip(target + 96, own + 96, earlier + 96, s30, s31, vFactor, vShift, vBack);
    }
  }
}

/**
 * out = v · turn, for the rows of one chunk; blocks of vectors are in strips of four, v[strip, row, 4].
 * @param v, out  float64 [strips, m, 4], m a multiple of four
 * @param turn    float64 [strips, 4 · strips, 4]
 */
export function turnBlock(chunk: i32, thread: i32, v: usize, m: i32, strips: i32, turn: usize, out: usize): void {
  const from = chunk * PRODUCT_ROWS;
  const to = min(m, from + PRODUCT_ROWS);
  const step = (<usize>m) << 5;
  for (let i = from; i < to; i += 4) {
    for (let strip = 0; strip < strips; strip++) {
      let b = turn + ((<usize>(strip * strips)) << 7);
      let a = v + ((<usize>i) << 5);
      let s00 = f64x2.splat(0), s01 = s00, s10 = s00, s11 = s00;
      let s20 = s00, s21 = s00, s30 = s00, s31 = s00;
      for (let source = 0; source < strips; source++, a += step) {
        for (let p = a, end = a + 32; p < end; p += 8, b += 32) {
          const b0 = v128.load(b);
          const b1 = v128.load(b, 16);
          let w = v128.load64_splat(p);
          s00 = madd64(w, b0, s00);
          s01 = madd64(w, b1, s01);
          w = v128.load64_splat(p, 32);
          s10 = madd64(w, b0, s10);
          s11 = madd64(w, b1, s11);
          w = v128.load64_splat(p, 64);
          s20 = madd64(w, b0, s20);
          s21 = madd64(w, b1, s21);
          w = v128.load64_splat(p, 96);
          s30 = madd64(w, b0, s30);
          s31 = madd64(w, b1, s31);
        }
      }
      const target = out + ((<usize>(strip * m + i)) << 5);
      v128.store(target, s00);
      v128.store(target, s01, 16);
      v128.store(target, s10, 32);
      v128.store(target, s11, 48);
      v128.store(target, s20, 64);
      v128.store(target, s21, 80);
      v128.store(target, s30, 96);
      v128.store(target, s31, 112);
    }
  }
}

/**
 * out[j, i] = Σ a[r, j] b[r, i] over the rows r, for i ≤ j; blocks of vectors are in strips of four, a[strip, row, 4].
 * A chunk is a strip of a, the last first, since it has most to do.
 * @param a, b  float64 [strips, m, 4]
 * @param out   float64 [4 · strips, 4 · strips]: what is above the blocks of the diagonal is left as it is
 */
export function innerStrips(chunk: i32, thread: i32, a: usize, b: usize, m: i32, strips: i32, out: usize): void {
  const s = strips - 1 - chunk;
  const size = (<usize>m) << 5;
  for (let t = 0; t <= s; t++) {
    let p = a + <usize>s * size;
    let q = b + <usize>t * size;
    let s00 = f64x2.splat(0), s01 = s00, s10 = s00, s11 = s00;
    let s20 = s00, s21 = s00, s30 = s00, s31 = s00;
    for (const end = p + size; p < end; p += 32, q += 32) {
      const b0 = v128.load(q);
      const b1 = v128.load(q, 16);
      let w = v128.load64_splat(p);
      s00 = madd64(w, b0, s00);
      s01 = madd64(w, b1, s01);
      w = v128.load64_splat(p, 8);
      s10 = madd64(w, b0, s10);
      s11 = madd64(w, b1, s11);
      w = v128.load64_splat(p, 16);
      s20 = madd64(w, b0, s20);
      s21 = madd64(w, b1, s21);
      w = v128.load64_splat(p, 24);
      s30 = madd64(w, b0, s30);
      s31 = madd64(w, b1, s31);
    }
    const row = (<usize>strips) << 5;
    const to = out + <usize>(4 * s) * row + ((<usize>t) << 5);
    v128.store(to, s00);
    v128.store(to, s01, 16);
    v128.store(to + row, s10);
    v128.store(to + row, s11, 16);
    v128.store(to + 2 * row, s20);
    v128.store(to + 2 * row, s21, 16);
    v128.store(to + 3 * row, s30);
    v128.store(to + 3 * row, s31, 16);
  }
}

/**
 * The upper triangle, less n · mean meanᵀ, times scale, mirrored; for the rows of one chunk.
 * @param gram  float64 [m, m]
 * @param mean  float64 [m]; 0: nothing is taken off
 */
export function finishGram(chunk: i32, thread: i32, gram: usize, m: i32, mean: usize, n: i32, scale: f64): void {
  const from = chunk * BAND;
  // tile by tile: a walk down a column is slow
  for (let tile = from; tile < m; tile += BAND) {
    for (let i = from; i < min(m, from + BAND); i++) {
      const shift = mean == 0 ? 0 : <f64>n * load<f64>(at8(mean, i));
      for (let j = max(i, tile); j < min(m, tile + BAND); j++) {
        const off = mean == 0 ? 0 : shift * load<f64>(at8(mean, j));
        const value = (load<f64>(at8(gram, i * m + j)) - off) * scale;
        store<f64>(at8(gram, i * m + j), value);
        store<f64>(at8(gram, j * m + i), value);
      }
    }
  }
}

/**
 * out = (x − mean) w, for the rows of one chunk, in single precision.
 * @param x     float32 [n, d]
 * @param mean  float32 [d]
 * @param w     float32 [⌈k / 8⌉, d, 8], columns in panels of eight
 * @param out   float32 [n, 8 · ⌈k / 8⌉]
 */
export function rowsTimes(
  chunk: i32, thread: i32, x: usize, n: i32, d: i32, mean: usize, w: usize, nPanels: i32, out: usize,
): void {
  const from = chunk * ROWS;
  const to = min(n, from + ROWS);
  const width = nPanels * PANEL;
  for (let i = from; i < to; i += 4) {
    // the last rows are done again rather than in a loop of their own
    const r0 = min(i, max(0, n - 4));
    const x0 = at4(x, r0 * d);
    const x1 = at4(x, min(r0 + 1, n - 1) * d);
    const x2 = at4(x, min(r0 + 2, n - 1) * d);
    const x3 = at4(x, min(r0 + 3, n - 1) * d);
    for (let panel = 0; panel < nPanels; panel++) {
      let b = at4(w, panel * d * PANEL);
      let s00 = f32x4.splat(0);
      let s01 = s00;
      let s10 = s00;
      let s11 = s00;
      let s20 = s00;
      let s21 = s00;
      let s30 = s00;
      let s31 = s00;
      for (let j: usize = 0, end = (<usize>d) << 2; j < end; j += 4, b += 32) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        const shift = load<f32>(mean + j);
        let v = f32x4.splat(load<f32>(x0 + j) - shift);
        s00 = madd(v, b0, s00);
        s01 = madd(v, b1, s01);
        v = f32x4.splat(load<f32>(x1 + j) - shift);
        s10 = madd(v, b0, s10);
        s11 = madd(v, b1, s11);
        v = f32x4.splat(load<f32>(x2 + j) - shift);
        s20 = madd(v, b0, s20);
        s21 = madd(v, b1, s21);
        v = f32x4.splat(load<f32>(x3 + j) - shift);
        s30 = madd(v, b0, s30);
        s31 = madd(v, b1, s31);
      }
      const at = at4(out, r0 * width + panel * PANEL);
      v128.store(at, s00);
      v128.store(at, s01, 16);
      if (r0 + 1 < n) {
        v128.store(at4(at, width), s10);
        v128.store(at4(at, width), s11, 16);
      }
      if (r0 + 2 < n) {
        v128.store(at4(at, 2 * width), s20);
        v128.store(at4(at, 2 * width), s21, 16);
      }
      if (r0 + 3 < n) {
        v128.store(at4(at, 3 * width), s30);
        v128.store(at4(at, 3 * width), s31, 16);
      }
    }
  }
}
