import { finish } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { neighborhoodRankSteps, rankScore } from './neighborhood-ranks.ts';
import type { NeighborhoodRanks } from './neighborhood-ranks.ts';

/**
 * Continuity C(k) of a map, in [0, 1]: samples that are neighbours in the data but not on the map cost by how far away
 * in rank they are. 1 when the map tears no neighbours apart. Euclidean on both sides; time n², memory n · 128.
 * @param x  data, [n, d]
 * @param y  map, [n, nComponents]
 * @throws InputError unless 1 ≤ nNeighbors < n / 2
 * @see Venna & Kaski 2001, Neighborhood preservation in nonlinear projection methods
 */
export function continuity(x: Matrix, y: Matrix, { nNeighbors = 15 } = {}): number {
  return continuityOf(finish(neighborhoodRankSteps(x, y, nNeighbors)));
}

/** @param k  at most the neighbours ranked */
export function continuityOf({ onMap, nSamples, nNeighbors }: NeighborhoodRanks, k = nNeighbors): number {
  return rankScore(onMap, nSamples, k, nNeighbors);
}
