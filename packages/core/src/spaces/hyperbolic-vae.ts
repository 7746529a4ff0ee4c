/**
 * The hyperbolic variational autoencoder (Nagano, Yamaguchi, Fujita & Koyama 2019; Mathieu, Le Lan, Maddison, Tomioka &
 * Teh 2019): codes lie in the Poincaré ball, whose room grows towards the rim as a tree's branches do. Posteriors and
 * prior are wrapped normal distributions. What is minimised is −ELBO = reconstruction + β · kl, in nats, mean over rows;
 * the KL is that of one sample and so fluctuates. The decoder sees a code as the step from the centre that leads to it.
 */
import type { OptionSpec } from '../base/index.ts';
import { designed } from './designed.ts';
import { hyperbolicPosterior } from './hyperbolic-posterior.ts';
import { LIKELIHOOD, likelihoodOf } from './likelihood.ts';
import { klTerm } from './regulariser.ts';
import { KL_OPTIONS } from './vae.ts';
import { annealed } from './weights.ts';

const CURVATURE: OptionSpec = {
  name: 'curvature',
  type: 'number',
  default: 1,
  min: 0.01,
  max: 100,
  main: true,
  summary: 'How curved the space is: its curvature is the negative of this. More lets codes spread nearer to the rim.',
};

export const hyperbolicVae = designed({
  name: 'hyperbolic-vae',
  title: 'Hyperbolic variational autoencoder',
  summary: 'A variational autoencoder in the Poincaré ball: the usual in the middle, ever finer kinds towards the rim.',
  family: 'variational',
  priors: [],
  options: [...KL_OPTIONS, CURVATURE, LIKELIHOOD],
  design: ({ options, latentDim, dataset }) => ({
    posterior: hyperbolicPosterior(latentDim, options.curvature as number),
    likelihood: likelihoodOf(options.likelihood as string, dataset.medium),
    regularisers: [klTerm(annealed('beta', options.beta as number, options))],
  }),
});
