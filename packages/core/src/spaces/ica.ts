/**
 * Independent component analysis: directions along which the data are as far from a Gaussian as can be, so that
 * mixtures come apart into their sources. FastICA in its symmetric form with the contrast log cosh (Hyvärinen 1999;
 * Hyvärinen & Oja 2000), on data whitened by PCA.
 *
 * Differs from scikit-learn in the order (by how much of the data a component makes up) and in signs; variances are
 * divided by n − 1.
 */
import { matrix, random, resolveOptions } from '../base/index.ts';
import type { Matrix, OptionSpec } from '../base/index.ts';
import { matrix64, multiply, symmetricEigen, transposed } from '../linalg/index.ts';
import type { Matrix64 } from '../linalg/index.ts';
import type { SpaceMethod } from './latent-space.ts';
import {
  classicalRows,
  finishedSpace,
  iterate,
  iterationOptions,
  latentDimOption,
  linearModels,
  seedOption,
} from './linear-space.ts';
import type { Iterations, LinearParts } from './linear-space.ts';
import { fitPcaJob, transformPca } from './pca-kernels.ts';
import type { Pca } from './pca.ts';

/** Products between two steps. */
const STEP = 4e6;

const OPTIONS: readonly OptionSpec[] = [
  latentDimOption('How many sources are looked for, among as many principal directions.'),
  ...iterationOptions(200, 1e-4, 'the direction that turns most'),
  seedOption('Start of the random numbers of the first directions.'),
];

/** ICA as a latent space: linear both ways, codes uncorrelated and of unit variance. */
export const ica: SpaceMethod = {
  name: 'ica',
  title: 'ICA',
  summary: 'Takes mixtures apart into independent sources: voices, strokes, causes that occur without each other.',
  family: 'linear',
  takes: 'rows',
  options: OPTIONS,
  async fit(dataset, given, runtime, job = {}) {
    const options = resolveOptions('ica', OPTIONS, given);
    const { latentDim, nIter, tolerance, seed } = options as Record<string, number>;
    const { x, warnings } = classicalRows('ICA', dataset, latentDim);
    const pca = await fitPcaJob(x, { nComponents: latentDim, whiten: true, seed }, 'whitening', job);
    const white = await transformPca(pca, x, job);
    const { turn, iterations, change } = await iterate(icaSteps(white, { nIter, tolerance, seed }), nIter, x.rows, job);
    if (!(change < tolerance) && !job.control?.stopped) {
      warnings.push(
        `ICA had not settled after ${iterations} iterations (directions still turn by ${change.toPrecision(2)}): ` +
          'raise nIter, or take fewer latent dimensions',
      );
    }
    const models = linearModels('ica', icaParts(pca, turn));
    const explainedVariance = pca.explainedVarianceRatio.reduce((sum, value) => sum + value, 0);
    const figures = { explainedVariance, iterations };
    return finishedSpace({ method: 'ica', models, x, dataset, options, figures, warnings }, runtime, job);
  },
};

export interface IcaTurn {
  /** [k, k], orthonormal: sources are white · turnᵀ */
  turn: Matrix64;
  iterations: number;
  /** of the last iteration: 1 − |cos| of the angle by which the direction that turned most did */
  change: number;
}

/**
 * The rotation of whitened data that makes its columns independent.
 * @param white  [n, k], of mean 0 and covariance 1
 */
export function* icaSteps(white: Matrix, { nIter = 200, tolerance = 1e-4, seed = 0 } = {}): Iterations<IcaTurn> {
  const { data, rows: n, cols: k } = white;
  const rng = random(seed);
  const start = matrix64(k, k);
  for (let i = 0; i < k * k; i++) start.data[i] = rng.normal();
  let turn = orthonormalised(start);
  const block = Math.max(16, Math.floor(STEP / (k * (k + 8))));
  let change = Infinity;
  let iterations = 0;
  while (iterations < nIter) {
    const next = matrix64(k, k); // mean of tanh(u) zᵀ − mean of tanh′(u) · turn
    const slopes = new Float64Array(k);
    for (let from = 0; from < n; from += block) {
      const to = Math.min(n, from + block);
      for (let i = from; i < to; i++) {
        for (let c = 0, at = 0; c < k; c++) {
          let u = 0;
          for (let j = 0; j < k; j++) u += turn.data[at + j] * data[i * k + j];
          const g = Math.tanh(u);
          slopes[c] += 1 - g * g;
          for (let j = 0; j < k; j++, at++) next.data[at] += g * data[i * k + j];
        }
      }
      if (to < n && (yield { done: iterations + to / n })) return { turn, iterations, change };
    }
    for (let c = 0, at = 0; c < k; c++) {
      for (let j = 0; j < k; j++, at++) next.data[at] = (next.data[at] - slopes[c] * turn.data[at]) / n;
    }
    const turned = orthonormalised(next);
    change = 0;
    for (let c = 0; c < k; c++) {
      let cosine = 0;
      for (let j = 0; j < k; j++) cosine += turned.data[c * k + j] * turn.data[c * k + j];
      change = Math.max(change, Math.abs(1 - Math.abs(cosine)));
    }
    turn = turned;
    iterations++;
    if (change < tolerance || (yield { done: iterations, losses: { change } })) break;
  }
  return { turn, iterations, change };
}

/** (w wᵀ)^−½ w: the orthonormal rows nearest to those of w. */
function orthonormalised(w: Matrix64): Matrix64 {
  const k = w.rows;
  const { values, vectors } = symmetricEigen(multiply(w, transposed(w)));
  const scaled = matrix64(k, k, vectors.data.map((value, i) => value / Math.sqrt(Math.max(values[Math.floor(i / k)], 1e-30)))); // prettier-ignore
  return multiply(multiply(transposed(vectors), scaled), w);
}

/** Whitening and rotation in one matrix, and the way back; components that make up most of the data come first. */
function icaParts({ mean, components, explainedVariance }: Pca, { data: turn, rows: k }: Matrix64): LinearParts {
  const d = components.cols;
  const encode = matrix64(k, d);
  const decode = matrix64(k, d);
  for (let c = 0; c < k; c++) {
    for (let a = 0; a < k; a++) {
      const deviation = Math.sqrt(explainedVariance[a]);
      for (let j = 0; j < d; j++) {
        const along = turn[c * k + a] * components.data[a * d + j];
        encode.data[c * d + j] += along / deviation;
        decode.data[c * d + j] += along * deviation;
      }
    }
  }
  return { mean, ...inOrder(encode, decode) };
}

/** Components by the length of their way back, longest first, its greatest number positive. */
function inOrder(encode: Matrix64, decode: Matrix64): { encode: Matrix; decode: Matrix } {
  const { rows: k, cols: d } = decode;
  const found = Array.from({ length: k }, (_, c) => {
    const back = decode.data.subarray(c * d, (c + 1) * d);
    let greatest = 0;
    for (const value of back) if (Math.abs(value) > Math.abs(greatest)) greatest = value;
    return { c, sign: greatest < 0 ? -1 : 1, length: back.reduce((sum, value) => sum + value * value, 0) };
  });
  found.sort((a, b) => b.length - a.length || a.c - b.c);
  const take = (from: Matrix64): Matrix => {
    const out = matrix(k, d);
    found.forEach(({ c, sign }, to) => {
      for (let j = 0; j < d; j++) out.data[to * d + j] = sign * from.data[c * d + j];
    });
    return out;
  };
  return { encode: take(encode), decode: take(decode) };
}
