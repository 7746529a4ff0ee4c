/**
 * Von Mises–Fisher distributions on the unit sphere, q(z|x) ∝ exp(κ μᵀz), against the uniform prior (Davidson et al.
 * 2018). Papers draw from them by rejection and need Bessel functions for their KL; here both come from one quadrature.
 *
 * A point at the angle θ from μ has, with r = sin(θ/2), the density ∝ exp(−2κ r²) r^(d−2) (1 − r²)^((d−3)/2) in r. It is
 * laid out in 128 cells over the r that matter, evenly in arcsin(r / R), where it is smooth in any dimension. Their sum
 * is the normaliser, their mean r² gives the KL, and their running sum, inverted at an even number, a sample: a function
 * of κ through which gradients pass, where a rejection would cut them. The direction away from μ is even.
 */
import {
  add,
  cast,
  clip,
  constant,
  detach,
  div,
  exp,
  greater,
  log,
  logSumExp,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  reshape,
  slice,
  softplus,
  sqrt,
  square,
  sub,
  sum,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { dense } from '../nn/index.ts';
import type { PosteriorFamily } from './posterior.ts';

const CELLS = 128;
/** Standard deviations beyond the mean that the cells reach. */
const REACH = 5;
const LEAST_CONCENTRATION = 0.1;
const MOST_CONCENTRATION = 1e6;

/** @param latentDim  numbers of a code, at least 2: the sphere has one dimension less */
export function sphericalPosterior(latentDim: number): PosteriorFamily {
  const d = latentDim;
  const area = logArea(d - 1);
  return {
    latentDim,
    geometry: { name: 'sphere' },
    // an even number, then normal ones for a direction
    noise: {
      shape: [d + 1],
      fill(out, rng) {
        rng.fillNormal(out);
        for (let i = 0; i < out.length; i += d + 1) out[i] = rng.uniform();
      },
    },
    toDecoder: unit,
    infer(scope, features) {
      const centre = unit(dense(scope.child('direction'), features, d));
      const raw = dense(scope.child('concentration'), features, 1);
      const concentration = clip(add(softplus(raw), LEAST_CONCENTRATION), 0, MOST_CONCENTRATION);
      const { logTotal, shares, squares, radius } = cells(concentration, d);
      return {
        outputs: { mean: centre, concentration },
        kl() {
          // E[κ (cos θ − 1)] − log Z + log of the sphere's share, with cos θ − 1 = −2 r²
          const along = mul(mul(concentration, -2), sum(mul(shares, squares), { axes: [1], keepDims: true }));
          return mean(add(sub(along, logTotal), logEven(d)));
        },
        logDensity(z) {
          const cosine = sum(mul(centre, z), { axes: [1], keepDims: true });
          const row = sub(mul(concentration, sub(cosine, 1)), add(logTotal, area));
          return reshape(row, [-1]);
        },
        sample(noise) {
          const even = slice(noise as Tensor, [0], [1], { axes: [1] });
          const away = slice(noise as Tensor, [1], [d + 1], { axes: [1] });
          const r = mul(radius, inverse(shares, even));
          const rr = square(r);
          const sine = mul(mul(r, 2), sqrt(maximum(sub(1, rr), 1e-7)));
          const inward = sum(mul(away, centre), { axes: [1], keepDims: true });
          const sideways = unit(sub(away, mul(inward, centre)));
          return add(mul(sub(1, mul(rr, 2)), centre), mul(sine, sideways));
        },
      };
    },
    prior: {
      spec: { kind: 'uniformSphere' },
      logDensity: (z) => add(mul(sum(z, { axes: [1] }), 0), -logEven(d) - area),
      fill(out, rng) {
        rng.fillNormal(out);
        for (let from = 0; from < out.length; from += d) {
          const row = out.subarray(from, from + d);
          const length = Math.hypot(...row) || 1;
          for (let j = 0; j < d; j++) row[j] /= length;
        }
      },
    },
  };
}

/** Rows of length 1; [batch, d]. */
export function unit(z: Tensor): Tensor {
  return div(z, sqrt(add(sum(square(z), { axes: [1], keepDims: true }), 1e-12)));
}

/** Evenly spaced numbers φ in [0, π/2], by `at` between the ends of each cell: their sines or cosines. */
const row = (of: (angle: number) => number, at: number): Float32Array =>
  Float32Array.from({ length: CELLS }, (_, k) => of(((k + at) / CELLS) * (Math.PI / 2)));
const asRow = (values: Float32Array): Tensor => constant(values, [1, CELLS]);

/**
 * The density of the angle in cells, of concentrations [batch, 1].
 * @returns log of the integral of exp(κ (cos θ − 1)) sin^(d−2) θ, [batch, 1]; each cell's share and its r², [batch, 128];
 *   the greatest r, [batch, 1]
 */
function cells(concentration: Tensor, d: number) {
  const spread = (Math.sqrt(d - 1) + REACH) / 2;
  // where cells lie is not to be learned
  const radius = detach(minimum(div(spread, sqrt(concentration)), 1));
  const squared = square(radius);
  const [sines, cosines] = [row(Math.sin, 0.5), row(Math.cos, 0.5)];
  const squares = mul(squared, asRow(sines.map((x) => x * x)));
  // 1 − r², without losing what is small
  const rest = add(sub(1, squared), mul(squared, asRow(cosines.map((x) => x * x))));
  const width = Math.PI / 2 / CELLS;
  const fixed = asRow(
    cosines.map((cosine, k) => Math.log(width * cosine) + (d - 2) * Math.log(sines[k]) + (d - 1) * Math.log(2)),
  );
  const logs = add(
    add(mul(mul(concentration, -2), squares), fixed),
    add(mul(log(radius), d - 1), mul(log(rest), (d - 3) / 2)),
  );
  const logTotal = logSumExp(logs, { axes: [1], keepDims: true });
  return { logTotal, shares: exp(sub(logs, logTotal)), squares, radius };
}

/** Where the running sum of the cells' shares comes to an even number, as a share of the greatest r: [batch, 1]. */
function inverse(shares: Tensor, even: Tensor): Tensor {
  const running = Float32Array.from({ length: CELLS * CELLS }, (_, i) => (i % CELLS >= Math.floor(i / CELLS) ? 1 : 0));
  const after = matmul(shares, constant(running, [CELLS, CELLS]));
  const before = sub(after, shares);
  const isHere = mul(flag(even, before), sub(1, flag(even, after)));
  const within = clip(div(sub(even, before), maximum(shares, 1e-12)), 0, 1);
  const [low, high] = [row(Math.sin, 0), row(Math.sin, 1)];
  const place = add(mul(within, asRow(high.map((x, k) => x - low[k]))), asRow(low));
  return sum(mul(isHere, place), { axes: [1], keepDims: true });
}

/** 1 where a is greater than b, else 0. */
const flag = (a: Tensor, b: Tensor): Tensor => cast(greater(a, b), 'float32');

/** log ∫ sin^(d−2) θ dθ from 0 to π. */
export function logEven(d: number): number {
  let value = d % 2 === 0 ? Math.log(Math.PI) : Math.log(2);
  for (let k = d % 2 === 0 ? 4 : 5; k <= d; k += 2) value += Math.log((k - 3) / (k - 2));
  return value;
}

/** log of the area of the unit sphere in n dimensions: 2 in one, 2π in two. */
function logArea(n: number): number {
  let value = n % 2 === 0 ? Math.log(2 * Math.PI) : Math.log(2);
  for (let k = n % 2 === 0 ? 4 : 3; k <= n; k += 2) value += Math.log((2 * Math.PI) / (k - 2));
  return value;
}
