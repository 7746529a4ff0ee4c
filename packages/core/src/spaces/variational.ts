/**
 * Autoencoders by composition: encoder → posterior → sample → decoder → likelihood, and a list of regularisers. A
 * method is a choice of parts (a `Design`); what is minimised is
 *
 *     reconstruction + Σ weight · regulariser                            (mean over the rows of a mini-batch)
 *
 * or, with several importance samples, the negative of the IWAE bound (Burda et al. 2016). Weights may change while
 * learning (schedules); every part is told by its name.
 */
import { InputError } from '../base/index.ts';
import type { Options, Random } from '../base/index.ts';
import type { Dataset } from '../data/index.ts';
import { add, concat, expand, logSumExp, mean, mul, reshape, sub } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { BatchInput, LossParts, Scope } from '../nn/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { conditioning } from './condition.ts';
import { fitNetwork } from './fit-network.ts';
import type { Network } from './fit-network.ts';
import type { FittedSpace, LearnJob } from './latent-space.ts';
import { readLearnRows } from './learn-rows.ts';
import type { LearnRows } from './learn-rows.ts';
import type { Likelihood } from './likelihood.ts';
import { architectureOf, decoderTrunk, encoderTrunk, restore, standardise } from './networks.ts';
import type { Posterior, PosteriorFamily, Terms } from './posterior.ts';
import { weightOf } from './weights.ts';
import type { Weight } from './weights.ts';

/** What a regulariser sees of a mini-batch. */
export interface View {
  readonly scope: Scope;
  /** rows as they are learned, and their codes' posterior and sample */
  readonly x: Tensor;
  readonly posterior: Posterior;
  readonly z: Tensor;
  readonly family: PosteriorFamily;
  /** the number of rows that are learned from */
  readonly nRows: number;
  /** the posterior of other rows, by the same encoder */
  infer(x: Tensor): Posterior;
  /** codes → rows as they are learned */
  decode(z: Tensor): Tensor;
  /** the weights of the decoder's layers, without biases */
  readonly decoderWeights: readonly Tensor[];
  /** a number that may change while learning */
  weight(weight: Weight): Tensor | number;
  /** the regulariser's own inputs, and all others */
  readonly batch: Readonly<Record<string, Tensor>>;
}

/** Adds to the loss. It is asked for its inputs once, and for its terms in each graph that is built. */
export interface Regulariser {
  readonly inputs?: readonly BatchInput[];
  /** the weights it asks for */
  readonly weights?: readonly Weight[];
  /** writes its inputs for these rows */
  fill?(indices: Uint32Array, buffers: Record<string, Float32Array>, rng: Random): void;
  terms(view: View): Terms;
}

/** A method of the family, for certain data. */
export interface Design {
  readonly method: string;
  readonly posterior: PosteriorFamily;
  readonly likelihood: Likelihood;
  readonly regularisers?: readonly Regulariser[];
  /** more than one: the IWAE bound, with the weight of the KL in place of the regularisers */
  readonly importance?: { readonly samples: number; readonly beta: Weight };
  /** what the encoder sees in place of the rows, while learning */
  readonly corrupt?: (x: Float32Array, rng: Random) => void;
}

/** Learns a space of this design; `options` hold those of networks.ts and fit-network.ts. */
export async function fitDesign(
  design: Design,
  options: Options,
  rows: LearnRows,
  dataset: Dataset,
  runtime: Runtime,
  job?: LearnJob,
): Promise<FittedSpace> {
  if (options.prior === 'vamp' && !design.posterior.isNormal) {
    throw new InputError(`${design.method} gives a row one code and no posterior; a VampPrior needs one, try mixture`, {
      code: 'option',
      details: { option: 'prior' },
    });
  }
  return fitNetwork(networkOf(design, options, rows, dataset), options, rows, dataset, runtime, job);
}

/** The network of a design: its loss, what a mini-batch is made of, and the two halves that are saved. */
export function networkOf(design: Design, options: Options, rows: LearnRows, dataset: Dataset): Network {
  const { method, posterior: family, likelihood, regularisers = [], importance, corrupt } = design;
  const { nFeatures, nSamples } = dataset.rows;
  const architecture = architectureOf(options, dataset.medium, nFeatures);
  const condition = conditioning(options, dataset);
  const samples = importance?.samples ?? 1;
  const { noise } = family;
  const weights = [...regularisers.flatMap((each) => each.weights ?? []), ...(importance ? [importance.beta] : [])];
  const scheduled = weights.map(weightOf).flatMap((each) => each ?? []);

  const featuresOf = (scope: Scope, x: Tensor, classes?: Tensor): Tensor => {
    const whole = classes && architecture.kind === 'dense' ? concat([x, classes], 1) : x;
    const features = encoderTrunk(scope.child('encoder'), whole, architecture);
    return classes && architecture.kind !== 'dense' ? concat([features, classes], 1) : features;
  };
  const infer = (scope: Scope, x: Tensor, classes?: Tensor): Posterior =>
    family.infer(scope.child('encoder'), featuresOf(scope, x, classes));
  /** before the last activation */
  const decoded = (scope: Scope, z: Tensor, classes?: Tensor): Tensor => {
    const code = family.toDecoder?.(z) ?? z;
    return decoderTrunk(scope.child('decoder'), classes ? concat([code, classes], 1) : code, architecture);
  };

  return {
    method,
    inputs: [
      { name: 'x', shape: [nFeatures] },
      ...(corrupt ? [{ name: 'corrupted', shape: [nFeatures] }] : []),
      ...(noise ? [{ name: 'epsilon', shape: samples > 1 ? [samples, ...noise.shape] : noise.shape }] : []),
      ...(condition ? [condition.input] : []),
      ...regularisers.flatMap((each) => each.inputs ?? []),
      ...scheduled.map((each) => each.input),
    ],
    model(scope, batch) {
      const { x, corrupted = x, epsilon, condition: classes } = batch;
      const decoderWeights: Tensor[] = [];
      const weight = (given: Weight): Tensor | number => weightOf(given)?.read(batch) ?? (given as number);
      if (importance && samples > 1) {
        const features = repeated(featuresOf(scope, corrupted, classes), samples);
        return importanceBound(
          { x, epsilon, posterior: family.infer(scope.child('encoder'), features), family, likelihood, samples },
          weight(importance.beta),
          (z) => decoded(scope, z, classes && repeated(classes, samples)),
        );
      }
      const posterior = infer(scope, corrupted, classes);
      const z = posterior.sample(epsilon);
      const reconstruction = likelihood.total(decoded(noting(scope, decoderWeights), z, classes), x);
      const view: View = {
        scope,
        x,
        posterior,
        z,
        family,
        nRows: nSamples - Math.round(nSamples * (options.validationShare as number)),
        infer: (other) => infer(scope, other, classes),
        decode: (code) => likelihood.mean(decoded(scope, code, classes)),
        decoderWeights,
        weight,
        batch,
      };
      const terms = [posterior.terms, ...regularisers.map((each) => each.terms(view))].filter((each) => !!each);
      const loss = terms.reduce((sum, { loss }) => (loss ? add(sum, loss) : sum), reconstruction);
      return Object.assign({ loss, reconstruction }, ...terms.map(({ parts }) => parts)) as LossParts;
    },
    fill(indices, buffers, rng, training, progress) {
      readLearnRows(rows, indices, buffers.x);
      if (buffers.corrupted) {
        buffers.corrupted.set(buffers.x);
        if (training) corrupt?.(buffers.corrupted, rng);
      }
      if (noise) noise.fill(buffers.epsilon, rng);
      condition?.fill(indices, buffers.condition);
      for (const each of regularisers) each.fill?.(indices, buffers, rng);
      for (const each of scheduled) each.fill(buffers, progress);
    },
    encode: (scope, x, classes) => infer(scope, standardise(x, rows.scaler), classes).outputs,
    decode: (scope, z, classes) => restore(likelihood.mean(decoded(scope, z, classes)), rows.scaler),
    ...(family.prior && { prior: family.prior.spec }),
    ...(family.priorOf && { priorOf: family.priorOf.bind(family) }),
    ...(family.geometry && { geometry: family.geometry }),
    ...(family.warn && { warn: family.warn.bind(family) }),
    ...(condition && { condition }),
  };
}

/**
 * −log of the mean over importance samples of p(x|z) (p(z) / q(z|x))^β, nats, mean over rows; with β = 1 a bound of
 * −log p(x) that is the tighter the more samples there are. Told beside it: the means of its two sides.
 * @see Burda, Grosse & Salakhutdinov 2016
 */
function importanceBound(
  given: {
    /** [batch, nFeatures] */
    x: Tensor;
    /** [batch, samples, ...] */
    epsilon: Tensor;
    /** of each row as often as it has samples, [batch · samples, ...], as are all codes below */
    posterior: Posterior;
    family: PosteriorFamily;
    likelihood: Likelihood;
    samples: number;
  },
  beta: Tensor | number,
  decode: (z: Tensor) => Tensor,
): LossParts {
  const { x, epsilon, posterior, family, likelihood, samples } = given;
  const { prior } = family;
  if (!posterior.logDensity || !prior) {
    throw new InputError('importance samples need a posterior and a prior with densities', { code: 'option' });
  }
  const [batch, n] = x.shape;
  const z = posterior.sample(reshape(epsilon, [-1, ...epsilon.shape.slice(2)]));
  const rows = expand(reshape(x, [batch, 1, n]), [batch, samples, n]);
  const errors = likelihood.rows(reshape(decode(z), rows.shape), rows); // [batch, samples]
  const gaps = reshape(sub(posterior.logDensity(z), prior.logDensity(z)), [batch, samples]);
  const weights = sub(mul(errors, -1), mul(gaps, beta)); // log
  const loss = sub(Math.log(samples), mean(logSumExp(weights, { axes: [1] })));
  return { loss, reconstruction: mean(errors), kl: mean(gaps) };
}

/** The scope, which notes the weights that are asked of it. */
function noting(scope: Scope, weights: Tensor[]): Scope {
  return {
    parameter(name, ...rest) {
      const tensor = scope.parameter(name, ...rest);
      if (name === 'weight') weights.push(tensor);
      return tensor;
    },
    change: (name, change) => scope.change(name, change),
    child: (name) => noting(scope.child(name), weights),
  };
}

/** Each row so many times, one after another: [batch, n] → [batch · times, n]. */
function repeated(x: Tensor, times: number): Tensor {
  const [batch, n] = x.shape;
  return reshape(expand(reshape(x, [batch, 1, n]), [batch, times, n]), [-1, n]);
}
