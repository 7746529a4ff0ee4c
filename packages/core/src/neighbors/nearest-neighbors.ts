/** Exact k nearest neighbours of many rows at once. */
import { InputError, finish } from '../base/index.ts';
import type { Matrix, Steps } from '../base/index.ts';
import { QUERY_BLOCK, distanceRows } from './distance-rows.ts';
import type { Distance } from './metric.ts';
import { smallest } from './smallest.ts';

/** Neighbours of n queries, nearest first; of equally near ones the smaller index comes first. */
export interface Neighbors {
  readonly nNeighbors: number;
  /** [n, nNeighbors], rows of x */
  readonly indices: Uint32Array;
  /** [n, nNeighbors] */
  readonly distances: Float32Array;
  /** the share of true neighbours in it: 1 where exact, measured on a sample where not; not known when left out */
  readonly recall?: number;
  /** what the caller should know of how it was found: that a faster search was asked for and could not be had */
  readonly note?: string;
}

export interface NeighborOptions {
  distance?: Distance;
  /** rows to find neighbours for, [m, d]; those of x, each without itself, when left out */
  queries?: Matrix;
}

/**
 * The k nearest rows of x for each query.
 * @param x  [n, d]
 * @throws InputError unless 1 ≤ k ≤ n (n − 1 for the rows of x itself)
 */
export function nearestNeighbors(x: Matrix, k: number, options: NeighborOptions = {}): Neighbors {
  return finish(nearestNeighborSteps(x, k, options));
}

/** As `nearestNeighbors`, in steps of a block of queries. */
export function* nearestNeighborSteps(
  x: Matrix,
  k: number,
  { distance = 'euclidean', queries }: NeighborOptions = {},
): Steps<Neighbors> {
  const most = queries ? x.rows : x.rows - 1;
  if (!Number.isInteger(k) || k < 1 || k > most) {
    throw new InputError(`nearest neighbours among ${x.rows} rows: got k = ${k}, expected 1 … ${most}`);
  }
  const rows = distanceRows(x, queries, distance);
  const n = rows.nQueries;
  const block = new Float64Array(QUERY_BLOCK * x.rows);
  const best = smallest(k);
  const indices = new Uint32Array(n * k);
  const distances = new Float32Array(n * k);
  for (let from = 0; from < n; from += QUERY_BLOCK) {
    const to = Math.min(n, from + QUERY_BLOCK);
    rows.fill(from, to, block);
    for (let i = from; i < to; i++) {
      best.clear();
      selectRow(best, block, (i - from) * x.rows, x.rows, queries ? -1 : i);
      indices.set(best.indices, i * k);
      for (let j = 0; j < k; j++) distances[i * k + j] = rows.finish(best.values[j]);
    }
    yield to / n;
  }
  return { nNeighbors: k, indices, distances };
}

/** Offers a row of distances, but for the place `except`. */
export function selectRow(
  best: ReturnType<typeof smallest>,
  values: Float64Array,
  at: number,
  n: number,
  except: number,
): void {
  let limit = best.limit;
  for (let j = 0; j < n; j++) {
    if (values[at + j] >= limit || j === except) continue; // indices rise, so an equal one never gets in
    best.offer(j, values[at + j]);
    limit = best.limit;
  }
}
