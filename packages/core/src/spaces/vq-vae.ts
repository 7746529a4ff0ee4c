/**
 * The vector-quantised autoencoder (VQ-VAE, van den Oord, Vinyals & Kavukcuoglu 2017). Its code is cut into parts, each
 * of which is one of the vectors of a codebook, so a row is told by a few whole numbers. New codes draw each part as
 * often as the data have it there; parts are taken for independent.
 */
import { InputError } from '../base/index.ts';
import { codebookPosterior } from './codebook.ts';
import { designed } from './designed.ts';
import { LIKELIHOOD, likelihoodOf } from './likelihood.ts';

export const vqVae = designed({
  name: 'vq-vae',
  title: 'Vector-quantised autoencoder (VQ-VAE)',
  summary: 'An autoencoder whose codes are put together from a small stock of vectors, learned with it.',
  family: 'variational',
  latentDim: 16,
  priors: [],
  options: [
    {
      name: 'nCodes',
      type: 'integer',
      default: 64,
      min: 2,
      max: 65_536,
      main: true,
      summary: 'Vectors in the codebook. More tell rows apart in finer steps, and more of them may go unused.',
    },
    {
      name: 'codeDim',
      type: 'integer',
      default: 0,
      min: 0,
      max: 4096,
      summary:
        'Numbers in a vector; latentDim is cut into parts of it. 0 takes the most up to 4 that latentDim allows.',
    },
    {
      name: 'commitment',
      type: 'number',
      default: 0.25,
      min: 0,
      max: 1e6,
      summary: 'Weight of what keeps the encoder near the vectors it is given. Raising it steadies learning.',
    },
    {
      name: 'codebookUpdate',
      type: 'choice',
      default: 'average',
      choices: ['average', 'loss'],
      summary: 'How vectors follow the encoder: as running means (EMA), or by a loss of their own.',
    },
    {
      name: 'codebookDecay',
      type: 'number',
      default: 0.95,
      min: 0,
      max: 0.9999,
      summary: 'The share of the running means that is kept in each mini-batch. Raising it makes vectors slower.',
    },
    LIKELIHOOD,
  ],
  design({ options, latentDim, dataset }) {
    const { codeDim: wanted, nCodes, commitment, codebookUpdate, codebookDecay } = options;
    const codeDim = (wanted as number) || [4, 3, 2, 1].find((size) => latentDim % size === 0)!;
    if (latentDim % codeDim !== 0) {
      throw new InputError(`latentDim ${latentDim} cannot be cut into parts of codeDim ${codeDim}; try codeDim 0`, {
        code: 'option',
        details: { option: 'codeDim' },
      });
    }
    return {
      posterior: codebookPosterior({
        latentDim,
        codeDim,
        nCodes: nCodes as number,
        commitment: commitment as number,
        update: codebookUpdate as 'average' | 'loss',
        decay: codebookDecay as number,
      }),
      likelihood: likelihoodOf(options.likelihood as string, dataset.medium),
    };
  },
});
