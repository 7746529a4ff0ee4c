/**
 * What autoencoders are held to beside bringing rows back, as graphs. Each says its own reductions. Codes are
 * [batch, latentDim]; densities are in nats; batches may vary in size.
 */
import {
  add,
  broadcastLike,
  clip,
  countOf,
  div,
  exp,
  gemm,
  gradients,
  log,
  logSumExp,
  maximum,
  mean,
  mul,
  neg,
  reshape,
  square,
  sub,
  sum,
  transpose,
  variance,
  withSlope,
} from '../graph/index.ts';
import type { Dim, Tensor } from '../graph/index.ts';
import { normalLogDensity } from './losses.ts';

const LOG_2PI = Math.log(2 * Math.PI);

/** The KL from N(0, I) in three: what codes tell of rows, how latents hang together, how each differs from N(0, 1). */
export interface KlParts {
  readonly mutualInformation: Tensor;
  readonly totalCorrelation: Tensor;
  readonly dimensionKl: Tensor;
}

/**
 * The KL of q(z|x) = N(mean, diag exp(logVar)) from N(0, I), taken apart by minibatch-weighted sampling: q(z) is
 * estimated by the batch's own posteriors as 1 / (N · batch) Σ q(z|x). Scalars, means over rows; their sum is an
 * estimate of the KL, and single ones may be below 0.
 * @param nRows  N, the number of rows that are learned from
 * @see Chen, Li, Grosse & Duvenaud 2018, appendix C.1
 */
export function klParts(z: Tensor, zMean: Tensor, logVar: Tensor, nRows: number): KlParts {
  const [batch, k] = z.shape as [Dim, number];
  const one = (t: Tensor): Tensor => reshape(t, [1, batch, k]);
  // log q(z_i | x_j) of each latent, [i, j, latentDim]
  const error = sub(reshape(z, [batch, 1, k]), one(zMean));
  const scaled = mul(square(error), exp(neg(one(logVar))));
  const pairs = mul(add(add(scaled, one(logVar)), LOG_2PI), -0.5);
  const logCount = log(mul(broadcastLike(nRows, mean(z)), countOf(z, 0)));
  const logQ = sub(logSumExp(sum(pairs, { axes: [2] }), { axes: [1] }), logCount);
  const logProduct = sum(sub(logSumExp(pairs, { axes: [1] }), logCount), { axes: [1] });
  const logPosterior = normalLogDensity(z, zMean, logVar);
  const logPrior = sum(mul(add(square(z), LOG_2PI), -0.5), { axes: [1] });
  return {
    mutualInformation: mean(sub(logPosterior, logQ)),
    totalCorrelation: mean(sub(logQ, logProduct)),
    dimensionKl: mean(sub(logProduct, logPrior)),
  };
}

/**
 * How far the covariance of codes is from the identity: sums of squares off its diagonal, and on it less 1. The
 * covariance (divided by the batch) is that of the means, DIP-VAE I; with log variances the mean posterior's variance
 * is added to it, DIP-VAE II.
 * @see Kumar, Sattigeri & Balakrishnan 2018
 */
export function covarianceGap(zMean: Tensor, logVar?: Tensor): { offDiagonal: Tensor; diagonal: Tensor } {
  const k = zMean.shape[1] as number;
  const centred = sub(zMean, mean(zMean, { axes: [0], keepDims: true }));
  const covariance = div(gemm(transpose(centred), centred), countOf(zMean, 0));
  const own = mean(square(centred), { axes: [0] });
  const whole = logVar ? add(own, mean(exp(logVar), { axes: [0] })) : own;
  // Σ over all less Σ over the diagonal
  const offDiagonal = sub(sum(square(covariance)), sum(square(own)));
  return { offDiagonal: k === 1 ? mul(offDiagonal, 0) : offDiagonal, diagonal: sum(square(sub(whole, 1))) };
}

const SCALES = [0.1, 0.2, 0.5, 1, 2, 5, 10];

/**
 * The squared maximum mean discrepancy of two samples, unbiased, so that it may fall below 0; by the mean of inverse
 * multiquadratic kernels C / (C + ‖a − b‖²), C = 2 · latentDim · scale for scales from 0.1 to 10.
 * @see Gretton et al. 2012; Tolstikhin et al. 2018
 */
export function maximumMeanDiscrepancy(z: Tensor, prior: Tensor): Tensor {
  const n = countOf(z, 0);
  const pairs = typeof n === 'number' ? Math.max(1, n * (n - 1)) : maximum(mul(n, sub(n, 1)), 1);
  const within = (t: Tensor): Tensor => div(sub(sum(kernel(t, t)), n), pairs);
  return sub(add(within(z), within(prior)), mul(mean(kernel(z, prior)), 2));
}

/** [n, m]; 1 where points are equal. */
function kernel(a: Tensor, b: Tensor): Tensor {
  const squares = squaredDistances(a, b);
  const constants = SCALES.map((scale) => 2 * (a.shape[1] as number) * scale);
  const below = constants.map((c) => add(squares, c));
  const each = constants.map((c, i) => div(c, below[i]));
  const average = (tensors: readonly Tensor[]): Tensor =>
    mul(
      tensors.reduce((total, one) => add(total, one)),
      1 / SCALES.length,
    );
  return withSlope(average(each), squares, () => neg(average(each.map((one, i) => div(one, below[i])))));
}

/** ‖a_i − b_j‖², [n, m], by one product of matrices. */
export function squaredDistances(a: Tensor, b: Tensor): Tensor {
  const ofA = sum(square(a), { axes: [1], keepDims: true });
  const ofB = transpose(sum(square(b), { axes: [1], keepDims: true }));
  return clip(add(sub(ofA, mul(gemm(a, b, undefined, { transposeB: true }), 2)), ofB), 0);
}

/**
 * ‖∂y/∂x‖² (Frobenius) of each row's own y by its own x, mean over batch; unbiased over directions v ~ N(0, I), one a
 * row, at the cost of one backward pass. Row i of y must depend on row i of x alone.
 * @param v  of y's shape
 * @see Hutchinson 1990; Rifai et al. 2011 (contractive autoencoders)
 */
export function jacobianNorm(y: Tensor, x: Tensor, v: Tensor): Tensor {
  const [along] = gradients(sum(mul(y, v)), [x]);
  const axes = x.shape.slice(1).map((_, i) => i + 1);
  return mean(sum(square(along), { axes }));
}

/**
 * KL(share ‖ mean activation) of units in (0, 1), as of coins, nats, sum over units.
 * @see Ng 2011, sparse autoencoder
 */
export function sparsityGap(activations: Tensor, share: number): Tensor {
  const used = clip(mean(activations, { axes: [0] }), 1e-6, 1 - 1e-6);
  const rest = sub(1, used);
  const entropy = share * Math.log(share) + (1 - share) * Math.log(1 - share);
  const k = activations.shape[1] as number;
  const cross = add(mul(sum(log(used)), share), mul(sum(log(rest)), 1 - share));
  return sub(k * entropy, cross);
}

/**
 * How far codes lie from those of their neighbours, as a share of how far any two of the batch do: mean ‖z − z′‖² over
 * twice the codes' variance. 0: neighbours fall together; 1: they are as any others.
 */
export function neighborGap(z: Tensor, ofNeighbors: Tensor): Tensor {
  const apart = mean(sum(square(sub(z, ofNeighbors)), { axes: [1] }));
  const spread = mul(sum(variance(z, { axes: [0] })), 2);
  return div(apart, add(spread, 1e-12));
}
