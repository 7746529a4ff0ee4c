import { finish } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { neighborhoodRankSteps, rankScore } from './neighborhood-ranks.ts';
import type { NeighborhoodRanks } from './neighborhood-ranks.ts';

/**
 * Trustworthiness T(k) of a map, in [0, 1]: samples that are neighbours on the map but not in the data cost by how far
 * away in rank they are. 1 when the map invents no neighbours. Euclidean on both sides; time n², memory n · 128.
 * @param x  data, [n, d]
 * @param y  map, [n, nComponents]
 * @throws InputError unless 1 ≤ nNeighbors < n / 2
 * @see Venna & Kaski 2001, Neighborhood preservation in nonlinear projection methods
 */
export function trustworthiness(x: Matrix, y: Matrix, { nNeighbors = 15 } = {}): number {
  return trustworthinessOf(finish(neighborhoodRankSteps(x, y, nNeighbors)));
}

/** @param k  at most the neighbours ranked */
export function trustworthinessOf({ inData, nSamples, nNeighbors }: NeighborhoodRanks, k = nNeighbors): number {
  return rankScore(inData, nSamples, k, nNeighbors);
}
