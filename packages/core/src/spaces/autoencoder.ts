/**
 * The autoencoder (Hinton & Salakhutdinov 2006): a network that has to bring rows back through a narrow place. As a
 * denoising autoencoder (Vincent et al. 2010) it sees rows corrupted and has to bring back the clean ones.
 *
 * Images are in [0, 1] and end in a sigmoid; other rows are standardised within the network and end linear. The code
 * is linear in the last features. There is no prior by nature: sampling draws from a Gaussian fitted to the codes.
 */
import type { Options, OptionSpec, Random } from '../base/index.ts';
import { maskAtRandom, saltAndPepper } from '../nn/index.ts';
import { designed } from './designed.ts';
import type { LearnRows } from './learn-rows.ts';
import { squares } from './likelihood.ts';
import { pointPosterior } from './posterior.ts';
import { SMOOTHNESS_OPTIONS, smoothnessTerms } from './smoothness.ts';

const NOISE_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'noise',
    type: 'choice',
    default: 'none',
    choices: ['none', 'gaussian', 'masking', 'saltAndPepper'],
    summary: 'How rows are corrupted before they are encoded; the clean rows have to come back.',
  },
  {
    name: 'noiseLevel',
    type: 'number',
    default: 0.3,
    min: 0,
    max: 1,
    summary: 'The deviation of Gaussian noise, or the share of values that are masked or turned to salt and pepper.',
  },
];

export const autoencoder = designed({
  name: 'autoencoder',
  title: 'Autoencoder',
  summary: 'A network that squeezes each row through a few numbers and learns to bring it back.',
  family: 'autoencoder',
  conditional: false,
  priors: ['normal', 'mixture'],
  options: [...NOISE_OPTIONS, ...SMOOTHNESS_OPTIONS],
  defaults: { smoothnessWeight: 0.01 },
  design: async ({ options, latentDim, rows, job }) => ({
    posterior: pointPosterior(latentDim),
    likelihood: squares(!rows.scaler, 'mean'),
    regularisers: await smoothnessTerms(options, rows, job),
    corrupt: corruption(options, rows),
  }),
});

/** Corrupts rows in place; undefined when there is nothing to do. Standardised rows range over about ±2. */
function corruption(
  { noise, noiseLevel }: Options,
  { scaler }: LearnRows,
): ((x: Float32Array, rng: Random) => void) | undefined {
  const level = noiseLevel as number;
  if (noise === 'none' || level === 0) return undefined;
  if (noise === 'masking') return (x, rng) => maskAtRandom(x, rng, level);
  if (noise === 'saltAndPepper') {
    return (x, rng) => saltAndPepper(x, rng, level, scaler ? -2 : 0, scaler ? 2 : 1);
  }
  return (x, rng) => {
    for (let i = 0; i < x.length; i++) x[i] += level * rng.normal();
  };
}
