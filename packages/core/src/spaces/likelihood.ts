/** What decoded values mean: p(x|z), whose negative logarithm is the reconstruction error. */
import { InputError } from '../base/index.ts';
import type { OptionSpec } from '../base/index.ts';
import type { Medium } from '../data/index.ts';
import { add, log, mean as average, mul, sigmoid, sub, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { bernoulli, bernoulliRows, gaussianLikelihood, gaussianRows, squaredError } from '../nn/index.ts';

export interface Likelihood {
  /** what the decoder's last layer gives → rows as they are learned */
  mean(y: Tensor): Tensor;
  /** the reconstruction error, a scalar, mean over rows */
  total(y: Tensor, x: Tensor): Tensor;
  /** −log p(x|z) in nats of each row, [batch] */
  rows(y: Tensor, x: Tensor): Tensor;
}

export const LIKELIHOOD: OptionSpec = {
  name: 'likelihood',
  type: 'choice',
  default: 'auto',
  choices: ['auto', 'bernoulli', 'gaussian'],
  summary:
    'What decoded values mean: probabilities, or means with one variance; auto takes probabilities for grey images.',
};

/** Pixels of the smallest image that is told by probabilities; of fewer, the KL outweighs what they can say. */
const ENOUGH_PIXELS = 64;

/**
 * The likelihood that the option names; `auto` takes grey images for probabilities and all else for means.
 * @throws InputError when rows that are no images are to be probabilities
 */
export function likelihoodOf(name: string, medium: Medium): Likelihood {
  const image = medium.kind === 'image';
  if (name === 'bernoulli' && !image) {
    throw new InputError('the bernoulli likelihood needs values from 0 to 1, as images have; try likelihood gaussian', {
      code: 'option',
      details: { option: 'likelihood' },
    });
  }
  const grey = image && medium.channels === 1 && medium.height * medium.width >= ENOUGH_PIXELS;
  return name === 'bernoulli' || (name === 'auto' && grey) ? bernoulliValues : gaussianValues(image);
}

/** Grey levels taken for probabilities. */
const bernoulliValues: Likelihood = {
  mean: sigmoid,
  total: (y, x) => bernoulli(y, x).loss,
  rows: (y, x) => bernoulliRows(y, x),
};

/**
 * Means with one variance, the likeliest one for the mini-batch: its mean squared error (optimal σ-VAE, Rybkin et al.
 * 2021). With a fixed one reconstruction would weigh what the data's scale happens to make it weigh, and one that
 * descends by gradients comes too late: the KL has emptied the codes by then.
 */
function gaussianValues(image: boolean): Likelihood {
  const mean = (y: Tensor): Tensor => (image ? sigmoid(y) : y);
  return {
    mean,
    total(y, x) {
      const xMean = mean(y);
      return gaussianLikelihood(xMean, logVariance(xMean, x), x).loss;
    },
    rows(y, x) {
      const xMean = mean(y);
      return gaussianRows(xMean, logVariance(xMean, x), x);
    },
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
    total(y, x) {
      const { loss } = squaredError(mean(y), x);
      return over === 'mean' ? loss : mul(loss, x.shape[1] as number);
    },
    rows: (y, x) => rows(y, x),
  };
}

/** Added to the mean squared error, so that rows which come back exactly have a finite likelihood. */
const SMALLEST = 1e-8;

/** The logarithm of the mean squared error, a scalar. */
function logVariance(xMean: Tensor, x: Tensor): Tensor {
  const error = sub(xMean, x);
  return log(add(average(mul(error, error)), SMALLEST));
}
