/**
 * Losses, as graphs. Implementations disagree in their reductions, so each says its own; each gives its parts by name,
 * scalars all, of which `loss` is what is minimised. Batches are the first axis and may vary in size.
 */
import { InputError } from '../base/index.ts';
import { add, binaryCrossEntropy, exp, formatShape, logSoftmax, mean, mul, neg, sub, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';

/** A loss and its parts. */
export type LossParts = { readonly loss: Tensor } & Readonly<Record<string, Tensor>>;

/** (xHat − x)², mean over batch and features. */
export function squaredError(xHat: Tensor, x: Tensor): { loss: Tensor; reconstruction: Tensor } {
  sameShapes('squaredError', xHat, x);
  const error = sub(xHat, x);
  const loss = mean(mul(error, error));
  return { loss, reconstruction: loss };
}

/**
 * −log Bernoulli(x | sigmoid(logits)) in nats, sum over features, mean over batch; x in [0, 1] (a grey level counts as
 * a probability, as is usual).
 */
export function bernoulli(logits: Tensor, x: Tensor): { loss: Tensor; reconstruction: Tensor } {
  const loss = mean(perSample(bernoulliRows(logits, x)));
  return { loss, reconstruction: loss };
}

/** As `bernoulli`, of each row, the last axis: [batch, n] → [batch]. */
export function bernoulliRows(logits: Tensor, x: Tensor): Tensor {
  sameShapes('bernoulli', logits, x);
  return binaryCrossEntropy(logits, x);
}

/**
 * −log N(x | xMean, exp(logVar)) in nats with its constant, sum over features, mean over batch. logVar is a scalar or
 * of any shape that stretches to that of x.
 */
export function gaussianLikelihood(xMean: Tensor, logVar: Tensor, x: Tensor): { loss: Tensor; reconstruction: Tensor } {
  const loss = mean(perSample(gaussianRows(xMean, logVar, x)));
  return { loss, reconstruction: loss };
}

/** As `gaussianLikelihood`, of each row, the last axis: [batch, n] → [batch]. */
export function gaussianRows(xMean: Tensor, logVar: Tensor, x: Tensor): Tensor {
  sameShapes('gaussianLikelihood', xMean, x);
  const error = sub(x, xMean);
  const scaled = mul(mul(error, error), exp(neg(logVar)));
  return sum(mul(add(add(scaled, logVar), Math.log(2 * Math.PI)), 0.5), { axes: [x.shape.length - 1] });
}

/** −Σ target · log softmax(logits), sum over classes, mean over batch; target rows are one-hot or probabilities. */
export function crossEntropy(logits: Tensor, target: Tensor): { loss: Tensor; crossEntropy: Tensor } {
  sameShapes('crossEntropy', logits, target);
  const loss = neg(mean(perSample(mul(target, logSoftmax(logits)))));
  return { loss, crossEntropy: loss };
}

/** KL(N(mean, exp(logVar)) ‖ N(0, I)) in nats, ≥ 0, sum over latents, mean over batch. */
export function gaussianKl(zMean: Tensor, logVar: Tensor): { loss: Tensor; kl: Tensor } {
  const loss = mul(mean(twiceGaussianKl(zMean, logVar)), 0.5);
  return { loss, kl: loss };
}

/** Twice KL(N(mean, exp(logVar)) ‖ N(0, I)) of each row, [batch]. */
function twiceGaussianKl(zMean: Tensor, logVar: Tensor): Tensor {
  sameShapes('gaussianKl', zMean, logVar);
  return perSample(sub(sub(add(mul(zMean, zMean), exp(logVar)), logVar), 1));
}

/** log N(z | mean, exp(logVar)) in nats with its constant, of each row, the last axis: [batch, n] → [batch]. */
export function normalLogDensity(z: Tensor, zMean: Tensor, logVar: Tensor): Tensor {
  return neg(gaussianRows(zMean, logVar, z));
}

/** −ELBO with weighted KL: reconstruction + β · kl. @see Higgins et al. 2017 */
export function negativeElbo(
  { reconstruction }: { reconstruction: Tensor },
  { kl }: { kl: Tensor },
  beta = 1,
): { loss: Tensor; reconstruction: Tensor; kl: Tensor } {
  return { loss: add(reconstruction, mul(kl, beta)), reconstruction, kl };
}

/** z = mean + ε · exp(½ logVar), ε standard normal, fed. @see Kingma & Welling 2014 */
export function sampleLatent(zMean: Tensor, logVar: Tensor, epsilon: Tensor): Tensor {
  return add(zMean, mul(epsilon, exp(mul(logVar, 0.5))));
}

/** Sum over all axes but the first. */
function perSample(x: Tensor): Tensor {
  return x.shape.length < 2 ? x : sum(x, { axes: x.shape.slice(1).map((_, i) => i + 1) });
}

function sameShapes(what: string, a: Tensor, b: Tensor): void {
  if (formatShape(a.shape) !== formatShape(b.shape)) {
    throw new InputError(`${what}: got shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}, expected one shape`);
  }
}
