/** The k nearest rows of each row, as a job: what maps and measures begin with. */
import { checkFinite, drive } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import type { Distance } from './distance-rows.ts';
import { nearestNeighborSteps } from './nearest-neighbors.ts';
import type { Neighbors } from './nearest-neighbors.ts';

export interface FindOptions extends KernelJob<never> {
  distance?: Distance;
  /** the share of true neighbours to be found, in (0, 1]; 1 is exact, less allows a faster search */
  recall?: number;
  /** rows to find neighbours for, [m, d]; those of x, each without itself, when left out */
  queries?: Matrix;
  seed?: number;
}

/**
 * The k nearest rows of x for each query, nearest first; of equally near ones the smaller index first.
 * @param x  [n, d]
 * @throws InputError unless 1 ≤ k ≤ n (n − 1 for the rows of x itself) and all values are finite
 */
export async function findNeighbors(
  x: Matrix,
  k: number,
  { distance = 'euclidean', queries, signal, onProgress }: FindOptions = {},
): Promise<Neighbors> {
  checkFinite(x, 'neighbours');
  if (queries) checkFinite(queries, 'neighbours: queries');
  return drive('neighbours', nearestNeighborSteps(x, k, { distance, queries }), { signal, onProgress });
}
