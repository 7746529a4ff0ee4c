/**
 * Exact nearest rows of one point, quickly enough for a pointer that moves. A row is given up as soon as its norm, or
 * the part of its distance summed so far, says that it can't be among the nearest.
 */
import { InputError } from '../base/index.ts';
import type { Rows } from '../data/index.ts';
import { metricOf } from './metric.ts';
import type { Distance } from './metric.ts';
import { smallest } from './smallest.ts';

/** Columns summed between two looks at the limit. */
const STRIDE = 64;

/** Rows by nearness; of equally near ones the smaller index comes first. */
export interface Nearest {
  readonly indices: Uint32Array;
  readonly distances: Float32Array;
}

export interface NeighborIndex {
  readonly nSamples: number;
  readonly nFeatures: number;
  /**
   * The k nearest rows, fewer when there are not as many.
   * @param point  nFeatures numbers, as the rows are after scaling
   * @param except  a row to leave out: the point itself
   * @throws InputError when the point's length is not nFeatures
   */
  query(point: ArrayLike<number>, k: number, options?: { except?: number }): Nearest;
}

/** @param x  rows, kept as they are stored, not copied; of a matrix by `rowsOf` */
export function neighborIndex(x: Rows, { distance = 'euclidean' }: { distance?: Distance } = {}): NeighborIndex {
  const { data, nSamples: rows, nFeatures: cols, scale } = x;
  const { finish = (value: number): number => value } = metricOf(distance);
  const norms = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += data[i * cols + j] ** 2;
    norms[i] = Math.sqrt(sum);
  }
  return {
    nSamples: rows,
    nFeatures: cols,
    query(point, k, { except = -1 } = {}) {
      if (point.length !== cols) {
        throw new InputError(`nearest rows: the point has ${point.length} numbers, expected ${cols}`, {
          code: 'width',
        });
      }
      const q = Float64Array.from(point, (value) => value / scale);
      const norm = Math.sqrt(innerProduct(q, 0, q));
      const best = smallest(Math.max(0, Math.min(k, rows - (except >= 0 && except < rows ? 1 : 0))));
      if (distance === 'euclidean') {
        let limit = best.limit;
        for (let i = 0; i < rows; i++) {
          const apart = norms[i] - norm;
          // a little slack, so that rounding in the norms never drops a row at the limit
          if (apart * apart > limit * (1 + 1e-9) + 1e-12 * norm * norm || i === except) continue;
          const squared = squaredDistance(data, i * cols, q, limit);
          if (squared >= limit) continue;
          best.offer(i, squared);
          limit = best.limit;
        }
      } else {
        const measure = MEASURES[distance];
        for (let i = 0; i < rows; i++)
          if (i !== except) best.offer(i, measure(data, i * cols, q, norms[i], norm, scale));
      }
      const distances = Float32Array.from(
        best.values,
        distance === 'euclidean' ? (value) => Math.sqrt(value) * scale : finish,
      );
      return { indices: best.indices, distances };
    },
  };
}

type Measure = (data: Rows['data'], at: number, q: Float64Array, norm: number, norm2: number, scale: number) => number;

/** Of a stored row and a point in the same unit, `scale` to the data's. */
const MEASURES: Record<Exclude<Distance, 'euclidean'>, Measure> = {
  cosine: (data, at, q, a, b) => (a * b > 0 ? Math.max(0, 1 - innerProduct(data, at, q) / (a * b)) : 1),
  inner: (data, at, q, _, __, scale) => -innerProduct(data, at, q) * scale * scale,
  manhattan: (data, at, q, _, __, scale) => {
    let sum = 0;
    for (let j = 0; j < q.length; j++) sum += Math.abs(data[at + j] - q[j]);
    return sum * scale;
  },
  hyperbolic: (data, at, q, a, b, scale) =>
    (squaredDistance(data, at, q, Infinity) * scale * scale) / ((1 - (a * scale) ** 2) * (1 - (b * scale) ** 2)),
};

/** |row − q|², or something not below `limit` once that is sure. */
function squaredDistance(data: Rows['data'], at: number, q: Float64Array, limit: number): number {
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

function innerProduct(data: Rows['data'] | Float64Array, at: number, q: Float64Array): number {
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
