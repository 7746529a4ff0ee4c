/**
 * The DIP-VAE (Kumar, Sattigeri & Balakrishnan 2018): a VAE whose codes, taken together, are drawn to a covariance of
 * the identity, as the prior has it. Form I looks at the posteriors' means, form II at their samples.
 */
import { designed } from './designed.ts';
import { LIKELIHOOD, likelihoodOf } from './likelihood.ts';
import { normalPosterior } from './posterior.ts';
import { covarianceTerm, klTerm } from './regulariser.ts';

export const dipVae = designed({
  name: 'dip-vae',
  title: 'DIP-VAE',
  summary: 'A variational autoencoder whose latents are held uncorrelated and of equal spread.',
  family: 'variational',
  latentDim: 10,
  options: [
    {
      name: 'form',
      type: 'choice',
      default: 'II',
      choices: ['I', 'II'],
      summary: 'Whose covariance is held: I, of the means of the codes; II, of codes drawn from their posteriors.',
    },
    {
      name: 'offDiagonalWeight',
      type: 'number',
      default: 10,
      min: 0,
      max: 1e6,
      main: true,
      summary: 'Weight of the squared covariances of two latents. Raising it makes latents uncorrelated.',
    },
    {
      name: 'diagonalWeight',
      type: 'number',
      default: 10,
      min: 0,
      max: 1e6,
      summary: 'Weight of how far the variance of each latent is from 1; the paper takes 10 × the other in form I.',
    },
    LIKELIHOOD,
  ],
  design: ({ options, latentDim, dataset }) => ({
    posterior: normalPosterior(latentDim),
    likelihood: likelihoodOf(options.likelihood as string, dataset.medium),
    regularisers: [
      klTerm(1),
      covarianceTerm(options.form as 'I' | 'II', options.offDiagonalWeight as number, options.diagonalWeight as number),
    ],
  }),
});
