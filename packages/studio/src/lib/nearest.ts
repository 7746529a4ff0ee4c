/** The k nearest rows to one query, by brute force: for a pointer one pass over all rows is quick and always exact. */
import type { Rows } from '@portolan/core/data';

export interface Nearest {
  /** nearest first */
  indices: Uint32Array;
  /** Euclidean */
  distances: Float32Array;
}

/**
 * @param query  nFeatures numbers, in the rows' values (after scaling)
 * @param except  a row that is left out: the query itself
 */
export function nearest(rows: Rows, query: ArrayLike<number>, k: number, except = -1): Nearest {
  const { data, nSamples, nFeatures, scale } = rows;
  const want = Math.min(k, nSamples - (except >= 0 && except < nSamples ? 1 : 0));
  const best = new Float64Array(want).fill(Infinity);
  const indices = new Uint32Array(want);
  const q = Float64Array.from(query, (v) => v / scale);
  for (let i = 0; i < nSamples && want > 0; i++) {
    if (i === except) continue;
    const bound = best[want - 1];
    let sum = 0;
    const from = i * nFeatures;
    for (let j = 0; j < nFeatures; j++) {
      const d = data[from + j] - q[j];
      sum += d * d;
      if ((j & 31) === 31 && sum >= bound) break;
    }
    if (sum >= bound) continue;
    let at = want - 1;
    for (; at > 0 && best[at - 1] > sum; at--) {
      best[at] = best[at - 1];
      indices[at] = indices[at - 1];
    }
    best[at] = sum;
    indices[at] = i;
  }
  return { indices, distances: Float32Array.from(best, (d) => Math.sqrt(d) * scale) };
}
