/**
 * Features of a classifier: a network learns to tell the classes of rows, and what one of its layers makes of a row is
 * the row's code (Donahue et al. 2014, DeCAF). Rows of one class come to lie together; what does not help to tell classes
 * apart is lost, so there is no decoder.
 *
 * Cross-entropy in nats, mean over rows. encoder.onnx gives the code, and as `classes` the probability of each class.
 */
import { breathe, InputError, matrix, resolveOptions } from '../base/index.ts';
import type { Matrix, OptionSpec } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import type { Rows } from '../data/index.ts';
import { input, softmax, toOnnx } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { constantScope, trainer } from '../nn/index.ts';
import type { Scope } from '../nn/index.ts';
import { labelled } from './classifier-labels.ts';
import type { Labelled } from './classifier-labels.ts';
import { classifierLoss, classifierNetwork } from './classifier-network.ts';
import { startFrom } from './classifier-start.ts';
import { driveTraining, measuring, trainerOptions } from './drive-training.ts';
import { LATENT_DIM } from './fit-network.ts';
import { gaussianOf } from './gaussian-prior.ts';
import type { Figures, LatentSpace, LearnJob, SpaceMethod } from './latent-space.ts';
import { learnRows, readLearnRows } from './learn-rows.ts';
import { ARCHITECTURE_OPTIONS, architectureOf, standardise } from './networks.ts';
import { onnxSpace } from './onnx-space.ts';
import { previews } from './preview.ts';
import { settleTraining, TRAINING_OPTIONS } from './training-options.ts';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'label',
    type: 'text',
    default: '',
    main: true,
    summary: "The column that holds the classes; the data's own label when left out.",
  },
  {
    name: 'layer',
    type: 'integer',
    default: 0,
    min: 0,
    max: 100,
    main: true,
    summary:
      'Which layer is the space: 0 is the narrow one before the classes, 1 the first hidden layer, 2 the next; earlier ones know less of the classes and more of the rows.',
  },
  {
    name: 'balanced',
    type: 'boolean',
    default: false,
    summary: 'Whether each class weighs the same, however many rows it has.',
  },
  {
    name: 'from',
    type: 'text',
    default: '',
    summary: 'A space whose encoder to begin with: its weights are taken, layer by layer, as far as they fit.',
  },
  {
    name: 'freeze',
    type: 'boolean',
    default: false,
    summary: 'Whether layers that were taken from another space stay as they are.',
  },
];
const DEFAULTS: Readonly<Record<string, OptionSpec['default']>> = { latentDim: 16, validationShare: 0.1 };
const CHUNK = 1000;

export const classifier: SpaceMethod = {
  name: 'classifier',
  title: 'Classifier features',
  summary: 'A network that learns to tell the classes of rows; what one of its layers sees is the space.',
  family: 'supervised',
  takes: 'rows',
  labels: 'needed',
  options: [LATENT_DIM, ...OPTIONS, ...ARCHITECTURE_OPTIONS, ...TRAINING_OPTIONS].map((spec) =>
    spec.name in DEFAULTS ? { ...spec, default: DEFAULTS[spec.name] } : spec,
  ),
  async fit(dataset, given, runtime, job = {}) {
    const options = settleTraining(resolveOptions('classifier', classifier.options, given), dataset.rows.nSamples);
    const rows = learnRows(dataset);
    job.signal?.throwIfAborted();
    const { medium, name } = dataset;
    const { nFeatures } = rows.rows;
    if ((options.earlyStopping as number) > 0 && options.validationShare === 0) {
      throw new InputError('earlyStopping needs rows to judge by; set validationShare, 0.1 for instance', {
        code: 'option',
        details: { option: 'earlyStopping' },
      });
    }
    const architecture = architectureOf(options, medium, nFeatures);
    const classes = labelled(dataset, options.label as string, options.balanced === true);
    const nClasses = classes.categories.length;
    const bare = classifierNetwork(options, architecture, nClasses, new Map());
    const began =
      options.from === ''
        ? undefined
        : await startFrom(
            options.from as string,
            (scope) => void bare.trunk(scope, input('x', ['batch', nFeatures])),
            job.files,
          );
    const network = began ? classifierNetwork(options, architecture, nClasses, began.start) : bare;
    const training = await trainer(runtime, {
      inputs: [
        { name: 'x', shape: [nFeatures] },
        { name: 'target', shape: [nClasses] },
        { name: 'weight', shape: [1] },
      ],
      model: (scope, { x, target, weight }) => classifierLoss(network.classify(scope, x).logits, target, weight),
      fill(places, { x, target, weight }) {
        const taken = Uint32Array.from(places, (place) => classes.indices[place]);
        readLearnRows(rows, taken, x);
        target.fill(0);
        taken.forEach((row, i) => {
          const code = classes.codes[row];
          target[i * nClasses + code] = 1;
          weight[i] = classes.weights[code];
        });
      },
      nSamples: classes.indices.length,
      ...trainerOptions(options),
      checkpoint: job.checkpoint,
    });
    const encode = (scope: Scope, x: Tensor) => network.classify(scope, standardise(x, rows.scaler));
    const preview =
      job.onProgress && job.previews !== false
        ? await previews(
            runtime,
            rows.rows,
            training.parameters(),
            { encode: (scope, x) => encode(scope, x).z },
            options.seed as number,
          )
        : undefined;
    try {
      const trained = await driveTraining(
        training,
        { nEpochs: options.epochs as number, preview: async () => preview?.due(training.parameters()) },
        job,
      );
      const x = input('x', ['batch', nFeatures]);
      const { z, logits } = encode(constantScope(trained.parameters), x);
      const metadata = {
        producer: 'portolan',
        method: 'classifier',
        data: name,
        classes: JSON.stringify(classes.categories),
      };
      const encoder = toOnnx({ z, classes: softmax(logits) }, { inputs: [x], metadata });
      const tick = measuring(training.trainRows.length + training.validationRows.length, job);
      const train = await training.evaluate(training.trainRows, trained.parameters, tick);
      const validation =
        training.validationRows.length > 0
          ? await training.evaluate(training.validationRows, trained.parameters, tick)
          : undefined;
      const plain = await onnxSpace({ encoder }, runtime, { method: 'classifier', medium });
      const prior = await gaussianOf(await encodeAll(plain, rows.rows, job), { signal: job.signal });
      await plain.dispose();
      return {
        space: await onnxSpace({ encoder }, runtime, { method: 'classifier', medium, ...(prior && { prior }) }),
        metrics: { train, ...(validation && { validation }) },
        history: trained.history,
        warnings: [
          ...rows.warnings,
          ...classes.warnings,
          ...training.warnings,
          ...(began ? [began.note] : []),
          ...noticed(validation ?? train, classes),
        ],
        options,
        stopped: training.done < training.total,
      };
    } finally {
      await preview?.dispose();
      await training.dispose();
    }
  },
};

async function encodeAll(space: LatentSpace, rows: Rows, { signal }: LearnJob): Promise<Matrix> {
  const codes = matrix(rows.nSamples, space.latentDim);
  for (let from = 0; from < rows.nSamples; from += CHUNK) {
    const indices = Uint32Array.from({ length: Math.min(CHUNK, rows.nSamples - from) }, (_, i) => from + i);
    codes.data.set((await space.encode!(readRows(rows, indices))).data, from * space.latentDim);
    await breathe();
    signal?.throwIfAborted();
  }
  return codes;
}

/** What to say when the classes are told apart no better than by always naming the commonest. */
function noticed({ accuracy }: Figures, { codes, categories, indices }: Labelled): string[] {
  const counts = new Uint32Array(categories.length);
  for (const i of indices) counts[codes[i]]++;
  const commonest = Math.max(...counts) / indices.length;
  if (accuracy > commonest) return [];
  return [
    `classes are told apart no better than by chance (accuracy ${accuracy.toFixed(2)}, the commonest class has ${commonest.toFixed(2)}); ` +
      'try more epochs, or a lower learningRate',
  ];
}
