/**
 * The two halves of a network that learns a space: rows → features, and codes → rows before their last activation.
 * Either may be dense, or convolutional where rows are images: 3 × 3 windows at stride 2, mirrored on the way back.
 */
import type { Options, OptionSpec } from '../base/index.ts';
import { InputError } from '../base/index.ts';
import type { Medium } from '../data/index.ts';
import { add, constant, div, mul, reshape, sub, transpose } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { conv, convTranspose, dense, flatten, heUniform, zeros } from '../nn/index.ts';
import type { Activation, Scope } from '../nn/index.ts';

import type { Scaler } from './learn-rows.ts';

/** Weights that keep the variance of activations behind a rectifier: see docs/decisions/0004-training-loop.md. */
export const INITIAL = { weights: heUniform, biases: zeros };

export interface Architecture {
  readonly kind: 'dense' | 'convolutional';
  /** units of the hidden dense layers, from the rows inwards */
  readonly layers: readonly number[];
  /** channels of the convolutions, from the rows inwards */
  readonly channels: readonly number[];
  readonly activation: Activation;
  readonly medium: Medium;
  readonly nFeatures: number;
}

export const ARCHITECTURE_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'architecture',
    type: 'choice',
    default: 'dense',
    choices: ['dense', 'convolutional'],
    summary: 'Dense layers, or, for images, convolutions: fewer parameters, sharper, slower.',
  },
  {
    name: 'layers',
    type: 'integers',
    default: [512, 128, 64],
    min: 1,
    max: 65536,
    summary: 'Units of the hidden layers of a dense encoder; the decoder mirrors them. More can learn finer detail.',
  },
  {
    name: 'channels',
    type: 'integers',
    default: [32, 64],
    min: 1,
    max: 4096,
    summary: 'Channels of the convolutions of a convolutional encoder, each of which halves the image.',
  },
  {
    name: 'activation',
    type: 'choice',
    default: 'relu',
    choices: ['relu', 'leakyRelu', 'elu', 'gelu', 'silu', 'tanh', 'sigmoid', 'softplus'],
    summary: 'What follows each hidden layer.',
  },
];

/** @throws InputError when convolutions are asked for and the rows are no images, or too few layers are given */
export function architectureOf(options: Options, medium: Medium, nFeatures: number): Architecture {
  const kind = options.architecture as Architecture['kind'];
  const channels = options.channels as readonly number[];
  if (kind === 'convolutional' && medium.kind !== 'image') {
    throw new InputError('convolutions need images, and these rows are vectors; try architecture dense', {
      code: 'option',
      details: { option: 'architecture' },
    });
  }
  if (kind === 'convolutional' && channels.length === 0) {
    throw new InputError('a convolutional architecture needs channels, got none; try 32,64', {
      code: 'option',
      details: { option: 'channels' },
    });
  }
  const layers = options.layers as readonly number[];
  return { kind, layers, channels, activation: options.activation as Activation, medium, nFeatures };
}

/** Rows [batch, nFeatures] → features [batch, m]. */
export function encoderTrunk(scope: Scope, x: Tensor, architecture: Architecture): Tensor {
  return flatten(encoderLayers(scope, x, architecture).at(-1) ?? x);
}

/** What the hidden layers give one after another: [batch, units], or [batch, channels, height, width]. */
export function encoderLayers(
  scope: Scope,
  x: Tensor,
  { kind, layers, channels, activation, medium }: Architecture,
): Tensor[] {
  const options = { ...INITIAL, activation };
  const given: Tensor[] = [];
  if (kind === 'dense' || medium.kind !== 'image') {
    layers.forEach((units, i) => given.push(dense(scope.child(String(i)), given.at(-1) ?? x, units, options)));
    return given;
  }
  const image = toChannelsFirst(x, medium);
  channels.forEach((n, i) =>
    given.push(conv(scope.child(String(i)), given.at(-1) ?? image, n, { ...options, stride: 2 })),
  );
  return given;
}

/** Codes [batch, latentDim] → rows [batch, nFeatures] before their last activation. */
export function decoderTrunk(scope: Scope, z: Tensor, architecture: Architecture): Tensor {
  const { kind, layers, channels, activation, medium, nFeatures } = architecture;
  const options = { ...INITIAL, activation };
  if (kind === 'dense' || medium.kind !== 'image') {
    const h = [...layers].reverse().reduce((h, units, i) => dense(scope.child(String(i)), h, units, options), z);
    return dense(scope.child('out'), h, nFeatures, INITIAL);
  }
  // sizes of the image on the way in: [h, w], halved, halved again, …
  const sizes = channels.reduce<[number, number][]>(
    (known, _, i) => [...known, known[i].map((side) => Math.ceil(side / 2)) as [number, number]],
    [[medium.height, medium.width]],
  );
  const depth = channels.length;
  const [height, width] = sizes[depth];
  const seed = dense(scope.child('0'), z, channels[depth - 1] * height * width, options);
  let h = reshape(seed, [z.shape[0], channels[depth - 1], height, width]);
  for (let i = depth - 1; i >= 0; i--) {
    const last = i === 0;
    const to = last ? medium.channels : channels[i - 1];
    const own = last ? INITIAL : options;
    h = convTranspose(scope.child(last ? 'out' : String(depth - i)), h, to, sizes[i], { ...own, stride: 2 });
  }
  return toRows(h, medium.channels);
}

/** Rows as they are in the data → as they are learned. */
export function standardise(x: Tensor, scaler?: Scaler): Tensor {
  return scaler ? div(sub(x, asRow(scaler.mean)), asRow(scaler.scale)) : x;
}

/** The way back. */
export function restore(x: Tensor, scaler?: Scaler): Tensor {
  return scaler ? add(mul(x, asRow(scaler.scale)), asRow(scaler.mean)) : x;
}

function asRow(values: Float32Array): Tensor {
  return constant(values, [1, values.length]);
}

/** [batch, h · w · c] → [batch, c, h, w]. */
function toChannelsFirst(x: Tensor, { height, width, channels }: Medium & { kind: 'image' }): Tensor {
  if (channels === 1) return reshape(x, [x.shape[0], 1, height, width]);
  return transpose(reshape(x, [x.shape[0], height, width, channels]), [0, 3, 1, 2]);
}

function toRows(x: Tensor, channels: number): Tensor {
  return flatten(channels === 1 ? x : transpose(x, [0, 2, 3, 1]));
}
