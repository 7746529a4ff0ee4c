/**
 * What the measures of a map share: for every sample, how near in the data its neighbours on the map are, and the
 * other way round. Ranks count from 1; of equally near samples the smaller index comes first.
 */
import { InputError, breathe, drive, stopwatch } from '../base/index.ts';
import type { Matrix, Steps } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { squaredDistanceBlocks } from '../linalg/index.ts';
import { QUERY_BLOCK, distanceRows, selectRow, smallest } from '../neighbors/index.ts';
import type { Distance } from '../neighbors/index.ts';

/** Rows squared times columns from which kernels are worth loading. */
const MANY_PRODUCTS = 5e7;
/** Rows of distances calculated at once. */
const KERNEL_ROWS = 256;

export interface NeighborhoodRanks {
  readonly nSamples: number;
  readonly nNeighbors: number;
  /** [nSamples, nNeighbors]: rank in the data of the j-th nearest on the map */
  readonly inData: Uint32Array;
  /** [nSamples, nNeighbors]: rank on the map of the j-th nearest in the data */
  readonly onMap: Uint32Array;
}

/** What near means in the data and on the map; Euclidean where it is not said. */
export interface Nearness {
  distance?: Distance;
  mapDistance?: Distance;
}

/**
 * @param x  data, [n, d]
 * @param y  map, [n, nComponents]
 * @throws InputError unless both have n rows and 1 ≤ nNeighbors < n / 2
 */
export function* neighborhoodRankSteps(
  x: Matrix,
  y: Matrix,
  nNeighbors: number,
  { distance, mapDistance }: Nearness = {},
): Steps<NeighborhoodRanks> {
  const n = x.rows;
  checkRanks(x, y, nNeighbors);
  const data = distanceRows(x, x, distance);
  const map = distanceRows(y, y, mapDistance);
  const counter = rankCounter(n, nNeighbors);
  const dataRow = new Float64Array(QUERY_BLOCK * n);
  const mapRow = new Float64Array(QUERY_BLOCK * n);
  for (let from = 0; from < n; from += QUERY_BLOCK) {
    const to = Math.min(n, from + QUERY_BLOCK);
    data.fill(from, to, dataRow);
    map.fill(from, to, mapRow);
    for (let i = from; i < to; i++) counter.add(i, dataRow, mapRow, (i - from) * n);
    yield to / n;
  }
  return counter.ranks;
}

/** As `neighborhoodRankSteps`; Euclidean distances of many columns by kernels, in single precision. */
export async function neighborhoodRanks(
  x: Matrix,
  y: Matrix,
  nNeighbors: number,
  { distance = 'euclidean', mapDistance, ...job }: KernelJob<never> & Nearness = {},
): Promise<NeighborhoodRanks> {
  const n = x.rows;
  if (n * n * x.cols < MANY_PRODUCTS || distance !== 'euclidean') {
    return drive('measuring', neighborhoodRankSteps(x, y, nNeighbors, { distance, mapDistance }), job);
  }
  checkRanks(x, y, nNeighbors);
  const { signal, onProgress, kernels = singleThread() } = job;
  const clock = stopwatch();
  const map = distanceRows(y, y, mapDistance);
  const counter = rankCounter(n, nNeighbors);
  const mapRow = new Float64Array(QUERY_BLOCK * n);
  const space = await kernels.open('matrix');
  try {
    await squaredDistanceBlocks(space, x, KERNEL_ROWS, signal, async (from, to, squared) => {
      for (let start = from; start < to; start += QUERY_BLOCK) {
        const end = Math.min(to, start + QUERY_BLOCK);
        map.fill(start, end, mapRow);
        for (let i = start; i < end; i++) {
          counter.add(i, squared.subarray((i - from) * n), mapRow.subarray((i - start) * n), 0);
        }
        onProgress?.({ phase: 'measuring', ...clock.read(end / n, 1) });
        await breathe();
        signal?.throwIfAborted();
      }
    });
  } finally {
    space.close();
  }
  return counter.ranks;
}

function checkRanks(x: Matrix, y: Matrix, nNeighbors: number): void {
  const n = x.rows;
  if (y.rows !== n) throw new InputError(`a map of ${y.rows} points does not fit data of ${n} rows`);
  if (!Number.isInteger(nNeighbors) || nNeighbors < 1 || nNeighbors >= n / 2) {
    throw new InputError(
      `nNeighbors ${nNeighbors} needs more than ${2 * nNeighbors} samples, got ${n}; ` +
        (n < 3 ? 'a map is measured on at least 3' : `try at most ${Math.ceil(n / 2) - 1}`),
      { code: 'too-many-neighbors' },
    );
  }
}

/** Takes the distances of one sample to all at a time, in the data and on the map. */
function rankCounter(n: number, k: number) {
  const inData = new Uint32Array(n * k);
  const onMap = new Uint32Array(n * k);
  const best = smallest(k);
  const order = new Uint32Array(k);
  const values = new Float64Array(k);
  const indices = new Uint32Array(k);
  const counts = new Uint32Array(k);

  /** ranks[at + j]: rank in `far` of the j-th nearest in `near`. */
  function rank(i: number, near: Float64Array, far: Float64Array, from: number, ranks: Uint32Array): void {
    best.clear();
    selectRow(best, near, from, n, i);
    for (let j = 0; j < k; j++) order[j] = j;
    const chosen = best.indices;
    order.sort((a, b) => far[from + chosen[a]] - far[from + chosen[b]] || chosen[a] - chosen[b]);
    for (let j = 0; j < k; j++) {
      indices[j] = chosen[order[j]];
      values[j] = far[from + indices[j]];
    }
    // how many samples come between one of the chosen and the next, the next included
    counts.fill(0);
    const last = values[k - 1];
    for (let j = 0; j < n; j++) {
      const value = far[from + j];
      if (value > last || j === i) continue;
      let low = 0;
      let high = k;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (values[middle] < value || (values[middle] === value && indices[middle] < j)) low = middle + 1;
        else high = middle;
      }
      if (low < k) counts[low]++;
    }
    for (let j = 0, sum = 0; j < k; j++) {
      sum += counts[j];
      ranks[i * k + order[j]] = sum;
    }
  }

  return {
    ranks: { nSamples: n, nNeighbors: k, inData, onMap },
    add(i: number, data: Float64Array, map: Float64Array, from: number): void {
      rank(i, map, data, from, inData);
      rank(i, data, map, from, onMap);
    },
  };
}

/**
 * 1 − 2 / (n k (2n − 3k − 1)) Σ (rank − k) over the ranks beyond k.
 * @param ranks  [n, width], of which the first k count
 */
export function rankScore(ranks: Uint32Array, n: number, k: number, width = k): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < k; j++) sum += Math.max(0, ranks[i * width + j] - k);
  return 1 - (2 * sum) / (n * k * (2 * n - 3 * k - 1));
}
