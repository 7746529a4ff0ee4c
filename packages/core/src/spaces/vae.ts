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
import type { Options, OptionSpec } from '../base/index.ts';
import { InputError } from '../base/index.ts';
import { designed } from './designed.ts';
import { LIKELIHOOD, likelihoodOf } from './likelihood.ts';
import { normalPosterior } from './posterior.ts';
import { klTerm } from './regulariser.ts';
import { SMOOTHNESS_OPTIONS, smoothnessTerms } from './smoothness.ts';
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

export const vae = designed({
  name: 'vae',
  title: 'Variational autoencoder',
  summary: 'An autoencoder whose codes fill a Gaussian cloud without gaps, so that any point decodes to something.',
  family: 'variational',
  options: [...KL_OPTIONS, ...OWN_OPTIONS, LIKELIHOOD, ...SMOOTHNESS_OPTIONS],
  async design({ options, latentDim, dataset, rows, job }) {
    const beta = annealed('beta', options.beta as number, options);
    const capacity = options.capacity as number;
    const samples = options.importanceSamples as number;
    const parts = {
      posterior: normalPosterior(latentDim),
      likelihood: likelihoodOf(options.likelihood as string, dataset.medium),
    };
    if (samples > 1) {
      refuse(options, 'capacity', 0);
      refuse(options, 'smoothness', 'none');
      return { ...parts, importance: { samples, beta } };
    }
    const goal = capacity > 0 ? rising('capacity', capacity, options.annealingShare as number) : undefined;
    return { ...parts, regularisers: [klTerm(beta, goal), ...(await smoothnessTerms(options, rows, job))] };
  },
});

/** What has no meaning with importance samples. */
function refuse(options: Options, option: string, without: number | string): void {
  if (options[option] === without) return;
  throw new InputError(
    `${option} has no meaning with importance samples; set importanceSamples 1, or ${option} ${without}`,
    { code: 'option', details: { option } },
  );
}
