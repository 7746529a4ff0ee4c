/**
 * Principal component analysis: the orthogonal directions of greatest variance (Pearson 1901; Hotelling 1933), exactly
 * by eigenvectors or by randomised SVD (Halko, Martinsson & Tropp 2011). Data are centred, not scaled.
 *
 * Differs from scikit-learn in signs alone: here the greatest component of each direction is positive.
 */
import { InputError, checkFinite, finish, matrix } from '../base/index.ts';
import type { Matrix, Steps } from '../base/index.ts';
import {
  centredMap,
  columnMoments,
  covarianceSteps,
  eigenSteps,
  fixSigns,
  gramSteps,
  matrix64,
  multiplyTransposed,
  qr,
  randomizedSvdSteps,
  symmetricEigen,
  transposed,
} from '../linalg/index.ts';
import type { Matrix64, Moments } from '../linalg/index.ts';

export type PcaSolver = 'auto' | 'exact' | 'randomized';

export interface PcaOptions {
  nComponents?: number;
  /** auto: exact up to 1000 features or rows, or for more than a tenth of all components */
  solver?: PcaSolver;
  /** scores of unit variance */
  whiten?: boolean;
  /** take as many components as the data have, down to none, where that is fewer, instead of refusing */
  truncate?: boolean;
  seed?: number;
}

/** A fitted PCA. */
export interface Pca {
  readonly nComponents: number;
  readonly nFeatures: number;
  /** [nFeatures] */
  readonly mean: Float32Array;
  /** [nComponents, nFeatures], orthonormal rows */
  readonly components: Matrix;
  /** variance along each component, divided by n − 1, greatest first */
  readonly explainedVariance: Float64Array;
  /** share of the total variance */
  readonly explainedVarianceRatio: Float64Array;
  readonly whiten: boolean;
  /** gram: the leading eigenvectors of covariances summed by kernels, right to about four digits */
  readonly solver: 'exact' | 'randomized' | 'gram';
  /** [n, nFeatures] → [n, nComponents] */
  transform(x: Matrix): Matrix;
  /** [n, nComponents] → [n, nFeatures] */
  inverse(z: Matrix): Matrix;
}

/** What a PCA is rebuilt from. */
export type PcaParts = Pick<Pca, 'mean' | 'components' | 'explainedVariance' | 'explainedVarianceRatio'> &
  Partial<Pick<Pca, 'whiten' | 'solver'>>;

/** Variances below this share of the greatest are rounding of single-precision data. */
const RANK_TOLERANCE = 1e-13;
const EXACT_SIZE = 1000;
const EXACT_SHARE = 0.1;

/**
 * Fits a PCA.
 * @param x  [n, d]
 * @throws InputError unless n ≥ 2, all values are finite and 1 ≤ nComponents ≤ the rank of the centred data
 */
export function fitPca(x: Matrix, options: PcaOptions = {}): Pca {
  return finish(pcaSteps(x, options));
}

/** As `fitPca`, in short steps. */
export function* pcaSteps(
  x: Matrix,
  { nComponents: wanted = 2, solver = 'auto', whiten = false, truncate = false, seed = 0 }: PcaOptions = {},
): Steps<Pca> {
  checkFinite(x, 'PCA');
  const nComponents = checkSize(x, wanted, truncate);
  const moments = columnMoments(x);
  const chosen = choose(solver, nComponents, Math.min(x.rows, x.cols));
  const { variances, directions } = yield* chosen === 'exact'
    ? exact(x, moments, nComponents)
    : randomized(x, moments, nComponents, seed);

  const found = { variances, directions, mean: moments.mean, total: sumOf(moments.variance), solver: chosen };
  return checkedPca(found, { nRows: x.rows, nComponents, whiten, truncate });
}

/** A PCA from the mean and the covariance of rows (divided by count − 1), exactly. */
export function pcaFromMoments(
  { count, mean, covariance }: { count: number; mean: Float64Array; covariance: Matrix64 },
  { nComponents: wanted = 2, whiten = false, truncate = false }: PcaOptions = {},
): Pca {
  const nComponents = checkSize({ rows: count, cols: mean.length }, wanted, truncate);
  const { values, vectors } = symmetricEigen(covariance);
  const directions = matrix64(nComponents, mean.length, vectors.data.slice(0, nComponents * mean.length));
  const total = sumOf(mean.map((_, j) => covariance.data[j * (mean.length + 1)]));
  const found = { variances: values.slice(0, nComponents), directions, mean, total, solver: 'exact' as const };
  return checkedPca(found, { nRows: count, nComponents, whiten, truncate });
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

interface Found extends Axes {
  mean: Float64Array;
  /** variance of all columns together */
  total: number;
  solver: Pca['solver'];
}

/** The PCA of what was found, but for directions without variance. */
function checkedPca(
  { variances, directions, mean, total, solver }: Found,
  { nRows, nComponents, whiten, truncate }: { nRows: number; nComponents: number; whiten: boolean; truncate: boolean },
): Pca {
  const { cols } = directions;
  const tolerance = variances[0] * Math.max(RANK_TOLERANCE, Math.max(nRows, cols) * Number.EPSILON);
  const below = variances.findIndex((value) => !(value > tolerance));
  const rank = below < 0 ? nComponents : below;
  if (rank < nComponents && !truncate) {
    throw new InputError(
      rank === 0
        ? `PCA: all ${nRows} rows are equal, so there is no direction to find`
        : `PCA: the rows vary along ${rank} independent ${rank === 1 ? 'direction' : 'directions'}, got ${nComponents} to find; try at most ${rank}`,
      { code: 'rank', details: { most: rank } },
    );
  }
  return pcaOf({
    mean: Float32Array.from(mean),
    components: matrix(rank, cols, Float32Array.from(directions.data.subarray(0, rank * cols))),
    explainedVariance: variances.slice(0, rank),
    explainedVarianceRatio: variances.slice(0, rank).map((value) => value / total),
    whiten,
    solver,
  });
}

/** How many components are looked for: fewer than wanted where there can't be as many and `truncate` is set. */
export function checkSize({ rows, cols }: Pick<Matrix, 'rows' | 'cols'>, wanted: number, truncate: boolean): number {
  const most = Math.min(rows - 1, cols);
  if (rows < 2) throw new InputError(`PCA needs at least 2 rows, got ${rows}`, { code: 'too-few-rows' });
  if (!Number.isInteger(wanted) || wanted < 1 || most < 1 || (wanted > most && !truncate)) {
    throw new InputError(`PCA of ${rows} rows × ${cols} columns: got ${wanted} components, expected 1 … ${most}`, {
      code: 'too-many-components',
      details: { most },
    });
  }
  return Math.min(wanted, most);
}

function choose(solver: PcaSolver, k: number, size: number): 'exact' | 'randomized' {
  if (solver !== 'auto') return solver;
  return size <= EXACT_SIZE || k > EXACT_SHARE * size ? 'exact' : 'randomized';
}

interface Axes {
  variances: Float64Array;
  /** [k, d], orthonormal rows */
  directions: Matrix64;
}

function* exact(x: Matrix, moments: Moments, k: number): Steps<Axes> {
  const { rows: n, cols: d } = x;
  const leading = (vectors: Matrix64): Matrix64 => matrix64(k, vectors.cols, vectors.data.slice(0, k * vectors.cols));
  if (d <= n) {
    const covariance = yield* half(covarianceSteps(x, moments), 0);
    const { values, vectors } = yield* half(eigenSteps(covariance), 0.5);
    return { variances: values.slice(0, k), directions: leading(vectors) };
  }
  // fewer rows than columns: from the inner products of the rows
  const gram = yield* half(gramSteps(x, moments.mean), 0);
  const { values, vectors } = yield* half(eigenSteps(gram), 0.5);
  const centred = matrix64(
    n,
    d,
    Float64Array.from(x.data, (value, i) => value - moments.mean[i % d]),
  );
  const { q } = qr(multiplyTransposed(centred, transposed(leading(vectors))));
  const directions = transposed(q);
  fixSigns(directions);
  return { variances: values.slice(0, k).map((value) => value / (n - 1)), directions };
}

function* randomized(x: Matrix, { mean }: Moments, k: number, seed: number): Steps<Axes> {
  const { singularValues, vt } = yield* randomizedSvdSteps(centredMap(x, mean), k, { seed });
  return { variances: singularValues.map((value) => value ** 2 / (x.rows - 1)), directions: vt };
}

function* half<R>(steps: Steps<R>, from: number): Steps<R> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    yield from + value / 2;
  }
}

/** A PCA from its parts, as they were saved. */
export function pcaOf(parts: PcaParts): Pca {
  const { mean, components, explainedVariance, explainedVarianceRatio, whiten = false, solver = 'exact' } = parts;
  const { rows: k, cols: d } = components;
  const scale = Float64Array.from(explainedVariance, (value) => (whiten ? Math.sqrt(value) : 1));
  return {
    nComponents: k,
    nFeatures: d,
    mean,
    components,
    explainedVariance,
    explainedVarianceRatio,
    whiten,
    solver,
    transform(x) {
      checkWidth('transform', x, d);
      const z = matrix(x.rows, k);
      const centred = new Float64Array(d);
      for (let i = 0; i < x.rows; i++) {
        for (let j = 0; j < d; j++) centred[j] = x.data[i * d + j] - mean[j];
        for (let c = 0; c < k; c++) {
          let sum = 0;
          for (let j = 0, at = c * d; j < d; j++, at++) sum += centred[j] * components.data[at];
          z.data[i * k + c] = sum / scale[c];
        }
      }
      return z;
    },
    inverse(z) {
      checkWidth('inverse', z, k);
      const x = matrix(z.rows, d);
      const sums = new Float64Array(d);
      for (let i = 0; i < z.rows; i++) {
        sums.set(mean);
        for (let c = 0; c < k; c++) {
          const factor = z.data[i * k + c] * scale[c];
          for (let j = 0, at = c * d; j < d; j++, at++) sums[j] += factor * components.data[at];
        }
        x.data.set(sums, i * d);
      }
      return x;
    },
  };
}

function checkWidth(verb: string, x: Matrix, expected: number): void {
  if (x.cols !== expected) {
    throw new InputError(`PCA ${verb}: got ${x.cols} columns, expected ${expected}`, { code: 'width' });
  }
}
