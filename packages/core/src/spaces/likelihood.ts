/** What decoded values mean: p(x|z), whose negative logarithm is the reconstruction error. */
import { InputError } from '../base/index.ts';
import type { OptionSpec } from '../base/index.ts';
import { mul, sigmoid, sub, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { bernoulli, bernoulliRows, gaussianLikelihood, gaussianRows, squaredError, zeros } from '../nn/index.ts';
import type { Scope } from '../nn/index.ts';
import { clipLogVar } from './posterior.ts';

export interface Likelihood {
  /** what the decoder's last layer gives → rows as they are learned */
  mean(y: Tensor): Tensor;
  /** the reconstruction error, a scalar, mean over rows */
  total(scope: Scope, y: Tensor, x: Tensor): Tensor;
  /** −log p(x|z) in nats of each row, [batch] */
  rows(scope: Scope, y: Tensor, x: Tensor): Tensor;
}

export const LIKELIHOOD: OptionSpec = {
  name: 'likelihood',
  type: 'choice',
  default: 'auto',
  choices: ['auto', 'bernoulli', 'gaussian'],
  summary: 'What decoded values mean: probabilities (images), or means with one learned variance; auto chooses.',
};

/** The likelihood that the option names. @throws InputError when rows that are no images are to be probabilities */
export function likelihoodOf(name: string, image: boolean): Likelihood {
  if (name === 'bernoulli' && !image) {
    throw new InputError('the bernoulli likelihood needs values from 0 to 1, as images have; try likelihood gaussian', {
      code: 'option',
      details: { option: 'likelihood' },
    });
  }
  return name === 'bernoulli' || (name === 'auto' && image) ? bernoulliValues : gaussianValues(image);
}

/** Grey levels taken for probabilities. */
const bernoulliValues: Likelihood = {
  mean: sigmoid,
  total: (_, y, x) => bernoulli(y, x).loss,
  rows: (_, y, x) => bernoulliRows(y, x),
};

/**
 * Means with one variance, which is learned (σ-VAE, Rybkin et al. 2021): with a fixed one, reconstruction would weigh
 * what the data's scale happens to make it weigh.
 */
function gaussianValues(image: boolean): Likelihood {
  const mean = (y: Tensor): Tensor => (image ? sigmoid(y) : y);
  return {
    mean,
    total: (scope, y, x) => gaussianLikelihood(mean(y), variance(scope), x).loss,
    rows: (scope, y, x) => gaussianRows(mean(y), variance(scope), x),
  };
}

/** (x̂ − x)²: the mean over features, as an autoencoder's loss is told, or their sum, as papers weigh penalties against. */
export function squares(image: boolean, over: 'mean' | 'sum'): Likelihood {
  const mean = (y: Tensor): Tensor => (image ? sigmoid(y) : y);
  const rows = (y: Tensor, x: Tensor): Tensor => {
    const error = sub(mean(y), x);
    return sum(mul(error, error), { axes: [1] });
  };
  return {
    mean,
    total(_, y, x) {
      const { loss } = squaredError(mean(y), x);
      return over === 'mean' ? loss : mul(loss, x.shape[1] as number);
    },
    rows: (_, y, x) => rows(y, x),
  };
}

/** The logarithm of the one variance of the Gaussian likelihood, [1, 1]. */
function variance(scope: Scope): Tensor {
  return clipLogVar(scope.child('likelihood').parameter('logVar', [1, 1], zeros, { fanIn: 1, fanOut: 1 }));
}
