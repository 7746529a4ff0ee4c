/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder's reduction to tridiagonal form, then the QL
 * algorithm with implicit shifts (Bowdler, Martin, Reinsch & Wilkinson 1968, EISPACK's tred2 and tql2 by way of JAMA,
 * which is in the public domain).
 *
 * The basis is kept transposed, one vector a row, so that every inner loop runs along memory.
 */
import { InputError, NumericalError, finish } from '../base/index.ts';
import type { Steps } from '../base/index.ts';
import { matrix64 } from './matrix64.ts';
import type { Matrix64 } from './matrix64.ts';

const MAX_SWEEPS = 60;

export interface Eigen {
  /** greatest first */
  readonly values: Float64Array;
  /** [n, n]: row i is the unit eigenvector of value i, its greatest component by magnitude positive */
  readonly vectors: Matrix64;
}

/**
 * All eigenvalues and eigenvectors of a symmetric matrix; only its lower triangle is read.
 * @throws InputError unless it is square and finite
 * @throws NumericalError when the iteration does not settle, which no finite matrix is known to do
 */
export function symmetricEigen(a: Matrix64): Eigen {
  return finish(eigenSteps(a));
}

/** As `symmetricEigen`, in steps of a row or an eigenvalue. */
export function* eigenSteps(a: Matrix64): Steps<Eigen> {
  const n = a.rows;
  if (a.cols !== n) throw new InputError(`symmetric eigen needs a square matrix, got ${n} × ${a.cols}`);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = a.data[i * n + j];
      if (!Number.isFinite(value)) {
        throw new InputError(`symmetric eigen: value ${value} in row ${i}, column ${j}; expected finite numbers`);
      }
      v[j * n + i] = value;
      v[i * n + j] = value;
    }
  }
  if (n === 0) return { values: new Float64Array(0), vectors: matrix64(0, 0) };

  const d = v.slice((n - 1) * n);
  const e = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    reduceRow(v, d, e, n, i);
    yield (0.2 * (n - i)) / n;
  }
  for (let i = 0; i < n - 1; i++) {
    accumulate(v, d, n, i);
    yield 0.2 + (0.2 * i) / n;
  }
  for (let j = 0; j < n; j++) {
    d[j] = v[j * n + n - 1];
    v[j * n + n - 1] = 0;
  }
  v[n * n - 1] = 1;

  e.copyWithin(0, 1);
  e[n - 1] = 0;
  let scale = 0;
  let shift = 0;
  for (let l = 0; l < n; l++) {
    scale = Math.max(scale, Math.abs(d[l]) + Math.abs(e[l]));
    let m = l;
    while (m < n - 1 && Math.abs(e[m]) > Number.EPSILON * scale) m++;
    for (let sweep = 0; ; sweep++) {
      if (m === l || Math.abs(e[l]) <= Number.EPSILON * scale) break;
      if (sweep === MAX_SWEEPS) {
        throw new NumericalError(`symmetric eigen: value ${l} of ${n} did not settle in ${MAX_SWEEPS} sweeps`);
      }
      shift += sweepQl(v, d, e, n, l, m);
      yield 0.4 + (0.6 * l) / n;
    }
    d[l] += shift;
    e[l] = 0;
  }
  return sorted(v, d, n);
}

/** Reflects row i onto one off-diagonal element; v[j * n + k] holds element (k, j). */
function reduceRow(v: Float64Array, d: Float64Array, e: Float64Array, n: number, i: number): void {
  let scale = 0;
  for (let k = 0; k < i; k++) scale += Math.abs(d[k]);
  if (scale === 0) {
    e[i] = d[i - 1];
    for (let j = 0; j < i; j++) {
      d[j] = v[j * n + i - 1];
      v[j * n + i] = 0;
      v[i * n + j] = 0;
    }
    d[i] = 0;
    return;
  }
  let h = 0;
  for (let k = 0; k < i; k++) {
    d[k] /= scale;
    h += d[k] * d[k];
  }
  const f = d[i - 1];
  const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
  e[i] = scale * g;
  h -= f * g;
  d[i - 1] = f - g;
  e.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    const dj = d[j];
    v[i * n + j] = dj;
    let sum = e[j] + v[j * n + j] * dj;
    for (let k = j + 1, at = j * n + k; k < i; k++, at++) {
      sum += v[at] * d[k];
      e[k] += v[at] * dj;
    }
    e[j] = sum;
  }
  let product = 0;
  for (let j = 0; j < i; j++) {
    e[j] /= h;
    product += e[j] * d[j];
  }
  const half = product / (h + h);
  for (let j = 0; j < i; j++) e[j] -= half * d[j];
  for (let j = 0; j < i; j++) {
    const dj = d[j];
    const ej = e[j];
    for (let k = j, at = j * n + k; k < i; k++, at++) v[at] -= dj * e[k] + ej * d[k];
    d[j] = v[j * n + i - 1];
    v[j * n + i] = 0;
  }
  d[i] = h;
}

/** Multiplies reflection i + 1 into the basis of the first i + 1 dimensions. */
function accumulate(v: Float64Array, d: Float64Array, n: number, i: number): void {
  v[i * n + n - 1] = v[i * n + i];
  v[i * n + i] = 1;
  const next = (i + 1) * n;
  const h = d[i + 1];
  if (h !== 0) {
    for (let k = 0; k <= i; k++) d[k] = v[next + k] / h;
    for (let j = 0; j <= i; j++) {
      const at = j * n;
      let sum = 0;
      for (let k = 0; k <= i; k++) sum += v[next + k] * v[at + k];
      for (let k = 0; k <= i; k++) v[at + k] -= sum * d[k];
    }
  }
  v.fill(0, next, next + i + 1);
}

/** One implicit QL sweep over the block l … m; gives what it took off the diagonal. */
function sweepQl(v: Float64Array, d: Float64Array, e: Float64Array, n: number, l: number, m: number): number {
  const before = d[l];
  let p = (d[l + 1] - before) / (2 * e[l]);
  let r = p < 0 ? -Math.hypot(p, 1) : Math.hypot(p, 1);
  d[l] = e[l] / (p + r);
  d[l + 1] = e[l] * (p + r);
  const next = d[l + 1];
  const shift = before - d[l];
  for (let i = l + 2; i < n; i++) d[i] -= shift;

  p = d[m];
  let c = 1;
  let c2 = 1;
  let c3 = 1;
  let s = 0;
  let s2 = 0;
  const off = e[l + 1];
  for (let i = m - 1; i >= l; i--) {
    c3 = c2;
    c2 = c;
    s2 = s;
    const g = c * e[i];
    const h = c * p;
    r = Math.hypot(p, e[i]);
    e[i + 1] = s * r;
    s = e[i] / r;
    c = p / r;
    p = c * d[i] - s * g;
    d[i + 1] = h + s * (c * g + s * d[i]);
    rotate(v, i * n, n, c, s);
  }
  p = (-s * s2 * c3 * off * e[l]) / next;
  e[l] = s * p;
  d[l] = c * p;
  return shift;
}

/** Turns the row at `at` and the row after it. */
function rotate(v: Float64Array, at: number, n: number, c: number, s: number): void {
  for (let a = at, b = at + n, end = at + n; a < end; a++, b++) {
    const x = v[a];
    const y = v[b];
    v[b] = s * x + c * y;
    v[a] = c * x - s * y;
  }
}

function sorted(v: Float64Array, d: Float64Array, n: number): Eigen {
  const order = Array.from(d, (_, i) => i).sort((i, j) => d[j] - d[i] || i - j);
  const values = new Float64Array(n);
  const vectors = matrix64(n, n);
  order.forEach((from, to) => {
    values[to] = d[from];
    vectors.data.set(v.subarray(from * n, (from + 1) * n), to * n);
  });
  fixSigns(vectors);
  return { values, vectors };
}

/** Turns each row so that its greatest component by magnitude is positive: the same answer whatever the method. */
export function fixSigns(vectors: Matrix64): Int8Array {
  const signs = new Int8Array(vectors.rows).fill(1);
  for (let i = 0; i < vectors.rows; i++) {
    const one = vectors.data.subarray(i * vectors.cols, (i + 1) * vectors.cols);
    let greatest = 0;
    for (const value of one) if (Math.abs(value) > Math.abs(greatest)) greatest = value;
    if (greatest >= 0) continue;
    signs[i] = -1;
    for (let j = 0; j < one.length; j++) one[j] = -one[j];
  }
  return signs;
}
