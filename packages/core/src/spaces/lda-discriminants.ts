/**
 * Linear discriminant analysis: the directions in which known classes are furthest apart, measured by how wide they are
 * themselves (Fisher 1936; Rao 1948). The covariance within classes, of columns scaled to unit spread, is shrunk towards
 * a sphere (Friedman 1989), by a share given or as far as new rows are expected to stand apart as well as with any, so
 * that it can be used with more columns than rows and new rows stand where the fitted do.
 *
 * Between-class scatter has rank classes − 1 at most, so the problem is solved in the space of the class means. It is
 * used as a map (maps/lda.ts) and as a space (lda.ts).
 */
import { InputError, matrix } from '../base/index.ts';
import type { Matrix, OptionSpec } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { matrix64, solveCholesky, symmetricEigen } from '../linalg/index.ts';
import type { Matrix64 } from '../linalg/index.ts';
import type { Figures } from './latent-space.ts';
import { chosenShrinkage } from './lda-shrinkage.ts';
import { inBands, spreadWithin } from './lda-spread.ts';
import type { Spread } from './lda-spread.ts';

/** How round the spread within classes is taken for. */
export const SHRINKAGE_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'autoShrinkage',
    type: 'boolean',
    default: true,
    summary: 'Whether the shrinkage is found from the rows, so that new ones stand apart as well as can be expected.',
  },
  {
    name: 'shrinkage',
    type: 'number',
    default: 0.1,
    min: 0,
    max: 1,
    summary: 'Without autoShrinkage: 0 trusts the spread of the classes as it is, 1 takes it for round.',
  },
];

export interface LabelledClasses {
  /** class of each row, −1 for none */
  of: Int32Array;
  /** [classes, d] */
  means: Matrix64;
  counts: Float64Array;
  /** of the labelled rows, [d] */
  mean: Float64Array;
  nLabelled: number;
}

/**
 * Means and counts of the classes.
 * @param labels  class of each row, negative for none
 * @throws InputError when there are no labels, not one for each row, or fewer than two classes
 */
export async function labelledClasses(
  x: Matrix,
  labels: Int32Array | undefined,
  signal?: AbortSignal,
): Promise<LabelledClasses> {
  if (!labels) throw new InputError('LDA needs labels: name a column of categories', { code: 'labels-needed' });
  if (labels.length !== x.rows) {
    throw new InputError(`LDA: got ${labels.length} labels, expected ${x.rows}`, { code: 'labels' });
  }
  const names = [...new Set(labels)].filter((label) => label >= 0).sort((a, b) => a - b);
  if (names.length < 2) {
    const got = names.length === 0 ? 'no row has a label' : 'all labelled rows are of one class';
    throw new InputError(`LDA needs at least 2 classes, but ${got}; take a method that needs no labels, such as pca`, {
      code: 'one-class',
      details: { classes: names.length },
    });
  }
  const place = new Map(names.map((name, i) => [name, i]));
  const d = x.cols;
  const means = matrix64(names.length, d);
  const counts = new Float64Array(names.length);
  const mean = new Float64Array(d);
  const of = labels.map((label) => place.get(label) ?? -1);
  const add = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      if (of[i] < 0) continue;
      counts[of[i]]++;
      for (let j = 0, at = of[i] * d; j < d; j++, at++) means.data[at] += x.data[i * d + j];
    }
  };
  await inBands(x.rows, d, add, signal);
  const nLabelled = counts.reduce((sum, count) => sum + count, 0);
  for (let c = 0; c < names.length; c++) {
    for (let j = 0, at = c * d; j < d; j++, at++) {
      mean[j] += means.data[at] / nLabelled;
      means.data[at] /= counts[c];
    }
  }
  return { of, means, counts, mean, nLabelled };
}

export interface Discriminants {
  /** directions asked for; there may be fewer */
  nComponents: number;
  /** [d] */
  mean: Float32Array;
  /** [k, d]: coordinate c is components[c] · (x − mean) */
  components: Matrix;
  /** [k, d]: the row that a place stands for is mean + y · back, by least squares */
  back: Matrix;
}

/** @param given  the shrinkage; found from the rows when left out */
export async function discriminants(
  x: Matrix,
  classes: LabelledClasses,
  nComponents: number,
  given: number | undefined,
  { kernels = singleThread(), signal }: Pick<KernelJob, 'kernels' | 'signal'>,
): Promise<{ parts: Discriminants; figures: Figures }> {
  const d = x.cols;
  const { means, counts, mean, nLabelled } = classes;
  const { residuals, scales } = await within(x, classes, signal);
  const spread = await spreadWithin(residuals, { kernels, signal });
  const { trace } = spread;
  // columns √(nc / n) (mean of class c − mean); the directions are combinations of what the shrunk covariance, undone, makes of them
  const nClasses = means.rows;
  const apart = matrix64(d, nClasses);
  for (let c = 0; c < nClasses; c++) {
    const share = Math.sqrt(counts[c] / nLabelled);
    for (let j = 0; j < d; j++) apart.data[j * nClasses + c] = share * ((means.data[c * d + j] - mean[j]) / scales[j]);
  }
  const shrinkage = given ?? (await chosenShrinkage(spread, apart, nLabelled, nComponents));
  // the ridge keeps it solvable where columns depend on each other and nothing is shrunk
  const ridge = trace > 0 ? (shrinkage + 1e-6) * (trace / d) : 1;
  const solved = await spread.solved(apart, shrinkage, ridge);
  const gram = matrix64(nClasses, nClasses);
  for (let j = 0; j < d; j++) {
    for (let a = 0; a < nClasses; a++) {
      const left = apart.data[j * nClasses + a];
      for (let b = 0; b < nClasses; b++) gram.data[a * nClasses + b] += left * solved.data[j * nClasses + b];
    }
  }
  const { values, vectors } = symmetricEigen(gram);
  const rank = values.findIndex((value) => !(value > 1e-10 * values[0]));
  const k = Math.min(nComponents, rank < 0 ? nClasses : rank, nClasses - 1);
  const components = matrix(k, d);
  for (let c = 0; c < k; c++) {
    const direction = new Float64Array(d);
    for (let j = 0; j < d; j++) {
      for (let a = 0; a < nClasses; a++) direction[j] += solved.data[j * nClasses + a] * vectors.data[c * nClasses + a];
      direction[j] /= Math.sqrt(values[c]);
    }
    components.data.set(signed(direction), c * d);
  }
  const back = k > 0 ? await regression(components, spread, apart) : matrix(0, d);
  for (let i = 0; i < k * d; i++) {
    components.data[i] /= scales[i % d];
    back.data[i] *= scales[i % d];
  }
  const all = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const shown = values.slice(0, k).reduce((sum, value) => sum + value, 0);
  return {
    parts: { nComponents, mean: Float32Array.from(mean), components, back },
    figures: { classes: nClasses, shrinkage, explainedSeparation: all > 0 ? Math.min(1, shown / all) : 0 },
  };
}

/**
 * Labelled rows less the mean of their class, in columns of unit spread, and what they were divided by: the standard
 * deviation within classes, that of the means where it is 0, 1 where both are.
 */
async function within(
  { data, rows, cols: d }: Matrix,
  { of, means, counts, mean, nLabelled }: LabelledClasses,
  signal: AbortSignal | undefined,
): Promise<{ residuals: Matrix; scales: Float64Array }> {
  const residuals = matrix(nLabelled, d);
  const squares = new Float64Array(d);
  let at = 0;
  const subtract = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      if (of[i] < 0) continue;
      for (let j = 0, m = of[i] * d; j < d; j++, at++) {
        const value = Math.fround(data[i * d + j] - means.data[m + j]);
        residuals.data[at] = value;
        squares[j] += value * value;
      }
    }
  };
  await inBands(rows, d, subtract, signal);
  const between = new Float64Array(d);
  for (let c = 0; c < means.rows; c++) {
    for (let j = 0; j < d; j++) between[j] += counts[c] * (means.data[c * d + j] - mean[j]) ** 2;
  }
  const scales = squares.map((sum, j) => Math.sqrt((sum || between[j]) / nLabelled) || 1);
  const divide = (from: number, to: number): void => {
    for (let i = from; i < to; i++) for (let j = 0; j < d; j++) residuals.data[i * d + j] /= scales[j];
  };
  await inBands(nLabelled, d, divide, signal);
  return { residuals, scales };
}

/** The greatest component by magnitude positive. */
function signed(v: Float64Array): Float64Array {
  let greatest = 0;
  for (const value of v) if (Math.abs(value) > Math.abs(greatest)) greatest = value;
  return greatest < 0 ? v.map((value) => -value) : v;
}

/** Rows by coordinates: cov(y)⁻¹ cov(y, x), the total covariance being that within and that of the means. */
async function regression({ data, rows: k, cols: d }: Matrix, spread: Spread, apart: Matrix64): Promise<Matrix> {
  const cross = await spread.times(matrix64(k, d, new Float64Array(data)));
  for (let c = 0; c < k; c++) {
    for (let a = 0; a < apart.cols; a++) {
      let along = 0;
      for (let i = 0; i < d; i++) along += data[c * d + i] * apart.data[i * apart.cols + a];
      for (let j = 0; j < d; j++) cross.data[c * d + j] += along * apart.data[j * apart.cols + a];
    }
  }
  const own = matrix64(k, k);
  for (let c = 0; c < k; c++) {
    for (let e = 0; e < k; e++) {
      for (let j = 0; j < d; j++) own.data[c * k + e] += cross.data[c * d + j] * data[e * d + j];
    }
  }
  return matrix(k, d, Float32Array.from(solveCholesky(own, cross).data));
}

/** What is to be known of labels and rows before directions are believed. */
export function labelWarnings({ nLabelled }: LabelledClasses, x: Matrix): string[] {
  const warnings: string[] = [];
  if (nLabelled < 5 * x.cols) {
    warnings.push(
      `${nLabelled} labelled rows are few for ${x.cols} columns: the classes may look better parted than new rows would`,
    );
  }
  if (nLabelled < x.rows) warnings.push(`${x.rows - nLabelled} rows have no label and had no say`);
  return warnings;
}
