/** Neighbours from distances that are known already: of all pairs, or of some. */
import { InputError, checkFinite } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Neighbors } from './nearest-neighbors.ts';
import { smallest } from './smallest.ts';

/** Some distances of each row, in compressed sparse rows: those of row i are at starts[i] … starts[i + 1] − 1. */
export interface NeighborLists {
  readonly starts: ArrayLike<number>;
  /** the other row of each */
  readonly indices: ArrayLike<number>;
  readonly distances: ArrayLike<number>;
}

/**
 * The k nearest of each row by a table of distances; the diagonal is not looked at.
 * @param table  [n, n]; it need not be symmetric: row i holds the distances from i
 * @throws InputError unless the table is square, its distances are finite, and 1 ≤ k < n
 */
export function neighborsFromDistances(table: Matrix, k: number): Neighbors {
  const { rows: n, cols, data } = table;
  if (cols !== n)
    throw new InputError(`distances: got ${n} × ${cols}, expected as many columns as rows`, { code: 'not-square' });
  checkFinite(table, 'distances');
  checkK(n, k);
  return collect(n, k, (i, offer) => {
    for (let j = 0; j < n; j++) if (j !== i) offer(j, data[i * n + j]);
  });
}

/**
 * The k nearest of each row by lists of distances, each to another row.
 * @throws InputError when a row has fewer than k others, or an index or a distance is none
 */
export function neighborsFromLists({ starts, indices, distances }: NeighborLists, k: number): Neighbors {
  const n = starts.length - 1;
  checkK(n, k);
  if (indices.length !== distances.length || starts[n] !== indices.length) {
    throw new InputError(
      `distances: got ${indices.length} indices, ${distances.length} distances and rows up to ${starts[n]}; expected as many of each`,
    );
  }
  return collect(n, k, (i, offer) => {
    const seen = new Set<number>();
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      const j = indices[e];
      if (!Number.isInteger(j) || j < 0 || j >= n) throw new InputError(`distances: row ${i} names row ${j} of ${n}`);
      if (!Number.isFinite(distances[e])) {
        throw new InputError(`distances: from row ${i} to row ${j} is ${distances[e]}, expected a finite number`, {
          code: 'not-finite',
        });
      }
      if (j !== i && !seen.has(j)) offer(j, distances[e]);
      seen.add(j);
    }
    seen.delete(i);
    if (seen.size < k) {
      throw new InputError(`distances: row ${i} has ${seen.size} others, expected at least k = ${k}`, {
        code: 'too-few-rows',
      });
    }
  });
}

function checkK(n: number, k: number): void {
  if (Number.isInteger(k) && k >= 1 && k < n) return;
  throw new InputError(`nearest neighbours among ${n} rows: got k = ${k}, expected a whole number from 1 to ${n - 1}`, {
    code: 'too-few-rows',
  });
}

function collect(n: number, k: number, each: (i: number, offer: (j: number, far: number) => void) => void): Neighbors {
  const best = smallest(k);
  const indices = new Uint32Array(n * k);
  const distances = new Float32Array(n * k);
  for (let i = 0; i < n; i++) {
    best.clear();
    each(i, best.offer);
    indices.set(best.indices, i * k);
    distances.set(best.values, i * k);
  }
  return { nNeighbors: k, indices, distances, recall: 1 };
}
