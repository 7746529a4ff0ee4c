/** How much of each point's true neighbourhood a map keeps: neighbour recall, point by point. */
import { InputError, breathe, stopwatch } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { placeTree } from '../maps/index.ts';
import { findNeighbors } from '../neighbors/index.ts';
import type { Distance, Neighbors } from '../neighbors/index.ts';

export interface NeighborKeepOptions extends KernelJob<never> {
  nNeighbors?: number;
  /** the rows' neighbours, without themselves, nearest first, where they are known */
  neighbors?: Neighbors;
  /** in the data, and on the map; Euclidean when left out */
  distance?: Distance;
  mapDistance?: Distance;
  /** share of the true neighbours that is looked for in the data: by default 1 up to 20,000 rows, beyond 0.98 */
  recall?: number;
  seed?: number;
}

const EXACT_ROWS = 20_000;
const N_NEIGHBORS = 15;
/** Points between two looks at the clock. */
const BLOCK = 2048;

/**
 * The share of each row's k nearest that are among its k nearest on the map, in [0, 1].
 * @param x  data, [n, d]
 * @param y  map, [n, 2] or [n, 3]
 * @returns [n]; all 1 where there are fewer than two rows
 * @throws InputError unless both have n rows; AbortError when the signal is aborted
 */
export async function neighborKeep(
  x: Matrix,
  y: Matrix,
  {
    nNeighbors = N_NEIGHBORS,
    neighbors,
    distance,
    mapDistance = 'euclidean',
    recall,
    seed,
    kernels,
    signal,
    onProgress,
  }: NeighborKeepOptions = {},
): Promise<Float32Array> {
  const n = x.rows;
  if (y.rows !== n) throw new InputError(`a map of ${y.rows} points does not fit data of ${n} rows`);
  const kept = new Float32Array(n).fill(1);
  const k = Math.min(nNeighbors, n - 1, neighbors?.nNeighbors ?? Infinity);
  if (k < 1) return kept;
  const job = { kernels, signal, onProgress, seed };
  const share = recall ?? (n <= EXACT_ROWS ? 1 : 0.98);
  const inData = neighbors ?? (await findNeighbors(x, k, { ...job, distance, recall: share }));

  const clock = stopwatch();
  // no tree knows a curved map
  const curved =
    mapDistance === 'euclidean'
      ? undefined
      : await findNeighbors(y, k, { ...job, distance: mapDistance, recall: share });
  const tree = curved ? undefined : placeTree(y);
  const found = new Uint32Array(k + 1);
  const distances = new Float64Array(k + 1);
  const mark = new Int32Array(n).fill(-1);
  for (let i = 0; i < n; i++) {
    if (curved) for (let j = 0; j < k; j++) mark[curved.indices[i * k + j]] = i;
    const size = tree?.nearest(y.data.subarray(i * y.cols, (i + 1) * y.cols), found, distances) ?? 0;
    // the point itself is one of them, but for doubles, of which it may not be among the first
    for (let j = 0, taken = 0; j < size && taken < k; j++) {
      if (found[j] === i) continue;
      mark[found[j]] = i;
      taken++;
    }
    let both = 0;
    for (let j = 0, at = i * inData.nNeighbors; j < k; j++, at++) if (mark[inData.indices[at]] === i) both++;
    kept[i] = both / k;
    if (i % BLOCK === BLOCK - 1) {
      onProgress?.({ phase: 'measuring', ...clock.read(i / n, 1) });
      await breathe();
      signal?.throwIfAborted();
    }
  }
  return kept;
}
