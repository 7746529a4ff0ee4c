/** What sampling draws from, as an option of all autoencoders. */
import type { OptionSpec } from '../base/index.ts';

export const PRIOR_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'prior',
    type: 'choice',
    default: 'normal',
    choices: ['normal', 'mixture', 'vamp'],
    summary:
      'What new codes are drawn from: one Gaussian, a mixture of Gaussians fitted to the codes, or the posteriors of some rows (VampPrior).',
  },
  {
    name: 'priorComponents',
    type: 'integer',
    default: 0,
    min: 0,
    max: 1000,
    summary: 'Gaussians of a mixture, or rows of a VampPrior; 0 takes 10 or 200. More follow the codes closer.',
  },
];
