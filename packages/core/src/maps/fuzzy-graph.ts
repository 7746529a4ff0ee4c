/**
 * The fuzzy simplicial set of UMAP: from each point's nearest neighbours to one weighted graph (McInnes, Healy &
 * Melville 2018, algorithms 2 and 3), and its meeting with labels where there are some.
 */
import type { Workspace } from '../kernels/index.ts';
import type { SparseGraph } from '../linalg/index.ts';
import type { Neighbors } from '../neighbors/index.ts';
import { exp, log2 } from './portable-math.ts';

/** Rows in a chunk, as in assembly/umap.ts. */
const ROWS = 256;

export interface Strengths {
  /** [n, k], in (0, 1] */
  readonly strengths: Float32Array;
  /** [n]: distance within which all is connected */
  readonly rhos: Float32Array;
  /** [n]: scale at which strength falls beyond it */
  readonly sigmas: Float32Array;
}

/**
 * How strongly each point is tied to its neighbours: smooth kNN distances.
 * @param neighbors  without the points themselves, nearest first
 * @param nNeighbors  the effective number of neighbours, the point itself among them: the strengths add up to its log₂
 * @param space  with the module `umap`
 */
export async function smoothKnn(
  { indices, distances, nNeighbors: k }: Neighbors,
  {
    nNeighbors = k + 1,
    localConnectivity = 1,
    space,
    signal,
    meanDistance = meanOf(distances, k),
  }: {
    nNeighbors?: number;
    localConnectivity?: number;
    space: Workspace;
    signal?: AbortSignal;
    meanDistance?: number;
  },
): Promise<Strengths> {
  const n = indices.length / k;
  const from = space.float32(distances.length + 4);
  from.view.set(distances);
  const [rhos, sigmas, strengths] = [space.float32(n), space.float32(n), space.float32(n * k)];
  await space.parallel(
    'smoothKnn',
    Math.ceil(n / ROWS),
    [from, n, k, log2(nNeighbors), localConnectivity, meanDistance, rhos, sigmas, strengths],
    { signal },
  );
  const out = { rhos: rhos.view.slice(), sigmas: sigmas.view.slice(), strengths: strengths.view.slice() };
  for (const block of [from, rhos, sigmas, strengths]) block.free();
  return out;
}

/** Of all distances, each point's own zero counted. */
function meanOf(distances: Float32Array, k: number): number {
  let sum = 0;
  for (let i = 0; i < distances.length; i++) sum += distances[i];
  return sum / ((distances.length / k) * (k + 1));
}

/**
 * One weight an edge from the two strengths a and b of its ends: mix · (a + b − ab) + (1 − mix) · ab, the fuzzy union
 * and intersection of the two. Targets rise within each vertex.
 */
export function fuzzyUnion(indices: Uint32Array, strengths: Float32Array, k: number, mix = 1): SparseGraph {
  const n = indices.length / k;
  const offsets = new Uint32Array(n + 1);
  for (let i = 0; i <= n; i++) offsets[i] = i * k;
  return symmetric({ n, offsets, targets: indices, weights: strengths }, mix);
}

/** As `fuzzyUnion`, of a graph whose edges have another weight from each end, or are missing from one. */
export function symmetric({ n, offsets, targets, weights }: SparseGraph, mix = 1): SparseGraph {
  // the transpose, by counting; its sources rise within each vertex
  const starts = new Uint32Array(n + 1);
  for (const j of targets) starts[j + 1]++;
  for (let i = 0; i < n; i++) starts[i + 1] += starts[i];
  const next = starts.slice(0, n);
  const sources = new Uint32Array(targets.length);
  const returns = new Float32Array(targets.length);
  for (let i = 0; i < n; i++) {
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      const at = next[targets[e]]++;
      sources[at] = i;
      returns[at] = weights[e];
    }
  }
  let widest = 0;
  for (let i = 0; i < n; i++) widest = Math.max(widest, offsets[i + 1] - offsets[i]);
  const own = new Uint32Array(widest);
  const ties = new Float32Array(widest);
  const outOffsets = new Uint32Array(n + 1);
  const outTargets = new Uint32Array(2 * targets.length);
  const outWeights = new Float32Array(2 * targets.length);
  let at = 0;
  for (let i = 0; i < n; i++) {
    const count = offsets[i + 1] - offsets[i];
    sortRow(targets, weights, offsets[i], count, own, ties);
    let [p, q] = [0, starts[i]];
    while (p < count || q < starts[i + 1]) {
      const left = p < count ? own[p] : n;
      const right = q < starts[i + 1] ? sources[q] : n;
      const a = left <= right ? ties[p++] : 0;
      const b = right <= left ? returns[q++] : 0;
      const weight = mix * (a + b - a * b) + (1 - mix) * a * b;
      if (weight > 0) {
        outTargets[at] = Math.min(left, right);
        outWeights[at++] = weight;
      }
    }
    outOffsets[i + 1] = at;
  }
  return { n, offsets: outOffsets, targets: outTargets.slice(0, at), weights: outWeights.slice(0, at) };
}

/** Copies a vertex's edges, targets rising. */
function sortRow(
  targets: ArrayLike<number>,
  weights: ArrayLike<number>,
  from: number,
  count: number,
  own: Uint32Array,
  ties: Float32Array,
): void {
  for (let p = 0; p < count; p++) {
    const target = targets[from + p];
    let to = p;
    for (; to > 0 && own[to - 1] > target; to--) {
      own[to] = own[to - 1];
      ties[to] = ties[to - 1];
    }
    own[to] = target;
    ties[to] = weights[from + p];
  }
}

/** How far a label that is missing sets its point apart, as the reference implementation has it. */
const UNKNOWN_DISTANCE = 1;

/**
 * The graph's meeting with labels: edges between different labels grow weak, those to unlabelled points a little, and
 * each point's strongest edge is made 1 again.
 * @param labels  [n]; negative where there is none
 * @param targetWeight  in (0, 1]: 0.5 gives data and labels an equal say, 1 severs what is labelled differently
 */
export function meetLabels(graph: SparseGraph, labels: Int32Array, targetWeight: number): SparseGraph {
  const { n, offsets, targets } = graph;
  const apart = targetWeight < 1 ? exp(-2.5 / (1 - targetWeight)) : 0;
  const unknown = exp(-UNKNOWN_DISTANCE);
  const weights = Float32Array.from(graph.weights);
  for (let i = 0; i < n; i++) {
    let most = 0;
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      const [a, b] = [labels[i], labels[targets[e]]];
      if (a < 0 || b < 0) weights[e] *= unknown;
      else if (a !== b) weights[e] *= apart;
      most = Math.max(most, weights[e]);
    }
    if (most > 0) for (let e = offsets[i]; e < offsets[i + 1]; e++) weights[e] /= most;
  }
  return symmetric({ n, offsets, targets, weights });
}
