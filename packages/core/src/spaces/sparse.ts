/**
 * The sparse autoencoder (Ng 2011; Lee, Ekanadham & Ng 2008): units of the code lie between 0 and 1, and each is held
 * to be on for a small share of rows, by the KL between coins of that share and of its mean activation. A unit so comes
 * to stand for a trait that few rows have.
 */
import { sigmoid } from '../graph/index.ts';
import { designed } from './designed.ts';
import { squares } from './likelihood.ts';
import { pointPosterior } from './posterior.ts';
import { sparsityTerm } from './regulariser.ts';

export const sparse = designed({
  name: 'sparse',
  title: 'Sparse autoencoder',
  summary: 'An autoencoder with many units, of which each row uses a few, so that a unit stands for a trait.',
  family: 'autoencoder',
  latentDim: 32,
  conditional: false,
  priors: ['normal', 'mixture'],
  options: [
    {
      name: 'sparsity',
      type: 'number',
      default: 0.1,
      min: 0.001,
      max: 0.999,
      main: true,
      summary: 'The mean activation that units are held to, from 0 to 1. Lowering it makes each stand for less.',
    },
    {
      name: 'sparsityWeight',
      type: 'number',
      default: 0.003,
      min: 0,
      max: 1e6,
      summary: 'Weight of the penalty beside the mean squared error. Raising it holds units closer to the share.',
    },
  ],
  design: ({ options, latentDim, rows }) => ({
    posterior: pointPosterior(latentDim, sigmoid),
    likelihood: squares(!rows.scaler, 'mean'),
    regularisers: [sparsityTerm(options.sparsity as number, options.sparsityWeight as number)],
  }),
});
