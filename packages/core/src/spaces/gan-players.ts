/** What the two players of a GAN minimise, and what their mini-batches are made of. */
import type { Options } from '../base/index.ts';
import type { Medium } from '../data/index.ts';
import { add, detach, mul } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { adam, discriminatorLoss, generatorLoss, gradientPenalty, sgd, zeroCenteredPenalty } from '../nn/index.ts';
import type { AdversarialOptions, BatchInput, GanLoss, LossParts, Scope, Scopes } from '../nn/index.ts';
import { CONDITION } from './condition.ts';
import type { Condition } from './condition.ts';
import { scheduleOf } from './drive-training.ts';
import type { GanNetworks } from './gan-networks.ts';
import { meanVariance } from './gan-inverter.ts';
import { readLearnRows } from './learn-rows.ts';
import type { LearnRows } from './learn-rows.ts';
import type { Architecture } from './networks.ts';

/** Everything that is settled before learning. */
export interface Gan {
  readonly options: Options;
  readonly rows: LearnRows;
  readonly architecture: Architecture;
  readonly condition?: Condition;
  readonly networks: GanNetworks;
}

/** Losses and mini-batches of the two. */
export function players({ options, rows, architecture, condition, networks }: Gan): AdversarialOptions {
  const { medium } = architecture;
  // R1 in units of the data's spread, so that one weight does for few features and for many
  const spread = rows.rows.nFeatures * meanVariance(rows);
  const loss = options.loss as GanLoss;
  const weight = options.penaltyWeight as number;
  const latentDim = options.latentDim as number;
  const { nFeatures, nSamples } = rows.rows;
  const { generate, discriminate } = networks;
  const z: BatchInput = { name: 'z', shape: [latentDim] };
  const classes = condition ? [condition.input] : [];
  const betweenRows = options.penalty === 'gradientPenalty';
  const joined = ({ generator, discriminator }: Scopes): Scope => asOne(generator, discriminator);
  const common = {
    learningRate: options.learningRate as number,
    clipNorm: (options.clipNorm as number) || Infinity,
    optimiser:
      options.optimizer === 'sgd'
        ? sgd({ momentum: 0.9 })
        : adam({ beta1: options.beta1 as number, beta2: options.beta2 as number }),
  };
  return {
    generator: {
      ...common,
      inputs: [z, ...classes],
      loss(scopes, batch) {
        const scope = joined(scopes);
        const y = batch[CONDITION] as Tensor | undefined;
        return { loss: generatorLoss(loss, discriminate(scope, generate(scope, batch.z, y), y)) };
      },
    },
    discriminator: {
      ...common,
      inputs: [
        { name: 'x', shape: [nFeatures] },
        z,
        ...classes,
        ...(betweenRows ? [{ name: 'share', shape: [1] }] : []),
      ],
      loss(scopes, batch): LossParts {
        const scope = joined(scopes);
        const y = batch[CONDITION] as Tensor | undefined;
        const fake = detach(generate(scope, batch.z, y));
        const critic = (x: Tensor): Tensor => discriminate(scope, x, y);
        const [real, made] = [critic(batch.x), critic(fake)];
        const total = discriminatorLoss(loss, real, made);
        if (options.penalty === 'none') return { loss: total };
        const penalty = betweenRows
          ? gradientPenalty(critic, batch.x, fake, batch.share)
          : mul(zeroCenteredPenalty(critic, batch.x), spread);
        return { loss: add(total, mul(penalty, weight)), penalty };
      },
    },
    nSamples,
    fill(_, indices, buffers, rng) {
      rng.fillNormal(buffers.z);
      if (buffers.x) readLearnRows(rows, indices, buffers.x);
      if (buffers.share) rng.fillUniform(buffers.share);
      condition?.fill(indices, buffers[CONDITION]);
    },
    epochs: options.epochs as number,
    batchSize: options.batchSize as number,
    nCritic: options.nCritic as number,
    advice: advice(options, medium),
    averageDecay: options.averageDecay as number,
    schedule: scheduleOf(options.schedule as string),
    seed: options.seed as number,
  };
}

/** The rate of the recipe for such data; of `learningRate` 0. */
export const usualRate = ({ kind }: Medium): number => (kind === 'image' ? 1e-3 : 4e-3);

/** What to change when the two have run away from each other. */
function advice({ learningRate, clipNorm, penalty, spectralNorm }: Options, medium: Medium): string {
  const rate = learningRate as number;
  const lower = rate > 2 * usualRate(medium) ? usualRate(medium) : Number((rate / 10).toPrecision(2));
  const ways = [
    ...(clipNorm === 0 ? ['clipNorm 1'] : []),
    ...(penalty === 'none' && spectralNorm !== true ? ['penalty r1'] : []),
  ];
  return `try ${[`learningRate ${lower} instead of ${rate}`, ...ways].join(', or ')}`;
}

/** Two players' scopes as children of one, which is how the networks ask for them. */
function asOne(generator: Scope, discriminator: Scope): Scope {
  const of = (name: string): Scope => (name === 'generator' ? generator : discriminator);
  return {
    child: of,
    parameter: (name, ...rest) => of(name).parameter(name, ...rest),
    change: (name, change) => of(name).change(name, change),
  };
}
