/**
 * Who is pulled to whom in t-SNE, and how strongly: Gaussians around each row, as wide as makes the entropy of its
 * neighbours the log of the perplexity (Hinton & Roweis 2002), made symmetric (van der Maaten & Hinton 2008). With
 * several perplexities the Gaussians are averaged, so that near and far structure both have a say (multiscale: Lee et
 * al. 2015, as averaged in Kobak & Berens 2019).
 */
import { finish } from '../base/index.ts';
import type { Steps } from '../base/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { SparseGraph } from '../linalg/index.ts';
import type { Neighbors } from '../neighbors/index.ts';
import { log } from './portable-math.ts';

/** Rows in a chunk of the kernel. */
const ROWS = 256;
/** Rows that are in the kernels' memory at once. */
const BLOCK = 65536;
/** Rows in a step of the graph. */
const STEP = 4096;

export interface Conditional {
  readonly n: number;
  readonly k: number;
  /** [n, k], of row i's neighbours in their order; rows sum to 1 */
  readonly probabilities: Float32Array;
  /** [n], 1 / (2σ²) for the last perplexity; 0 where all neighbours are equally far */
  readonly betas: Float64Array;
}

/**
 * p(j | i), the Gaussian weights of the k nearest neighbours.
 * @param perplexities  each at least 1 and below k
 */
export async function conditionalProbabilities(
  { distances, nNeighbors }: Neighbors,
  perplexities: readonly number[],
  { k = nNeighbors, kernels = singleThread(), signal }: KernelJob<never> & { k?: number } = {},
): Promise<Conditional> {
  const n = distances.length / nNeighbors;
  const probabilities = new Float32Array(n * k);
  const betas = new Float64Array(n);
  const space = await kernels.open('tsne');
  try {
    const block = Math.min(n, BLOCK);
    // what is beyond the end is read, not used
    const near = space.float32(block * nNeighbors + 4);
    const out = space.float32(block * nNeighbors + 4);
    const widths = space.float64(block);
    // a perplexity of k asks for equal weights, which no width gives exactly
    const logs = space.float64(perplexities.map((perplexity) => Math.min(log(perplexity), log(k) - 1e-4)));
    for (let from = 0; from < n; from += block) {
      const m = Math.min(block, n - from);
      near.view.set(distances.subarray(from * nNeighbors, (from + m) * nNeighbors));
      const args = [near, m, k, nNeighbors, logs, perplexities.length, out, widths];
      await space.parallel('affinities', Math.ceil(m / ROWS), args, { signal });
      const rows = out.view;
      if (k === nNeighbors) probabilities.set(rows.subarray(0, m * k), from * k);
      else {
        for (let i = 0; i < m; i++) {
          probabilities.set(rows.subarray(i * nNeighbors, i * nNeighbors + k), (from + i) * k);
        }
      }
      betas.set(widths.view.subarray(0, m), from);
    }
    return { n, k, probabilities, betas };
  } finally {
    space.close();
  }
}

/**
 * The symmetric graph of pᵢⱼ · n = (p(j|i) + p(i|j)) / 2, whose weights sum to n. Rows are filled up by loops of weight
 * 0 to multiples of four edges, for the kernels.
 * @param indices  [n, stride], of which the first k of each row are used
 */
export function symmetricGraph(indices: Uint32Array, stride: number, conditional: Conditional): SparseGraph {
  return finish(symmetricGraphSteps(indices, stride, conditional));
}

/** As `symmetricGraph`, in short steps. */
export function* symmetricGraphSteps(
  indices: Uint32Array,
  stride: number,
  { n, k, probabilities }: Conditional,
): Steps<SparseGraph> {
  // the edges the other way round, by their ends
  const incoming = new Uint32Array(n + 1);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) incoming[indices[i * stride + j] + 1]++;
    if (i % STEP === 0) yield (i / n) * 0.1;
  }
  for (let i = 0; i < n; i++) incoming[i + 1] += incoming[i];
  const sources = new Uint32Array(n * k);
  const theirs = new Float32Array(n * k);
  const cursor = incoming.slice(0, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      const at = cursor[indices[i * stride + j]]++;
      sources[at] = i;
      theirs[at] = probabilities[i * k + j];
    }
    if (i % STEP === 0) yield 0.1 + (i / n) * 0.3;
  }
  // an incoming edge of a neighbour joins the outgoing one
  const mark = new Int32Array(n).fill(-1);
  const offsets = new Uint32Array(n + 1);
  for (let i = 0; i < n; i++) {
    let degree = k;
    for (let j = 0; j < k; j++) mark[indices[i * stride + j]] = i;
    for (let e = incoming[i]; e < incoming[i + 1]; e++) if (mark[sources[e]] !== i) degree++;
    offsets[i + 1] = offsets[i] + ((degree + 3) & ~3);
    if (i % STEP === 0) yield 0.4 + (i / n) * 0.2;
  }
  const targets = new Uint32Array(offsets[n]);
  const weights = new Float32Array(offsets[n]);
  mark.fill(-1);
  for (let i = 0; i < n; i++) {
    const start = offsets[i];
    let at = start;
    for (let j = 0; j < k; j++) {
      const target = indices[i * stride + j];
      mark[target] = at;
      targets[at] = target;
      weights[at++] = probabilities[i * k + j] / 2;
    }
    for (let e = incoming[i]; e < incoming[i + 1]; e++) {
      const place = mark[sources[e]];
      if (place >= start) {
        weights[place] += theirs[e] / 2;
      } else {
        targets[at] = sources[e];
        weights[at++] = theirs[e] / 2;
      }
    }
    for (; at < offsets[i + 1]; at++) targets[at] = i;
    if (i % STEP === 0) yield 0.6 + (i / n) * 0.4;
  }
  return { n, offsets, targets, weights };
}

/** The number of pieces that no edge of positive weight joins, in short steps. */
export function* pieceCountSteps({ n, offsets, targets, weights }: SparseGraph): Steps<number> {
  const seen = new Uint8Array(n);
  const stack = new Uint32Array(n);
  let count = 0;
  let visited = 0;
  for (let start = 0; start < n; start++) {
    if (seen[start]) continue;
    count++;
    seen[start] = 1;
    stack[0] = start;
    for (let height = 1; height > 0;) {
      const i = stack[--height];
      for (let e = offsets[i]; e < offsets[i + 1]; e++) {
        const j = targets[e];
        if (seen[j] || weights[e] === 0) continue;
        seen[j] = 1;
        stack[height++] = j;
      }
      if (++visited % STEP === 0) yield visited / n;
    }
  }
  return count;
}
