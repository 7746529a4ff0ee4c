/**
 * What the measures of a map share: for every sample, how near in the data its neighbours on the map are, and the
 * other way round. Ranks count from 1; of equally near samples the smaller index comes first.
 */
import { InputError } from '../base/index.ts';
import type { Matrix, Steps } from '../base/index.ts';
import { QUERY_BLOCK, distanceRows, selectRow, smallest } from '../neighbors/index.ts';

export interface NeighborhoodRanks {
  readonly nSamples: number;
  readonly nNeighbors: number;
  /** [nSamples, nNeighbors]: rank in the data of the j-th nearest on the map */
  readonly inData: Uint32Array;
  /** [nSamples, nNeighbors]: rank on the map of the j-th nearest in the data */
  readonly onMap: Uint32Array;
}

/**
 * @param x  data, [n, d]
 * @param y  map, [n, nComponents]
 * @throws InputError unless both have n rows and 1 ≤ nNeighbors < n / 2
 */
export function* neighborhoodRankSteps(x: Matrix, y: Matrix, nNeighbors: number): Steps<NeighborhoodRanks> {
  const n = x.rows;
  if (y.rows !== n) throw new InputError(`a map of ${y.rows} points does not fit data of ${n} rows`);
  if (!Number.isInteger(nNeighbors) || nNeighbors < 1 || nNeighbors >= n / 2) {
    throw new InputError(
      `nNeighbors ${nNeighbors} needs more than ${2 * nNeighbors} samples, got ${n}; ` +
        (n < 3 ? 'a map is measured on at least 3' : `try at most ${Math.ceil(n / 2) - 1}`),
      { code: 'too-many-neighbors' },
    );
  }
  const data = distanceRows(x);
  const map = distanceRows(y);
  const inData = new Uint32Array(n * nNeighbors);
  const onMap = new Uint32Array(n * nNeighbors);
  const dataRow = new Float64Array(QUERY_BLOCK * n);
  const mapRow = new Float64Array(QUERY_BLOCK * n);
  const best = smallest(nNeighbors);
  for (let from = 0; from < n; from += QUERY_BLOCK) {
    const to = Math.min(n, from + QUERY_BLOCK);
    data.fill(from, to, dataRow);
    map.fill(from, to, mapRow);
    for (let i = from; i < to; i++) {
      const at = (i - from) * n;
      for (const [near, far, ranks] of [
        [mapRow, dataRow, inData],
        [dataRow, mapRow, onMap],
      ] as const) {
        best.clear();
        selectRow(best, near, at, n, i);
        for (let j = 0; j < nNeighbors; j++) ranks[i * nNeighbors + j] = rankOf(far, at, n, i, best.indices[j]);
      }
    }
    yield to / n;
  }
  return { nSamples: n, nNeighbors, inData, onMap };
}

/** How many come before `other` seen from `self`, and one. */
function rankOf(distances: Float64Array, at: number, n: number, self: number, other: number): number {
  const own = distances[at + other];
  let rank = 1;
  for (let j = 0; j < n; j++) {
    const value = distances[at + j];
    if (value > own || j === self || j === other) continue;
    if (value < own || j < other) rank++;
  }
  return rank;
}

/** 1 − 2 / (n k (2n − 3k − 1)) Σ (rank − k) over the ranks beyond k. */
export function rankScore(ranks: Uint32Array, n: number, k: number): number {
  let sum = 0;
  for (const rank of ranks) sum += Math.max(0, rank - k);
  return 1 - (2 * sum) / (n * k * (2 * n - 3 * k - 1));
}
