/**
 * The two players of a GAN as functions of a scope: codes → rows, and rows → logits. Both are dense, or convolutional where
 * rows are images (Radford et al. 2016), from the trunks that autoencoders have.
 *
 * A class is given to the generator beside the code, and to the discriminator by projection (Miyato & Koyama 2018): the
 * logit is w·h + (V y)·h for features h and the class y as one-hot numbers.
 */
import { InputError } from '../base/index.ts';
import type { Options, OptionSpec } from '../base/index.ts';
import { add, concat, constant, matmul, mul, reshape, sigmoid, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { dense, glorotUniform, knownDim, minibatchFeatures, packed, spectralScope } from '../nn/index.ts';
import type { GanLoss, Scope } from '../nn/index.ts';
import { decoderTrunk, encoderTrunk, INITIAL } from './networks.ts';
import type { Architecture } from './networks.ts';

/** What is looked at of the two while they learn. */
export interface GanShown {
  /** codes → rows as they are in the data */
  decode(scope: Scope, z: Tensor, classes?: Tensor): Tensor;
  /** rows as they are in the data → how real they are, in [0, 1], [batch] */
  judge(scope: Scope, x: Tensor, classes?: Tensor): Tensor;
  latentDim: number;
  nFeatures: number;
  nClasses: number;
  seed: number;
}

export const GAN_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'loss',
    type: 'choice',
    default: 'nonSaturating',
    choices: ['nonSaturating', 'leastSquares', 'hinge', 'wasserstein'],
    main: true,
    summary: 'What the two play for; wasserstein wants a gradient penalty or spectral normalisation.',
  },
  {
    name: 'penalty',
    type: 'choice',
    default: 'r1',
    choices: ['none', 'r1', 'gradientPenalty'],
    main: true,
    summary:
      'What holds the slope of the discriminator: r1 towards 0 at real rows, gradientPenalty at 1 between real and generated ones.',
  },
  {
    name: 'penaltyWeight',
    type: 'number',
    default: 0,
    min: 0,
    max: 1000,
    summary:
      "Weight of the penalty, of r1 in units of the data's variance. More is steadier and slower; 0 takes 0.05 for vectors, 0.01 for images, and 10 of gradientPenalty.",
  },
  {
    name: 'spectralNorm',
    type: 'boolean',
    default: false,
    summary: "Whether to divide the discriminator's weights by their largest singular value, which bounds its slope.",
  },
  {
    name: 'packing',
    type: 'integer',
    default: 1,
    min: 1,
    max: 16,
    summary: 'Rows that the discriminator judges together; from 2 on it sees when the generator repeats itself.',
  },
  {
    name: 'minibatchDiscrimination',
    type: 'boolean',
    default: false,
    summary: 'Whether the discriminator is told how near the rows of a mini-batch are to each other.',
  },
  {
    name: 'nCritic',
    type: 'integer',
    default: 1,
    min: 1,
    max: 100,
    summary: 'Steps of the discriminator to one of the generator.',
  },
  {
    name: 'averageDecay',
    type: 'number',
    default: 0.999,
    min: 0,
    max: 0.99999,
    summary:
      "Share of the generator's running average kept at each step; the average is what is saved. 0 saves the last.",
  },
  {
    name: 'beta1',
    type: 'number',
    default: 0.5,
    min: 0,
    max: 0.999,
    summary: 'How long Adam remembers gradients; less than usual, since the other player changes them.',
  },
  {
    name: 'beta2',
    type: 'number',
    default: 0.9,
    min: 0,
    max: 0.99999,
    summary: 'How long Adam remembers the size of gradients.',
  },
];

export interface GanNetworks {
  /** codes [batch, latentDim] → rows as they are learned */
  generate(scope: Scope, z: Tensor, condition?: Tensor): Tensor;
  /**
   * rows as they are learned [batch, nFeatures] → logits [batch / packing, 1]
   * @param alone  without a mini-batch about them, to look at places one by one
   */
  discriminate(scope: Scope, x: Tensor, condition?: Tensor, alone?: boolean): Tensor;
}

/** Units of the layer that compares packed rows, of a convolutional discriminator. */
const COMPARING = 128;
/** Learned projections in which rows of a mini-batch are compared. */
const KERNELS = 16;

/** @param outward  what follows the generator's last layer */
export function ganNetworks(options: Options, architecture: Architecture, outward: (y: Tensor) => Tensor): GanNetworks {
  const packing = options.packing as number;
  const convolutional = architecture.kind === 'convolutional';
  return {
    generate(scope, z, condition) {
      const code = condition ? concat([z, condition], 1) : z;
      return outward(decoderTrunk(scope.child('generator'), code, architecture));
    },
    discriminate(scope, x, condition, alone = false) {
      const own = scope.child('discriminator');
      const inner = options.spectralNorm === true ? spectralScope(own) : own;
      // a dense one compares the rows themselves, a convolutional one what its filters make of them
      const judged = { ...architecture, activation: 'leakyRelu' as const };
      let h = encoderTrunk(inner, convolutional ? x : packed(x, packing), judged);
      if (convolutional && packing > 1) {
        h = dense(inner.child('packed'), packed(h, packing), COMPARING, { ...INITIAL, activation: 'leakyRelu' });
      }
      if (options.minibatchDiscrimination === true) h = nearness(inner.child('nearness'), h, alone);
      const logit = dense(inner.child('logit'), h, 1, INITIAL);
      if (!condition) return logit;
      const y = packed(condition, packing);
      const fans = { fanIn: knownDim('discriminate', y, 1), fanOut: knownDim('discriminate', h, 1) };
      const table = inner.child('class').parameter('weight', [fans.fanIn, fans.fanOut], glorotUniform, fans);
      return add(logit, sum(mul(matmul(y, table), h), { axes: 1, keepDims: true }));
    },
  };
}

/** Features with the nearness of the others; alone, with none. */
function nearness(scope: Scope, h: Tensor, alone: boolean): Tensor {
  if (!alone) return minibatchFeatures(scope, h, KERNELS);
  return concat([h, mul(sum(h, { axes: 1, keepDims: true }), constant(new Float32Array(KERNELS), [1, KERNELS]))], 1);
}

/** @throws InputError when options do not go together */
export function checkGan(options: Options, nSamples: number): void {
  const { loss, penalty, spectralNorm, batchSize, packing } = options;
  const bounded = penalty !== 'none' || spectralNorm === true;
  if ((loss as GanLoss) === 'wasserstein' && !bounded) {
    throw new InputError(
      'the wasserstein loss needs a discriminator of bounded slope; try penalty gradientPenalty, or spectralNorm',
      { code: 'option', details: { option: 'penalty' } },
    );
  }
  if ((options.layers as readonly number[]).includes(0)) {
    throw new InputError('layers has a layer of 0 units among others; 0 alone leaves them to the data', {
      code: 'option',
      details: { option: 'layers' },
    });
  }
  const batch = Math.min(batchSize as number, nSamples);
  if (batch % (packing as number) !== 0 || batch < 2) {
    throw new InputError(
      `packing ${packing as number} must divide the mini-batch of ${batch} rows; try batchSize ${Math.max(2, Math.floor(batch / (packing as number))) * (packing as number)}`,
      { code: 'option', details: { option: 'packing' } },
    );
  }
}

/** Logits as numbers from 0 (made) to 1 (real). */
export const asProbability = (logit: Tensor): Tensor => reshape(sigmoid(logit), [-1]);
