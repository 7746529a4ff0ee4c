/**
 * What the classical methods share: rows checked, iterations driven and told of, an encoder and a decoder that are one
 * matrix each, and the figures of a finished fit.
 */
import { InputError, breathe, matrix, run } from '../base/index.ts';
import type { JobOptions, Matrix, Options } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { add, constant, gemm, input, matmul, sub, toOnnx } from '../graph/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { fitPrior } from './gaussian-prior.ts';
import type { Figures, FittedSpace, LatentSpace, LearnDetail, LearnJob } from './latent-space.ts';
import { learnRows } from './learn-rows.ts';
import { onnxSpace } from './onnx-space.ts';
import type { PriorSpec } from './prior.ts';

/** Rows encoded and decoded between two looks at the signal. */
const MEASURED = 1024;

/** encoder.onnx and decoder.onnx. */
export interface Models {
  encoder: Uint8Array;
  decoder: Uint8Array;
}

/** z = (x − mean) · encodeᵀ and x̂ = mean + z · decode. */
export interface LinearParts {
  /** [d] */
  mean: Float32Array;
  /** [k, d] */
  encode: Matrix;
  /** [k, d] */
  decode: Matrix;
}

/** Two models of one product each. */
export function linearModels(method: string, { mean, encode, decode }: LinearParts): Models {
  const { rows: k, cols: d } = encode;
  const x = input('x', ['batch', d]);
  const z = input('z', ['batch', k]);
  const centre = constant(mean, [1, d]);
  const metadata = { producer: 'portolan', method };
  const code = gemm(sub(x, centre), constant(encode.data, [k, d]), undefined, { transposeB: true });
  return {
    encoder: toOnnx({ z: code }, { inputs: [x], metadata }),
    decoder: toOnnx({ xHat: add(matmul(z, constant(decode.data, [k, d])), centre) }, { inputs: [z], metadata }),
  };
}

/**
 * The rows as numbers, and what was noticed about them.
 * @param title  of the method, for the messages
 * @throws InputError when there are fewer than two rows, a value is not finite, all rows are equal, or latentDim is more
 *   than rows or columns allow
 */
export function classicalRows(title: string, dataset: Dataset, latentDim: number): { x: Matrix; warnings: string[] } {
  const { warnings } = learnRows(dataset);
  const x = readRows(dataset.rows);
  const most = Math.min(x.rows - 1, x.cols);
  if (latentDim > most) {
    throw new InputError(
      `${title}: latentDim ${latentDim} is more than the ${most} ${most === 1 ? 'direction' : 'directions'} of ` +
        `${x.rows} rows × ${x.cols} columns; try at most ${most}`,
      { code: 'latent-dim', details: { latentDim, most } },
    );
  }
  if (allEqual(x)) {
    throw new InputError(`${title}: all ${x.rows} rows of ${dataset.name} are equal, so there is nothing to learn`, {
      code: 'rank',
    });
  }
  return { x, warnings: [...warnings] };
}

function allEqual({ data, cols }: Matrix): boolean {
  for (let i = cols; i < data.length; i++) if (data[i] !== data[i - cols]) return false;
  return true;
}

/** Where a fit is: iterations done, parts of one among them, and figures of the last whole one. */
export interface Iterated {
  done: number;
  losses?: Figures;
}

/** A fit by iterations, in short steps; a step that is answered `true` is the last, and the fit ends with what it has. */
export type Iterations<R> = Generator<Iterated, R, boolean>;

/** Drives a fit, tells of its iterations as of epochs, and ends it when it is stopped. */
export async function iterate<R>(
  steps: Iterations<R>,
  nIter: number,
  nSamples: number,
  { signal, onProgress, control }: LearnJob,
  phase = 'learning',
): Promise<R> {
  let done = 0;
  let losses: Figures = {};
  let found: { value: R } | undefined;
  const began = performance.now();
  const advance = (stop: boolean): void => {
    const next = steps.next(stop);
    if (next.done) {
      found = { value: next.value };
      done = nIter;
    } else {
      done = Math.min(nIter, Math.max(done, next.value.done));
      losses = next.value.losses ?? losses;
    }
  };
  const stepper = {
    phase,
    total: nIter,
    get done() {
      // the generator's end is the end, not its count
      return found ? nIter : Math.min(done, nIter - 1e-9);
    },
    step(): LearnDetail | undefined {
      const before = Math.floor(done);
      advance(false);
      if (Math.floor(done) === before || Object.keys(losses).length === 0) return undefined;
      const seconds = Math.max(1e-3, (performance.now() - began) / 1000);
      return { epoch: Math.floor(done), nEpochs: nIter, losses, samplesPerSecond: (done * nSamples) / seconds };
    },
    result(): R {
      while (!found) advance(true);
      return found.value;
    },
  };
  return run(stepper, { signal, onProgress: onProgress as JobOptions<LearnDetail | undefined>['onProgress'], control });
}

/** What is known of a fit before its models are measured. */
export interface Finished {
  method: string;
  models: Models;
  x: Matrix;
  dataset: Dataset;
  options: Options;
  /** a Gaussian fitted to the codes when left out */
  prior?: PriorSpec;
  /** whether codes are amounts, of which there is no less than none */
  nonNegative?: boolean;
  figures?: Figures;
  warnings?: readonly string[];
}

/** The space of two models: its prior and its error are taken from the codes of the rows it learned from. */
export async function finishedSpace(
  { method, models, x, dataset, options, prior, nonNegative, figures = {}, warnings = [] }: Finished,
  runtime: Runtime,
  job: LearnJob,
): Promise<FittedSpace> {
  const { medium } = dataset;
  let space = await onnxSpace(models, runtime, { method, medium, prior });
  try {
    const { mse, codes } = await measured(space, x, job);
    if (!prior) {
      await space.dispose();
      space = await onnxSpace(models, runtime, { method, medium, prior: fitPrior(codes, nonNegative) });
    }
    const metrics = { mse, train: { mse, ...figures } };
    const stopped = job.control?.stopped === true;
    return { space, metrics, history: [], warnings, options, stopped };
  } catch (error) {
    await space.dispose();
    throw error;
  }
}

async function measured(
  space: LatentSpace,
  x: Matrix,
  { signal, onProgress }: LearnJob,
): Promise<{ mse: number; codes: Matrix }> {
  const { rows, cols } = x;
  const codes = matrix(rows, space.latentDim);
  const began = performance.now();
  let sum = 0;
  for (let from = 0; from < rows; from += MEASURED) {
    signal?.throwIfAborted();
    const to = Math.min(rows, from + MEASURED);
    const part = matrix(to - from, cols, x.data.subarray(from * cols, to * cols));
    const z = await space.encode!(part);
    const back = await space.decode!(z);
    codes.data.set(z.data, from * space.latentDim);
    for (let i = 0; i < part.data.length; i++) sum += (part.data[i] - back.data[i]) ** 2;
    onProgress?.({ phase: 'measuring', done: to, total: rows, elapsed: performance.now() - began });
    await breathe();
  }
  return { mse: sum / (rows * cols), codes };
}

/** The option every classical method begins with. */
export const latentDimOption = (summary: string) =>
  ({ name: 'latentDim', type: 'integer', default: 2, min: 1, max: 4096, main: true, summary }) as const;

/** How long iterative ones go on. */
export const iterationOptions = (nIter: number, tolerance: number, change: string) =>
  [
    {
      name: 'nIter',
      type: 'integer',
      default: nIter,
      min: 1,
      max: 100_000,
      summary: 'Iterations at most; fewer are made when nothing changes any more.',
    },
    {
      name: 'tolerance',
      type: 'number',
      default: tolerance,
      min: 0,
      max: 1,
      summary: `Learning ends when ${change} changes by less than this; less is more exact and takes longer.`,
    },
  ] as const;

export const seedOption = (summary: string) =>
  ({ name: 'seed', type: 'integer', default: 0, min: 0, summary }) as const;
