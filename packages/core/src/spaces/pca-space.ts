/** PCA as a latent space: a linear encoder and decoder, and a Gaussian prior. */
import { InputError, drive, matrix, resolveOptions } from '../base/index.ts';
import type { JobOptions, Matrix, OptionSpec, Steps } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import { add, constant, gemm, input, matmul, sub, toOnnx } from '../graph/index.ts';
import type { SpaceMethod } from './latent-space.ts';
import { onnxSpace } from './onnx-space.ts';

import { fitPcaJob } from './pca-kernels.ts';
import type { Pca, PcaSolver } from './pca.ts';

/** encoder.onnx and decoder.onnx, one Gemm each; scores are not whitened. */
export function pcaModels({ mean, components }: Pca): { encoder: Uint8Array; decoder: Uint8Array } {
  const { rows: k, cols: d } = components;
  const x = input('x', ['batch', d]);
  const z = input('z', ['batch', k]);
  const axes = constant(components.data, [k, d]);
  const centre = constant(mean, [1, d]);
  const metadata = { producer: 'portolan', method: 'pca' };
  return {
    // centred before the product: folded into a bias, a large mean would cost digits
    encoder: toOnnx({ z: gemm(sub(x, centre), axes, undefined, { transposeB: true }) }, { inputs: [x], metadata }),
    decoder: toOnnx({ xHat: add(matmul(z, axes), centre) }, { inputs: [z], metadata }),
  };
}

/** What every use of PCA takes. */
export const SOLVER_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'solver',
    type: 'choice',
    default: 'auto',
    choices: ['auto', 'exact', 'randomized'],
    summary: 'How the directions are found; randomized is faster on wide data and all but exact.',
  },
  {
    name: 'seed',
    type: 'integer',
    default: 0,
    min: 0,
    summary: 'Start of the random numbers of the randomized solver.',
  },
];

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'latentDim',
    type: 'integer',
    default: 2,
    min: 1,
    max: 4096,
    main: true,
    summary: 'How many directions are kept. More keep more of the detail; two can be drawn as they are.',
  },
  ...SOLVER_OPTIONS,
];

/** PCA as a latent space. The prior is the Gaussian with the data's variance along each direction. */
export const pca: SpaceMethod = {
  name: 'pca',
  title: 'PCA',
  summary: 'The flat space that keeps most of the variance; learned in seconds, a good first look and a baseline.',
  family: 'linear',
  takes: 'rows',
  options: OPTIONS,
  async fit(dataset, given, runtime, job = {}) {
    const options = resolveOptions('pca', OPTIONS, given);
    const { latentDim, solver, seed } = options as { latentDim: number; solver: PcaSolver; seed: number };
    const x = readRows(dataset.rows);
    checkLatentDim(latentDim, x);
    // no detail is reported, so the job's reporter of details will do
    const plainJob = job as JobOptions;
    const fitted = await fitPcaJob(x, { nComponents: latentDim, solver, seed }, 'learning', plainJob);
    const mse = await drive('measuring', reconstructionErrorSteps(x, fitted), plainJob);
    const cholesky = Array.from({ length: latentDim ** 2 }, () => 0);
    fitted.explainedVariance.forEach((value, i) => (cholesky[i * (latentDim + 1)] = Math.sqrt(value)));
    const space = await onnxSpace(pcaModels(fitted), runtime, {
      method: 'pca',
      medium: dataset.medium,
      prior: { kind: 'gaussian', mean: Array.from({ length: latentDim }, () => 0), cholesky },
    });
    const explainedVariance = fitted.explainedVarianceRatio.reduce((sum, value) => sum + value, 0);
    return {
      space,
      metrics: { mse, train: { mse, explainedVariance } },
      history: [],
      warnings: [],
      options,
      stopped: false,
    };
  },
};

/** In the words of the method's options, before `fitPca` says it in its own. */
function checkLatentDim(latentDim: number, { rows, cols }: Matrix): void {
  const most = Math.min(rows - 1, cols);
  if (latentDim <= most || rows < 2) return;
  throw new InputError(
    `latentDim ${latentDim} is more than the ${most} ${most === 1 ? 'direction' : 'directions'} of ${rows} rows × ${cols} columns; try at most ${most}`,
    { code: 'latent-dim', details: { latentDim, most } },
  );
}

/** Mean over samples and features of (x − x̂)². */
function* reconstructionErrorSteps(x: Matrix, fitted: Pca): Steps<number> {
  const block = 256;
  let sum = 0;
  for (let from = 0; from < x.rows; from += block) {
    const to = Math.min(x.rows, from + block);
    const part = matrix(to - from, x.cols, x.data.subarray(from * x.cols, to * x.cols));
    const back = fitted.inverse(fitted.transform(part));
    for (let i = 0; i < part.data.length; i++) sum += (part.data[i] - back.data[i]) ** 2;
    yield to / x.rows;
  }
  return sum / (x.rows * x.cols);
}
