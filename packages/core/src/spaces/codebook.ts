/**
 * Codes from a codebook (VQ-VAE, van den Oord, Vinyals & Kavukcuoglu 2017): a code is cut into parts, and each part is
 * replaced by the nearest vector of one codebook. Gradients pass the replacement as if it were not there; a commitment
 * keeps the encoder near the vectors.
 *
 * The codebook follows what the encoder gives, as the paper's loss has it or, faster, as running means of the parts that
 * chose each vector. A vector that hardly any part chooses would stay so for ever: it is put where some row's part lies
 * (Dhariwal et al. 2020), and so is every vector in the first mini-batch.
 */
import {
  add,
  argMax,
  cast,
  constant,
  detach,
  div,
  equal,
  exp,
  gather,
  gemm,
  greater,
  log,
  maximum,
  mean,
  mul,
  neg,
  reshape,
  square,
  sub,
  sum,
  where,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { dense, glorotNormal, squaredDistances, zeros } from '../nn/index.ts';
import type { Parameter, Scope } from '../nn/index.ts';
import type { Posterior, PosteriorFamily } from './posterior.ts';
import type { PriorSpec } from './prior.ts';

export interface CodebookOptions {
  readonly latentDim: number;
  /** numbers in a part; divides latentDim */
  readonly codeDim: number;
  readonly nCodes: number;
  /** weight of the squared distance of the encoder's parts from their vectors, sum over the code, mean over rows */
  readonly commitment: number;
  /** running means, or the paper's loss on the vectors */
  readonly update: 'average' | 'loss';
  /** of the running means and of how often vectors are chosen, the share kept in each mini-batch */
  readonly decay: number;
}

/** A vector chosen less often than this share of what it would be were all chosen alike is put elsewhere. */
const DEAD_SHARE = 0.1;

export function codebookPosterior(options: CodebookOptions): PosteriorFamily {
  const { latentDim, codeDim, nCodes } = options;
  return {
    latentDim,
    infer: (scope, features) => quantised(scope, features, options),
    priorOf: (parameters, codes) => frequencies(parameters, codes, latentDim / codeDim),
    warn({ perplexity, deadCodes }) {
      const used = Math.round(nCodes - deadCodes);
      if (deadCodes < nCodes / 4 && perplexity >= nCodes / 10) return [];
      return [
        `${used} of the ${nCodes} codes of the codebook are in use, evenly used they would be ${perplexity.toPrecision(3)}; ` +
          'those that died were put back where rows lie, again and again; try fewer codes, or more epochs',
      ];
    },
  };
}

function quantised(scope: Scope, features: Tensor, options: CodebookOptions): Posterior {
  const { latentDim, codeDim, nCodes, commitment: weight, update } = options;
  const h = dense(scope.child('code'), features, latentDim);
  const book = scope.child('codebook');
  const fans = { fanIn: codeDim, fanOut: codeDim };
  const vectors = book.parameter('vectors', [nCodes, codeDim], glorotNormal, fans);
  // the share of parts that choose each vector, of late; nothing yet, so that all are put where rows lie
  const shares = book.parameter('shares', [nCodes], zeros, fans);
  const parts = reshape(h, [-1, codeDim]); // [batch · parts, codeDim]
  const fixed = detach(vectors);
  const chosen = argMax(neg(squaredDistances(detach(parts), fixed)), 1);
  const z = reshape(gather(fixed, chosen), h.shape);

  // [batch · parts, nCodes], 1 where chosen
  const ids = constant(
    Float32Array.from({ length: nCodes }, (_, i) => i),
    [1, nCodes],
  );
  const hits = cast(equal(reshape(cast(chosen, 'float32'), [parts.shape[0], 1]), ids), 'float32');
  const now = mean(hits, { axes: [0] });
  follow(book, { parts: detach(parts), hits, now, vectors, shares }, options);

  const gap = (a: Tensor, b: Tensor): Tensor => mean(sum(square(sub(a, b)), { axes: [1] }));
  const commitment = gap(h, z);
  const own = update === 'loss' ? gap(detach(h), reshape(gather(vectors, chosen), h.shape)) : undefined;
  const pull = mul(commitment, weight);
  const entropy = neg(sum(mul(now, log(maximum(now, 1e-20)))));
  return {
    outputs: { z, codes: reshape(cast(chosen, 'float32'), [h.shape[0], latentDim / codeDim]) },
    sample: () => add(h, detach(sub(z, h))),
    terms: {
      loss: own ? add(pull, own) : pull,
      parts: { commitment, perplexity: exp(entropy), deadCodes: sum(cast(isDead(shares, nCodes), 'float32')) },
    },
  };
}

const isDead = (shares: Tensor, nCodes: number): Tensor => greater(constant(DEAD_SHARE / nCodes), shares);

/** What becomes of the codebook with each mini-batch. */
function follow(
  book: Scope,
  { parts, hits, now, vectors, shares }: Record<'parts' | 'hits' | 'now' | 'vectors' | 'shares', Tensor>,
  { codeDim, nCodes, update, decay }: CodebookOptions,
): void {
  const kept = add(mul(shares, decay), mul(now, 1 - decay));
  const dead = isDead(kept, nCodes);
  book.change('shares', () => where(dead, 1 / nCodes, kept));
  book.change('vectors', (next) => {
    const count = parts.shape[0] as number;
    const places = BigInt64Array.from({ length: nCodes }, (_, i) => BigInt(i % count));
    const elsewhere = gather(parts, constant(places));
    const column = (t: Tensor): Tensor => reshape(t, [nCodes, 1]);
    let moved = next;
    if (update === 'average') {
      const sums = div(gemm(hits, parts, undefined, { transposeA: true }), count);
      const weighed = add(mul(vectors, column(mul(shares, decay))), mul(sums, 1 - decay));
      moved = div(weighed, maximum(column(kept), 1e-12));
    }
    return where(reshape(dead, [nCodes, 1]), elsewhere, reshape(moved, [nCodes, codeDim]));
  });
}

/** How often each vector stands at each part of the rows' codes. */
function frequencies(
  parameters: readonly Parameter[],
  { data, rows }: { readonly data: Float32Array; readonly rows: number },
  nParts: number,
): PriorSpec {
  const { value, shape } = parameters.find(({ name }) => name.endsWith('codebook.vectors'))!;
  const [nCodes, codeDim] = shape;
  const codebook = Array.from({ length: nCodes }, (_, c) => Array.from(value.subarray(c * codeDim, (c + 1) * codeDim)));
  const counts = Array.from({ length: nParts }, () => Array.from({ length: nCodes }, () => 0));
  for (let i = 0; i < rows * nParts; i++) {
    let best = 0;
    let least = Infinity;
    for (let c = 0; c < nCodes; c++) {
      let gap = 0;
      for (let j = 0; j < codeDim; j++) gap += (data[i * codeDim + j] - codebook[c][j]) ** 2;
      if (gap < least) [best, least] = [c, gap];
    }
    counts[i % nParts][best] += 1 / rows;
  }
  return { kind: 'codebook', codebook, frequencies: counts };
}
