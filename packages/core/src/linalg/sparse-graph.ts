/** Weighted graphs without direction, as lists of neighbours one after the other (compressed sparse rows). */
import { InputError } from '../base/index.ts';

/** Every edge stands twice, once from each end, with the same weight; loops stand once. */
export interface SparseGraph {
  /** vertices */
  readonly n: number;
  /** [n + 1]: the neighbours of vertex i are at offsets[i] … offsets[i + 1] − 1 */
  readonly offsets: Uint32Array | Int32Array;
  readonly targets: Uint32Array | Int32Array;
  /** at least 0 */
  readonly weights: Float32Array | Float64Array;
}

/** @throws InputError where the arrays don't fit each other, or a target or a weight is out of range */
export function checkGraph({ n, offsets, targets, weights }: SparseGraph): void {
  const nEdges = targets.length;
  if (offsets.length !== n + 1 || offsets[0] !== 0 || offsets[n] !== nEdges || weights.length !== nEdges) {
    throw new InputError(
      `a graph of ${n} vertices: got ${offsets.length} offsets up to ${offsets[n]}, ${nEdges} targets and ${weights.length} weights; expected ${n + 1} offsets from 0 up to the number of both`,
    );
  }
  for (let i = 0; i < n; i++) {
    if (offsets[i + 1] < offsets[i]) throw new InputError(`a graph's offsets must not fall, as they do at vertex ${i}`);
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      if (targets[e] >= n || targets[e] < 0 || !(weights[e] >= 0 && weights[e] < Infinity)) {
        throw new InputError(
          `a graph of ${n} vertices: vertex ${i} leads to ${targets[e]} with weight ${weights[e]}; expected a vertex below ${n} and a finite weight of at least 0`,
        );
      }
    }
  }
}

/** Sum of each vertex's weights, [n]. */
export function degrees({ n, offsets, weights }: SparseGraph): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let e = offsets[i]; e < offsets[i + 1]; e++) sum += weights[e];
    out[i] = sum;
  }
  return out;
}

export interface Components {
  readonly count: number;
  /** [n]: component of each vertex; components are numbered by their first vertex */
  readonly labels: Uint32Array;
  /** [count] */
  readonly sizes: Uint32Array;
}

/** The pieces of a graph that no edge of positive weight joins. */
export function connectedComponents({ n, offsets, targets, weights }: SparseGraph): Components {
  const labels = new Uint32Array(n).fill(n);
  const sizes: number[] = [];
  const stack = new Uint32Array(n);
  for (let start = 0; start < n; start++) {
    if (labels[start] < n) continue;
    const label = sizes.length;
    labels[start] = label;
    stack[0] = start;
    let size = 1;
    for (let height = 1; height > 0;) {
      const i = stack[--height];
      for (let e = offsets[i]; e < offsets[i + 1]; e++) {
        const j = targets[e];
        if (labels[j] < n || weights[e] === 0) continue;
        labels[j] = label;
        stack[height++] = j;
        size++;
      }
    }
    sizes.push(size);
  }
  return { count: sizes.length, labels, sizes: Uint32Array.from(sizes) };
}

/** The vertices as a walk meets them that goes from each to all its neighbours first, piece after piece. */
export function breadthFirstOrder({ n, offsets, targets }: SparseGraph): Uint32Array {
  const order = new Uint32Array(n);
  const seen = new Uint8Array(n);
  let end = 0;
  let next = 0;
  for (let start = 0; start < n; start++) {
    if (seen[start]) continue;
    seen[start] = 1;
    order[end++] = start;
    while (next < end) {
      const i = order[next++];
      for (let e = offsets[i]; e < offsets[i + 1]; e++) {
        const j = targets[e];
        if (seen[j]) continue;
        seen[j] = 1;
        order[end++] = j;
      }
    }
  }
  return order;
}

/**
 * The graph among some vertices, renumbered in the order given.
 * @param vertices  without doubles
 */
export function subgraph(graph: SparseGraph, vertices: ArrayLike<number>): SparseGraph {
  const { offsets, targets, weights } = graph;
  const m = vertices.length;
  const place = new Int32Array(graph.n).fill(-1);
  for (let i = 0; i < m; i++) place[vertices[i]] = i;
  const from = new Uint32Array(m + 1);
  for (let i = 0; i < m; i++) {
    const v = vertices[i];
    let kept = 0;
    for (let e = offsets[v]; e < offsets[v + 1]; e++) if (place[targets[e]] >= 0) kept++;
    from[i + 1] = from[i] + kept;
  }
  const to = new Uint32Array(from[m]);
  const values = new Float32Array(from[m]);
  for (let i = 0, at = 0; i < m; i++) {
    const v = vertices[i];
    for (let e = offsets[v]; e < offsets[v + 1]; e++) {
      if (place[targets[e]] < 0) continue;
      to[at] = place[targets[e]];
      values[at++] = weights[e];
    }
  }
  return { n: m, offsets: from, targets: to, weights: values };
}
