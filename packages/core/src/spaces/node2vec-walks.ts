/**
 * Random walks on a graph that remember one step (node2vec, Grover & Leskovec 2016): from v, reached from t, the next
 * node x is drawn with weight 1/p where x is t, 1 where t has a link to x, 1/q elsewhere. With p = q = 1 they remember
 * nothing (DeepWalk, Perozzi et al. 2014).
 *
 * Each of these times the weight of the link, where links have weights.
 *
 * Neighbours are proposed evenly, or by an alias table of their links' weights, and accepted by what p and q make of
 * them (Yang et al. 2019), so that nothing need be prepared for each pair of links.
 */
import { permutation, random } from '../base/index.ts';
import type { Steps } from '../base/index.ts';
import type { Adjacency } from './links.ts';
import { aliasTable } from './word2vec-draws.ts';

export interface WalkOptions {
  /** walks that begin at each node */
  nWalks: number;
  /** nodes in a walk, unless it comes to one that leads nowhere */
  walkLength: number;
  p: number;
  q: number;
  seed: number;
}

/** Steps to the walks, one at a time for each node in random order, as often as is asked. */
export function* walkSteps(graph: Adjacency, { nWalks, walkLength, p, q, seed }: WalkOptions): Steps<Uint32Array[]> {
  const { start, to } = graph;
  const n = start.length - 1;
  const rng = random(seed);
  const most = Math.max(1, 1 / p, 1 / q);
  const walks: Uint32Array[] = [];
  const walk = new Uint32Array(walkLength);
  const below = (count: number): number => Math.floor((rng.uint32() / 2 ** 32) * count);
  const { shares, aliases } = graph.weights ? linkTables(start, graph.weights) : {};
  const propose = (at: number, count: number): number => {
    const link = start[at] + below(count);
    return to[shares && rng.uint32() >= shares[link] ? start[at] + aliases![link] : link];
  };

  function next(at: number, before: number | undefined): number | undefined {
    const count = start[at + 1] - start[at];
    if (count === 0) return undefined;
    for (;;) {
      const proposed = propose(at, count);
      if (before === undefined || (p === 1 && q === 1)) return proposed;
      const weight = proposed === before ? 1 / p : leads(graph, before, proposed) ? 1 : 1 / q;
      if (weight >= most || (rng.uint32() / 2 ** 32) * most < weight) return proposed;
    }
  }

  for (let round = 0; round < nWalks; round++) {
    const order = permutation(n, rng.fork(round));
    for (let i = 0; i < n; i++) {
      walk[0] = order[i];
      let length = 1;
      for (; length < walkLength; length++) {
        const node = next(walk[length - 1], length > 1 ? walk[length - 2] : undefined);
        if (node === undefined) break;
        walk[length] = node;
      }
      walks.push(walk.slice(0, length));
      if (i % 256 === 255) yield (round + i / n) / nWalks;
    }
  }
  return walks;
}

/** The tables of all nodes one behind another; an alias is counted from its node's first link. */
function linkTables(start: Uint32Array, weights: Float64Array): { shares: Uint32Array; aliases: Uint32Array } {
  const [shares, aliases] = [new Uint32Array(weights.length), new Uint32Array(weights.length)];
  for (let node = 0; node + 1 < start.length; node++) {
    const own = aliasTable(weights.subarray(start[node], start[node + 1]), 1);
    shares.set(own.shares, start[node]);
    aliases.set(own.aliases, start[node]);
  }
  return { shares, aliases };
}

/** Whether there is a link from one node to another. */
function leads({ start, to }: Adjacency, from: number, target: number): boolean {
  let [low, high] = [start[from], start[from + 1]];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (to[middle] < target) low = middle + 1;
    else high = middle;
  }
  return low < start[from + 1] && to[low] === target;
}
