/**
 * The variational autoencoder (Kingma & Welling 2014) and, with β ≠ 1, the β-VAE (Higgins et al. 2017). What is
 * minimised is −ELBO = reconstruction + β · kl, in nats, summed over features and latents, mean over rows.
 *
 * β may be annealed, the KL be held at a capacity that grows (Burgess et al. 2018), and the bound be made tighter by
 * importance samples (IWAE, Burda et al. 2016).
 *
 * The Bernoulli likelihood takes grey levels for probabilities. The Gaussian one has a single variance, which is
 * learned (σ-VAE, Rybkin et al. 2021). The prior is N(0, I).
 */
import type { OptionSpec } from '../base/index.ts';
import { InputError, resolveOptions } from '../base/index.ts';
import { CONDITION_OPTIONS } from './condition.ts';
import { checkLatentDim, LATENT_DIM, TRAINING_OPTIONS } from './fit-network.ts';
import type { SpaceMethod } from './latent-space.ts';
import { learnRows } from './learn-rows.ts';
import { LIKELIHOOD, likelihoodOf } from './likelihood.ts';
import { ARCHITECTURE_OPTIONS } from './networks.ts';
import { normalPosterior } from './posterior.ts';
import { klTerm } from './regulariser.ts';
import { fitDesign } from './variational.ts';
import { annealed, ANNEALING_OPTIONS, rising } from './weights.ts';

/** The weight of the KL and how it comes to it, for any posterior that has one. */
export const KL_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'beta',
    type: 'number',
    default: 1,
    min: 0,
    max: 1000,
    main: true,
    summary: 'Weight of the KL term. Raising it orders the space and blurs what is decoded.',
  },
  ...ANNEALING_OPTIONS,
];

const OWN_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'capacity',
    type: 'number',
    default: 0,
    min: 0,
    max: 10_000,
    summary:
      'Nats that the codes may hold: the KL is drawn to a goal that rises to it, by beta; 0 draws it to nothing.',
  },
  {
    name: 'importanceSamples',
    type: 'integer',
    default: 1,
    min: 1,
    max: 64,
    summary: 'Codes drawn for each row. More make the bound tighter (IWAE) and learning slower.',
  },
];

export const vae: SpaceMethod = {
  name: 'vae',
  title: 'Variational autoencoder',
  summary: 'An autoencoder whose codes fill a Gaussian cloud without gaps, so that any point decodes to something.',
  family: 'variational',
  takes: 'rows',
  labels: 'used',
  options: [
    LATENT_DIM,
    ...KL_OPTIONS,
    ...OWN_OPTIONS,
    LIKELIHOOD,
    ...CONDITION_OPTIONS,
    ...ARCHITECTURE_OPTIONS,
    ...TRAINING_OPTIONS,
  ],
  async fit(dataset, given, runtime, job) {
    const options = resolveOptions('vae', vae.options, given);
    const latentDim = options.latentDim as number;
    const rows = learnRows(dataset);
    checkLatentDim(latentDim, dataset.rows.nFeatures);
    const likelihood = likelihoodOf(options.likelihood as string, dataset.medium.kind === 'image');
    const beta = annealed('beta', options.beta as number, options);
    const capacity = options.capacity as number;
    const samples = options.importanceSamples as number;
    if (samples > 1 && capacity > 0) {
      throw new InputError('a capacity has no meaning with importance samples; set importanceSamples 1 or capacity 0', {
        code: 'option',
        details: { option: 'capacity' },
      });
    }
    const goal = capacity > 0 ? rising('capacity', capacity, options.annealingShare as number) : undefined;
    return fitDesign(
      {
        method: 'vae',
        posterior: normalPosterior(latentDim),
        likelihood,
        ...(samples > 1 ? { importance: { samples, beta } } : { regularisers: [klTerm(beta, goal)] }),
      },
      options,
      rows,
      dataset,
      runtime,
      job,
    );
  },
};
