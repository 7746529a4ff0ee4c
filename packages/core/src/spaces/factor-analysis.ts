/**
 * Factor analysis: x = mean + W z + noise, z standard normal, the noise with a variance of its own for each column
 * (Spearman 1904; Lawley 1940). The likelihood is raised by EM (Rubin & Thayer 1982) with expanded parameters (PX-EM,
 * Liu, Rubin & Wu 1998), which gets to the same place in far fewer rounds. A code is the posterior's mean.
 *
 * All is done on the correlations, so units do not matter. No column's own variance falls below 0.005 of its whole: with
 * few rows the likelihood would have no bound (Heywood cases).
 */
import { matrix, resolveOptions } from '../base/index.ts';
import type { Matrix, OptionSpec } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { Kernels } from '../kernels/index.ts';
import {
  cholesky,
  kernelMoments,
  leadingEigen,
  matrix64,
  multiply,
  slabsOf,
  solveCholesky,
  symmetricEigen,
  transposed,
} from '../linalg/index.ts';
import type { Matrix64 } from '../linalg/index.ts';
import type { SpaceMethod } from './latent-space.ts';
import {
  classicalRows,
  finishedSpace,
  iterate,
  iterationOptions,
  latentDimOption,
  linearModels,
} from './linear-space.ts';
import type { Iterations, LinearParts } from './linear-space.ts';
import { signedColumns, varimax } from './factor-analysis-varimax.ts';

const LEAST_OWN = 0.005;
/** Products between two steps. */
const STEP = 1e7;

const OPTIONS: readonly OptionSpec[] = [
  latentDimOption('How many common factors the columns are explained by.'),
  {
    name: 'rotation',
    type: 'choice',
    default: 'varimax',
    choices: ['varimax', 'none'],
    main: true,
    summary: 'varimax turns the factors so that each has to do with few columns; none puts the strongest first.',
  },
  ...iterationOptions(1000, 1e-6, 'the log-likelihood of a row'),
];

/** Factor analysis as a latent space: linear both ways, with the standard normal prior of its model. */
export const factorAnalysis: SpaceMethod = {
  name: 'factor-analysis',
  title: 'Factor analysis',
  summary: 'Explains what columns have in common by a few factors, and leaves each column its own noise.',
  family: 'linear',
  takes: 'rows',
  options: OPTIONS,
  async fit(dataset, given, runtime, job = {}) {
    const options = resolveOptions('factor-analysis', OPTIONS, given);
    const { latentDim, nIter, tolerance } = options as Record<string, number>;
    const { x, warnings } = classicalRows('Factor analysis', dataset, latentDim);
    const { signal, kernels = singleThread() } = job;
    signal?.throwIfAborted();
    job.onProgress?.({ phase: 'correlating', done: 0, total: 1, elapsed: 0 });
    const { correlations, mean, scale, columns, start } = await correlated(x, latentDim, kernels, signal);
    const found = await iterate(factorSteps(correlations, start, { nIter, tolerance }), nIter, x.rows, job);
    const { loadings, own, iterations, settled } = found;
    if (!settled && !job.control?.stopped) {
      warnings.push(`Factor analysis had not settled after ${iterations} iterations; raise nIter for the last digits`);
    }
    const bound = own.reduce((count, value) => count + (value <= LEAST_OWN ? 1 : 0), 0);
    if (bound > 0) {
      warnings.push(
        `${bound} of ${columns.length} columns are explained all but wholly by the factors (Heywood cases): ` +
          'take fewer latent dimensions or more rows if they should not be',
      );
    }
    const turned = options.rotation === 'varimax' ? varimax(loadings) : loadings;
    const parts = linearParts(turned, own, { mean, scale, columns });
    // from correlations to the columns' own units
    const units = columns.reduce((sum, j) => sum + Math.log(scale[j]), 0);
    const communality = 1 - own.reduce((sum, value) => sum + value, 0) / own.length;
    const figures = { logLikelihood: found.logLikelihood - units, communality, iterations };
    const models = linearModels('factor-analysis', parts);
    const prior = { kind: 'standardNormal' } as const;
    const done = { method: 'factor-analysis', models, x, dataset, options, prior, figures, warnings };
    return finishedSpace(done, runtime, job);
  },
};

interface Columns {
  /** [d] */
  mean: Float64Array;
  /** [d]: standard deviation, divided by n; 1 for a constant column */
  scale: Float64Array;
  /** those that vary */
  columns: Int32Array;
}

/** Correlations of the columns that vary, and principal factors to begin with. */
async function correlated(
  x: Matrix,
  k: number,
  kernels: Kernels,
  signal: AbortSignal | undefined,
): Promise<Columns & { correlations: Matrix64; start: Matrix64 }> {
  const space = await kernels.open('matrix');
  try {
    const { mean, columns, covariance } = await kernelMoments(space, x, slabsOf(space, x), { signal });
    const [m, padded] = [columns.length, covariance.cols];
    const scale = new Float64Array(x.cols).fill(1);
    const deviation = Float64Array.from(columns, (_, i) => Math.sqrt(covariance.data[i * (padded + 1)]) || 1);
    columns.forEach((j, i) => (scale[j] = deviation[i] * Math.sqrt((x.rows - 1) / x.rows)));
    const correlations = matrix64(m, m);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < m; j++) {
        const value = covariance.data[i * padded + j] / (deviation[i] * deviation[j]);
        correlations.data[i * m + j] = covariance.data[i * padded + j] = value;
      }
    }
    const few = Math.min(k, m);
    const { values, vectors } = await leadingEigen(space, covariance, few, { signal });
    // what the other directions have on average is noise (Tipping & Bishop 1999)
    const noise = Math.max(0, m - values.reduce((sum, value) => sum + value, 0)) / Math.max(1, m - few);
    const start = matrix64(m, k);
    for (let c = 0; c < few; c++) {
      const length = Math.sqrt(Math.max(0.05, values[c] - noise));
      for (let i = 0; i < m; i++) start.data[i * k + c] = length * vectors.data[c * padded + i];
    }
    return { mean, scale, columns, correlations, start };
  } finally {
    space.close();
  }
}

export interface Factors {
  /** [m, k], the factor that explains most first */
  loadings: Matrix64;
  /** [m]: each column's own variance */
  own: Float64Array;
  /** mean over rows, in nats */
  logLikelihood: number;
  iterations: number;
  settled: boolean;
}

/**
 * The loadings of greatest likelihood.
 * @param s  correlations, [m, m]
 * @param start  loadings to begin with, [m, k]
 */
export function* factorSteps(
  s: Matrix64,
  start: Matrix64,
  { nIter = 1000, tolerance = 1e-6 } = {},
): Iterations<Factors> {
  const { rows: m, cols: k } = start;
  let w = start;
  let own = Float64Array.from({ length: m }, (_, i) => {
    let common = 0;
    for (let c = 0; c < k; c++) common += w.data[i * k + c] ** 2;
    return Math.max(LEAST_OWN, Math.min(1, 1 - common));
  });
  const block = Math.max(1, Math.floor(STEP / (m * k)));
  let logLikelihood = -Infinity;
  let iterations = 0;
  let settled = false;
  while (iterations < nIter) {
    const { scores, inner, logDeterminant: inside } = posterior(w, own);
    let logDeterminant = inside;
    const cross = matrix64(m, k); // s · scoresᵀ
    for (let from = 0; from < m; from += block) {
      const to = Math.min(m, from + block);
      for (let i = from; i < to; i++) {
        for (let j = 0; j < m; j++) {
          const value = s.data[i * m + j];
          for (let c = 0; c < k; c++) cross.data[i * k + c] += value * scores.data[j * k + c];
        }
      }
      if (to < m && (yield { done: iterations + to / m })) {
        return { loadings: canonical(w, own), own, logLikelihood, iterations, settled };
      }
    }
    // the trace of Σ⁻¹ s, by Woodbury's identity
    let trace = 0;
    for (let i = 0; i < m; i++) {
      let explained = 0;
      for (let c = 0; c < k; c++) explained += w.data[i * k + c] * cross.data[i * k + c];
      trace += (s.data[i * (m + 1)] - explained) / own[i];
      logDeterminant += Math.log(own[i]);
    }
    const likelihood = -0.5 * (m * Math.log(2 * Math.PI) + logDeterminant + trace);
    settled = likelihood - logLikelihood < tolerance && Number.isFinite(logLikelihood);
    logLikelihood = likelihood;
    if (settled) break;

    // E[z zᵀ] over the rows; its factor is the expansion that hastens
    const spread = matrix64(k, k, inner.data.slice());
    for (let i = 0; i < m; i++) {
      for (let a = 0; a < k; a++) {
        for (let b = 0; b < k; b++) spread.data[a * k + b] += scores.data[i * k + a] * cross.data[i * k + b];
      }
    }
    for (let a = 0; a < k; a++) {
      for (let b = 0; b < a; b++) {
        spread.data[a * k + b] = spread.data[b * k + a] = (spread.data[a * k + b] + spread.data[b * k + a]) / 2;
      }
    }
    const raised = transposed(solveCholesky(spread, transposed(cross)));
    own = own.map((_, i) => {
      let explained = 0;
      for (let c = 0; c < k; c++) explained += raised.data[i * k + c] * cross.data[i * k + c];
      return Math.max(LEAST_OWN, s.data[i * (m + 1)] - explained);
    });
    w = multiply(raised, cholesky(spread));
    iterations++;
    if (yield { done: iterations, losses: { negativeLogLikelihood: -likelihood } }) break;
  }
  return { loadings: canonical(w, own), own, logLikelihood, iterations, settled };
}

/** Of z given x: the weights of x, [m, k], and its covariance (1 + wᵀ own⁻¹ w)⁻¹, [k, k]. */
function posterior(
  { data: w, rows: m, cols: k }: Matrix64,
  own: Float64Array,
): { scores: Matrix64; inner: Matrix64; logDeterminant: number } {
  const precision = matrix64(k, k);
  for (let a = 0; a < k; a++) precision.data[a * (k + 1)] = 1;
  for (let i = 0; i < m; i++) {
    for (let a = 0; a < k; a++) {
      const along = w[i * k + a] / own[i];
      for (let b = 0; b < k; b++) precision.data[a * k + b] += along * w[i * k + b];
    }
  }
  const one = matrix64(k, k);
  for (let a = 0; a < k; a++) one.data[a * (k + 1)] = 1;
  const inner = solveCholesky(precision, one);
  const scores = multiply(matrix64(m, k, w.map((value, at) => value / own[Math.floor(at / k)])), inner); // prettier-ignore
  const l = cholesky(precision);
  let logDeterminant = 0;
  for (let a = 0; a < k; a++) logDeterminant += 2 * Math.log(l.data[a * (k + 1)]);
  return { scores, inner, logDeterminant };
}

/** The rotation in which factors are uncorrelated given the rows, the strongest first. */
function canonical(w: Matrix64, own: Float64Array): Matrix64 {
  const { rows: m, cols: k } = w;
  const weighted = matrix64(m, k, w.data.map((value, at) => value / own[Math.floor(at / k)])); // prettier-ignore
  const { vectors } = symmetricEigen(multiply(transposed(weighted), w));
  return signedColumns(multiply(w, transposed(vectors)));
}

/** In the columns' own units, those that are constant among them. */
function linearParts(w: Matrix64, own: Float64Array, { mean, scale, columns }: Columns): LinearParts {
  const [d, k] = [mean.length, w.cols];
  const { scores } = posterior(w, own);
  const [encode, decode] = [matrix(k, d), matrix(k, d)];
  columns.forEach((j, i) => {
    for (let c = 0; c < k; c++) {
      encode.data[c * d + j] = scores.data[i * k + c] / scale[j];
      decode.data[c * d + j] = w.data[i * k + c] * scale[j];
    }
  });
  return { mean: Float32Array.from(mean), encode, decode };
}
