/**
 * Exact neighbours of a few points: one look at each row as it lies, since to prepare the rows for the kernels would
 * take longer. Sums are made in the order of the kernels' own (`measure` in assembly/neighbors.ts), so that a point finds
 * the same neighbours, bit by bit, alone as among many.
 */
import { checkFinite } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { metricOf, rowWeights } from './metric.ts';
import type { Distance } from './metric.ts';
import type { Neighbors } from './nearest-neighbors.ts';
import { smallest } from './smallest.ts';
import { inStretches } from './stretches.ts';

/** So many points, and no more, are answered faster this way. */
export const FEW_QUERIES = 12;

export interface FewOptions {
  distance: Distance;
  signal?: AbortSignal;
}

/** @throws InputError as `findNeighbors`, whose checks of k and of the queries have been made */
export async function neighborsOfFew(
  x: Matrix,
  queries: Matrix,
  k: number,
  { distance, signal }: FewOptions,
): Promise<Neighbors> {
  const { exact, finish } = metricOf(distance);
  const weights = await rowWeights(x, distance, { signal });
  const queryWeights = await rowWeights(queries, distance, { what: 'neighbours: queries', signal });
  const best = Array.from({ length: queries.rows }, () => smallest(k));
  await inStretches(
    { rows: x.rows, cols: x.cols * queries.rows },
    (from, to) => {
      for (let q = 0; q < queries.rows; q++) {
        const wq = queryWeights ? queryWeights[q] : 1;
        for (let i = from; i < to; i++) {
          const wx = weights ? weights[i] : 1;
          const value = distanceOf(exact, queries, q, x, i, wq, wx);
          // finite rows have finite lengths and distances
          if (value - value !== 0 || wx - wx !== 0) checkFinite(x, 'neighbours');
          best[q].offer(i, value);
        }
      }
    },
    signal,
  );
  const indices = new Uint32Array(queries.rows * k);
  const distances = new Float32Array(queries.rows * k);
  best.forEach((nearest, q) => {
    indices.set(nearest.indices, q * k);
    distances.set(exact === 0 ? nearest.values.map(Math.sqrt) : nearest.values, q * k);
  });
  return { nNeighbors: k, indices, distances: finish ? distances.map(finish) : distances, recall: 1 };
}

/** What orders as the distance does, as in the kernel `distance`. */
function distanceOf(exact: number, a: Matrix, i: number, b: Matrix, j: number, wa: number, wb: number): number {
  const [u, v] = [i * a.cols, j * b.cols];
  if (exact === 0) return squares(a.data, u, b.data, v, a.cols);
  if (exact === 2) return -products(a.data, u, b.data, v, a.cols);
  if (exact === 3) return sizes(a.data, u, b.data, v, a.cols);
  if (exact === 4) return squares(a.data, u, b.data, v, a.cols) * wa * wb;
  const both = wa * wb;
  return both > 0 ? Math.max(0, 1 - products(a.data, u, b.data, v, a.cols) / both) : 1;
}

function squares(a: Float32Array, u: number, b: Float32Array, v: number, d: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let j = 0;
  for (; j + 4 <= d; j += 4, u += 4, v += 4) {
    s0 += (a[u] - b[v]) * (a[u] - b[v]);
    s1 += (a[u + 1] - b[v + 1]) * (a[u + 1] - b[v + 1]);
    s2 += (a[u + 2] - b[v + 2]) * (a[u + 2] - b[v + 2]);
    s3 += (a[u + 3] - b[v + 3]) * (a[u + 3] - b[v + 3]);
  }
  let sum = s0 + s2 + (s1 + s3);
  for (; j < d; j++, u++, v++) sum += (a[u] - b[v]) * (a[u] - b[v]);
  return sum;
}

function products(a: Float32Array, u: number, b: Float32Array, v: number, d: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let j = 0;
  for (; j + 4 <= d; j += 4, u += 4, v += 4) {
    s0 += a[u] * b[v];
    s1 += a[u + 1] * b[v + 1];
    s2 += a[u + 2] * b[v + 2];
    s3 += a[u + 3] * b[v + 3];
  }
  let sum = s0 + s2 + (s1 + s3);
  for (; j < d; j++, u++, v++) sum += a[u] * b[v];
  return sum;
}

function sizes(a: Float32Array, u: number, b: Float32Array, v: number, d: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let j = 0;
  for (; j + 4 <= d; j += 4, u += 4, v += 4) {
    s0 += Math.abs(a[u] - b[v]);
    s1 += Math.abs(a[u + 1] - b[v + 1]);
    s2 += Math.abs(a[u + 2] - b[v + 2]);
    s3 += Math.abs(a[u + 3] - b[v + 3]);
  }
  let sum = s0 + s2 + (s1 + s3);
  for (; j < d; j++, u++, v++) sum += Math.abs(a[u] - b[v]);
  return sum;
}
