/**
 * From a network to a fitted space: what autoencoders of every kind have in common. They differ in their loss, in what
 * a mini-batch is made of, and in what is saved.
 */
import { InputError, matrix, random } from '../base/index.ts';
import type { Matrix, Options, OptionSpec } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { constant, input, toOnnx } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { constantScope, trainer } from '../nn/index.ts';
import type { BatchInput, Model, Parameter, Scope, Trained, TrainOptions } from '../nn/index.ts';
import type { Runtime, TensorValue } from '../runtime/index.ts';
import { CONDITION } from './condition.ts';
import type { Condition } from './condition.ts';
import { driveTraining, measuring, trainerOptions } from './drive-training.ts';
import { fitPrior } from './gaussian-prior.ts';
import type { GeometrySpec } from './geometry.ts';
import type { FittedSpace, LatentSpace, LearnJob } from './latent-space.ts';
import { ALL_EQUAL } from './learn-rows.ts';
import type { LearnRows } from './learn-rows.ts';
import { gaussianMixture } from './mixture-prior.ts';
import type { Encoded, MixturePriorSpec } from './mixture-prior.ts';
import { onnxSpace } from './onnx-space.ts';
import { makePrior } from './prior.ts';
import type { PriorSpec } from './prior.ts';
import { PAIRS, previews } from './preview.ts';
import { vampPrior } from './vamp-prior.ts';

export const LATENT_DIM: OptionSpec = {
  name: 'latentDim',
  type: 'integer',
  default: 2,
  min: 1,
  max: 4096,
  main: true,
  summary: 'Dimensions of the latent space. Two can be drawn as they are; more keep more detail.',
};

/** What tells one kind of autoencoder from another. */
export interface Network {
  readonly method: string;
  readonly inputs: readonly BatchInput[];
  readonly model: Model;
  readonly fill: TrainOptions['fill'];
  /** rows as they are in the data → outputs of the encoder, the code first */
  encode(scope: Scope, x: Tensor, condition?: Tensor): Readonly<Record<string, Tensor>>;
  /** codes → rows as they are in the data */
  decode(scope: Scope, z: Tensor, condition?: Tensor): Tensor;
  /** a Gaussian is fitted to the codes when left out */
  readonly prior?: PriorSpec;
  /** or what it is, by what was learned; `encoded` are the encoder's outputs for rows that were learned from */
  priorOf?(parameters: readonly Parameter[], codes: Matrix): PriorSpec;
  /** of the codes; Euclidean when left out */
  readonly geometry?: GeometrySpec;
  /** the classes it is learned given */
  readonly condition?: Condition;
  /** what to say of its loss parts, a sentence each */
  warn?(figures: Readonly<Record<string, number>>): string[];
}

const CHUNK = 1000;

/** @throws InputError when there are as many latents as features: nothing would be compressed */
export function checkLatentDim(latentDim: number, nFeatures: number): void {
  if (latentDim < nFeatures) return;
  const way = nFeatures > 1 ? `try at most ${nFeatures - 1}` : 'one feature is a line already';
  throw new InputError(
    `latentDim ${latentDim} must be less than the ${nFeatures} ${nFeatures === 1 ? 'feature' : 'features'} of the data; ${way}`,
    {
      code: 'latent-dim',
      details: { latentDim, nFeatures },
    },
  );
}

/** Learns a network and wraps it as a space. */
export async function fitNetwork(
  network: Network,
  options: Options,
  learned: LearnRows,
  { medium, name }: Dataset,
  runtime: Runtime,
  job: LearnJob = {},
): Promise<FittedSpace> {
  const { rows, warnings } = learned;
  const seed = options.seed as number;
  job.signal?.throwIfAborted();
  if ((options.earlyStopping as number) > 0 && options.validationShare === 0) {
    throw new InputError('earlyStopping needs rows to judge by; set validationShare, 0.1 for instance', {
      code: 'option',
      details: { option: 'earlyStopping' },
    });
  }
  const training = await trainer(runtime, {
    model: network.model,
    inputs: network.inputs,
    fill: network.fill,
    nSamples: rows.nSamples,
    ...trainerOptions(options),
    checkpoint: job.checkpoint,
  });
  const { method, condition, geometry } = network;
  const classesOf = condition && ((indices: Uint32Array) => classesAt(condition, indices));
  const halves = {
    encode: (scope: Scope, x: Tensor, classes?: Tensor) => Object.values(network.encode(scope, x, classes))[0],
    decode: (scope: Scope, z: Tensor, classes?: Tensor) => network.decode(scope, z, classes),
    classesOf,
    ...(network.prior && { drawn: makePrior(network.prior, options.latentDim as number).sample(PAIRS, seed) }),
  };
  const preview =
    job.onProgress && job.previews !== false
      ? await previews(runtime, rows, training.parameters(), halves, seed)
      : undefined;
  try {
    const trained = await driveTraining(
      training,
      { nEpochs: options.epochs as number, preview: async () => preview?.due(training.parameters()) },
      job,
    );
    const files = models(network, trained, rows.nFeatures, options.latentDim as number, name);
    const { trainRows, validationRows } = training;
    const tick = measuring(2 * trainRows.length + validationRows.length, job);
    const train = await training.evaluate(trainRows, trained.parameters, tick);
    const validation =
      validationRows.length > 0 ? await training.evaluate(validationRows, trained.parameters, tick) : undefined;
    const about = { method, medium, geometry, ...(condition && { conditions: condition.conditions }) };
    const plain = await onnxSpace(files, runtime, { ...about, prior: network.prior });
    const { codes, mse, variance } = await reconstruct(plain, rows, trainRows, tick, condition?.codesOf);
    const noticed = [...warnings, ...training.warnings, ...(network.warn?.(train) ?? [])];
    if (!(mse < variance) && variance < 1e-12) {
      if (!noticed.includes(ALL_EQUAL)) noticed.push(ALL_EQUAL);
    } else if (!(mse < variance)) {
      noticed.push(
        `rows come back no better than their mean would (mse ${mse.toPrecision(3)}, variance ${variance.toPrecision(3)}); ` +
          `try a learningRate below ${options.learningRate as number}, more epochs or more latent dimensions`,
      );
    }
    let space = plain;
    const asked = await askedPrior(
      { network, options, learned, medium, trained, trainRows, codes, encoder: files.encoder },
      runtime,
      () => tick(0),
    );
    if (asked || !network.prior) {
      const prior = asked ?? network.priorOf?.(trained.parameters, codes) ?? fitPrior(codes);
      await plain.dispose();
      space = await onnxSpace(files, runtime, { ...about, prior });
    }
    return {
      space,
      metrics: { mse, train, ...(validation && { validation }) },
      history: trained.history,
      warnings: noticed,
      options,
      stopped: training.done < training.total,
    };
  } finally {
    await preview?.dispose();
    await training.dispose();
  }
}

/** encoder.onnx and decoder.onnx of the trained parameters. */
function models(network: Network, { parameters }: Trained, nFeatures: number, latentDim: number, data: string) {
  const scope = constantScope(parameters);
  const metadata = { producer: 'portolan', method: network.method, data };
  const x = input('x', ['batch', nFeatures]);
  const z = input('z', ['batch', latentDim]);
  const classes = network.condition && input(CONDITION, ['batch', ...network.condition.input.shape]);
  const beside = classes ? [classes] : [];
  return {
    encoder: toOnnx(network.encode(scope, x, classes), { inputs: [x, ...beside], metadata }),
    decoder: toOnnx({ xHat: network.decode(scope, z, classes) }, { inputs: [z, ...beside], metadata }),
  };
}

/** The classes of rows as a network takes them, [indices.length, classes]. */
function classesAt({ input, fill }: Condition, indices: Uint32Array): Matrix {
  const out = matrix(indices.length, input.shape[0]);
  fill(indices, out.data);
  return out;
}

/** so many rows of a VampPrior when none are asked for */
const PSEUDO_INPUTS = 200;

/** The prior that the options of prior-options.ts ask for; undefined when it is the usual one. */
async function askedPrior(
  given: {
    network: Network;
    options: Options;
    learned: LearnRows;
    medium: Dataset['medium'];
    trained: Trained;
    trainRows: Uint32Array;
    /** of trainRows */
    codes: Matrix;
    encoder: Uint8Array;
  },
  runtime: Runtime,
  tick: () => Promise<void>,
): Promise<MixturePriorSpec | undefined> {
  const { network, options, learned, medium, trained, trainRows, codes, encoder } = given;
  const { condition } = network;
  if (options.prior !== 'mixture' && options.prior !== 'vamp') return undefined;
  const { means, logVars } = await encoded(encoder, codes, learned.rows, trainRows, runtime, condition);
  if (options.prior === 'mixture' || !logVars) return gaussianMixture(options, { means, logVars }, tick);
  const seed = options.seed as number;
  const count = (options.priorComponents as number) || PSEUDO_INPUTS;
  const chosen = random(seed).fork(0x9f10f).shuffle(trainRows.slice()).subarray(0, count);
  const classes = condition && classesAt(condition, chosen);
  const classTensor = classes && constant(classes.data, [classes.rows, classes.cols]);
  return vampPrior(
    {
      rows: readRows(learned.rows, chosen),
      scale: learned.scaler?.scale,
      bounded: medium.kind === 'image',
      codes: { means, logVars },
      parameters: trained.parameters,
      encode: (scope, x) => network.encode(scope, x, classTensor),
      seed,
    },
    runtime,
    tick,
  );
}

/** Codes and, where a mixture is to be made of them, the log variances of their posteriors. */
async function encoded(
  encoder: Uint8Array,
  means: Matrix,
  rows: LearnRows['rows'],
  indices: Uint32Array,
  runtime: Runtime,
  condition?: Condition,
): Promise<Encoded> {
  const executable = await runtime.load(encoder);
  try {
    if (!executable.outputs.some(({ name }) => name === 'logVar')) return { means };
    const logVars = matrix(means.rows, means.cols);
    for (let from = 0; from < indices.length; from += CHUNK) {
      const chunk = indices.subarray(from, from + CHUNK);
      const feeds = { x: valueOf(readRows(rows, chunk)) };
      const classes = condition && { [CONDITION]: valueOf(classesAt(condition, chunk)) };
      const { logVar } = await executable.run({ ...feeds, ...classes });
      logVars.data.set(logVar.data as Float32Array, from * means.cols);
    }
    return { means, logVars };
  } finally {
    await executable.dispose();
  }
}

const valueOf = ({ data, rows, cols }: Matrix): TensorValue => ({ dtype: 'float32', shape: [rows, cols], data });

/** The codes of rows, the mean squared error of what is decoded from them, and the variance about the mean row. */
async function reconstruct(
  space: LatentSpace,
  rows: LearnRows['rows'],
  indices: Uint32Array,
  tick: (nRows: number) => Promise<void>,
  classesOf?: (indices: Uint32Array) => Int32Array,
): Promise<{ codes: Matrix; mse: number; variance: number }> {
  const codes = matrix(indices.length, space.latentDim);
  const mean = new Float64Array(rows.nFeatures);
  let squares = 0;
  let error = 0;
  for (let from = 0; from < indices.length; from += CHUNK) {
    const chunk = indices.subarray(from, from + CHUNK);
    const x = readRows(rows, chunk);
    const classes = classesOf?.(chunk);
    const z = (await space.encode?.(x, classes)) as Matrix;
    const xHat = (await space.decode?.(z, classes)) as Matrix;
    codes.data.set(z.data, from * z.cols);
    for (let i = 0, j = 0; i < x.data.length; i++, j = j + 1 === mean.length ? 0 : j + 1) {
      const value = x.data[i];
      mean[j] += value;
      squares += value * value;
      error += (value - xHat.data[i]) ** 2;
    }
    await tick(x.rows);
  }
  const count = indices.length * rows.nFeatures;
  const ofMeans = mean.reduce((sum, value) => sum + (value / indices.length) ** 2, 0) / rows.nFeatures;
  return { codes, mse: error / count, variance: squares / count - ofMeans };
}
