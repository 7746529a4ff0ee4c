/**
 * Vectors of things by the company they keep: skip-gram or CBOW with negative sampling over sequences of whole
 * numbers, be they words of sentences or nodes of random walks.
 *
 * Skip-gram maximises log σ(v_c · u_w) + Σ_k log σ(−v_c · u_k) over pairs of a word w and a word c near it, k drawn by
 * frequency to the power ¾ (Mikolov et al. 2013); CBOW puts the mean of all v_c around w in place of v_c.
 *
 * The reference programs let threads write over each other, so that no two runs agree. Here the sequences are dealt to
 * a fixed number of shards, each learns in vectors of its own, and after every round they are joined in a fixed order:
 * the result depends on the number of shards and not on the threads that did the work.
 */
import { InputError } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import { driveTraining } from './drive-training.ts';
import { itemPreviews } from './item-previews.ts';
import type { ShownItems } from './item-previews.ts';
import type { LearnJob } from './latent-space.ts';
import { countItems } from './sequences.ts';
import type { Sequences, StreamedSequences } from './sequences.ts';
import { skipGramTraining } from './skip-gram-training.ts';
import type { SkipGramSettings, SkipGramVectors } from './skip-gram-training.ts';

export interface SkipGramOptions extends Partial<SkipGramSettings> {
  /** what to show while learning, where the job asks for previews */
  show?: ShownItems;
}

export interface SkipGram extends SkipGramVectors {
  readonly stopped: boolean;
}

const MOST_WINDOW = 100;

/**
 * Previews are of the commonest items; checkpoints come after each epoch, and where learning was stopped or cancelled.
 * @throws InputError when there is nothing to learn from: fewer than two items, no sequence of two
 * @throws NumericalError when it diverges
 */
export async function fitSkipGram(
  sequences: Sequences | StreamedSequences,
  {
    latentDim = 100,
    window = 5,
    negative = 5,
    epochs = 5,
    learningRate = 0.025,
    subsample = 1e-3,
    power = 0.75,
    cbow = false,
    shards = 1,
    seed = 0,
    parts,
    show,
  }: SkipGramOptions = {},
  job: LearnJob = {},
): Promise<SkipGram> {
  const { nItems } = sequences;
  const counts = countItems(sequences);
  const nTokens = counts.reduce((sum, count) => sum + count, 0);
  if (nItems < 2 || nTokens < 2) {
    throw new InputError(
      `there ${nItems === 1 ? 'is 1 item' : `are ${nItems} items`} in ${nTokens} places to learn from, expected at least 2 that stand together`,
      { code: 'vocabulary', details: { nItems, nTokens } },
    );
  }
  if (!(window >= 1 && window <= MOST_WINDOW)) {
    throw new InputError(`window is ${window}, expected 1 to ${MOST_WINDOW}`, { code: 'option' });
  }
  job.signal?.throwIfAborted();
  const space = await (job.kernels ?? singleThread()).open('word2vec');
  try {
    const settings = { latentDim, window, negative, epochs, learningRate, subsample, power, cbow, shards, seed, parts };
    const training = skipGramTraining(space, sequences, counts, nTokens, settings, job.checkpoint);
    const preview = show && job.previews ? itemPreviews(show, counts, training.vectorsOf) : undefined;
    const fitted = await driveTraining(training, { nEpochs: epochs, preview }, job);
    return { ...fitted, stopped: training.done < training.total };
  } finally {
    space.close();
  }
}
