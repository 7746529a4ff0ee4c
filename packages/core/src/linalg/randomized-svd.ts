/**
 * The leading singular values and vectors by random projection: the range of A is caught by A (AᵀA)^q Ω for a random
 * Ω, made orthonormal by QR between powers, and the small problem inside it is solved exactly.
 *
 * Halko, Martinsson & Tropp 2011, algorithms 4.4 and 5.1.
 */
import { InputError, random } from '../base/index.ts';
import type { Matrix, Steps } from '../base/index.ts';
import { eigenSteps, fixSigns } from './eigen.ts';
import { qr } from './factor.ts';
import { matrix64, multiply, multiplyTransposed, transposed } from './matrix64.ts';
import type { Matrix64 } from './matrix64.ts';

/** Rows in a step of a product. */
const BLOCK = 256;

/** A matrix known by its products, A being [rows, cols]. */
export interface LinearMap {
  readonly rows: number;
  readonly cols: number;
  /** A · w, w being [cols, k] */
  times(w: Matrix64): Steps<Matrix64>;
  /** Aᵀ · y, y being [rows, k] */
  transposedTimes(y: Matrix64): Steps<Matrix64>;
}

export interface Svd {
  /** k of them, greatest first */
  readonly singularValues: Float64Array;
  /** [rows, k], left vectors in columns; zeros where the singular value is zero */
  readonly u: Matrix64;
  /** [k, cols], right vectors in rows, the greatest component of each by magnitude positive */
  readonly vt: Matrix64;
}

export interface RandomizedSvdOptions {
  /** directions beyond k that are carried along */
  oversampling?: number;
  /** how often the spectrum is squared; more sharpens the small values; 7 for few of many directions, else 4 */
  nPowers?: number;
  seed?: number;
}

/**
 * The k leading singular triplets, in steps of a block of rows.
 * @throws InputError unless 1 ≤ k ≤ min(rows, cols)
 */
export function* randomizedSvdSteps(
  a: LinearMap,
  k: number,
  { oversampling = 10, nPowers = k < 0.1 * Math.min(a.rows, a.cols) ? 7 : 4, seed = 0 }: RandomizedSvdOptions = {},
): Steps<Svd> {
  const most = Math.min(a.rows, a.cols);
  if (!Number.isInteger(k) || k < 1 || k > most) {
    throw new InputError(`randomised SVD of ${a.rows} × ${a.cols}: got k = ${k}, expected 1 … ${most}`);
  }
  const width = Math.min(most, k + oversampling);
  const rng = random(seed);
  let w = matrix64(a.cols, width);
  for (let i = 0; i < w.data.length; i++) w.data[i] = rng.normal();

  const nProducts = 2 * nPowers + 2;
  let product = 0;
  const within = function* (steps: Steps<Matrix64>): Steps<Matrix64> {
    for (;;) {
      const { done, value } = steps.next();
      if (done) {
        product++;
        return value;
      }
      yield (product + value) / nProducts;
    }
  };
  for (let power = 0; power < nPowers; power++) {
    const { q } = qr(yield* within(a.times(w)));
    w = qr(yield* within(a.transposedTimes(q))).q;
  }
  const { q } = qr(yield* within(a.times(w)));
  // A ≈ Q (AᵀQ)ᵀ, and AᵀQ = Q₂R, so A's right vectors are Q₂ times the eigenvectors of R Rᵀ
  const { q: q2, r } = qr(yield* within(a.transposedTimes(q)));
  const { values, vectors } = yield* eigenSteps(multiply(r, transposed(r)));

  const inner = matrix64(k, width, vectors.data.slice(0, k * width));
  const vt = multiply(inner, transposed(q2));
  fixSigns(vt);
  const singularValues = values.slice(0, k).map((value) => Math.sqrt(Math.max(0, value)));
  const u = multiply(q, multiplyTransposed(r, multiplyTransposed(q2, transposed(vt))));
  for (let i = 0; i < u.rows; i++) {
    for (let j = 0; j < k; j++) u.data[i * k + j] *= singularValues[j] > 0 ? 1 / singularValues[j] : 0;
  }
  return { singularValues, u, vt };
}

/** x − 1 meanᵀ as a linear map, never formed, so that zeros in x cost nothing. */
export function centredMap(x: Matrix, mean: Float64Array): LinearMap {
  const { data, rows, cols } = x;
  return {
    rows,
    cols,
    *times(w) {
      const k = w.cols;
      const out = matrix64(rows, k);
      const shift = multiply(matrix64(1, cols, mean), w).data;
      const places = new Int32Array(cols + 3);
      const values = new Float64Array(cols + 3);
      for (let i = 0; i < rows; i++) {
        const n = nonZeros(data, i * cols, cols, places, values);
        const to = out.data.subarray(i * k, (i + 1) * k);
        for (let c = 0; c < k; c++) to[c] = -shift[c];
        for (let p = 0; p < n; p += 4) addFour(to, k, values, p, w.data, places);
        if (i % BLOCK === BLOCK - 1) yield i / rows;
      }
      return out;
    },
    *transposedTimes(y) {
      const k = y.cols;
      const out = matrix64(cols, k);
      const total = new Float64Array(k);
      const places = new Int32Array(4);
      const values = new Float64Array(4);
      for (let i = 0; i < rows; i++) for (let c = 0; c < k; c++) total[c] += y.data[i * k + c];
      for (let i = 0; i < rows; i += 4) {
        const last = rows - 1;
        for (let p = 0; p < 4; p++) places[p] = Math.min(i + p, last);
        for (let j = 0; j < cols; j++) {
          let any = 0;
          for (let p = 0; p < 4; p++) {
            values[p] = i + p <= last ? data[places[p] * cols + j] : 0;
            any += Math.abs(values[p]);
          }
          if (any > 0) addFour(out.data.subarray(j * k, (j + 1) * k), k, values, 0, y.data, places);
        }
        if (i % BLOCK === 0) yield i / rows;
      }
      for (let j = 0; j < cols; j++) for (let c = 0; c < k; c++) out.data[j * k + c] -= mean[j] * total[c];
      return out;
    },
  };
}

/** Gathers the non-zero entries of a row, padded by zeros to a multiple of four. */
function nonZeros(data: Float32Array, at: number, cols: number, places: Int32Array, values: Float64Array): number {
  let n = 0;
  for (let j = 0; j < cols; j++) {
    const value = data[at + j];
    if (value === 0) continue;
    places[n] = j;
    values[n++] = value;
  }
  for (let pad = n; pad % 4 !== 0; pad++) {
    places[pad] = 0;
    values[pad] = 0;
  }
  return n;
}

/** to += Σ values[p + t] · rows[places[p + t]], t = 0 … 3, rows being k wide. */
function addFour(
  to: Float64Array,
  k: number,
  values: Float64Array,
  p: number,
  rows: Float64Array,
  places: Int32Array,
): void {
  const v0 = values[p];
  const v1 = values[p + 1];
  const v2 = values[p + 2];
  const v3 = values[p + 3];
  const r0 = places[p] * k;
  const r1 = places[p + 1] * k;
  const r2 = places[p + 2] * k;
  const r3 = places[p + 3] * k;
  for (let c = 0; c < k; c++) to[c] += v0 * rows[r0 + c] + v1 * rows[r1 + c] + v2 * rows[r2 + c] + v3 * rows[r3 + c];
}
