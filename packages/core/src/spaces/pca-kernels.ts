/**
 * PCA as a job, by kernels: covariances in one pass over the rows, their leading eigenvectors alone, scores. What it
 * finds is that of the exact solver to about four digits; data for which single precision would not do (a variance asked
 * for that is a ten-thousandth of the greatest) or covariances would be too large go the exact or the randomised way.
 */
import { drive, matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { kernelMoments, leadingEigen, slabsOf } from '../linalg/index.ts';
import type { LeadingEigen, KernelMoments } from '../linalg/index.ts';
import { checkSize, pcaOf, pcaSteps } from './pca.ts';
import type { Pca, PcaOptions } from './pca.ts';

/** Columns from which covariances take longer than random projections. */
const MOST_COLUMNS = 1500;
/** Numbers below which compiling the kernels takes longer than doing without. */
const FEW_NUMBERS = 50_000;
/** Share of the greatest variance below which sums in single precision are not trusted. */
const LEAST_SHARE = 1e-4;

const PANEL = 8;
const ROWS = 64;

/**
 * As `fitPca`; `solver` auto takes the kernels where they are faster.
 * @param x  [n, d]
 * @param phase  how progress calls it
 * @throws InputError as `fitPca`; AbortError when the signal is aborted
 */
export async function fitPcaJob<T>(
  x: Matrix,
  options: PcaOptions,
  phase: string,
  job: KernelJob<T> = {},
): Promise<Pca> {
  const { nComponents: wanted = 2, solver = 'auto', truncate = false, whiten = false, seed = 0 } = options;
  if (solver === 'auto' && x.data.length >= FEW_NUMBERS && x.cols <= MOST_COLUMNS && x.rows > x.cols) {
    const nComponents = checkSize(x, wanted, truncate);
    const { signal, onProgress, kernels = singleThread() } = job;
    signal?.throwIfAborted();
    onProgress?.({ phase, done: 0, total: 1, elapsed: 0 });
    const space = await kernels.open('matrix');
    try {
      const moments = await kernelMoments(space, x, slabsOf(space, x), { signal });
      if (moments.columns.length >= nComponents) {
        const eigen = await leadingEigen(space, moments.covariance, nComponents, { seed, signal });
        if (eigen.values[nComponents - 1] > LEAST_SHARE * eigen.values[0])
          return assembled(x.cols, moments, eigen, whiten);
      }
    } finally {
      space.close();
    }
  }
  // a PCA has no detail to report
  return drive(phase, pcaSteps(x, options), job as KernelJob<never>);
}

function assembled(d: number, { mean, columns, covariance }: KernelMoments, eigen: LeadingEigen, whiten: boolean): Pca {
  const { values, vectors } = eigen;
  const components = matrix(values.length, d);
  for (let c = 0; c < values.length; c++) {
    columns.forEach((j, i) => (components.data[c * d + j] = vectors.data[c * vectors.cols + i]));
  }
  let total = 0;
  for (let i = 0; i < columns.length; i++) total += covariance.data[i * (covariance.cols + 1)];
  return pcaOf({
    mean: Float32Array.from(mean),
    components,
    explainedVariance: values,
    explainedVarianceRatio: values.map((value) => value / total),
    whiten,
    solver: 'gram',
  });
}

/**
 * `pca.transform` by kernels, in single precision.
 * @param x  [n, nFeatures]
 * @returns [n, nComponents]
 */
export async function transformPca<T>(pca: Pca, x: Matrix, job: KernelJob<T> = {}): Promise<Matrix> {
  const { rows: k, cols: d } = pca.components;
  if (x.cols !== d || x.rows === 0 || k === 0 || x.data.length < FEW_NUMBERS) return pca.transform(x);
  const { signal, kernels = singleThread() } = job;
  const nPanels = Math.ceil(k / PANEL);
  const width = nPanels * PANEL;
  const space = await kernels.open('matrix');
  try {
    const [mean, w] = [space.float32(pca.mean), space.float32(panelsOf(pca))];
    const slabs = slabsOf(space, x);
    const out = space.float32(slabs.load(0).rows * width);
    const z = matrix(x.rows, k);
    for (let slab = 0; slab < slabs.from.length; slab++) {
      const { block, rows } = slabs.load(slab);
      await space.parallel('rowsTimes', Math.ceil(rows / ROWS), [block, rows, d, mean, w, nPanels, out], { signal });
      narrow(out.view, width, z.data.subarray(slabs.from[slab] * k, (slabs.from[slab] + rows) * k), k);
    }
    return z;
  } finally {
    space.close();
  }
}

// engines compile a small function soon and once, but a long asynchronous one over and over

/** Components as columns in panels of eight. */
function panelsOf({ components, explainedVariance, whiten }: Pca): Float32Array {
  const { data, rows: k, cols: d } = components;
  const out = new Float32Array(d * PANEL * Math.ceil(k / PANEL));
  for (let c = 0; c < k; c++) {
    const scale = whiten ? 1 / Math.sqrt(explainedVariance[c]) : 1;
    const at = Math.floor(c / PANEL) * d * PANEL + (c % PANEL);
    for (let j = 0; j < d; j++) out[at + j * PANEL] = data[c * d + j] * scale;
  }
  return out;
}

/** The first k of each `width` numbers. */
function narrow(from: Float32Array, width: number, to: Float32Array, k: number): void {
  for (let at = 0, row = 0; at < to.length; row += width) {
    for (let c = 0; c < k; c++, at++) to[at] = from[row + c];
  }
}
