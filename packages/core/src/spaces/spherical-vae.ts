/**
 * The hyperspherical variational autoencoder (Davidson, Falorsi, De Cao, Kipf & Tomczak 2018): codes lie on a sphere, each
 * row's posterior is a von Mises–Fisher distribution, and the prior is even, so that nothing draws codes to a centre and
 * there are no edges. What is minimised is −ELBO = reconstruction + β · kl, in nats, mean over rows.
 */
import { InputError } from '../base/index.ts';
import { designed } from './designed.ts';
import { LIKELIHOOD, likelihoodOf } from './likelihood.ts';
import { klTerm } from './regulariser.ts';
import { sphericalPosterior } from './spherical-posterior.ts';
import { KL_OPTIONS } from './vae.ts';
import { annealed } from './weights.ts';

export const sphericalVae = designed({
  name: 'spherical-vae',
  title: 'Spherical variational autoencoder',
  summary: 'A variational autoencoder whose codes lie on a sphere: no centre, no edge, directions alone.',
  family: 'variational',
  latentDim: 3,
  priors: [],
  options: [...KL_OPTIONS, LIKELIHOOD],
  design({ options, latentDim, dataset }) {
    if (latentDim < 2) {
      throw new InputError('codes on a sphere need at least 2 numbers, latentDim 3 for an ordinary sphere; got 1', {
        code: 'latent-dim',
      });
    }
    return {
      posterior: sphericalPosterior(latentDim),
      likelihood: likelihoodOf(options.likelihood as string, dataset.medium),
      regularisers: [klTerm(annealed('beta', options.beta as number, options))],
    };
  },
});
