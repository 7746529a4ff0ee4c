import { finish } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { neighborhoodRankSteps } from './neighborhood-ranks.ts';
import type { NeighborhoodRanks } from './neighborhood-ranks.ts';

/**
 * Neighbour recall at k, in [0, 1]: the share of each sample's k nearest in the data that are among its k nearest on
 * the map, averaged over samples; k / (n − 1) by chance.
 * @param x  data, [n, d]
 * @param y  map, [n, nComponents]
 * @throws InputError unless 1 ≤ nNeighbors < n / 2
 * @see Lee & Verleysen 2009, Quality assessment of dimensionality reduction: Q_NX(k)
 */
export function neighborRecall(x: Matrix, y: Matrix, { nNeighbors = 15 } = {}): number {
  return neighborRecallOf(finish(neighborhoodRankSteps(x, y, nNeighbors)));
}

/** @param k  at most the neighbours ranked */
export function neighborRecallOf({ inData, nSamples, nNeighbors }: NeighborhoodRanks, k = nNeighbors): number {
  let kept = 0;
  for (let i = 0; i < nSamples; i++) {
    for (let j = 0; j < k; j++) if (inData[i * nNeighbors + j] <= k) kept++;
  }
  return kept / (nSamples * k);
}
