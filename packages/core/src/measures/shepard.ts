import { InputError, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { pairDistance } from '../maps/index.ts';
import type { Distance } from '../neighbors/index.ts';

interface ShepardOptions {
  nPairs?: number;
  seed?: number;
  /** in the data and on the map, Euclidean when left out */
  distance?: Distance;
  mapDistance?: Distance;
}

/**
 * Shepard correlation of a map, in [−1, 1]: Spearman's rank correlation of the distances of pairs in the data and on
 * the map; equal distances share their mean rank. 1 when the map keeps the order of all distances.
 * @param x  data, [n, d]
 * @param y  map, [n, nComponents]
 * @returns NaN when all distances on one side are equal
 * @throws InputError unless both have n ≥ 2 rows
 * @see Shepard 1962, The analysis of proximities; Spearman 1904
 */
export function shepard(
  x: Matrix,
  y: Matrix,
  { nPairs = 20_000, seed = 0, distance, mapDistance }: ShepardOptions = {},
): number {
  const n = x.rows;
  if (y.rows !== n || n < 2) {
    throw new InputError(`Shepard correlation needs two sets of as many points, at least 2; got ${n} and ${y.rows}`);
  }
  const all = (n * (n - 1)) / 2;
  const count = Math.min(nPairs, all);
  const inData = new Float64Array(count);
  const onMap = new Float64Array(count);
  const [apart, drawn] = [pairDistance(x, distance), pairDistance(y, mapDistance)];
  const rng = random(seed);
  for (let p = 0, i = 0, j = 0; p < count; p++) {
    if (all <= nPairs) {
      if (++j === n) j = ++i + 1;
    } else {
      i = rng.below(n);
      j = (i + 1 + rng.below(n - 1)) % n;
    }
    inData[p] = apart(i, j);
    onMap[p] = drawn(i, j);
  }
  return correlation(meanRanks(inData), meanRanks(onMap));
}

function meanRanks(values: Float64Array): Float64Array {
  const n = values.length;
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(n);
  for (let from = 0; from < n;) {
    let to = from + 1;
    while (to < n && values[order[to]] === values[order[from]]) to++;
    for (let at = from; at < to; at++) ranks[order[at]] = (from + to - 1) / 2;
    from = to;
  }
  return ranks;
}

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (a.length - 1) / 2;
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - mean) * (b[i] - mean);
    aa += (a[i] - mean) ** 2;
    bb += (b[i] - mean) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : NaN;
}
