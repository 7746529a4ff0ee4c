/**
 * Generative adversarial networks (Goodfellow et al. 2014): a generator makes rows of random codes, a discriminator learns
 * to tell them from the data, and each learns from the other. What is saved is the running average of the generator.
 *
 * A GAN has no encoder by nature; one is learned afterwards (gan-inverter.ts), and `projectLatent` finds codes by
 * optimisation. The prior is N(0, I). See adversarial-losses.ts for losses and penalties.
 */
import { breathe, resolveOptions, run, stopwatch } from '../base/index.ts';
import type { Options, OptionSpec, Stepper } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { input, sigmoid, toOnnx } from '../graph/index.ts';
import { adversarialTrainer, constantScope } from '../nn/index.ts';
import type { AdversarialTrainer, Trained, Trainer } from '../nn/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { CONDITION, CONDITION_OPTIONS, conditioning } from './condition.ts';
import type { Condition } from './condition.ts';
import { LATENT_DIM } from './fit-network.ts';
import { inverterTrainer, invert } from './gan-inverter.ts';
import { learnGan } from './gan-learning.ts';
import type { GameResult } from './gan-learning.ts';
import { checkGan, GAN_OPTIONS, ganNetworks } from './gan-networks.ts';
import { players, usualRate } from './gan-players.ts';
import type { Gan } from './gan-players.ts';
import type { Figures, FittedSpace, LatentSpace, LearnDetail, LearnJob, SpaceMethod } from './latent-space.ts';
import { learnRows } from './learn-rows.ts';
import { ARCHITECTURE_OPTIONS, architectureOf, restore, standardise } from './networks.ts';
import { onnxSpace } from './onnx-space.ts';
import { TRAINING_OPTIONS } from './training-options.ts';

/** Updates of each player that the defaults make; for images, rows that they show. */
const UPDATES = 7800;
const IMAGES_SHOWN = 250_000;

const DEFAULTS: Readonly<Record<string, Partial<OptionSpec>>> = {
  latentDim: {
    default: 0,
    min: 0,
    summary: 'Dimensions of the latent space; 0 takes 2 for vectors, 16 for images. More are not better by themselves.',
  },
  layers: {
    default: [0],
    min: 0,
    summary:
      "Units of the discriminator's hidden layers, which the generator mirrors; 0 takes 128,128,128 for vectors, 512,256 for images.",
  },
  epochs: {
    default: 0,
    min: 0,
    summary:
      'How often learning goes over the whole data; 0 makes 7,800 updates of each player, or shows 250,000 images: 200 and 25 epochs of 10,000 rows.',
  },
  schedule: { default: 'cosine' },
  batchSize: {
    default: 0,
    min: 0,
    summary: 'Rows per update; 0 takes 256, and 64 for convolutions, whose steps are long.',
  },
  learningRate: {
    default: 0,
    min: 0,
    summary:
      'The length of each update. Too high and the two circle each other; 0 takes 0.004 for vectors, 0.001 for images.',
  },
};
const TRAINING = ['epochs', 'batchSize', 'learningRate', 'optimizer', 'schedule', 'clipNorm', 'seed'];
const INVERTER_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'inverter',
    type: 'boolean',
    default: true,
    summary: 'Whether to learn an encoder for the generator afterwards, so that rows have codes.',
  },
  {
    name: 'inverterSteps',
    type: 'integer',
    default: 2000,
    min: 1,
    max: 1_000_000,
    summary: 'Updates of that encoder. More brings rows back closer.',
  },
];
const CHUNK = 1000;

export const gan: SpaceMethod = {
  name: 'gan',
  title: 'Generative adversarial network',
  summary: 'A generator of rows and a critic who tells them from the real ones learn against each other.',
  family: 'adversarial',
  takes: 'rows',
  labels: 'used',
  options: [
    LATENT_DIM,
    ...GAN_OPTIONS,
    ...CONDITION_OPTIONS,
    ...ARCHITECTURE_OPTIONS,
    ...TRAINING_OPTIONS.filter(({ name }) => TRAINING.includes(name)),
    ...INVERTER_OPTIONS,
  ].map((spec) => ({ ...spec, ...DEFAULTS[spec.name] })),
  async fit(dataset, given, runtime, job = {}) {
    const options = resolveOptions('gan', gan.options, given);
    settle(options, dataset);
    const rows = learnRows(dataset);
    job.signal?.throwIfAborted();
    const { nFeatures, nSamples } = dataset.rows;
    const architecture = architectureOf(options, dataset.medium, nFeatures);
    checkGan(options, nSamples);
    const condition = conditioning(options, dataset);
    const networks = ganNetworks(options, architecture, rows.scaler ? (y) => y : sigmoid);
    const made: Gan = { options, rows, architecture, condition, networks };
    const training = await adversarialTrainer(runtime, { ...players(made), checkpoint: job.checkpoint });
    try {
      const result = await learnGan(made, training, dataset, runtime, job);
      return await finished(made, result, training, dataset, runtime, job);
    } finally {
      await training.dispose();
    }
  },
};

/** What was left to the data: the recipes whose results are in docs/spaces/gan.md. */
function settle(options: Options, { rows, medium }: Dataset): void {
  const image = medium.kind === 'image';
  const unless = (name: string, value: Options[string]): void => {
    if (options[name] === 0) options[name] = value;
  };
  unless('latentDim', image ? 16 : 2);
  if (String(options.layers) === '0') options.layers = image ? [512, 256] : [128, 128, 128];
  unless('penaltyWeight', options.penalty === 'gradientPenalty' ? 10 : image ? 0.01 : 0.05);
  unless('batchSize', options.architecture === 'convolutional' ? 64 : 256);
  unless('learningRate', usualRate(medium));
  const shown = image ? IMAGES_SHOWN : UPDATES * Math.min(options.batchSize as number, rows.nSamples);
  unless('epochs', Math.max(1, Math.round(shown / Math.max(1, rows.nSamples))));
}

/** The inverter, the files, and how rows come back. */
async function finished(
  { options, rows, architecture, condition, networks }: Gan,
  { averaged, history, modes, diverged }: GameResult,
  training: AdversarialTrainer,
  dataset: Dataset,
  runtime: Runtime,
  job: LearnJob,
): Promise<FittedSpace> {
  const latentDim = options.latentDim as number;
  const { nFeatures } = dataset.rows;
  let stopped = training.done < training.total;
  const metadata = { producer: 'portolan', method: 'gan', data: dataset.name };
  const classes = condition && input(CONDITION, ['batch', ...condition.input.shape]);
  const beside = classes ? [classes] : [];
  const z = input('z', ['batch', latentDim]);
  const xHat = restore(networks.generate(constantScope(averaged), z, classes), rows.scaler);
  const decoder = toOnnx({ xHat }, { inputs: [z, ...beside], metadata });
  let encoder: Uint8Array | undefined;
  let figures: Figures = {};
  if (options.inverter === true) {
    const trainer = await inverterTrainer(runtime, {
      networks,
      parameters: averaged,
      architecture,
      rows,
      condition,
      latentDim,
      steps: options.inverterSteps as number,
      batchSize: options.batchSize as number,
      seed: options.seed as number,
    });
    try {
      const { parameters, history: records } = await run(inverting(trainer, job), {
        ...job,
        control: job.control?.stopped ? undefined : job.control,
      });
      stopped ||= trainer.done < trainer.total;
      const x = input('x', ['batch', nFeatures]);
      const code = invert(constantScope(parameters), standardise(x, rows.scaler), architecture, latentDim, classes);
      encoder = toOnnx({ z: code }, { inputs: [x, ...beside], metadata });
      const record = records.at(-1);
      if (record) figures = { inverterLatent: record.train.latent, inverterRow: record.train.row };
    } finally {
      await trainer.dispose();
    }
  }
  const space = await onnxSpace({ encoder, decoder }, runtime, {
    method: 'gan',
    medium: dataset.medium,
    prior: { kind: 'standardNormal' },
    ...(condition && { conditions: condition.conditions }),
  });
  const mse = encoder && (await reconstructionError(space, dataset, condition, job));
  const train = { ...history.at(-1)?.train, ...figures };
  return {
    space,
    metrics: { ...(mse !== undefined && { mse }), train },
    history,
    warnings: [...rows.warnings, ...training.warnings, ...diverged, ...noticed(train, modes, options)],
    options,
    stopped,
  };
}

/** The learning of the inverter, in a phase of its own; it is done even when the game before it was stopped. */
function inverting(trainer: Trainer, { signal }: LearnJob): Stepper<LearnDetail, Trained> {
  return {
    phase: 'inverting',
    get done() {
      return trainer.done;
    },
    get total() {
      return trainer.total;
    },
    async step() {
      const unit = await trainer.step();
      await breathe();
      signal?.throwIfAborted();
      if (!unit) return undefined;
      const { epoch, losses, samplesPerSecond } = unit;
      return { epoch, nEpochs: 1, losses, samplesPerSecond };
    },
    result: () => trainer.result(),
  };
}

/** The mean squared error of rows that were encoded and decoded. */
async function reconstructionError(
  space: LatentSpace,
  { rows }: Dataset,
  condition: Condition | undefined,
  { signal, onProgress }: LearnJob,
): Promise<number> {
  const clock = stopwatch();
  let error = 0;
  for (let from = 0; from < rows.nSamples; from += CHUNK) {
    const indices = Uint32Array.from({ length: Math.min(CHUNK, rows.nSamples - from) }, (_, i) => from + i);
    const x = readRows(rows, indices);
    const classes = condition?.codesOf(indices);
    const xHat = await space.decode!(await space.encode!(x, classes), classes);
    for (let i = 0; i < x.data.length; i++) error += (x.data[i] - xHat.data[i]) ** 2;
    onProgress?.({ phase: 'measuring', ...clock.read(from + indices.length, rows.nSamples) });
    await breathe();
    signal?.throwIfAborted();
  }
  return error / (rows.nSamples * rows.nFeatures);
}

/** What to say of how it went. */
function noticed({ modesCovered }: Figures, all = modesCovered, options: Options): string[] {
  if (modesCovered === undefined || modesCovered >= all) return [];
  const ways = [
    'more epochs',
    ...(options.penalty === 'none' ? ['penalty r1'] : []),
    ...(options.averageDecay === 0 ? ['averageDecay 0.999'] : []),
    ...(options.packing === 1 ? ['packing 2'] : []),
  ];
  return [`the generator covers ${modesCovered} of ${all} modes; try ${ways.join(', or ')}`];
}
