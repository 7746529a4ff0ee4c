/**
 * Random walks on a graph that remember one step (node2vec, Grover & Leskovec 2016): from v, reached from t, the next
 * node x is drawn with weight 1/p where x is t, 1 where t has a link to x, 1/q elsewhere. With p = q = 1 they remember
 * nothing (DeepWalk, Perozzi et al. 2014).
 *
 * Neighbours are proposed evenly and accepted by their weight (Yang et al. 2019), so that nothing need be prepared for
 * each link.
 */
import { permutation, random } from '../base/index.ts';
import type { Steps } from '../base/index.ts';
import type { Adjacency } from './links.ts';

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

  function next(at: number, before: number | undefined): number | undefined {
    const count = start[at + 1] - start[at];
    if (count === 0) return undefined;
    for (;;) {
      const proposed = to[start[at] + below(count)];
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
