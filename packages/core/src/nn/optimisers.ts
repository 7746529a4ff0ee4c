/**
 * Optimisers as fragments of the training graph. Each is an init/update pair of pure functions: zeros for its slots,
 * and a graph from (parameter, gradient, slots, factors) to the next ones. What changes from iteration to iteration (learning rate,
 * bias corrections) is worked out in double precision outside and fed as a few scalars, the *factors*.
 *
 * An element-wise operation is a pass over memory, so Adam is arranged to need eight passes instead of thirteen:
 * within a period of eight iterations the moments are left un-decayed and new gradients are weighted up instead,
 *
 *     V ← V + (g β₂^(−(r+1)/2))²      M ← M + g β₁^(−(r+1))      p ← p − η M / √V,     r = iteration mod 8
 *
 * where the first weight is a factor on the gradient of the loss and costs nothing, and η holds learning rate, bias
 * corrections and the weights' inverse. Once a call, at its start, the moments are decayed by β⁸ if a period begins and by 1 if
 * not, so the result does not depend on how many mini-batches are one call. ε enters under the root, √(v̂ + ε²)
 * instead of √v̂ + ε, as a floor that is added at each decay; the two differ by less than ε.
 * @see Kingma & Ba 2015; Loshchilov & Hutter 2019 (AdamW); Sutskever et al. 2013 (momentum)
 */
import { InputError } from '../base/index.ts';
import { add, div, mul, sqrt, sub } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';

/** Mini-batches in one call must divide this. */
export const PERIOD = 8;

/** The factors of one iteration as graph scalars, by name. */
export type Factors = Readonly<Record<string, Tensor>>;

export interface Optimiser {
  readonly name: string;
  /** what is kept beside each parameter, in its shape, zeros at first */
  readonly slots: readonly string[];
  /** the names of the factors, in the order in which `factors` gives them */
  readonly factorNames: readonly string[];
  /**
   * The factors of an iteration, counted from 0. A learning rate of 0 leaves the parameters as they are.
   * `gradientScale`, the first, is what the gradients given to `update` have been multiplied by.
   */
  factors(iteration: number, learningRate: number): number[];
  /** what is done to the slots of a parameter at the start of a call of several iterations */
  begin(slots: readonly Tensor[], factors: Factors): readonly Tensor[];
  update(
    parameter: Tensor,
    gradient: Tensor,
    slots: readonly Tensor[],
    factors: Factors,
  ): { parameter: Tensor; slots: readonly Tensor[] };
}

/**
 * Stochastic gradient descent: b ← momentum · b + g; p ← p − learningRate · b, as in PyTorch.
 * @throws InputError unless 0 ≤ momentum < 1
 */
export function sgd({ momentum = 0 } = {}): Optimiser {
  checkShare('sgd', 'momentum', momentum);
  return {
    name: 'sgd',
    slots: momentum > 0 ? ['momentum'] : [],
    factorNames: ['gradientScale', 'stepSize'],
    factors: (_iteration, learningRate) => [1, learningRate],
    begin: (slots) => slots,
    update(parameter, gradient, [velocity], { stepSize }) {
      const next = momentum > 0 ? add(mul(velocity, momentum), gradient) : gradient;
      return { parameter: sub(parameter, mul(next, stepSize)), slots: momentum > 0 ? [next] : [] };
    },
  };
}

export interface AdamOptions {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
}

/** @throws InputError unless the betas are in [0, 1) and epsilon > 0 */
export function adam(options: AdamOptions = {}): Optimiser {
  return adaptive('adam', options, 0);
}

/** Adam with decoupled weight decay: p ← p · (1 − learningRate · weightDecay) before the step. */
export function adamw({ weightDecay = 0.01, ...options }: AdamOptions & { weightDecay?: number } = {}): Optimiser {
  return adaptive('adamw', options, weightDecay);
}

function adaptive(
  name: string,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions,
  weightDecay: number,
): Optimiser {
  checkShare(name, 'beta1', beta1);
  checkShare(name, 'beta2', beta2);
  if (!(epsilon > 0)) throw new InputError(`${name}: epsilon is ${epsilon}, expected a number above 0`);
  // β = 0 would have infinite weights; so small a β is the same to single precision
  const b1 = Math.max(beta1, 1e-3);
  const b2 = Math.max(beta2, 1e-3);
  const floor = (epsilon * epsilon * (1 - b2 ** PERIOD)) / (1 - b2);
  return {
    name,
    slots: ['mean', 'square'],
    factorNames: ['gradientScale', 'meanWeight', 'stepSize', 'keep', 'meanDecay', 'squareDecay', 'squareFloor'],
    factors(iteration, learningRate) {
      const r = iteration % PERIOD;
      const t = iteration + 1;
      const begins = r === 0;
      const mean = ((1 - b1) * b1 ** (r + 1)) / (1 - b1 ** t);
      const square = ((1 - b2) * b2 ** (r + 1)) / (1 - b2 ** t);
      return [
        b2 ** (-(r + 1) / 2),
        b1 ** -(r + 1) * b2 ** ((r + 1) / 2),
        (learningRate * mean) / Math.sqrt(square),
        1 - learningRate * weightDecay,
        begins ? b1 ** PERIOD : 1,
        begins ? b2 ** PERIOD : 1,
        begins ? floor : 0,
      ];
    },
    begin([m, v], { meanDecay, squareDecay, squareFloor }) {
      return [mul(m, meanDecay), add(mul(v, squareDecay), squareFloor)];
    },
    update(parameter, gradient, [m, v], { meanWeight, stepSize, keep }) {
      const square = add(v, mul(gradient, gradient));
      const mean = add(m, mul(gradient, meanWeight));
      const kept = weightDecay > 0 ? mul(parameter, keep) : parameter;
      return { parameter: sub(kept, mul(div(mean, sqrt(square)), stepSize)), slots: [mean, square] };
    },
  };
}

function checkShare(what: string, option: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw new InputError(`${what}: ${option} is ${value}, expected 0 ≤ ${option} < 1`);
}
