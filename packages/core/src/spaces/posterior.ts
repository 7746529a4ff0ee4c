/**
 * What an encoder says of a row: a distribution q(z|x) over codes, or one code. A kind of posterior is a value, and the
 * engine (variational.ts) and its regularisers know no particular one: what is curved or quantised plugs in here.
 */
import type { Random } from '../base/index.ts';
import { clip, mul } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { dense, gaussianKl, normalLogDensity, sampleLatent } from '../nn/index.ts';
import type { Parameter, Scope } from '../nn/index.ts';
import type { GeometrySpec } from './geometry.ts';
import type { PriorSpec } from './prior.ts';

/** q(z|x) of the rows of a mini-batch. Densities are in nats. */
export interface Posterior {
  /** what encoder.onnx gives, by name; the code first, [batch, latentDim]: a mean, a mode, or the code itself */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** a code of each row, [batch, latentDim], through which gradients pass; `noise` is [batch, ...noise.shape] */
  sample(noise?: Tensor): Tensor;
  /** KL from the prior, a scalar, mean over rows; `z` is the sample, for those who have no closed form */
  kl?(z: Tensor): Tensor;
  /** log q(z|x) of each row, [batch] */
  logDensity?(z: Tensor): Tensor;
  /** means and log variances, [batch, latentDim] each, of a normal one with a diagonal covariance */
  readonly normal?: { readonly mean: Tensor; readonly logVar: Tensor };
  /** what the posterior itself adds to the loss, and figures of it: a codebook's, for instance */
  readonly terms?: Terms;
}

/** What is added to a loss, and the scalars it is made of, by the names under which they are told. */
export interface Terms {
  readonly loss?: Tensor;
  readonly parts: Readonly<Record<string, Tensor>>;
}

/** A kind of posterior and the prior that belongs to it. */
export interface PosteriorFamily {
  readonly latentDim: number;
  /** what a sample is made of: fed anew for each row of each mini-batch; none where nothing is random */
  readonly noise?: { readonly shape: readonly number[]; fill(out: Float32Array, rng: Random): void };
  /** codes → what the decoder sees of them, points of the space whatever the codes; the codes as they are when left out */
  toDecoder?(z: Tensor): Tensor;
  /** features [batch, m] → q(z|x) */
  infer(scope: Scope, features: Tensor): Posterior;
  readonly prior?: {
    readonly spec: PriorSpec;
    /** log p(z) of each row, [batch] */
    logDensity(z: Tensor): Tensor;
    /** rows of codes from the prior */
    fill(out: Float32Array, rng: Random): void;
  };
  /** the prior of a space whose posterior has none of its own, from what was learned */
  priorOf?(parameters: readonly Parameter[], codes: { readonly data: Float32Array; readonly rows: number }): PriorSpec;
  /** whether posteriors are normal, so that a VampPrior can be made of them */
  readonly isNormal?: boolean;
  /** of the codes; Euclidean when left out */
  readonly geometry?: GeometrySpec;
  /** what to say of what was learned, a sentence each */
  warn?(figures: Readonly<Record<string, number>>): string[];
}

/** exp of more would be of no use as a variance, and spoil a float */
const LOG_VARIANCE = 20;

export const clipLogVar = (logVar: Tensor): Tensor => clip(logVar, -LOG_VARIANCE, LOG_VARIANCE);

/** N(mean, diag exp(logVar)) with the prior N(0, I). @see Kingma & Welling 2014 */
export function normalPosterior(latentDim: number): PosteriorFamily {
  return {
    latentDim,
    isNormal: true,
    noise: { shape: [latentDim], fill: (out, rng) => void rng.fillNormal(out) },
    infer(scope, features) {
      const logVar = dense(scope.child('logVar'), features, latentDim);
      const normal = { mean: dense(scope.child('mean'), features, latentDim), logVar: clipLogVar(logVar) };
      return {
        outputs: normal,
        normal,
        sample: (noise) => sampleLatent(normal.mean, normal.logVar, noise as Tensor),
        kl: () => gaussianKl(normal.mean, normal.logVar).kl,
        logDensity: (z) => normalLogDensity(z, normal.mean, normal.logVar),
      };
    },
    prior: {
      spec: { kind: 'standardNormal' },
      logDensity: (z) => normalLogDensity(z, mul(z, 0), mul(z, 0)),
      fill: (out, rng) => void rng.fillNormal(out),
    },
  };
}

/** One code for a row, linear in the features or through `activation`: an autoencoder's. */
export function pointPosterior(latentDim: number, activation: (z: Tensor) => Tensor = (z) => z): PosteriorFamily {
  return {
    latentDim,
    infer(scope, features) {
      const z = activation(dense(scope.child('code'), features, latentDim));
      return { outputs: { z }, sample: () => z };
    },
  };
}

/** A point posterior that is to fill N(0, I): what a WAE makes its codes look like. */
export function aimedPosterior(latentDim: number): PosteriorFamily {
  return { ...pointPosterior(latentDim), prior: normalPosterior(latentDim).prior };
}
