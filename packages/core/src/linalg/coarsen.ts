/**
 * A smaller graph of the same shape: each vertex is joined with the free neighbour it is tied to most strongly, one
 * that finds none free joins its strongest neighbour's group, and groups become vertices (heavy-edge matching, Karypis
 * & Kumar 1998). Weights inside a group stay, as a loop, so that for vectors constant on groups the quadratic forms of
 * both graphs agree.
 */
import type { SparseGraph } from './sparse-graph.ts';

export interface Coarsening {
  readonly graph: SparseGraph;
  /** [vertices of the finer graph]: the group of each */
  readonly groups: Uint32Array;
}

/** @param degree  of each vertex; one without edges is grouped with the others of its kind */
export function coarsen(graph: SparseGraph, degree: Float64Array): Coarsening {
  const { groups, count } = matchVertices(graph, degree);
  return { graph: contract(graph, groups, count), groups };
}

function matchVertices(
  { n, offsets, targets, weights }: SparseGraph,
  degree: Float64Array,
): { groups: Uint32Array; count: number } {
  const FREE = 0xffffffff;
  const groups = new Uint32Array(n).fill(FREE);
  const scale = degree.map((value) => (value > 0 ? 1 / Math.sqrt(value) : 0));
  let count = 0;
  let lonely = -1;
  for (let i = 0; i < n; i++) {
    if (groups[i] !== FREE) continue;
    let free = -1;
    let freeTie = 0;
    let taken = -1;
    let takenTie = 0;
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      const j = targets[e];
      if (j === i) continue;
      const tie = weights[e] * scale[j];
      if (groups[j] === FREE) {
        if (tie > freeTie) {
          freeTie = tie;
          free = j;
        }
      } else if (tie > takenTie) {
        takenTie = tie;
        taken = j;
      }
    }
    if (free >= 0) {
      groups[i] = count;
      groups[free] = count++;
    } else if (taken >= 0) {
      groups[i] = groups[taken];
    } else if (degree[i] > 0) {
      groups[i] = count++;
    } else {
      if (lonely < 0) lonely = count++;
      groups[i] = lonely;
    }
  }
  return { groups, count };
}

/** The graph between groups; neighbours in the order in which they are met. */
function contract({ n, offsets, targets, weights }: SparseGraph, groups: Uint32Array, count: number): SparseGraph {
  const start = new Uint32Array(count + 1);
  for (let i = 0; i < n; i++) start[groups[i] + 1]++;
  for (let g = 0; g < count; g++) start[g + 1] += start[g];
  const members = new Uint32Array(n);
  const next = start.slice(0, count);
  for (let i = 0; i < n; i++) members[next[groups[i]]++] = i;

  // a coarse graph has no more edges than the fine one; what is too much is cut off at the end
  const from = new Uint32Array(count + 1);
  const to = new Uint32Array(targets.length);
  const values = new Float32Array(targets.length);
  const place = new Int32Array(count).fill(-1);
  let at = 0;
  for (let g = 0; g < count; g++) {
    const first = at;
    for (let m = start[g]; m < start[g + 1]; m++) {
      const i = members[m];
      for (let e = offsets[i]; e < offsets[i + 1]; e++) {
        const h = groups[targets[e]];
        if (place[h] >= first) values[place[h]] += weights[e];
        else {
          place[h] = at;
          to[at] = h;
          values[at++] = weights[e];
        }
      }
    }
    from[g + 1] = at;
  }
  return { n: count, offsets: from, targets: to.slice(0, at), weights: values.slice(0, at) };
}
