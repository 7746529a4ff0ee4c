/**
 * How well codes tell which nodes are linked: the nodes that a node leads to should be nearer to it than all others
 * (reconstruction, Nickel & Kiela 2017; so measured by gensim's `ReconstructionEvaluation` too).
 */
import { permutation, random } from '../base/index.ts';
import type { Matrix, Steps } from '../base/index.ts';
import type { Distance } from '../neighbors/index.ts';
import type { Adjacency } from './links.ts';

export interface LinksQuality {
  /** in (0, 1]; over nodes with links, the mean of their average precision; 1 when all their links are nearest */
  meanAveragePrecision: number;
  /** at least 1; over links, the mean place of a linked node among the unlinked ones, the nearest 1 */
  meanRank: number;
}

/** Distances measured at most; of larger graphs, so many nodes as this allows are asked, always the same. */
const MOST_DISTANCES = 5e7;

/**
 * Steps to the quality of codes [n, d] for links. Of unlinked nodes as far away as a linked one, half count as nearer.
 * @param distance  euclidean, cosine or hyperbolic
 */
export function* linksQualitySteps(codes: Matrix, links: Adjacency, distance: Distance): Steps<LinksQuality> {
  const { rows: n, cols: d, data } = codes;
  const weights = weightsOf(codes, distance);
  const asked = nodesToAsk(links, n);
  const away = new Float64Array(n);
  const isLinked = new Uint8Array(n);
  let [precisions, ranks, count] = [0, 0, 0];
  for (let q = 0; q < asked.length; q++) {
    if (q % 16 === 15) yield q / asked.length;
    const node = asked[q];
    const own = links.to.subarray(links.start[node], links.start[node + 1]);
    isLinked.fill(0);
    for (const other of own) isLinked[other] = 1;
    isLinked[node] = 1;
    const unlinked: number[] = [];
    for (let i = 0; i < n; i++) {
      let sum = 0;
      if (distance === 'cosine') {
        for (let c = 0; c < d; c++) sum -= data[node * d + c] * data[i * d + c];
      } else {
        for (let c = 0; c < d; c++) sum += (data[node * d + c] - data[i * d + c]) ** 2;
      }
      away[i] = sum * weights[i];
      if (isLinked[i] === 0) unlinked.push(away[i]);
    }
    const sorted = Float64Array.from(unlinked).sort();
    const places = Float64Array.from(own, (other) => 1 + nearerThan(sorted, away[other])).sort();
    let precision = 0;
    // before the linked node at place r among the unlinked lie r − 1 of them, and the i linked ones nearer than it
    places.forEach((place, i) => (precision += (i + 1) / (place + i)));
    precisions += precision / places.length;
    ranks += places.reduce((sum, place) => sum + place, 0);
    count += places.length;
  }
  return { meanAveragePrecision: precisions / asked.length, meanRank: ranks / count };
}

/** What a squared distance, or an inner product, is multiplied by to rank as the distance does. */
function weightsOf({ data, rows, cols }: Matrix, distance: Distance): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let squares = 0;
    for (let c = 0; c < cols; c++) squares += data[i * cols + c] ** 2;
    if (distance === 'hyperbolic') return 1 / (1 - squares);
    return distance === 'cosine' ? 1 / (Math.sqrt(squares) || 1) : 1;
  });
}

function nodesToAsk({ start }: Adjacency, n: number): Uint32Array {
  const linked: number[] = [];
  for (let i = 0; i < n; i++) if (start[i + 1] > start[i]) linked.push(i);
  const most = Math.max(100, Math.floor(MOST_DISTANCES / n));
  const all = Uint32Array.from(linked);
  return linked.length <= most
    ? all
    : permutation(linked.length, random(0))
        .slice(0, most)
        .map((at) => all[at]);
}

/** How many numbers of a rising list are less, equal ones counted half. */
function nearerThan(sorted: Float64Array, value: number): number {
  const below = firstAt(sorted, (other) => other >= value);
  const notAbove = firstAt(sorted, (other) => other > value);
  return (below + notAbove) / 2;
}

function firstAt(sorted: Float64Array, is: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(sorted[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
