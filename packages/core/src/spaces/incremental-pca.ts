/**
 * PCA of rows that come in pieces, or lie in several places: counts, means and moments add up (Chan, Golub & LeVeque
 * 1983), so that any split of the rows gives the PCA of them all. Takes d² numbers of memory, whatever the rows.
 */
import { InputError, checkFinite, finish } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { columnMoments, covarianceSteps, matrix64 } from '../linalg/index.ts';
import { pcaFromMoments } from './pca.ts';
import type { Pca, PcaOptions } from './pca.ts';

/** What is known of the rows so far; plain data, to be sent and merged. */
export interface RowMoments {
  readonly count: number;
  /** [d] */
  readonly mean: Float64Array;
  /** [d, d], Σ (x − mean)ᵀ (x − mean) */
  readonly scatter: Float64Array;
}

export interface IncrementalPca {
  readonly nFeatures: number;
  readonly count: number;
  /** Adds rows, [n, nFeatures]. */
  partialFit(x: Matrix): void;
  /** Adds what another has seen. */
  merge(other: RowMoments): void;
  moments(): RowMoments;
  /** The PCA of all rows so far, as `fitPca` has it, by the exact solver. */
  result(options?: Omit<PcaOptions, 'solver' | 'seed'>): Pca;
}

/** @param from  moments to go on from */
export function incrementalPca(nFeatures: number, from?: RowMoments): IncrementalPca {
  const d = nFeatures;
  let count = 0;
  const mean = new Float64Array(d);
  const scatter = new Float64Array(d * d);

  function merge(other: RowMoments): void {
    if (other.mean.length !== d || other.scatter.length !== d * d) {
      throw new InputError(`incremental PCA: got moments of ${other.mean.length} columns, expected ${d}`, {
        code: 'width',
      });
    }
    if (other.count === 0) return;
    const both = count + other.count;
    const apart = other.mean.map((value, j) => value - mean[j]);
    const weight = (count * other.count) / both;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) scatter[i * d + j] += other.scatter[i * d + j] + weight * apart[i] * apart[j];
    }
    for (let j = 0; j < d; j++) mean[j] += (apart[j] * other.count) / both;
    count = both;
  }
  if (from) merge(from);

  return {
    nFeatures,
    get count() {
      return count;
    },
    partialFit(x) {
      if (x.cols !== d) {
        throw new InputError(`incremental PCA: got rows of ${x.cols} columns, expected ${d}`, { code: 'width' });
      }
      if (x.rows === 0) return;
      checkFinite(x, 'PCA');
      const moments = columnMoments(x);
      const { data } = finish(covarianceSteps(x, moments));
      const scale = Math.max(1, x.rows - 1);
      merge({ count: x.rows, mean: moments.mean, scatter: data.map((value) => value * scale) });
    },
    merge,
    moments: () => ({ count, mean: mean.slice(), scatter: scatter.slice() }),
    result(options = {}) {
      const scale = 1 / Math.max(1, count - 1);
      const covariance = matrix64(
        d,
        d,
        scatter.map((value) => value * scale),
      );
      return pcaFromMoments({ count, mean, covariance }, options);
    },
  };
}
