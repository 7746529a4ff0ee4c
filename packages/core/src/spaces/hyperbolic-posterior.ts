/**
 * Wrapped normal distributions on the Poincaré ball (Nagano et al. 2019; Mathieu et al. 2019): a normal step in the
 * tangent space of the centre, carried along to μ and laid onto the ball by the exponential map there. In an orthonormal
 * frame the carrying changes nothing, so that a sample is μ ⊕ tanh(|u| / 2) u / |u| with u = σ ε, at the distance
 * |u| from μ, and
 *
 *     log q(z) = log N(u; 0, σ²) − (d − 1) log(sinh|u| / |u|).
 *
 * The KL from the prior, a wrapped normal about the centre, has no closed form and is taken at the sample. Distances are
 * of curvature −1, which in a space of curvature −c are √c times as long: so long is the prior's standard deviation.
 */
import {
  add,
  clip,
  div,
  exp,
  log,
  mean,
  minimum,
  mul,
  neg,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  where,
  greater,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { dense } from '../nn/index.ts';
import { BALL_RADIUS } from './geometry.ts';
import type { PosteriorFamily } from './posterior.ts';

/** How far from the centre the encoder may put a mean: floats tell points apart so far. */
const MOST_DISTANCE = 8;
const LOG_DEVIATION = 6;
const TINY = 1e-12;

/** @param c  the space has the curvature −c */
export function hyperbolicPosterior(latentDim: number, c: number): PosteriorFamily {
  const d = latentDim;
  const scale = Math.sqrt(c);
  const logPrior = (z: Tensor): Tensor => {
    const distance = distanceFromCentre(lengths(z));
    const normal = mul(square(div(distance, scale)), -0.5);
    return sub(sub(normal, d * Math.log(scale) + (d / 2) * Math.log(2 * Math.PI)), mul(logStretch(distance), d - 1));
  };
  return {
    latentDim,
    geometry: { name: 'hyperbolic', c },
    noise: { shape: [d], fill: (out, rng) => void rng.fillNormal(out) },
    toDecoder: toTangent,
    infer(scope, features) {
      const centre = toBall(dense(scope.child('mean'), features, d), MOST_DISTANCE);
      const raw = dense(scope.child('logDeviation'), features, d);
      const logDeviation = clip(raw, -LOG_DEVIATION, LOG_DEVIATION / 2);
      /** log q of the codes that were drawn, which a step knows exactly and a code no longer */
      const densities = new Map<Tensor, Tensor>();
      const logDensity = (z: Tensor): Tensor => {
        const known = densities.get(z);
        if (!known) throw new Error('a wrapped normal posterior tells the density of its own samples only');
        return known;
      };
      return {
        outputs: { mean: centre, logDeviation },
        sample(noise) {
          const epsilon = noise as Tensor;
          const step = mul(epsilon, exp(logDeviation));
          const z = moebiusAdd(centre, toBall(step));
          const normal = neg(add(mul(square(epsilon), 0.5), add(logDeviation, Math.log(2 * Math.PI) / 2)));
          densities.set(z, sub(sum(normal, { axes: [1], keepDims: true }), mul(logStretch(lengths(step)), d - 1)));
          return z;
        },
        kl: (z) => mean(sub(logDensity(z), logPrior(z))),
        logDensity: (z) => sum(logDensity(z), { axes: [1] }),
      };
    },
    prior: {
      spec: { kind: 'wrappedNormal', scale },
      logDensity: (z) => sum(logPrior(z), { axes: [1] }),
      fill(out, rng) {
        rng.fillNormal(out, scale);
        for (let from = 0; from < out.length; from += d) {
          const row = out.subarray(from, from + d);
          const length = Math.hypot(...row);
          const shrink = length > 0 ? Math.min(BALL_RADIUS, Math.tanh(length / 2)) / length : 0;
          for (let j = 0; j < d; j++) row[j] *= shrink;
        }
      },
    },
  };
}

/** |z| of each row, [batch, 1], never quite 0. */
const lengths = (z: Tensor): Tensor => sqrt(add(sum(square(z), { axes: [1], keepDims: true }), TINY));

/** A step from the centre, as long as it leads far, onto the ball; shortened to `most`. */
function toBall(step: Tensor, most = Infinity): Tensor {
  const length = lengths(step);
  const far = most < Infinity ? minimum(length, most) : length;
  return mul(step, div(minimum(tanh(mul(far, 0.5)), BALL_RADIUS), length));
}

/**
 * The way back: the step from the centre that leads to a point, as long as the point is far. What lies outside the ball
 * counts as at its rim.
 */
function toTangent(z: Tensor): Tensor {
  const length = lengths(z);
  return mul(z, div(distanceFromCentre(minimum(length, BALL_RADIUS)), length));
}

/** 2 artanh(l) of lengths, [batch, 1]. */
function distanceFromCentre(length: Tensor): Tensor {
  const held = minimum(length, BALL_RADIUS);
  const exact = log(div(add(1, held), sub(1, held)));
  // near 0 a float 1 + l has lost most of l
  const series = mul(mul(held, 2), add(1, mul(square(held), 1 / 3)));
  return where(greater(held, 0.02), exact, series);
}

/** log(sinh(r) / r): how much more room there is at the distance r than on a plane. */
function logStretch(r: Tensor): Tensor {
  const exact = sub(add(r, log(sub(1, exp(mul(r, -2))))), log(mul(r, 2)));
  const series = sub(mul(square(r), 1 / 6), mul(square(square(r)), 1 / 180));
  return where(greater(r, 0.1), exact, series);
}

/** a ⊕ b of points of the ball, [batch, d], kept inside. @see Ungar 2008 */
function moebiusAdd(a: Tensor, b: Tensor): Tensor {
  const along = (x: Tensor, y: Tensor): Tensor => sum(mul(x, y), { axes: [1], keepDims: true });
  const [aa, bb, ab] = [along(a, a), along(b, b), along(a, b)];
  const twice = mul(ab, 2);
  const above = add(mul(add(add(1, twice), bb), a), mul(sub(1, aa), b));
  const z = div(above, add(add(1, twice), mul(aa, bb)));
  const length = lengths(z);
  return mul(z, div(minimum(length, BALL_RADIUS), length));
}
