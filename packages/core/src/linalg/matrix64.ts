/**
 * Double-precision matrices for the calculations between single-precision data: row-major, plain, small operations.
 */
import { InputError } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';

/** A dense matrix of double-precision numbers, row-major: element (i, j) is `data[i * cols + j]`. */
export interface Matrix64 {
  readonly data: Float64Array;
  readonly rows: number;
  readonly cols: number;
}

/**
 * A double-precision matrix over `data`, which is kept, not copied; zeros when it is left out.
 * @throws InputError when the length is not rows · cols
 */
export function matrix64(rows: number, cols: number, data: Float64Array = new Float64Array(rows * cols)): Matrix64 {
  if (data.length !== rows * cols) {
    throw new InputError(`matrix64: got ${data.length} numbers, expected ${rows} × ${cols} = ${rows * cols}`);
  }
  return { data, rows, cols };
}

/** The same numbers in double precision. */
export function toDouble(x: Matrix): Matrix64 {
  return { data: Float64Array.from(x.data), rows: x.rows, cols: x.cols };
}

/** The same numbers, rounded to single precision. */
export function toSingle(x: Matrix64): Matrix {
  return { data: Float32Array.from(x.data), rows: x.rows, cols: x.cols };
}

export function transposed(a: Matrix64): Matrix64 {
  const out = matrix64(a.cols, a.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.cols; j++) out.data[j * a.rows + i] = a.data[i * a.cols + j];
  }
  return out;
}

/**
 * a · b, [a.rows, b.cols].
 * @throws InputError when the inner sizes differ
 */
export function multiply(a: Matrix64, b: Matrix64): Matrix64 {
  checkInner('multiply', a.cols, b.rows);
  const out = matrix64(a.rows, b.cols);
  const { cols } = b;
  for (let i = 0; i < a.rows; i++) {
    const to = out.data.subarray(i * cols, (i + 1) * cols);
    for (let k = 0; k < a.cols; k++) axpy(to, a.data[i * a.cols + k], b.data, k * cols, cols);
  }
  return out;
}

/**
 * aᵀ · b, [a.cols, b.cols].
 * @throws InputError when the row counts differ
 */
export function multiplyTransposed(a: Matrix64, b: Matrix64): Matrix64 {
  checkInner('multiplyTransposed', a.rows, b.rows);
  const out = matrix64(a.cols, b.cols);
  const { cols } = b;
  for (let k = 0; k < a.rows; k++) {
    for (let i = 0; i < a.cols; i++) {
      axpy(out.data.subarray(i * cols, (i + 1) * cols), a.data[k * a.cols + i], b.data, k * cols, cols);
    }
  }
  return out;
}

function checkInner(what: string, got: number, expected: number): void {
  if (got !== expected) throw new InputError(`${what}: inner sizes differ, ${got} and ${expected}`);
}

/** to += factor · from[at … at + n) */
function axpy(to: Float64Array, factor: number, from: Float64Array, at: number, n: number): void {
  if (factor === 0) return;
  for (let j = 0; j < n; j++) to[j] += factor * from[at + j];
}
