/** The k nearest rows of each row, as a job: what maps and measures begin with. */
import { InputError, checkFinite, stopwatch } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { exactNeighbors } from './exact.ts';
import { metricOf, rowWeights } from './metric.ts';
import type { Distance } from './metric.ts';
import type { Neighbors } from './nearest-neighbors.ts';
import { placeMatrix, wholePacking } from './pack.ts';

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
  { distance = 'euclidean', queries, kernels = singleThread(), signal, onProgress }: FindOptions = {},
): Promise<Neighbors> {
  checkFinite(x, 'neighbours');
  if (queries) checkFinite(queries, 'neighbours: queries');
  const most = queries ? x.rows : x.rows - 1;
  if (!Number.isInteger(k) || k < 1 || k > most) {
    throw new InputError(`nearest neighbours among ${x.rows} rows: got k = ${k}, expected 1 … ${most}`);
  }
  const metric = metricOf(distance);
  const weights = rowWeights(x, distance);
  const space = await kernels.open('distances', 'neighbors');
  const clock = stopwatch();
  try {
    const xp = placeMatrix(space, x, distance, weights);
    const qw = queries && rowWeights(queries, distance);
    const qp = queries ? placeMatrix(space, queries, distance, qw) : xp;
    const whole = metric.whole === 0 ? wholePacking(queries ? [x, queries] : [x], distance, [weights, qw]) : undefined;
    const found = await exactNeighbors(
      space,
      { metric, x: xp, q: qp, k, whole },
      {
        signal,
        report: (share) => onProgress?.({ phase: 'neighbours', ...clock.read(share, 1) }),
      },
    );
    const { finish } = metric;
    return {
      nNeighbors: k,
      indices: found.indices.view.slice(),
      distances: finish ? found.distances.view.map(finish) : found.distances.view.slice(),
    };
  } finally {
    space.close();
  }
}
