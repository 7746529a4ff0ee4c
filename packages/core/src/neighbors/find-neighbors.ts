/** The k nearest rows of each row, as a job: what maps and measures begin with. */
import { InputError, checkFinite, stopwatch } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { Block, KernelJob, Workspace } from '../kernels/index.ts';
import { FEW_ROWS, approximateNeighbors } from './approximate.ts';
import { distinctRows, expand } from './distinct.ts';
import { exactNeighbors } from './exact.ts';
import type { SearchJob } from './exact.ts';
import { FEW_QUERIES, neighborsOfFew } from './few-queries.ts';
import { metricOf, rowWeights } from './metric.ts';
import type { Distance } from './metric.ts';
import type { Neighbors } from './nearest-neighbors.ts';
import { placeMatrix, wholePacking } from './pack.ts';
import type { Placed } from './pack.ts';
import type { Lists } from './partition.ts';
import { checkAllFinite, copied } from './stretches.ts';

/** Rows in a chunk, of assembly/norms.ts. */
const SURVEY_ROWS = 256;

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
  if (queries) await checkQueries(x, queries, signal);
  checkCount(x, k, queries);
  if (!(recall > 0 && recall <= 1)) {
    throw new InputError(`neighbours: recall is ${recall}, expected more than 0 and at most 1 (exact)`, {
      code: 'recall',
    });
  }
  signal?.throwIfAborted();
  if (queries && queries.rows <= FEW_QUERIES) return neighborsOfFew(x, queries, k, { distance, signal });
  const space = await kernels.open('distances', 'neighbors', 'norms');
  try {
    const data = space.float32(x.data);
    const hashes = await surveyed(space, x, data, 'neighbours', signal);
    const weights = await rowWeights(x, distance, { signal });
    const queryWeights = queries && (await rowWeights(queries, distance, { what: 'neighbours: queries', signal }));
    const clock = stopwatch();
    const job = { signal, report: (share: number) => onProgress?.({ phase: 'neighbours', ...clock.read(share, 1) }) };
    const zero = distance === 'cosine' ? (row: number) => weights![row] === 0 : undefined;
    const distinct = await distinctRows(x, hashes, zero, signal);
    const placedQueries = queries && placeMatrix(space, queries, distance, queryWeights);
    const plan = { space, queries: placedQueries, distance, recall, seed, job };
    if (!distinct) return await search(placeMatrix(space, x, distance, weights, data), k, plan);
    data.free();
    const few = Math.min(k, queries ? distinct.x.rows : distinct.x.rows - 1);
    const kept = few > 0 ? await rowWeights(distinct.x, distance, { signal }) : undefined;
    const found = few > 0 ? await search(placeMatrix(space, distinct.x, distance, kept), few, plan) : undefined;
    const between = distance === 'inner' ? (group: number) => -squaredLength(distinct.x, group) : () => 0;
    const line = (query: number): number => (distance === 'cosine' && queryWeights![query] === 0 ? -1 : query);
    const expansion = queries
      ? { k, nQueries: queries.rows, line }
      : { k, nQueries: x.rows, line: (row: number) => distinct.of[row], between };
    return await expand(distinct, found, expansion, signal);
  } finally {
    space.close();
  }
}

/**
 * As `findNeighbors` of queries, by lists that are known: none are made, and equal rows are not looked for.
 * @param x  [n, d], all finite
 * @param lists  of the rows of x
 */
export async function findByLists(
  x: Matrix,
  k: number,
  lists: Lists,
  {
    distance = 'euclidean',
    recall = 1,
    queries,
    seed = 0,
    kernels = singleThread(),
    signal,
    onProgress,
  }: FindOptions & {
    queries: Matrix;
  },
): Promise<Neighbors> {
  await checkQueries(x, queries, signal);
  checkCount(x, k, queries);
  const space = await kernels.open('distances', 'neighbors', 'norms');
  try {
    const weights = await rowWeights(x, distance, { signal });
    const queryWeights = await rowWeights(queries, distance, { what: 'neighbours: queries', signal });
    const clock = stopwatch();
    const job = { signal, report: (share: number) => onProgress?.({ phase: 'neighbours', ...clock.read(share, 1) }) };
    const asked = placeMatrix(space, queries, distance, queryWeights);
    const plan = { space, queries: asked, distance, recall, seed, job, lists };
    return await search(placeMatrix(space, x, distance, weights), k, plan);
  } finally {
    space.close();
  }
}

/**
 * Hashes of the rows.
 * @param data  x in the workspace
 * @throws InputError that names the first value which is not finite
 */
async function surveyed(
  space: Workspace,
  x: Matrix,
  data: Block,
  what: string,
  signal?: AbortSignal,
): Promise<Int32Array> {
  const chunks = Math.ceil(x.rows / SURVEY_ROWS);
  const [hashes, strange] = [space.int32(x.rows), space.int32(chunks)];
  await space.parallel('surveyRows', chunks, [data, x.rows, x.cols, hashes, strange], { signal });
  if (strange.view.includes(1)) checkFinite(x, what);
  const out = hashes.view.slice();
  for (const block of [hashes, strange]) block.free();
  return out;
}

interface Plan {
  space: Workspace;
  queries: Placed | undefined;
  distance: Distance;
  recall: number;
  seed: number;
  job: SearchJob;
  lists?: Lists;
}

/** Among rows that all differ; `placed` are those of x. */
async function search(
  placed: Placed,
  k: number,
  { space, queries, distance, recall, seed, job, lists }: Plan,
): Promise<Neighbors> {
  const metric = metricOf(distance);
  const whole =
    metric.whole === 0
      ? await wholePacking(space, queries ? [placed, queries] : [placed], distance, job.signal)
      : undefined;
  const question = { metric, x: placed, q: queries ?? placed, k, whole };
  let begun = 0;
  const report = (share: number): void => job.report?.((begun = share));
  const tried = recall < 1 && placed.rows > FEW_ROWS && distance !== 'inner';
  const fast = tried
    ? await approximateNeighbors(space, { ...question, recall, seed, lists }, { ...job, report })
    : undefined;
  // progress goes on from where the approximate search gave up
  const from = begun;
  const rest = { ...job, report: (share: number) => job.report?.(from + (1 - from) * share) };
  const { indices, distances } = fast ?? (await exactNeighbors(space, question, rest));
  const { finish } = metric;
  return {
    nNeighbors: k,
    indices: await copied(indices.view, job.signal),
    distances: finish ? distances.view.map(finish) : await copied(distances.view, job.signal),
    recall: fast?.recall ?? 1,
    ...(tried && (fast?.recall ?? 0) < recall ? { note: noteOf(recall, fast?.recall) } : {}),
  };
}

const noteOf = (asked: number, reached?: number): string =>
  reached === undefined
    ? `a recall of ${asked} cannot be had faster among these rows, so the neighbours are exact`
    : `a recall of ${asked} cannot be had quickly among so many rows; ${reached.toFixed(2)} of the neighbours are the true ones`;

async function checkQueries(x: Matrix, queries: Matrix, signal?: AbortSignal): Promise<void> {
  if (queries.cols !== x.cols) {
    throw new InputError(`neighbours: queries have ${queries.cols} columns, expected ${x.cols}`, { code: 'width' });
  }
  await checkAllFinite(queries, 'neighbours: queries', signal);
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
