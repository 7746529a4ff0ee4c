/**
 * The pairs whose distances PaCMAP looks at: each point with its neighbours, by a distance scaled to the local density;
 * with mid-near points, the second nearest of six at random; and with further points, at random.
 */
import { random } from '../base/index.ts';
import type { Matrix, Random, Steps } from '../base/index.ts';
import type { Distance, Neighbors } from '../neighbors/index.ts';
import { pairDistance } from './pair-distance.ts';

/** Points in a step. */
const STEP = 1024;
/** Points of which the second nearest is mid-near. */
const DRAWN = 6;

export interface PairCounts {
  nNeighbors: number;
  nMidNear: number;
  nFurther: number;
}

/** Pairs from both ends: of point i the partners of kind 0, 1, 2 are at starts[3 i + kind] … starts[3 i + kind + 1]. */
export interface Pairs {
  /** [3 n + 1] */
  readonly starts: Uint32Array;
  /** and four more, zeros */
  readonly partners: Uint32Array;
}

/**
 * @param x  rows, [n, d]
 * @param neighbors  more than nNeighbors of each row, where there are more
 */
export function* pacmapPairs(
  x: Matrix,
  neighbors: Neighbors,
  { nNeighbors, nMidNear, nFurther }: PairCounts,
  distance: Distance,
  seed: number,
): Steps<Pairs> {
  const n = x.rows;
  const rng = random(seed);
  const near = scaledNeighbors(neighbors, nNeighbors);
  yield 0.1;
  const mid = new Uint32Array(n * nMidNear);
  const apart = pairDistance(x, distance);
  const drawn = new Uint32Array(Math.min(DRAWN, n - 1));
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < nMidNear; p++) mid[i * nMidNear + p] = secondNearest(i, n, drawn, apart, rng);
    if (i % STEP === 0) yield 0.1 + (0.6 * i) / n;
  }
  const far = new Uint32Array(n * nFurther);
  for (let i = 0; i < n; i++) {
    const own = near.subarray(i * nNeighbors, (i + 1) * nNeighbors);
    for (let p = 0; p < nFurther; p++) {
      const taken = far.subarray(i * nFurther, i * nFurther + p);
      let other = rng.below(n);
      while (other === i || own.includes(other) || taken.includes(other)) other = rng.below(n);
      far[i * nFurther + p] = other;
    }
    if (i % STEP === 0) yield 0.7 + (0.1 * i) / n;
  }
  return fromBothEnds(n, [near, mid, far]);
}

/** The nNeighbors least of d² / (σᵢ σⱼ), σ being the mean distance of the fourth to sixth neighbour. */
function scaledNeighbors({ nNeighbors: k, indices, distances }: Neighbors, wanted: number): Uint32Array {
  const n = indices.length / k;
  const scales = new Float64Array(n);
  const [low, high] = k >= 6 ? [3, 6] : [0, k];
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = low; j < high; j++) sum += distances[i * k + j];
    scales[i] = Math.max(sum / (high - low), 1e-10);
  }
  const out = new Uint32Array(n * wanted);
  const scaled = new Float64Array(wanted);
  for (let i = 0; i < n; i++) {
    let filled = 0;
    for (let j = 0; j < k; j++) {
      const other = indices[i * k + j];
      const value = distances[i * k + j] ** 2 / scales[i] / scales[other];
      if (filled === wanted && !(value < scaled[wanted - 1])) continue;
      let at = filled < wanted ? filled++ : wanted - 1;
      for (; at > 0 && scaled[at - 1] > value; at--) {
        scaled[at] = scaled[at - 1];
        out[i * wanted + at] = out[i * wanted + at - 1];
      }
      scaled[at] = value;
      out[i * wanted + at] = other;
    }
  }
  return out;
}

function secondNearest(
  i: number,
  n: number,
  drawn: Uint32Array,
  apart: (i: number, j: number) => number,
  rng: Random,
): number {
  let [first, second] = [Infinity, Infinity];
  let [nearest, next] = [i, i];
  for (let p = 0; p < drawn.length; p++) {
    let other = rng.below(n);
    while (other === i || drawn.subarray(0, p).includes(other)) other = rng.below(n);
    drawn[p] = other;
    const value = apart(i, other);
    if (value < first) {
      [second, next] = [first, nearest];
      [first, nearest] = [value, other];
    } else if (value < second) [second, next] = [value, other];
  }
  return drawn.length > 1 ? next : nearest;
}

/** Lists of equally many partners a point, one a kind → all partners of each point, from both ends. */
function fromBothEnds(n: number, kinds: readonly Uint32Array[]): Pairs {
  const starts = new Uint32Array(3 * n + 1);
  kinds.forEach((list, kind) => {
    const count = list.length / n;
    for (let i = 0; i < n; i++) starts[3 * i + kind + 1] += count;
    for (const other of list) starts[3 * other + kind + 1]++;
  });
  for (let at = 0; at < 3 * n; at++) starts[at + 1] += starts[at];
  const next = starts.slice(0, 3 * n);
  const partners = new Uint32Array(starts[3 * n] + 4);
  kinds.forEach((list, kind) => {
    const count = list.length / n;
    for (let e = 0; e < list.length; e++) {
      const i = Math.floor(e / count);
      partners[next[3 * i + kind]++] = list[e];
      partners[next[3 * list[e] + kind]++] = i;
    }
  });
  return { starts, partners };
}
