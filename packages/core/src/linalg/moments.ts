/**
 * Means, variances and the matrix of second moments, summed in double precision.
 *
 * The second moments dominate the cost (n · d² / 2 products). Data that are mostly zeros (images on a black ground)
 * are summed over their non-zero entries and the mean is taken off afterwards; all else is centred first and
 * multiplied in tiles that stay in the registers. The first way cancels digits when a mean is large beside its
 * deviation, so it is taken only when no column loses more than six of sixteen.
 */
import { InputError } from '../base/index.ts';
import type { Matrix, Steps } from '../base/index.ts';
import { matrix64 } from './matrix64.ts';
import type { Matrix64 } from './matrix64.ts';
import { addProducts } from './products.ts';

/** Rows are taken in blocks of this many; a block of 784 columns in doubles is 400 kB. */
const BLOCK = 64;
const SPARSE_SHARE = 0.3;
const SPARSE_CANCELLATION = 1e6;

/** Mean and variance (divided by n − 1; zero for one row) of each column. */
export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/**
 * Means and variances of the columns, in two passes.
 * @throws InputError without rows
 */
export function columnMoments(x: Matrix): Moments {
  const { data, rows, cols } = x;
  if (rows === 0) throw new InputError('column moments need at least 1 row, got 0');
  const mean = new Float64Array(cols);
  const variance = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) mean[j] += data[i * cols + j];
  }
  for (let j = 0; j < cols; j++) mean[j] /= rows;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const delta = data[i * cols + j] - mean[j];
      variance[j] += delta * delta;
    }
  }
  for (let j = 0; j < cols; j++) variance[j] /= Math.max(1, rows - 1);
  return { mean, variance };
}

/** Covariance of the columns (divided by n − 1), [cols, cols], in steps of a block of rows. */
export function* covarianceSteps(x: Matrix, moments: Moments = columnMoments(x)): Steps<Matrix64> {
  const { rows, cols } = x;
  const out = matrix64(cols, cols);
  if (isSparse(x, moments)) {
    for (let from = 0; from < rows; from += BLOCK) {
      addSparse(out.data, x, from, Math.min(rows, from + BLOCK));
      yield from / rows;
    }
    for (let i = 0; i < cols; i++) {
      for (let j = i; j < cols; j++) out.data[i * cols + j] -= rows * moments.mean[i] * moments.mean[j];
    }
  } else {
    const block = new Float64Array(cols * BLOCK);
    for (let from = 0; from < rows; from += BLOCK) {
      const size = Math.min(BLOCK, rows - from);
      for (let j = 0; j < cols; j++) {
        for (let i = 0; i < size; i++) block[j * size + i] = x.data[(from + i) * cols + j] - moments.mean[j];
      }
      addProducts(out.data, { a: block, m: cols, b: block, n: cols, depth: size }, { triangle: true });
      yield from / rows;
    }
  }
  const scale = 1 / Math.max(1, rows - 1);
  for (let i = 0; i < cols; i++) {
    for (let j = i; j < cols; j++) {
      out.data[i * cols + j] *= scale;
      out.data[j * cols + i] = out.data[i * cols + j];
    }
  }
  return out;
}

/** Inner products of the rows after centring by `mean`, [rows, rows], in steps of a block of columns. */
export function* gramSteps(x: Matrix, mean: Float64Array): Steps<Matrix64> {
  const { data, rows, cols } = x;
  const out = matrix64(rows, rows);
  const block = new Float64Array(rows * BLOCK);
  for (let from = 0; from < cols; from += BLOCK) {
    const size = Math.min(BLOCK, cols - from);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < size; j++) block[i * size + j] = data[i * cols + from + j] - mean[from + j];
    }
    addProducts(out.data, { a: block, m: rows, b: block, n: rows, depth: size }, { triangle: true });
    yield from / cols;
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) out.data[i * rows + j] = out.data[j * rows + i];
  }
  return out;
}

function isSparse({ data }: Matrix, { mean, variance }: Moments): boolean {
  for (let j = 0; j < mean.length; j++) {
    if (mean[j] * mean[j] > SPARSE_CANCELLATION * variance[j]) return false;
  }
  let filled = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) filled++;
  return filled < SPARSE_SHARE * data.length;
}

/** Adds the upper triangle of Σ xᵢᵀxᵢ over the rows from … to, by their non-zero entries. */
function addSparse(out: Float64Array, x: Matrix, from: number, to: number): void {
  const { data, cols } = x;
  const places = new Int32Array(cols);
  const values = new Float64Array(cols);
  for (let i = from; i < to; i++) {
    let n = 0;
    for (let j = 0; j < cols; j++) {
      if (data[i * cols + j] === 0) continue;
      places[n] = j;
      values[n++] = data[i * cols + j];
    }
    for (let p = 0; p < n; p++) {
      const at = places[p] * cols;
      const value = values[p];
      for (let q = p; q < n; q++) out[at + places[q]] += value * values[q];
    }
  }
}
