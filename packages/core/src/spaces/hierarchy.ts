/** Hierarchies: links that lead upwards, from a thing to what it is a kind of, and never round. */
import { InputError } from '../base/index.ts';
import { adjacencyOf } from './links.ts';
import type { Adjacency, Links } from './links.ts';

/** More pairs than this are not learned from one by one. */
const MOST_PAIRS = 20_000_000;
/** Nodes of a cycle that a message names. */
const SHOWN = 6;

/**
 * Each node with all that lie above it.
 * @throws InputError when links lead round, with the nodes that they lead by; when there are too many pairs
 */
export function ancestorsOf({ nodes, from, to }: Links): Adjacency {
  const parents = adjacencyOf(nodes.length, { from, to });
  const round = cycleIn(parents);
  if (round) {
    const names = round.slice(0, SHOWN).map((node) => nodes[node]);
    const more = round.length > SHOWN ? ' → …' : '';
    throw new InputError(
      `the links lead round: ${names.join(' → ')}${more} → ${names[0]}; a hierarchy has no way back: remove one of them, or set closure false to learn the links as they are`,
      { code: 'cyclic', details: { nodes: round.map((node) => nodes[node]) } },
    );
  }
  const start = new Uint32Array(nodes.length + 1);
  const above: number[] = [];
  const seenBy = new Int32Array(nodes.length).fill(-1);
  for (let node = 0; node < nodes.length; node++) {
    const open = [node];
    const first = above.length;
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (let at = parents.start[next]; at < parents.start[next + 1]; at++) {
        const parent = parents.to[at];
        if (seenBy[parent] === node) continue;
        seenBy[parent] = node;
        above.push(parent);
        open.push(parent);
      }
    }
    if (above.length > MOST_PAIRS) {
      throw new InputError(
        `the hierarchy has more than ${MOST_PAIRS.toLocaleString('en')} pairs of a node and one above it; set closure false to learn from its ${from.length} links alone`,
        { code: 'too-large' },
      );
    }
    const own = Uint32Array.from(above.slice(first)).sort();
    own.forEach((node, i) => (above[first + i] = node));
    start[node + 1] = above.length;
  }
  return { start, to: Uint32Array.from(above) };
}

/** Links on the shortest way up to a node that nothing lies above; NaN of nodes from which there is none. */
export function depthsOf({ nodes, from, to }: Links): Float64Array {
  const children = adjacencyOf(nodes.length, { from: to, to: from });
  const depths = new Float64Array(nodes.length).fill(NaN);
  const hasParent = new Uint8Array(nodes.length);
  for (const node of from) hasParent[node] = 1;
  let level: number[] = [];
  hasParent.forEach((has, node) => has === 0 && level.push(node));
  for (let depth = 0; level.length > 0; depth++) {
    const next: number[] = [];
    for (const node of level) depths[node] = depth;
    for (const node of level) {
      for (let at = children.start[node]; at < children.start[node + 1]; at++) {
        const child = children.to[at];
        if (!Number.isNaN(depths[child])) continue;
        depths[child] = depth + 1;
        next.push(child);
      }
    }
    level = next;
  }
  return depths;
}

/** Nodes that lead round, each to the next and the last to the first; undefined when there are none. */
function cycleIn({ start, to }: Adjacency): number[] | undefined {
  const n = start.length - 1;
  // 0: not seen, 1: on the way, 2: leads nowhere round
  const state = new Uint8Array(n);
  const next = start.slice(0, n);
  for (let root = 0; root < n; root++) {
    if (state[root] !== 0) continue;
    const way = [root];
    state[root] = 1;
    while (way.length > 0) {
      const node = way[way.length - 1];
      if (next[node] === start[node + 1]) {
        state[node] = 2;
        way.pop();
        continue;
      }
      const parent = to[next[node]++];
      if (state[parent] === 1) return way.slice(way.indexOf(parent));
      if (state[parent] === 0) {
        state[parent] = 1;
        way.push(parent);
      }
    }
  }
  return undefined;
}
