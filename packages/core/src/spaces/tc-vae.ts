/**
 * The β-TCVAE (Chen, Li, Grosse & Duvenaud 2018): the KL of a VAE is the sum of what codes tell of rows, of the total
 * correlation of latents, and of what each differs from its prior. Only the second is weighed by β, so latents come
 * apart with less loss of detail than under a β-VAE. The parts are estimated within the mini-batch.
 */
import { designed } from './designed.ts';
import { LIKELIHOOD, likelihoodOf } from './likelihood.ts';
import { normalPosterior } from './posterior.ts';
import { correlationTerm } from './regulariser.ts';
import { annealed, ANNEALING_OPTIONS } from './weights.ts';

export const tcVae = designed({
  name: 'tc-vae',
  title: 'β-TCVAE',
  summary:
    'A variational autoencoder whose latents are pressed to vary independently, so that each tends to one trait.',
  family: 'variational',
  latentDim: 10,
  options: [
    {
      name: 'beta',
      type: 'number',
      default: 6,
      min: 0,
      max: 1000,
      main: true,
      summary: 'Weight of the total correlation. Raising it makes latents independent and blurs what is decoded.',
    },
    ...ANNEALING_OPTIONS,
    LIKELIHOOD,
  ],
  design: ({ options, latentDim, dataset }) => ({
    posterior: normalPosterior(latentDim),
    likelihood: likelihoodOf(options.likelihood as string, dataset.medium),
    regularisers: [correlationTerm(annealed('beta', options.beta as number, options))],
  }),
});
