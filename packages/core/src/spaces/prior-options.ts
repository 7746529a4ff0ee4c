/** What sampling draws from, as an option of all autoencoders. */
import type { OptionSpec } from '../base/index.ts';

const DRAWN: Readonly<Record<string, string>> = {
  normal: 'one Gaussian',
  mixture: 'a mixture of Gaussians fitted to the codes',
  vamp: 'the posteriors of rows learned for it (VampPrior)',
};

/** @param choices  of normal, mixture and vamp, the usual first */
export const priorOptions = (choices: readonly string[]): OptionSpec[] => [
  {
    name: 'prior',
    type: 'choice',
    default: choices[0],
    choices,
    summary: `What new codes are drawn from: ${choices.map((name) => DRAWN[name]).join(', or ')}.`,
  },
  {
    name: 'priorComponents',
    type: 'integer',
    default: 0,
    min: 0,
    max: 1000,
    summary: choices.includes('vamp')
      ? 'Gaussians of a mixture, or rows of a VampPrior; 0 takes 10 or 200. More follow the codes closer.'
      : 'Gaussians of a mixture; 0 takes 10. More follow the codes closer.',
  },
];
