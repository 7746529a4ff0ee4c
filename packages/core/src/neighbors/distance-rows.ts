/**
 * Distances from a block of rows to all rows, in double precision.
 *
 * Through inner products (|a − b|² = |a|² + |b|² − 2 a·b), in tiles that stay in the registers. Columns are centred
 * first, so that a large mean does not cancel the digits of small distances; equal rows come out at exactly zero,
 * because norms are summed in the order of the products.
 */
import { InputError } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { columnMoments } from '../linalg/index.ts';

/** Euclidean: the plain (not squared) distance. Cosine: 1 − cos; a row of zeros is at distance 1 from all. */
export type Distance = 'euclidean' | 'cosine';

/** Rows in a block of queries. */
export const QUERY_BLOCK = 64;
const DATA_BLOCK = 64;

/** Distances between the rows of two matrices, a block of queries at a time. */
export interface DistanceRows {
  readonly nQueries: number;
  readonly nSamples: number;
  /**
   * Fills `out` [to − from, nSamples] with what orders as the distances do (squared for Euclidean); to − from is at
   * most QUERY_BLOCK.
   */
  fill(from: number, to: number, out: Float64Array): void;
  /** what `fill` gave → the distance */
  finish(value: number): number;
}

/** @throws InputError when the widths differ */
export function distanceRows(x: Matrix, queries: Matrix = x, distance: Distance = 'euclidean'): DistanceRows {
  if (queries.cols !== x.cols) {
    throw new InputError(`neighbours: queries have ${queries.cols} columns, expected ${x.cols}`, { code: 'width' });
  }
  const { rows: n, cols: d } = x;
  const euclidean = distance === 'euclidean';
  const shift = euclidean ? roundedMeans(x) : new Float64Array(d);
  const norms = squaredNorms(x, shift);
  const queryNorms = queries === x ? norms : squaredNorms(queries, shift);
  const left = new Float64Array(QUERY_BLOCK * d);
  const right = new Float64Array(DATA_BLOCK * d);
  return {
    nQueries: queries.rows,
    nSamples: n,
    fill(from, to, out) {
      toDoubles(left, queries, from, to, shift);
      for (let start = 0; start < n; start += DATA_BLOCK) {
        const end = Math.min(n, start + DATA_BLOCK);
        toDoubles(right, x, start, end, shift);
        products(left, to - from, right, end - start, d, out, start, n);
      }
      for (let i = from; i < to; i++) {
        const at = (i - from) * n;
        const q = queryNorms[i];
        if (euclidean) for (let j = 0; j < n; j++) out[at + j] = Math.max(0, q + norms[j] - 2 * out[at + j]);
        else {
          for (let j = 0; j < n; j++) {
            const both = q * norms[j];
            out[at + j] = both > 0 ? Math.max(0, 1 - out[at + j] / Math.sqrt(both)) : 1;
          }
        }
      }
    },
    finish: euclidean ? Math.sqrt : (value) => value,
  };
}

/**
 * The columns' means, each rounded to a power of two no greater than its deviation: as good for keeping digits, and
 * whole numbers stay whole, so that distances which are equal come out equal.
 */
function roundedMeans(x: Matrix): Float64Array {
  const { mean, variance } = columnMoments(x);
  return mean.map((value, j) => {
    if (variance[j] === 0) return value;
    const grid = 2 ** Math.floor(Math.log2(variance[j]) / 2);
    return Math.round(value / grid) * grid;
  });
}

function squaredNorms({ data, rows, cols }: Matrix, shift: Float64Array): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < cols; j++) {
      const value = data[i * cols + j] - shift[j];
      sum += value * value;
    }
    out[i] = sum;
  }
  return out;
}

function toDoubles(to: Float64Array, { data, cols }: Matrix, from: number, end: number, shift: Float64Array): void {
  for (let i = from, at = 0; i < end; i++) {
    for (let j = 0; j < cols; j++, at++) to[at] = data[i * cols + j] - shift[j];
  }
}

/** out[i, start + j] = aᵢ · bⱼ; tiles of 2 × 4. */
function products(
  a: Float64Array,
  m: number,
  b: Float64Array,
  n: number,
  d: number,
  out: Float64Array,
  start: number,
  stride: number,
): void {
  let i = 0;
  for (; i + 2 <= m; i += 2) {
    const p0 = i * d;
    const p1 = p0 + d;
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      const q0 = j * d;
      const q1 = q0 + d;
      const q2 = q1 + d;
      const q3 = q2 + d;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      for (let k = 0; k < d; k++) {
        const a0 = a[p0 + k];
        const a1 = a[p1 + k];
        const b0 = b[q0 + k];
        const b1 = b[q1 + k];
        const b2 = b[q2 + k];
        const b3 = b[q3 + k];
        s00 += a0 * b0;
        s01 += a0 * b1;
        s02 += a0 * b2;
        s03 += a0 * b3;
        s10 += a1 * b0;
        s11 += a1 * b1;
        s12 += a1 * b2;
        s13 += a1 * b3;
      }
      const at0 = i * stride + start + j;
      const at1 = at0 + stride;
      out[at0] = s00;
      out[at0 + 1] = s01;
      out[at0 + 2] = s02;
      out[at0 + 3] = s03;
      out[at1] = s10;
      out[at1 + 1] = s11;
      out[at1 + 2] = s12;
      out[at1 + 3] = s13;
    }
    for (; j < n; j++) {
      out[i * stride + start + j] = dot(a, p0, b, j * d, d);
      out[(i + 1) * stride + start + j] = dot(a, p1, b, j * d, d);
    }
  }
  for (; i < m; i++) for (let j = 0; j < n; j++) out[i * stride + start + j] = dot(a, i * d, b, j * d, d);
}

function dot(a: Float64Array, p: number, b: Float64Array, q: number, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) sum += a[p + k] * b[q + k];
  return sum;
}
