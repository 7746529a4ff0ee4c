/**
 * An encoder for a generator that is learned already (Donahue et al. 2017 learn both at once; here the generator is left
 * as it is). From codes drawn from the prior it learns to tell the code of what is generated, and from rows to give
 * codes that bring the row back: mean (E(G(z)) − z)² over latents plus mean (G(E(x)) − x)² over features, the latter in
 * shares of the rows' variance.
 */
import { random } from '../base/index.ts';
import { add, concat, div, mean, square, sub } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { constantScope, cosineDecay, dense, trainer } from '../nn/index.ts';
import type { Parameter, Scope, Trainer } from '../nn/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { readLearnRows } from './learn-rows.ts';
import type { LearnRows } from './learn-rows.ts';
import type { Condition } from './condition.ts';
import type { GanNetworks } from './gan-networks.ts';
import { encoderTrunk, INITIAL } from './networks.ts';
import type { Architecture } from './networks.ts';

const LEARNING_RATE = 1e-3;
const VARIANCE_ROWS = 1000;

export interface InverterOptions {
  networks: GanNetworks;
  /** of the generator */
  parameters: readonly Parameter[];
  architecture: Architecture;
  rows: LearnRows;
  condition?: Condition;
  latentDim: number;
  steps: number;
  batchSize: number;
  seed: number;
}

/** Rows as they are learned → codes. */
export function invert(
  scope: Scope,
  x: Tensor,
  architecture: Architecture,
  latentDim: number,
  condition?: Tensor,
): Tensor {
  const inner = scope.child('encoder');
  const h = encoderTrunk(inner, x, { ...architecture, activation: 'leakyRelu' });
  return dense(inner.child('code'), condition ? concat([h, condition], 1) : h, latentDim, INITIAL);
}

/** The learning of it, as a stepper; mini-batches are made as they are needed. */
export function inverterTrainer(runtime: Runtime, options: InverterOptions): Promise<Trainer> {
  const { networks, parameters, architecture, rows, condition, latentDim, steps, seed } = options;
  const { nFeatures, nSamples } = rows.rows;
  const batchSize = Math.min(options.batchSize, nSamples);
  const fixed = constantScope(parameters);
  const variance = meanVariance(rows);
  const indices = new Uint32Array(batchSize);
  const beside = condition ? [condition.input, { ...condition.input, name: 'drawn' }] : [];
  return trainer(runtime, {
    inputs: [{ name: 'x', shape: [nFeatures] }, { name: 'z', shape: [latentDim] }, ...beside],
    model(scope, { x, z, drawn, ...rest }) {
      const classes = condition && rest[condition.input.name];
      const found = invert(scope, networks.generate(fixed, z, drawn), architecture, latentDim, drawn);
      const latent = mean(square(sub(found, z)));
      const back = networks.generate(fixed, invert(scope, x, architecture, latentDim, classes), classes);
      const row = div(mean(square(sub(back, x))), variance);
      return { loss: add(latent, row), latent, row };
    },
    fill(_, { x, z, drawn, ...rest }, rng) {
      rng.fillNormal(z);
      for (let i = 0; i < indices.length; i++) indices[i] = rng.below(nSamples);
      const taken = indices.subarray(0, z.length / latentDim);
      readLearnRows(rows, taken, x);
      if (!condition) return;
      condition.fill(taken, rest[condition.input.name]);
      condition.fill(taken, drawn);
    },
    nSamples: steps * batchSize,
    epochs: 1,
    batchSize,
    learningRate: LEARNING_RATE,
    schedule: cosineDecay(),
    seed,
  });
}

/** The mean variance of a feature, of rows as they are learned, from at most a thousand of them. */
export function meanVariance(rows: LearnRows): number {
  const { nSamples, nFeatures } = rows.rows;
  const n = Math.min(nSamples, VARIANCE_ROWS);
  const rng = random(0);
  const chosen = Uint32Array.from({ length: n }, (_, i) => (n === nSamples ? i : rng.below(nSamples)));
  const x = new Float32Array(n * nFeatures);
  readLearnRows(rows, chosen, x);
  let total = 0;
  for (let j = 0; j < nFeatures; j++) {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const value = x[i * nFeatures + j];
      sum += value;
      squares += value * value;
    }
    total += squares / n - (sum / n) ** 2;
  }
  return Math.max(total / nFeatures, 1e-6);
}
