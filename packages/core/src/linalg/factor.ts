/**
 * Factorisations and what is solved with them: Householder QR and Cholesky (Golub & Van Loan 2013, §5.2 and §4.2).
 */
import { InputError, NumericalError } from '../base/index.ts';
import { matrix64 } from './matrix64.ts';
import type { Matrix64 } from './matrix64.ts';

/**
 * Thin QR by Householder reflections: a = q · r with q [m, n] orthonormal in its columns (even where a is deficient)
 * and r [n, n] upper triangular.
 * @throws InputError unless m ≥ n
 */
export function qr(a: Matrix64): { q: Matrix64; r: Matrix64 } {
  const { rows: m, cols: n } = a;
  if (m < n) throw new InputError(`qr needs at least as many rows as columns, got ${m} × ${n}`);
  const work = matrix64(m, n, a.data.slice());
  const reflections: { v: Float64Array; from: number }[] = [];
  for (let k = 0; k < n; k++) {
    const v = new Float64Array(m - k);
    let scale = 0;
    for (let i = k; i < m; i++) scale = Math.max(scale, Math.abs(work.data[i * n + k]));
    if (scale > 0) {
      let norm = 0;
      for (let i = k; i < m; i++) {
        v[i - k] = work.data[i * n + k] / scale;
        norm += v[i - k] * v[i - k];
      }
      v[0] += v[0] < 0 ? -Math.sqrt(norm) : Math.sqrt(norm);
      let length = 0;
      for (const value of v) length += value * value;
      const unit = Math.sqrt(2 / length);
      for (let i = 0; i < v.length; i++) v[i] *= unit;
      reflect(work, v, k, k);
    }
    reflections.push({ v, from: k });
  }
  const r = matrix64(n, n);
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) r.data[i * n + j] = work.data[i * n + j];
  const q = matrix64(m, n);
  for (let i = 0; i < n; i++) q.data[i * n + i] = 1;
  for (const { v, from } of reflections.reverse()) reflect(q, v, from, from);
  return { q, r };
}

/** Applies I − v vᵀ (|v|² = 2, or 0) to rows and columns `from` on. */
function reflect(a: Matrix64, v: Float64Array, from: number, firstCol: number): void {
  const { data, rows, cols } = a;
  const sums = new Float64Array(cols);
  for (let i = from; i < rows; i++) {
    const factor = v[i - from];
    for (let j = firstCol; j < cols; j++) sums[j] += factor * data[i * cols + j];
  }
  for (let i = from; i < rows; i++) {
    const factor = v[i - from];
    for (let j = firstCol; j < cols; j++) data[i * cols + j] -= factor * sums[j];
  }
}

/**
 * The lower triangular l with a = l · lᵀ; only the lower triangle of a is read.
 * @throws NumericalError when a is not positive definite
 */
export function cholesky(a: Matrix64): Matrix64 {
  const n = a.rows;
  if (a.cols !== n) throw new InputError(`cholesky needs a square matrix, got ${n} × ${a.cols}`);
  const l = matrix64(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a.data[i * n + j];
      for (let k = 0; k < j; k++) sum -= l.data[i * n + k] * l.data[j * n + k];
      if (i !== j) l.data[i * n + j] = sum / l.data[j * n + j];
      else if (sum > 0) l.data[i * n + i] = Math.sqrt(sum);
      else {
        throw new NumericalError(`cholesky: the matrix is not positive definite (pivot ${i} is ${sum}); add a ridge`, {
          details: { pivot: i },
        });
      }
    }
  }
  return l;
}

/**
 * x with a · x = b for a symmetric positive definite a [n, n] and b [n, m].
 * @throws NumericalError when a is not positive definite
 */
export function solveCholesky(a: Matrix64, b: Matrix64): Matrix64 {
  if (b.rows !== a.rows) throw new InputError(`solve: the right side has ${b.rows} rows, expected ${a.rows}`);
  const l = cholesky(a);
  const x = matrix64(b.rows, b.cols, b.data.slice());
  const n = a.rows;
  for (let i = 0; i < n; i++) eliminate(x, i, 0, i, (k) => l.data[i * n + k], l.data[i * n + i]);
  for (let i = n - 1; i >= 0; i--) eliminate(x, i, i + 1, n, (k) => l.data[k * n + i], l.data[i * n + i]);
  return x;
}

/**
 * x that minimises |a · x − b|² for a [m, n] of full column rank, by QR.
 * @throws NumericalError when the columns of a depend on each other
 */
export function leastSquares(a: Matrix64, b: Matrix64): Matrix64 {
  if (b.rows !== a.rows) throw new InputError(`least squares: the right side has ${b.rows} rows, expected ${a.rows}`);
  const { q, r } = qr(a);
  const n = a.cols;
  const x = matrix64(n, b.cols);
  for (let k = 0; k < a.rows; k++) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < b.cols; j++) x.data[i * b.cols + j] += q.data[k * n + i] * b.data[k * b.cols + j];
    }
  }
  let greatest = 0;
  for (let i = 0; i < n; i++) greatest = Math.max(greatest, Math.abs(r.data[i * n + i]));
  for (let i = n - 1; i >= 0; i--) {
    const pivot = r.data[i * n + i];
    if (Math.abs(pivot) <= greatest * n * Number.EPSILON) {
      throw new NumericalError(`least squares: column ${i} depends on the columns before it`, {
        details: { column: i },
      });
    }
    eliminate(x, i, i + 1, n, (k) => r.data[i * n + k], pivot);
  }
  return x;
}

/** Row i of x becomes (row i − Σ factor(k) · row k, k in from … to) / pivot. */
function eliminate(
  x: Matrix64,
  i: number,
  from: number,
  to: number,
  factor: (k: number) => number,
  pivot: number,
): void {
  const { data, cols } = x;
  for (let k = from; k < to; k++) {
    for (let j = 0; j < cols; j++) data[i * cols + j] -= factor(k) * data[k * cols + j];
  }
  for (let j = 0; j < cols; j++) data[i * cols + j] /= pivot;
}
