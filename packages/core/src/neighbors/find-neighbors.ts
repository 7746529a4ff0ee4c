/** The k nearest rows of each row, as a job: what maps and measures begin with. */
import { InputError, checkFinite, stopwatch } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { KernelJob, Kernels } from '../kernels/index.ts';
import { FEW_ROWS, approximateNeighbors } from './approximate.ts';
import { distinctRows, expand } from './distinct.ts';
import { exactNeighbors } from './exact.ts';
import type { SearchJob } from './exact.ts';
import { metricOf, rowWeights } from './metric.ts';
import type { Distance } from './metric.ts';
import type { Neighbors } from './nearest-neighbors.ts';
import { placeMatrix, wholePacking } from './pack.ts';

export interface FindOptions extends KernelJob<never> {
  distance?: Distance;
  /**
   * the share of true neighbours to be found, in (0, 1]: 1 is exact; less allows a faster search, for which the share
   * is measured on a sample and comes back with the neighbours
   */
  recall?: number;
  /** rows to find neighbours for, [m, d]; those of x, each without itself, when left out */
  queries?: Matrix;
  seed?: number;
}

/**
 * The k nearest rows of x for each query, nearest first; of equally near ones the smaller index first. The same for any
 * number of threads. An approximate search is refused, and an exact one done, where it would be no faster.
 * @param x  [n, d]
 * @throws InputError unless 1 ≤ k ≤ n (n − 1 for the rows of x itself), all values are finite, and, under hyperbolic
 *   distance, all rows are shorter than 1
 */
export async function findNeighbors(
  x: Matrix,
  k: number,
  {
    distance = 'euclidean',
    recall = 1,
    queries,
    seed = 0,
    kernels = singleThread(),
    signal,
    onProgress,
  }: FindOptions = {},
): Promise<Neighbors> {
  checkFinite(x, 'neighbours');
  if (queries) checkQueries(x, queries);
  checkCount(x, k, queries);
  if (!(recall > 0 && recall <= 1)) {
    throw new InputError(`neighbours: recall is ${recall}, expected more than 0 and at most 1 (exact)`, {
      code: 'recall',
    });
  }
  signal?.throwIfAborted();
  const weights = rowWeights(x, distance);
  const queryWeights = queries && rowWeights(queries, distance, 'neighbours: queries');
  const clock = stopwatch();
  const job = { signal, report: (share: number) => onProgress?.({ phase: 'neighbours', ...clock.read(share, 1) }) };
  const plan = { distance, recall, seed, kernels, job };
  const zero = distance === 'cosine' ? (row: number) => weights![row] === 0 : undefined;
  const distinct = await distinctRows(x, zero, signal);
  if (!distinct) return search(x, queries, k, weights, queryWeights, plan);
  const few = Math.min(k, queries ? distinct.x.rows : distinct.x.rows - 1);
  const found =
    few > 0 ? await search(distinct.x, queries, few, rowWeights(distinct.x, distance), queryWeights, plan) : undefined;
  const between = distance === 'inner' ? (group: number) => -squaredLength(distinct.x, group) : () => 0;
  const line = (query: number): number => (distance === 'cosine' && queryWeights![query] === 0 ? -1 : query);
  const expansion = queries
    ? { k, nQueries: queries.rows, line }
    : { k, nQueries: x.rows, line: (row: number) => distinct.of[row], between };
  return expand(distinct, found, expansion, signal);
}

interface Plan {
  distance: Distance;
  recall: number;
  seed: number;
  kernels: Kernels;
  job: SearchJob;
}

async function search(
  x: Matrix,
  queries: Matrix | undefined,
  k: number,
  weights: Float64Array | undefined,
  queryWeights: Float64Array | undefined,
  { distance, recall, seed, kernels, job }: Plan,
): Promise<Neighbors> {
  const metric = metricOf(distance);
  const space = await kernels.open('distances', 'neighbors');
  try {
    const placed = placeMatrix(space, x, distance, weights);
    const q = queries ? placeMatrix(space, queries, distance, queryWeights) : placed;
    const whole =
      metric.whole === 0
        ? await wholePacking(queries ? [x, queries] : [x], distance, [weights, queryWeights], job.signal)
        : undefined;
    const question = { metric, x: placed, q, k, whole };
    const norms = distance === 'cosine' ? weights : undefined;
    const fast =
      recall < 1 && x.rows > FEW_ROWS && distance !== 'inner'
        ? await approximateNeighbors(space, { ...question, rows: x, norms, recall, seed }, job)
        : undefined;
    const { indices, distances } = fast ?? (await exactNeighbors(space, question, job));
    const { finish } = metric;
    return {
      nNeighbors: k,
      indices: indices.view.slice(),
      distances: finish ? distances.view.map(finish) : distances.view.slice(),
      recall: fast?.recall ?? 1,
    };
  } finally {
    space.close();
  }
}

function checkQueries(x: Matrix, queries: Matrix): void {
  if (queries.cols !== x.cols) {
    throw new InputError(`neighbours: queries have ${queries.cols} columns, expected ${x.cols}`, { code: 'width' });
  }
  checkFinite(queries, 'neighbours: queries');
}

function checkCount(x: Matrix, k: number, queries?: Matrix): void {
  const most = queries ? x.rows : x.rows - 1;
  if (Number.isInteger(k) && k >= 1 && k <= most) return;
  const rows = `${x.rows} ${x.rows === 1 ? 'row' : 'rows'}`;
  throw new InputError(
    most < 1
      ? `nearest neighbours among ${rows}: there are none to be found; give more rows`
      : `nearest neighbours among ${rows}: got k = ${k}, expected a whole number from 1 to ${most}`,
    { code: 'too-few-rows' },
  );
}

function squaredLength({ data, cols }: Matrix, row: number): number {
  let sum = 0;
  for (let j = row * cols; j < (row + 1) * cols; j++) sum += data[j] * data[j];
  return Math.fround(sum);
}
