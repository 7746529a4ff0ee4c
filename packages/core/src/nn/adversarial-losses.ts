/**
 * What two players play for: losses of a discriminator (or critic) and a generator on logits, penalties on the
 * discriminator's gradient, spectral normalisation, and two remedies for mode collapse.
 *
 * Logits are [batch, 1]; losses are means over the batch. Below d is the logit of a real, f of a generated row.
 * @see Goodfellow et al. 2014 (non-saturating); Mao et al. 2017 (least squares); Lim & Ye 2017, Miyato et al. 2018
 *   (hinge, spectral norm); Arjovsky et al. 2017, Gulrajani et al. 2017 (Wasserstein, gradient penalty); Mescheder et
 *   al. 2018 (R1); Salimans et al. 2016 (minibatch discrimination); Lin et al. 2018 (PacGAN)
 */
import { InputError } from '../base/index.ts';
import {
  abs,
  add,
  concat,
  constant,
  detach,
  div,
  exp,
  formatShape,
  gradients,
  matmul,
  mean,
  mul,
  neg,
  relu,
  reshape,
  softplus,
  sqrt,
  square,
  sub,
  sum,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { glorotNormal } from './initialisers.ts';
import type { Initialiser } from './initialisers.ts';
import { knownDim } from './layers.ts';
import type { Scope } from './scope.ts';

export type GanLoss = 'nonSaturating' | 'leastSquares' | 'hinge' | 'wasserstein';

/** softplus(−d) + softplus(f); ½(d − 1)² + ½f²; relu(1 − d) + relu(1 + f); f − d. */
export function discriminatorLoss(loss: GanLoss, real: Tensor, fake: Tensor): Tensor {
  switch (loss) {
    case 'nonSaturating':
      return add(mean(softplus(neg(real))), mean(softplus(fake)));
    case 'leastSquares':
      return mul(add(mean(square(sub(real, 1))), mean(square(fake))), 0.5);
    case 'hinge':
      return add(mean(relu(sub(1, real))), mean(relu(add(fake, 1))));
    case 'wasserstein':
      return sub(mean(fake), mean(real));
  }
}

/** softplus(−f); ½(f − 1)²; −f; −f. */
export function generatorLoss(loss: GanLoss, fake: Tensor): Tensor {
  switch (loss) {
    case 'nonSaturating':
      return mean(softplus(neg(fake)));
    case 'leastSquares':
      return mul(mean(square(sub(fake, 1))), 0.5);
    default:
      return neg(mean(fake));
  }
}

/**
 * (‖∇ critic‖ − 1)², mean over places between real and generated rows, where the slope of an optimal critic is 1.
 * @param share  [batch, 1], uniform: how far from the generated row to the real one
 * @param center  the slope that costs nothing
 */
export function gradientPenalty(
  critic: (x: Tensor) => Tensor,
  real: Tensor,
  fake: Tensor,
  share: Tensor,
  center = 1,
): Tensor {
  const between = add(mul(share, real), mul(sub(1, share), fake));
  const slope = sqrt(add(squaredSlope(critic, between), 1e-12));
  return mean(square(sub(slope, center)));
}

/** ½‖∇ D‖², mean over real rows (R1; over generated ones, R2). */
export function zeroCenteredPenalty(discriminate: (x: Tensor) => Tensor, x: Tensor): Tensor {
  return mul(mean(squaredSlope(discriminate, x)), 0.5);
}

/** ‖∇ of the logit by its row‖², [batch]. */
function squaredSlope(discriminate: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const [slope] = gradients(sum(discriminate(x)), [x]);
  return sum(square(slope), { axes: slope.shape.slice(1).map((_, i) => i + 1) });
}

/**
 * A scope whose weights are divided by their largest singular value, so that a network of them and of 1-Lipschitz
 * activations is 1-Lipschitz. The value is found by one step of power iteration a call, from the vector that the step
 * before left as the parameter `spectral`.
 */
export function spectralScope(scope: Scope): Scope {
  return {
    change: (name, change) => scope.change(name, change),
    child: (name) => spectralScope(scope.child(name)),
    parameter(name, shape, initialiser, fans) {
      const w = scope.parameter(name, shape, initialiser, fans);
      if (name !== 'weight') return w;
      // a dense weight is [in, out], a convolution's [out, in, h, w]: either way the first axis against the rest
      const rows = shape[0];
      const flat = reshape(w, [rows, -1]);
      const u = scope.parameter('spectral', [1, rows], direction, fans);
      const v = normalise(matmul(u, detach(flat)));
      const next = normalise(matmul(v, detach(flat), { transposeB: true }));
      scope.change('spectral', () => next);
      const sigma = matmul(matmul(detach(next), flat), detach(v), { transposeB: true }); // [1, 1]
      return div(w, add(reshape(sigma, []), 1e-12));
    },
  };
}

/** Groups of `size` rows of a batch become one: [batch, n] → [batch / size, size · n] (PacGAN). */
export function packed(x: Tensor, size: number): Tensor {
  if (size === 1) return x;
  const n = knownDim('packed', x, 1);
  const batch = knownDim('packed', x, 0);
  if (batch % size !== 0) {
    throw new InputError(`packed: got ${formatShape(x.shape)}, expected a batch that ${size} divides`);
  }
  return reshape(x, [batch / size, size * n]);
}

/**
 * Features [batch, n] with, for each row, how near the others of the batch are in `kernels` learned projections of
 * `width` dimensions: Σ over others of exp(−L1 distance). [batch, n + kernels].
 */
export function minibatchFeatures(scope: Scope, x: Tensor, kernels = 16, width = 8): Tensor {
  const n = knownDim('minibatchFeatures', x, 1);
  const batch = knownDim('minibatchFeatures', x, 0);
  const fans = { fanIn: n, fanOut: kernels * width };
  const weight = scope.parameter('weight', [n, kernels * width], glorotNormal, fans);
  const m = matmul(x, weight);
  const one = reshape(m, [batch, 1, kernels, width]);
  const other = reshape(m, [1, batch, kernels, width]);
  const distance = sum(abs(sub(one, other)), { axes: 3 }); // [batch, batch, kernels]
  // less each row's nearness to itself, which is 1
  const near = sub(sum(exp(neg(distance)), { axes: 1 }), constant(1));
  return concat([x, near], 1);
}

/** A row vector of length 1. */
const normalise = (v: Tensor): Tensor => div(v, add(sqrt(sum(square(v))), 1e-12));

/** A random one. */
const direction: Initialiser = (shape, _, rng) => {
  const values = rng.fillNormal(new Float32Array(shape[0] * shape[1]));
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
};
