/**
 * The Wasserstein autoencoder (WAE-MMD, Tolstikhin et al. 2018) and, with drawn codes, the InfoVAE (Zhao, Song & Ermon
 * 2019): not each row's posterior but all codes together are drawn to the prior, by the maximum mean discrepancy under
 * inverse multiquadratic kernels. Rows may so keep apart, and what is decoded stays sharper than a VAE's.
 *
 * InfoVAE's objective is reconstruction + (1 − α) kl + (α + λ − 1) mmd; here the two weights are given as they are.
 */
import { designed } from './designed.ts';
import { LIKELIHOOD, likelihoodOf } from './likelihood.ts';
import { aimedPosterior, normalPosterior } from './posterior.ts';
import { discrepancyTerm, klTerm } from './regulariser.ts';

export const wae = designed({
  name: 'wae',
  title: 'Wasserstein autoencoder (WAE-MMD, InfoVAE)',
  summary: 'An autoencoder whose codes, all together, are drawn to a Gaussian cloud; sharper than a variational one.',
  family: 'variational',
  options: [
    {
      name: 'mmdWeight',
      type: 'number',
      default: 1000,
      min: 0,
      max: 1e7,
      main: true,
      summary: 'Weight of the discrepancy between codes and prior. Raising it leaves fewer gaps and loses detail.',
    },
    {
      name: 'encoder',
      type: 'choice',
      default: 'deterministic',
      choices: ['deterministic', 'gaussian'],
      summary: 'One code for a row (WAE), or codes drawn from a Gaussian (InfoVAE).',
    },
    {
      name: 'klWeight',
      type: 'number',
      default: 0,
      min: 0,
      max: 1000,
      summary: "Weight of the KL beside it, of a gaussian encoder: InfoVAE's 1 − α; 0 leaves rows all they can hold.",
    },
    LIKELIHOOD,
  ],
  design({ options, latentDim, dataset }) {
    const gaussian = options.encoder === 'gaussian';
    const posterior = gaussian ? normalPosterior(latentDim) : aimedPosterior(latentDim);
    return {
      posterior,
      likelihood: likelihoodOf(options.likelihood as string, dataset.medium),
      regularisers: [
        ...(gaussian ? [klTerm(options.klWeight as number)] : []),
        discrepancyTerm(latentDim, options.mmdWeight as number, posterior.prior!.fill),
      ],
    };
  },
});
