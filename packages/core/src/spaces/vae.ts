/**
 * The variational autoencoder (Kingma & Welling 2014) and, with β ≠ 1, the β-VAE (Higgins et al. 2017). What is
 * minimised is −ELBO = reconstruction + β · kl, in nats, summed over features and latents, mean over rows.
 *
 * The Bernoulli likelihood takes grey levels for probabilities. The Gaussian one has a single variance, which is
 * learned (σ-VAE, Rybkin et al. 2021): with a fixed one, reconstruction would weigh what the data's scale happens to
 * make it weigh. The prior is N(0, I).
 */
import type { OptionSpec } from '../base/index.ts';
import { InputError, resolveOptions } from '../base/index.ts';
import { clip, sigmoid } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { bernoulli, dense, gaussianKl, gaussianLikelihood, negativeElbo, sampleLatent, zeros } from '../nn/index.ts';
import type { Scope } from '../nn/index.ts';
import { checkLatentDim, fitNetwork, LATENT_DIM, TRAINING_OPTIONS } from './fit-network.ts';
import type { SpaceMethod } from './latent-space.ts';
import { learnRows, readLearnRows } from './learn-rows.ts';
import { ARCHITECTURE_OPTIONS, architectureOf, decoderTrunk, encoderTrunk, restore, standardise } from './networks.ts';

const VAE_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'beta',
    type: 'number',
    default: 1,
    min: 0,
    max: 1000,
    main: true,
    summary: 'Weight of the KL term. Raising it orders the space and blurs what is decoded.',
  },
  {
    name: 'likelihood',
    type: 'choice',
    default: 'auto',
    choices: ['auto', 'bernoulli', 'gaussian'],
    summary: 'What decoded values mean: probabilities (images), or means with one learned variance; auto chooses.',
  },
];

/** exp of more would be of no use as a variance, and spoil a float */
const LOG_VARIANCE = 20;

export const vae: SpaceMethod = {
  name: 'vae',
  title: 'Variational autoencoder',
  summary: 'An autoencoder whose codes fill a Gaussian cloud without gaps, so that any point decodes to something.',
  family: 'variational',
  takes: 'rows',
  options: [LATENT_DIM, ...VAE_OPTIONS, ...ARCHITECTURE_OPTIONS, ...TRAINING_OPTIONS],
  async fit(dataset, given, runtime, job) {
    const options = resolveOptions('vae', vae.options, given);
    const latentDim = options.latentDim as number;
    const rows = learnRows(dataset);
    const { nFeatures } = dataset.rows;
    checkLatentDim(latentDim, nFeatures);
    const image = dataset.medium.kind === 'image';
    if (options.likelihood === 'bernoulli' && !image) {
      throw new InputError(
        'the bernoulli likelihood needs values from 0 to 1, as images have; try likelihood gaussian',
        {
          code: 'option',
          details: { option: 'likelihood' },
        },
      );
    }
    const isBernoulli = options.likelihood === 'bernoulli' || (options.likelihood === 'auto' && image);
    const architecture = architectureOf(options, dataset.medium, nFeatures);
    const posterior = (scope: Scope, x: Tensor): { mean: Tensor; logVar: Tensor } => {
      const inner = scope.child('encoder');
      const trunk = encoderTrunk(inner, x, architecture);
      const logVar = dense(inner.child('logVar'), trunk, latentDim);
      return { mean: dense(inner.child('mean'), trunk, latentDim), logVar: clip(logVar, -LOG_VARIANCE, LOG_VARIANCE) };
    };
    const decoded = (scope: Scope, z: Tensor): Tensor => decoderTrunk(scope.child('decoder'), z, architecture);
    const outward = (y: Tensor): Tensor => (image ? sigmoid(y) : y);
    return fitNetwork(
      {
        method: 'vae',
        inputs: [
          { name: 'x', shape: [nFeatures] },
          { name: 'epsilon', shape: [latentDim] },
        ],
        model(scope, { x, epsilon }) {
          const { mean, logVar } = posterior(scope, x);
          const y = decoded(scope, sampleLatent(mean, logVar, epsilon));
          const likelihood = isBernoulli ? bernoulli(y, x) : gaussianLikelihood(outward(y), variance(scope), x);
          return negativeElbo(likelihood, gaussianKl(mean, logVar), options.beta as number);
        },
        fill(indices, { x, epsilon }, rng) {
          readLearnRows(rows, indices, x);
          rng.fillNormal(epsilon);
        },
        encode: (scope, x) => ({ ...posterior(scope, standardise(x, rows.scaler)) }),
        decode: (scope, z) => restore(outward(decoded(scope, z)), rows.scaler),
        prior: { kind: 'standardNormal' },
      },
      options,
      rows,
      dataset,
      runtime,
      job,
    );
  },
};

/** The logarithm of the one variance of the Gaussian likelihood, [1, 1]. */
function variance(scope: Scope): Tensor {
  const logVar = scope.child('likelihood').parameter('logVar', [1, 1], zeros, { fanIn: 1, fanOut: 1 });
  return clip(logVar, -LOG_VARIANCE, LOG_VARIANCE);
}
