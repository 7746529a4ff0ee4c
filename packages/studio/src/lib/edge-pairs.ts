/** The graph of neighbours as lines: each sample and its nearest, every pair once. */
import type { Neighbors } from '@portolan/core/neighbors';

/** Lines that are drawn at most; above, each sample is joined to fewer. */
export const MAX_EDGES = 1_500_000;
const NEAREST = 5;

/** How many neighbours n samples are joined to. */
export function edgeNeighbors(n: number): number {
  return Math.max(0, Math.min(NEAREST, n - 1, Math.max(1, Math.floor(MAX_EDGES / n))));
}

/** [m * 2], the smaller index first. */
export function edgePairs({ indices, nNeighbors: k }: Pick<Neighbors, 'indices' | 'nNeighbors'>): Uint32Array {
  const n = indices.length / k;
  const holds = (i: number, j: number): boolean => {
    for (let e = i * k; e < (i + 1) * k; e++) if (indices[e] === j) return true;
    return false;
  };
  const pairs = new Uint32Array(2 * indices.length);
  let m = 0;
  for (let i = 0; i < n; i++) {
    for (let e = i * k; e < (i + 1) * k; e++) {
      const j = indices[e];
      // a pair that both name is told by the smaller alone
      if (i === j || (j < i && holds(j, i))) continue;
      pairs[2 * m] = Math.min(i, j);
      pairs[2 * m + 1] = Math.max(i, j);
      m++;
    }
  }
  return pairs.slice(0, 2 * m);
}
