/**
 * Layers, as plain functions: a scope for the parameters, the tensor that goes in, sizes. Names of parameters are
 * PyTorch's (`weight`, `bias`).
 */
import { InputError } from '../base/index.ts';
import {
  conv2d,
  convTranspose2d,
  elu,
  formatShape,
  gelu,
  gemm,
  layerNorm,
  leakyRelu,
  relu,
  reshape,
  sigmoid,
  silu,
  softplus,
  tanh,
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

export interface ConvOptions extends LayerOptions {
  kernel?: number;
  stride?: number;
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

/**
 * activation(x ∗ W + b), "same" padding: x [batch, n, h, w] → [batch, channels, ⌈h / stride⌉, ⌈w / stride⌉],
 * W [channels, n, kernel, kernel]; the kernel is odd.
 */
export function conv(
  scope: Scope,
  x: Tensor,
  channels: number,
  { kernel = 3, stride = 1, activation = 'linear', weights = fanInUniform, biases = fanInUniform }: ConvOptions = {},
): Tensor {
  const n = knownDim('conv', x, 1);
  const fans = { fanIn: n * kernel * kernel, fanOut: (channels * kernel * kernel) / (stride * stride) };
  const weight = scope.parameter('weight', [channels, n, kernel, kernel], weights, fans);
  const bias = scope.parameter('bias', [channels], biases, fans);
  return activate(conv2d(x, weight, bias, { strides: stride, pads: (kernel - 1) / 2 }), activation);
}

/**
 * The way back from `conv`: x [batch, n, h, w] → [batch, channels, ...size], where ⌈size / stride⌉ is [h, w];
 * W [n, channels, kernel, kernel].
 */
export function convTranspose(
  scope: Scope,
  x: Tensor,
  channels: number,
  size: readonly [number, number],
  { kernel = 3, stride = 1, activation = 'linear', weights = fanInUniform, biases = fanInUniform }: ConvOptions = {},
): Tensor {
  const n = knownDim('convTranspose', x, 1);
  // each output pixel is reached by one in stride² of the taps
  const fans = { fanIn: (n * kernel * kernel) / (stride * stride), fanOut: channels * kernel * kernel };
  const weight = scope.parameter('weight', [n, channels, kernel, kernel], weights, fans);
  const bias = scope.parameter('bias', [channels], biases, fans);
  const extra = size.map((to, i) => to - ((knownDim('convTranspose', x, 2 + i) - 1) * stride + 1)) as [number, number];
  const options = { strides: stride, pads: (kernel - 1) / 2, outputPadding: extra };
  return activate(convTranspose2d(x, weight, bias, options), activation);
}

/** (x − mean) / √(variance + ε) over the last axis, × weight + bias. @see Ba et al. 2016 */
export function normalized(scope: Scope, x: Tensor, { epsilon = 1e-5 } = {}): Tensor {
  const n = knownDim('normalized', x, x.shape.length - 1);
  const fans = { fanIn: n, fanOut: n };
  const weight = scope.parameter('weight', [n], filled(1), fans);
  return layerNorm(x, weight, scope.parameter('bias', [n], zeros, fans), { epsilon });
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
