/** Regularisers of autoencoders, over what the engine shows them (`View` of variational.ts). */
import { abs, add, cast, detach, gather, mean, mul, neg, reshape, softplus, square, sub, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import {
  covarianceGap,
  dense,
  frozenScope,
  jacobianNorm,
  klParts,
  maximumMeanDiscrepancy,
  neighborGap,
  sparsityGap,
} from '../nn/index.ts';
import type { Scope } from '../nn/index.ts';
import type { LearnRows } from './learn-rows.ts';
import { readLearnRows } from './learn-rows.ts';
import { INITIAL } from './networks.ts';
import type { Regulariser, View } from './variational.ts';
import type { Weight } from './weights.ts';

/**
 * β · KL(q(z|x) ‖ p(z)); with a capacity C, β · |KL − C|, which lets the codes hold C nats.
 * @see Higgins et al. 2017; Burgess et al. 2018 (capacity)
 */
export function klTerm(beta: Weight, capacity?: Weight): Regulariser {
  return {
    weights: capacity === undefined ? [beta] : [beta, capacity],
    terms({ posterior, z, weight }) {
      const kl = posterior.kl!(z);
      const beyond = capacity === undefined ? kl : abs(sub(kl, weight(capacity)));
      return { loss: mul(beyond, weight(beta)), parts: { kl } };
    },
  };
}

/** The KL with its total correlation weighed by β instead of 1. @see Chen et al. 2018 (β-TCVAE) */
export function correlationTerm(beta: Weight): Regulariser {
  return {
    weights: [beta],
    terms({ posterior, z, nRows, weight }) {
      const { mean, logVar } = normalOf(posterior);
      const { mutualInformation, totalCorrelation: tc, dimensionKl } = klParts(z, mean, logVar, nRows);
      const loss = add(add(mutualInformation, mul(tc, weight(beta))), dimensionKl);
      return { loss, parts: { kl: posterior.kl!(z), mutualInformation, tc, dimensionKl } };
    },
  };
}

/** The codes' covariance drawn to the identity. @see Kumar et al. 2018 (DIP-VAE) */
export function covarianceTerm(kind: 'I' | 'II', offDiagonalWeight: number, diagonalWeight: number): Regulariser {
  return {
    terms({ posterior }) {
      const { mean, logVar } = normalOf(posterior);
      const { offDiagonal, diagonal } = covarianceGap(mean, kind === 'II' ? logVar : undefined);
      const loss = add(mul(offDiagonal, offDiagonalWeight), mul(diagonal, diagonalWeight));
      return { loss, parts: { offDiagonal, diagonal } };
    },
  };
}

/** The codes of a mini-batch as a whole drawn to a sample of the prior. @see Tolstikhin et al. 2018; Zhao et al. 2019 */
export function discrepancyTerm(latentDim: number, weight: number, fillPrior: PriorFill): Regulariser {
  return {
    inputs: [{ name: 'prior', shape: [latentDim] }],
    fill: (_, { prior }, rng) => fillPrior(prior, rng),
    terms({ z, batch }) {
      const mmd = maximumMeanDiscrepancy(z, batch.prior);
      return { loss: mul(mmd, weight), parts: { mmd } };
    },
  };
}

type PriorFill = NonNullable<View['family']['prior']>['fill'];

/**
 * The total correlation as a critic sees it, which learns to tell codes from codes whose latents were shuffled among the
 * rows: its logit is an estimate of log q(z) / Π q(z_j). Both learn in the same step: neither's loss moves the other's
 * parameters, and what the critic minimises does not show in the loss that is told.
 * @see Kim & Mnih 2018 (FactorVAE)
 */
export function criticTerm(latentDim: number, gamma: number, layers: readonly number[]): Regulariser {
  const judge = (scope: Scope, z: Tensor): Tensor => {
    const inner = scope.child('critic');
    const options = { ...INITIAL, activation: 'leakyRelu' as const };
    const h = layers.reduce((h, units, i) => dense(inner.child(String(i)), h, units, options), z);
    return dense(inner.child('out'), h, 1);
  };
  return {
    inputs: [{ name: 'shuffled', shape: [latentDim] }],
    // for each latent the rows in another order, as places in the codes laid out in a line
    fill(indices, { shuffled }, rng) {
      const n = indices.length;
      const order = Uint32Array.from({ length: n }, (_, i) => i);
      for (let j = 0; j < latentDim; j++) {
        rng.shuffle(order);
        for (let i = 0; i < n; i++) shuffled[i * latentDim + j] = order[i] * latentDim + j;
      }
    },
    terms({ scope, z, batch }) {
      const fixed = detach(z);
      const apart = gather(reshape(fixed, [-1]), cast(batch.shuffled, 'int64'));
      const [real, mixed] = [judge(scope, fixed), judge(scope, apart)];
      const critic = mul(add(mean(softplus(neg(real))), mean(softplus(mixed))), 0.5);
      const tc = mean(judge(frozenScope(scope), z));
      return { loss: add(mul(tc, gamma), sub(critic, detach(critic))), parts: { tc, critic } };
    },
  };
}

/** Half the codes' squared length, mean over rows. @see Ghosh et al. 2020 (RAE) */
export function lengthTerm(weight: number): Regulariser {
  return {
    terms({ z }) {
      const codeLength = mul(mean(sum(square(z), { axes: [1] })), 0.5);
      return { loss: mul(codeLength, weight), parts: { codeLength } };
    },
  };
}

/** Half the sum of the decoder's squared weights. @see Ghosh et al. 2020 (RAE-L2) */
export function decoderWeightTerm(weight: number): Regulariser {
  return {
    terms({ decoderWeights }) {
      const sums = decoderWeights.map((each) => sum(square(each)));
      const decoderSize = mul(
        sums.reduce((a, b) => add(a, b)),
        0.5,
      );
      return { loss: mul(decoderSize, weight), parts: { decoderSize } };
    },
  };
}

/** ‖∂x̂/∂z‖², by which decoded rows change slowly with the code. @see Ghosh et al. 2020 (RAE-GP) */
export function decoderSlopeTerm(nFeatures: number, weight: number): Regulariser {
  return {
    inputs: [{ name: 'direction', shape: [nFeatures] }],
    fill: (_, { direction }, rng) => void rng.fillNormal(direction),
    terms({ z, decode, batch }) {
      const decoderSlope = jacobianNorm(decode(z), z, batch.direction);
      return { loss: mul(decoderSlope, weight), parts: { decoderSlope } };
    },
  };
}

/** ‖∂z/∂x‖², by which codes change slowly with the row. @see Rifai et al. 2011 (contractive autoencoder) */
export function encoderSlopeTerm(latentDim: number, weight: number): Regulariser {
  return {
    inputs: [{ name: 'codeDirection', shape: [latentDim] }],
    fill: (_, { codeDirection }, rng) => void rng.fillNormal(codeDirection),
    terms({ x, infer, batch }) {
      // from the rows as they are, should the encoder have seen them corrupted
      const [code] = Object.values(infer(x).outputs);
      const encoderSlope = jacobianNorm(code, x, batch.codeDirection);
      return { loss: mul(encoderSlope, weight), parts: { encoderSlope } };
    },
  };
}

/** Units of the code that are on for a small share of rows. @see Ng 2011 */
export function sparsityTerm(share: number, weight: number): Regulariser {
  return {
    terms({ z }) {
      const sparsity = sparsityGap(z, share);
      return { loss: mul(sparsity, weight), parts: { sparsity, activation: mean(z) } };
    },
  };
}

/**
 * Codes of neighbours near each other: of each row one of its nearest is drawn anew in each mini-batch.
 * @param neighbors  the rows' neighbours, `nNeighbors` each, in rows' order; a row itself where it has fewer
 * @see Belkin & Niyogi 2003, the graph penalty
 */
export function neighborTerm(rows: LearnRows, neighbors: Uint32Array, nNeighbors: number, weight: number): Regulariser {
  return {
    inputs: [{ name: 'neighbor', shape: [rows.rows.nFeatures] }],
    fill(indices, { neighbor }, rng) {
      const chosen = Uint32Array.from(indices, (row) => neighbors[row * nNeighbors + rng.below(nNeighbors)]);
      readLearnRows(rows, chosen, neighbor);
    },
    terms({ posterior, infer, batch }) {
      const [code] = Object.values(posterior.outputs);
      const [near] = Object.values(infer(batch.neighbor).outputs);
      const neighbors = neighborGap(code, near);
      return { loss: mul(neighbors, weight), parts: { neighbors } };
    },
  };
}

function normalOf({ normal }: View['posterior']): { mean: Tensor; logVar: Tensor } {
  if (!normal) throw new Error('this regulariser needs a normal posterior');
  return normal;
}
