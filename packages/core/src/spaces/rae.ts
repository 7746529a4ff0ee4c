/**
 * The regularised autoencoder (Ghosh, Sajjadi, Vergari, Black & Schölkopf 2020): what noise does in a VAE is done by a
 * penalty on the decoder, on its weights (RAE-L2) or its slope (RAE-GP), beside one on the codes' length; the prior is
 * fitted afterwards, a mixture of Gaussians. Rows come back sharper than from a VAE, and samples are no worse.
 *
 * Reconstruction is the squared error, sum over features, as the paper's weights expect. The slope's squared norm is
 * estimated along one random direction a row.
 */
import { designed } from './designed.ts';
import { squares } from './likelihood.ts';
import { pointPosterior } from './posterior.ts';
import { decoderSlopeTerm, decoderWeightTerm, lengthTerm } from './regulariser.ts';

export const rae = designed({
  name: 'rae',
  title: 'Regularised autoencoder (RAE)',
  summary: 'An autoencoder with a smooth decoder and a mixture fitted to its codes: samples without noise in learning.',
  family: 'autoencoder',
  latentDim: 10,
  options: [
    {
      name: 'form',
      type: 'choice',
      default: 'gradientPenalty',
      choices: ['l2', 'gradientPenalty'],
      summary: 'How the decoder is kept smooth: by small weights (RAE-L2), or by a small slope (RAE-GP).',
    },
    {
      name: 'decoderWeight',
      type: 'number',
      default: 1e-2,
      min: 0,
      max: 1e6,
      main: true,
      summary: 'Weight of that penalty. Raising it makes what is decoded change slowly from code to code.',
    },
    {
      name: 'codeWeight',
      type: 'number',
      default: 1e-2,
      min: 0,
      max: 1e6,
      summary: "Weight of half the codes' squared length. Raising it draws codes together.",
    },
  ],
  priors: ['mixture', 'normal'],
  design: ({ options, latentDim, rows, dataset }) => ({
    posterior: pointPosterior(latentDim),
    likelihood: squares(!rows.scaler, 'sum'),
    regularisers: [
      lengthTerm(options.codeWeight as number),
      options.form === 'l2'
        ? decoderWeightTerm(options.decoderWeight as number)
        : decoderSlopeTerm(dataset.rows.nFeatures, options.decoderWeight as number),
    ],
  }),
});
