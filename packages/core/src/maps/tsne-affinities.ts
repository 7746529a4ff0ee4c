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
  conditional: Conditional,
): Steps<SparseGraph> {
  const { n, k } = conditional;
  const outgoing: Outgoing = { ...conditional, indices, stride };
  // the edges the other way round, by their ends
  const starts = new Uint32Array(n + 1);
  yield* stretches(n, 0, (from, to) => countIncoming(outgoing, starts, from, to));
  accumulate(starts);
  const incoming: Incoming = { starts, sources: new Uint32Array(n * k), weights: new Float32Array(n * k) };
  const cursor = starts.slice(0, n);
  yield* stretches(n, 0.1, (from, to) => turnRound(outgoing, incoming, cursor, from, to));
  const mark = new Int32Array(n).fill(-1);
  const offsets = new Uint32Array(n + 1);
  yield* stretches(n, 0.4, (from, to) => countEdges(outgoing, incoming, mark, offsets, from, to));
  const graph = { n, offsets, targets: new Uint32Array(offsets[n]), weights: new Float32Array(offsets[n]) };
  mark.fill(-1);
  yield* stretches(n, 0.6, (from, to) => joinEdges(outgoing, incoming, mark, graph, from, to));
  return graph;
}

/** Each row's neighbours with their weights. */
interface Outgoing extends Conditional {
  readonly indices: Uint32Array;
  readonly stride: number;
}

/** Who has a row among their neighbours: sources[starts[i]] … sources[starts[i + 1] − 1]. */
interface Incoming {
  readonly starts: Uint32Array;
  readonly sources: Uint32Array;
  readonly weights: Float32Array;
}

/** Plain functions for the loops: engines are slow to compile those of generators. */
function* stretches(n: number, share: number, work: (from: number, to: number) => void): Steps<void> {
  for (let from = 0; from < n; from += STEP) {
    work(from, Math.min(n, from + STEP));
    yield share + (from / n) * 0.1;
  }
}

/** Counts → sums of all up to each. */
function accumulate(counts: Uint32Array): void {
  for (let i = 1; i < counts.length; i++) counts[i] += counts[i - 1];
}

function countIncoming({ indices, stride, k }: Outgoing, starts: Uint32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    for (let j = 0; j < k; j++) starts[indices[i * stride + j] + 1]++;
  }
}

function turnRound(
  { indices, stride, k, probabilities }: Outgoing,
  { sources, weights }: Incoming,
  cursor: Uint32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    for (let j = 0; j < k; j++) {
      const at = cursor[indices[i * stride + j]]++;
      sources[at] = i;
      weights[at] = probabilities[i * k + j];
    }
  }
}

/** An incoming edge of a neighbour joins the outgoing one. */
function countEdges(
  { indices, stride, k }: Outgoing,
  { starts, sources }: Incoming,
  mark: Int32Array,
  offsets: Uint32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    let degree = k;
    for (let j = 0; j < k; j++) mark[indices[i * stride + j]] = i;
    for (let e = starts[i]; e < starts[i + 1]; e++) if (mark[sources[e]] !== i) degree++;
    offsets[i + 1] = offsets[i] + ((degree + 3) & ~3);
  }
}

function joinEdges(
  { indices, stride, k, probabilities }: Outgoing,
  { starts, sources, weights: theirs }: Incoming,
  mark: Int32Array,
  { offsets, targets, weights }: SparseGraph,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const start = offsets[i];
    let at = start;
    for (let j = 0; j < k; j++) {
      const target = indices[i * stride + j];
      mark[target] = at;
      targets[at] = target;
      weights[at++] = probabilities[i * k + j] / 2;
    }
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      const place = mark[sources[e]];
      if (place >= start) {
        weights[place] += theirs[e] / 2;
      } else {
        targets[at] = sources[e];
        weights[at++] = theirs[e] / 2;
      }
    }
    for (; at < offsets[i + 1]; at++) targets[at] = i;
  }
}

/** The number of pieces that no edge of positive weight joins, in short steps. */
export function* pieceCountSteps(graph: SparseGraph): Steps<number> {
  const { n } = graph;
  const walk: Walk = { seen: new Uint8Array(n), stack: new Uint32Array(n), height: 0, visited: 0 };
  let count = 0;
  for (let start = 0; start < n; start++) {
    if (walk.seen[start]) continue;
    count++;
    walk.seen[start] = 1;
    walk.stack[0] = start;
    for (walk.height = 1; walk.height > 0;) {
      follow(graph, walk);
      yield walk.visited / n;
    }
  }
  return count;
}

interface Walk {
  seen: Uint8Array;
  stack: Uint32Array;
  height: number;
  visited: number;
}

/** Visits some vertices of the stack and puts their neighbours on it. */
function follow({ offsets, targets, weights }: SparseGraph, walk: Walk): void {
  const { seen, stack } = walk;
  let { height } = walk;
  for (let turn = 0; turn < STEP && height > 0; turn++) {
    const i = stack[--height];
    walk.visited++;
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      const j = targets[e];
      if (seen[j] || weights[e] === 0) continue;
      seen[j] = 1;
      stack[height++] = j;
    }
  }
  walk.height = height;
}
