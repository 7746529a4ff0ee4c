/** How networks learn: the options that all of them share, and what is left to the data. */
import type { Options, OptionSpec } from '../base/index.ts';

export const TRAINING_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'epochs',
    type: 'integer',
    default: 0,
    min: 0,
    max: 100_000,
    main: true,
    summary:
      'How often learning goes over the whole data. More fits closer; 0 shows it 100,000 rows, in 5 to 400 epochs.',
  },
  {
    name: 'batchSize',
    type: 'integer',
    default: 0,
    min: 0,
    max: 65_536,
    summary:
      'Rows per update. Larger batches run faster but update less often; 0 takes 256, fewer of less than 8,192 rows.',
  },
  {
    name: 'learningRate',
    type: 'number',
    default: 1e-3,
    min: 1e-8,
    max: 10,
    main: true,
    summary: 'The length of each update. Raise it to learn faster; too high and learning diverges.',
  },
  {
    name: 'optimizer',
    type: 'choice',
    default: 'adam',
    choices: ['adam', 'adamw', 'sgd'],
    summary: 'How updates are made from gradients; sgd has momentum 0.9 and wants a higher learning rate.',
  },
  {
    name: 'schedule',
    type: 'choice',
    default: 'constant',
    choices: ['constant', 'cosine', 'warmUp'],
    summary: 'How the learning rate goes: constant, down a cosine to 0, or up over the first twentieth and then down.',
  },
  {
    name: 'clipNorm',
    type: 'number',
    default: 0,
    min: 0,
    summary: 'Gradients longer than this are shortened to it, which tames divergence; 0 leaves them.',
  },
  {
    name: 'validationShare',
    type: 'number',
    default: 0,
    min: 0,
    max: 0.9,
    summary: 'Share of the rows held out to judge by and not learned from.',
  },
  {
    name: 'earlyStopping',
    type: 'integer',
    default: 0,
    min: 0,
    summary: 'Stop after so many epochs without a better validation loss, and keep the best; 0 never stops.',
  },
  {
    name: 'batchesPerCall',
    type: 'integer',
    default: 0,
    min: 0,
    max: 8,
    summary: 'Updates made in one call of the runtime, 1, 2, 4 or 8; 0 measures. Changes speed, not the result.',
  },
  { name: 'seed', type: 'integer', default: 0, min: 0, max: 2 ** 32 - 1, summary: 'The same seed, the same space.' },
];

/** Rows that a network is shown before it fits: ten epochs over 10,000. */
const ROWS_SHOWN = 100_000;

/** Updates in an epoch, at the least where there are rows enough: of fewer, momentum never comes to bear. */
const UPDATES = 32;

/** Rows per update that suit nSamples rows: 16 … 256. */
export function batchSizeFor(nSamples: number): number {
  return Math.min(256, Math.max(16, 2 ** Math.floor(Math.log2(nSamples / UPDATES))));
}

/** Epochs that suit nSamples rows: 5 … 400. */
export function epochsFor(nSamples: number): number {
  return Math.min(400, Math.max(5, Math.round(ROWS_SHOWN / nSamples)));
}

/** The options with what was left to the data filled in. */
export function settleTraining(options: Options, nSamples: number): Options {
  return {
    ...options,
    epochs: options.epochs || epochsFor(nSamples),
    batchSize: options.batchSize || Math.min(nSamples, batchSizeFor(nSamples)),
  };
}
