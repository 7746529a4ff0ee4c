/** Distances from one point to rows, in double precision: for single questions, where a kernel would not pay. */
import type { Rows } from '../data/index.ts';
import type { Distance } from './metric.ts';

/** Columns summed between two looks at the limit. */
const STRIDE = 64;

/**
 * What orders as the distance does (squared for Euclidean; see `Metric.finish` for hyperbolic), of the row at `at` and q;
 * `a` and `b` are their lengths. Euclidean may give anything not below `limit` once that is sure.
 */
export type RowDistance = (
  data: Rows['data'],
  at: number,
  q: Float64Array,
  a: number,
  b: number,
  limit: number,
) => number;

export const ROW_DISTANCES: Record<Distance, RowDistance> = {
  euclidean: (data, at, q, _, __, limit) => squaredDistance(data, at, q, limit),
  cosine: (data, at, q, a, b) => (a * b > 0 ? Math.max(0, 1 - innerProduct(data, at, q) / (a * b)) : 1),
  inner: (data, at, q) => -innerProduct(data, at, q),
  manhattan: (data, at, q) => {
    let sum = 0;
    for (let j = 0; j < q.length; j++) sum += Math.abs(data[at + j] - q[j]);
    return sum;
  },
  hyperbolic: (data, at, q, a, b) => squaredDistance(data, at, q, Infinity) / ((1 - a * a) * (1 - b * b)),
};

/** |row − q|², or something not below `limit` once that is sure. */
export function squaredDistance(data: Rows['data'], at: number, q: Float64Array, limit = Infinity): number {
  const n = q.length;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  while (j + 4 <= n) {
    const end = Math.min(n - 3, j + STRIDE);
    for (; j < end; j += 4) {
      const d0 = data[at + j] - q[j];
      const d1 = data[at + j + 1] - q[j + 1];
      const d2 = data[at + j + 2] - q[j + 2];
      const d3 = data[at + j + 3] - q[j + 3];
      s0 += d0 * d0;
      s1 += d1 * d1;
      s2 += d2 * d2;
      s3 += d3 * d3;
    }
    if (s0 + s1 + s2 + s3 >= limit) return Infinity;
  }
  for (; j < n; j++) s0 += (data[at + j] - q[j]) ** 2;
  return s0 + s1 + s2 + s3;
}

export function innerProduct(data: Rows['data'] | Float64Array, at: number, q: Float64Array): number {
  const n = q.length;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    s0 += data[at + j] * q[j];
    s1 += data[at + j + 1] * q[j + 1];
    s2 += data[at + j + 2] * q[j + 2];
    s3 += data[at + j + 3] * q[j + 3];
  }
  for (; j < n; j++) s0 += data[at + j] * q[j];
  return s0 + s1 + s2 + s3;
}

/** Lengths of rows. */
export function rowLengths(data: Rows['data'], rows: number, cols: number): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = i * cols; j < (i + 1) * cols; j++) sum += data[j] ** 2;
    out[i] = Math.sqrt(sum);
  }
  return out;
}
