/**
 * Layers, as plain functions: a scope for the parameters, the tensor that goes in, sizes. Names of parameters are
 * PyTorch's (`weight`, `bias`).
 */
import { InputError } from '../base/index.ts';
import {
  add,
  div,
  elu,
  formatShape,
  gelu,
  gemm,
  leakyRelu,
  mean,
  mul,
  relu,
  reshape,
  sigmoid,
  silu,
  softplus,
  sqrt,
  sub,
  tanh,
  variance,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { fanInUniform, filled, zeros } from './initialisers.ts';
import type { Initialiser } from './initialisers.ts';
import type { Scope } from './scope.ts';

export type Activation = 'linear' | 'relu' | 'leakyRelu' | 'elu' | 'gelu' | 'silu' | 'tanh' | 'sigmoid' | 'softplus';

const ACTIVATIONS: Record<Activation, (x: Tensor) => Tensor> = {
  linear: (x) => x,
  relu,
  leakyRelu: (x) => leakyRelu(x),
  elu: (x) => elu(x),
  gelu,
  silu,
  tanh,
  sigmoid,
  softplus,
};

export function activate(x: Tensor, activation: Activation): Tensor {
  return ACTIVATIONS[activation](x);
}

export interface LayerOptions {
  activation?: Activation;
  weights?: Initialiser;
  biases?: Initialiser;
}

/** activation(x W + b); x [batch, n] → [batch, units], W [n, units]. */
export function dense(
  scope: Scope,
  x: Tensor,
  units: number,
  { activation = 'linear', weights = fanInUniform, biases = fanInUniform }: LayerOptions = {},
): Tensor {
  const n = knownDim('dense', x, 1);
  const fans = { fanIn: n, fanOut: units };
  const weight = scope.parameter('weight', [n, units], weights, fans);
  const bias = scope.parameter('bias', [units], biases, fans);
  return activate(gemm(x, weight, bias), activation);
}

/** (x − mean) / √(variance + ε) over the last axis, × weight + bias. @see Ba et al. 2016 */
export function normalized(scope: Scope, x: Tensor, { epsilon = 1e-5 } = {}): Tensor {
  const axis = x.shape.length - 1;
  const n = knownDim('normalized', x, axis);
  const fans = { fanIn: n, fanOut: n };
  const over = { axes: [axis], keepDims: true };
  const centred = sub(x, mean(x, over));
  const unit = div(centred, sqrt(add(variance(x, over), epsilon)));
  return add(mul(unit, scope.parameter('weight', [n], filled(1), fans)), scope.parameter('bias', [n], zeros, fans));
}

/** [batch, …] → [batch, the product of the rest]. */
export function flatten(x: Tensor): Tensor {
  return reshape(x, [x.shape[0], -1]);
}

export function knownDim(what: string, x: Tensor, axis: number): number {
  const dim = x.shape[axis];
  if (typeof dim === 'number') return dim;
  throw new InputError(`${what}: got ${formatShape(x.shape)}, expected a known size along axis ${axis}`);
}
