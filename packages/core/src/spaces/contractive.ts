/**
 * The contractive autoencoder (Rifai et al. 2011): the encoder's Jacobian is kept small, so that small changes of a row
 * hardly move its code; only along the data, where reconstruction needs it, does the code move.
 *
 * The squared Frobenius norm is estimated along one random direction a row (Hutchinson 1990), at the cost of one
 * backward pass whatever latentDim is. The decoder could undo a smaller code by larger weights, so its weight matters
 * less than its presence.
 */
import { designed } from './designed.ts';
import { squares } from './likelihood.ts';
import { pointPosterior } from './posterior.ts';
import { encoderSlopeTerm } from './regulariser.ts';

export const contractive = designed({
  name: 'contractive',
  title: 'Contractive autoencoder',
  summary: 'An autoencoder whose codes hardly move when a row changes a little.',
  family: 'autoencoder',
  conditional: false,
  priors: ['normal', 'mixture'],
  options: [
    {
      name: 'contraction',
      type: 'number',
      default: 0.01,
      min: 0,
      max: 1e6,
      main: true,
      summary: 'Weight of the squared slope of the encoder. Raising it smooths the space and loses detail.',
    },
  ],
  design: ({ options, latentDim, rows }) => ({
    posterior: pointPosterior(latentDim),
    likelihood: squares(!rows.scaler, 'mean'),
    regularisers: [encoderSlopeTerm(latentDim, options.contraction as number)],
  }),
});
