/**
 * Cholesky's method by blocks and in steps, for systems of thousands of unknowns: a = uᵀ u, u upper triangular, the
 * rest of the matrix being updated by products of a panel of rows (Golub & Van Loan 2013, §4.2.9).
 */
import { InputError, NumericalError } from '../base/index.ts';
import type { Steps } from '../base/index.ts';
import { matrix64 } from './matrix64.ts';
import type { Matrix64 } from './matrix64.ts';
import { addProducts } from './products.ts';

/** Rows of a panel, and of what is updated or solved between two steps. */
const BLOCK = 48;

/**
 * As `solveCholesky`, in steps of a few ten million operations.
 * @param a  [n, n], symmetric positive definite; only its upper triangle is read, and it is overwritten
 * @param b  [n, m]
 * @throws NumericalError when a is not positive definite
 */
export function* solveCholeskySteps(a: Matrix64, b: Matrix64): Steps<Matrix64> {
  const n = a.rows;
  if (a.cols !== n) throw new InputError(`cholesky needs a square matrix, got ${n} × ${a.cols}`);
  if (b.rows !== n) throw new InputError(`solve: the right side has ${b.rows} rows, expected ${n}`);
  const whole = n ** 3 / 3;
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(n, from + BLOCK);
    factorPanel(a, from, to);
    const left = n - to;
    const columns = new Float64Array(left * (to - from)); // of the panel, right of its square, a row each
    for (let k = from; k < to; k++) {
      for (let j = to; j < n; j++) columns[(j - to) * (to - from) + k - from] = a.data[k * n + j];
    }
    const minus = columns.map((value) => -value);
    const depth = to - from;
    for (let i = 0; i < left; i += BLOCK) {
      const m = Math.min(BLOCK, left - i);
      const products = { a: minus.subarray(i * depth), m, b: columns.subarray(i * depth), n: left - i, depth };
      addProducts(a.data, products, { at: (to + i) * (n + 1), stride: n, triangle: true });
      yield 0.95 * (1 - (n - from) ** 3 / (3 * whole));
    }
  }
  const x = matrix64(n, b.cols, b.data.slice());
  for (let i = 0; i < n; i++) {
    divide(x, i, a.data[i * (n + 1)]);
    for (let j = i + 1; j < n; j++) subtract(x, j, a.data[i * n + j], i);
    if (i % BLOCK === 0) yield 0.95 + (0.025 * i) / n;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) subtract(x, i, a.data[i * n + j], j);
    divide(x, i, a.data[i * (n + 1)]);
    if (i % BLOCK === 0) yield 1 - (0.025 * i) / n;
  }
  return x;
}

/** Rows `from` … `to` of u; the matrix below them is not changed. */
function factorPanel({ data, rows: n }: Matrix64, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const pivot = data[i * (n + 1)];
    if (!(pivot > 0)) {
      throw new NumericalError(`cholesky: the matrix is not positive definite (pivot ${i} is ${pivot}); add a ridge`, {
        details: { pivot: i },
      });
    }
    const root = Math.sqrt(pivot);
    for (let j = i; j < n; j++) data[i * n + j] /= root;
    for (let k = i + 1; k < to; k++) {
      const factor = data[i * n + k];
      if (factor !== 0) for (let j = k; j < n; j++) data[k * n + j] -= factor * data[i * n + j];
    }
  }
}

/** Row i less factor times row k. */
function subtract({ data, cols }: Matrix64, i: number, factor: number, k: number): void {
  for (let c = 0; c < cols; c++) data[i * cols + c] -= factor * data[k * cols + c];
}

function divide({ data, cols }: Matrix64, i: number, by: number): void {
  for (let c = 0; c < cols; c++) data[i * cols + c] /= by;
}
