/**
 * Smooth spaces: neighbouring samples stay neighbours. Either the codes of a row and of one of its nearest are drawn
 * together, as a share of how far codes lie apart (the graph penalty of Belkin & Niyogi 2003), or the encoder's slope is
 * kept small everywhere (Rifai et al. 2011).
 */
import type { Options, OptionSpec } from '../base/index.ts';
import { matrix } from '../base/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { findNeighbors } from '../neighbors/index.ts';
import { splitRows } from '../nn/index.ts';
import type { LearnJob } from './latent-space.ts';
import { readLearnRows } from './learn-rows.ts';
import type { LearnRows } from './learn-rows.ts';
import { encoderSlopeTerm, neighborTerm } from './regulariser.ts';
import type { Regulariser } from './variational.ts';

export const SMOOTHNESS_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'smoothness',
    type: 'choice',
    default: 'none',
    choices: ['none', 'neighbors', 'slope'],
    summary: 'What keeps the space smooth: neighbours that are drawn together, or a small slope of the encoder.',
  },
  {
    name: 'smoothnessWeight',
    type: 'number',
    default: 1,
    min: 0,
    max: 1e6,
    summary: 'Weight of that beside the loss. Raising it keeps neighbours nearer and loses detail.',
  },
  {
    name: 'smoothnessNeighbors',
    type: 'integer',
    default: 10,
    min: 1,
    max: 1000,
    summary: 'How many of the nearest rows count as neighbours.',
  },
];

/** The regulariser that the options ask for; none or one. */
export async function smoothnessTerms(options: Options, rows: LearnRows, job: LearnJob): Promise<Regulariser[]> {
  const weight = options.smoothnessWeight as number;
  if (options.smoothness === 'slope') return [encoderSlopeTerm(options.latentDim as number, weight)];
  if (options.smoothness !== 'neighbors') return [];
  const { nSamples, nFeatures } = rows.rows;
  const k = Math.min(options.smoothnessNeighbors as number, nSamples - 1);
  const x = matrix(nSamples, nFeatures);
  readLearnRows(
    rows,
    Uint32Array.from({ length: nSamples }, (_, i) => i),
    x.data,
  );
  const { kernels, signal } = job;
  const onProgress = job.onProgress as KernelJob<never>['onProgress'];
  const { indices } = await findNeighbors(x, k, { kernels, signal, onProgress, recall: 0.95 });
  // rows that are held out are not learned from, not even as neighbours
  const { validation } = splitRows(nSamples, options.validationShare as number, options.seed as number);
  const held = new Set(validation);
  const neighbors = Uint32Array.from(indices, (row, at) => (held.has(row) ? Math.floor(at / k) : row));
  return [neighborTerm(rows, neighbors, k, weight)];
}
