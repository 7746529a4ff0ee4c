/**
 * The VampPrior (variational mixture of posteriors, Tomczak & Welling 2018): the mixture, of even weights, of the
 * posteriors that the encoder gives to *pseudo-inputs*, rows that are learned. In the paper they are learned with the
 * model; here afterwards, by a fixed encoder, so that codes stay as they are: from rows of the data they climb
 *
 *     mean over rows of log 1/K Σ_k q(z | u_k),     z ~ q(z | x)
 *
 * which is the part of the bound that a prior has a say in. Those of the epoch that is best for held-out codes are kept.
 */
import { random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import {
  add,
  broadcastLike,
  clip,
  compile,
  constant,
  expand,
  logSumExp,
  mean,
  mul,
  reshape,
  sub,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { constantScope, normalLogDensity, trainer, zeros } from '../nn/index.ts';
import type { Parameter, Scope } from '../nn/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { MixturePriorSpec } from './mixture-prior.ts';

export interface PseudoInputs {
  /** where they begin, rows as they are in the data, [K, nFeatures] */
  readonly rows: Matrix;
  /** the length of a step along each feature, for features of different scales; 1 when left out */
  readonly scale?: Float32Array;
  /** whether values stay in [0, 1], as those of images do */
  readonly bounded: boolean;
  /** posteriors of rows that were learned from */
  readonly codes: { readonly means: Matrix; readonly logVars: Matrix };
  /** of the model, which stays as it is */
  readonly parameters: readonly Parameter[];
  /** rows → mean and log variance, [K, latentDim] each */
  encode(scope: Scope, x: Tensor): Readonly<Record<string, Tensor>>;
  readonly seed: number;
}

const ITERATIONS = 300;
const LEARNING_RATE = 0.02;
const HELD_OUT = 0.1;
const PATIENCE = 3;
const MOST_CODES = 5000;
/** numbers in a table of codes × pseudo-inputs × latents */
const MOST_NUMBERS = 2 ** 20;

/** @param tick  awaited after each step */
export async function vampPrior(
  given: PseudoInputs,
  runtime: Runtime,
  tick: () => Promise<void>,
): Promise<MixturePriorSpec> {
  const { rows, scale, bounded, codes, parameters, encode, seed } = given;
  const [count, nFeatures, latentDim] = [rows.rows, rows.cols, codes.means.cols];
  const fixed = constantScope(parameters);
  const start = constant(rows.data, [count, nFeatures]);
  /** the posteriors of the pseudo-inputs, [1, K, latentDim] each */
  const posteriors = (scope: Scope): [Tensor, Tensor] => {
    const shift = scope.parameter('shift', [count, nFeatures], zeros, { fanIn: nFeatures, fanOut: nFeatures });
    const moved = add(start, scale ? mul(shift, constant(scale, [1, nFeatures])) : shift);
    const outputs = encode(fixed, bounded ? clip(moved, 0, 1) : moved);
    return [outputs.mean, outputs.logVar].map((t) => reshape(t, [1, count, latentDim])) as [Tensor, Tensor];
  };
  const order = random(seed).shuffle(Uint32Array.from({ length: codes.means.rows }, (_, i) => i));
  const chosen = order.subarray(0, MOST_CODES);
  const batchSize = Math.max(16, Math.min(256, Math.floor(MOST_NUMBERS / (count * latentDim))));
  const training = await trainer(runtime, {
    model(scope, { z }) {
      const [means, logVars] = posteriors(scope);
      const all = expand(reshape(z, [z.shape[0], 1, latentDim]), [z.shape[0], count, latentDim]);
      const each = normalLogDensity(all, broadcastLike(means, all), broadcastLike(logVars, all)); // [batch, K]
      return { loss: sub(Math.log(count), mean(logSumExp(each, { axes: [1] }))) };
    },
    inputs: [{ name: 'z', shape: [latentDim] }],
    fill(indices, { z }, rng) {
      rng.fillNormal(z);
      indices.forEach((index, i) => {
        const at = chosen[index] * latentDim;
        for (let j = 0; j < latentDim; j++) {
          const deviation = Math.exp(codes.logVars.data[at + j] / 2);
          z[i * latentDim + j] = codes.means.data[at + j] + deviation * z[i * latentDim + j];
        }
      });
    },
    nSamples: chosen.length,
    batchSize: Math.min(batchSize, chosen.length),
    epochs: Math.max(1, Math.ceil((ITERATIONS * batchSize) / chosen.length)),
    learningRate: LEARNING_RATE,
    // fewer than ten codes: nothing to hold out
    ...(chosen.length >= 10 && { validationShare: HELD_OUT, patience: PATIENCE }),
    seed,
  });
  try {
    while (training.done < training.total) {
      await training.step();
      await tick();
    }
    const { parameters: learned } = await training.result();
    return await specOf(learned);
  } finally {
    await training.dispose();
  }

  async function specOf(learned: readonly Parameter[]): Promise<MixturePriorSpec> {
    const [means, logVars] = await valuesOf(posteriors(constantScope(learned)), runtime);
    const table = (data: Float32Array): number[][] =>
      Array.from({ length: count }, (_, k) => Array.from(data.subarray(k * latentDim, (k + 1) * latentDim)));
    return {
      kind: 'vamp',
      weights: Array.from({ length: count }, () => 1 / count),
      means: table(means),
      deviations: table(logVars.map((value) => Math.exp(value / 2))),
    };
  }
}

/** What tensors without inputs are. */
async function valuesOf([means, logVars]: readonly [Tensor, Tensor], runtime: Runtime): Promise<Float32Array[]> {
  const executable = await compile(runtime, { means, logVars });
  try {
    const outputs = await executable.run({});
    return [outputs.means.data as Float32Array, outputs.logVars.data as Float32Array];
  } finally {
    await executable.dispose();
  }
}
