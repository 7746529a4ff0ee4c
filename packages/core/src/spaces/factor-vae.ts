/**
 * The FactorVAE (Kim & Mnih 2018): a VAE with its total correlation as a second penalty, which a critic estimates: a
 * network that learns to tell codes from codes whose latents were shuffled among the rows. Both learn in each step, by
 * one optimiser, with gradients stopped between them.
 */
import { designed } from './designed.ts';
import { LIKELIHOOD, likelihoodOf } from './likelihood.ts';
import { normalPosterior } from './posterior.ts';
import { criticTerm, klTerm } from './regulariser.ts';

export const factorVae = designed({
  name: 'factor-vae',
  title: 'FactorVAE',
  summary: 'A variational autoencoder with a critic that finds out where its latents depend on each other.',
  family: 'variational',
  latentDim: 10,
  options: [
    {
      name: 'gamma',
      type: 'number',
      default: 10,
      min: 0,
      max: 1000,
      main: true,
      summary: 'Weight of the total correlation as the critic sees it. Raising it makes latents independent.',
    },
    {
      name: 'criticLayers',
      type: 'integers',
      default: [256, 256],
      min: 1,
      max: 65536,
      summary: 'Units of the hidden layers of the critic.',
    },
    LIKELIHOOD,
  ],
  design: ({ options, latentDim, dataset }) => ({
    posterior: normalPosterior(latentDim),
    likelihood: likelihoodOf(options.likelihood as string, dataset.medium),
    regularisers: [
      klTerm(1),
      criticTerm(latentDim, options.gamma as number, options.criticLayers as readonly number[]),
    ],
  }),
});
