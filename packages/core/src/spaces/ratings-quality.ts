/**
 * How good recommendations are, by ratings that were held back: recall and NDCG (Järvelin & Kekäläinen 2002) among the
 * first ten, over all items the user had not given before; mean over users that have some held back.
 */
import type { Steps } from '../base/index.ts';
import type { Figures } from './latent-space.ts';
import type { Sparse } from './ratings-sparse.ts';

const FIRST = 10;
/** Users that are judged; of more, every so-manieth. */
const MOST_USERS = 2000;
const BLOCK = 20;
/** More than these are had sooner by sorting all. */
const FEW = 200;

/**
 * @param scores  writes the scores of all items for a user
 * @returns recallAt10 (hits by the lesser of 10 and what was held back) and ndcgAt10, in [0, 1]; nothing without
 *   anything held back
 */
export function* rankingFigures(
  train: Sparse,
  test: Sparse,
  scores: (user: number, out: Float64Array) => void,
): Steps<Figures> {
  const judged: number[] = [];
  for (let i = 0; i < test.rows; i++) if (test.starts[i + 1] > test.starts[i]) judged.push(i);
  if (judged.length === 0) return {};
  const stride = Math.ceil(judged.length / MOST_USERS);
  const out = new Float64Array(train.cols);
  let [recall, ndcg, count] = [0, 0, 0];
  for (let at = 0; at < judged.length; at += stride, count++) {
    const user = judged[at];
    scores(user, out);
    for (let e = train.starts[user]; e < train.starts[user + 1]; e++) out[train.places[e]] = -Infinity;
    const wanted = new Set(test.places.subarray(test.starts[user], test.starts[user + 1]));
    let [hits, gain, best] = [0, 0, 0];
    bestOf(out, FIRST).forEach((item, rank) => {
      if (!wanted.has(item)) return;
      hits++;
      gain += 1 / Math.log2(rank + 2);
    });
    for (let rank = 0; rank < Math.min(FIRST, wanted.size); rank++) best += 1 / Math.log2(rank + 2);
    recall += hits / Math.min(FIRST, wanted.size);
    ndcg += gain / best;
    if (count % BLOCK === BLOCK - 1) yield at / judged.length;
  }
  return { recallAt10: recall / count, ndcgAt10: ndcg / count };
}

/** The places of the greatest values, greatest first; equal ones in their order. What is −∞ is left out. */
export function bestOf(values: ArrayLike<number>, n: number): number[] {
  if (n > FEW) return allByValue(values).slice(0, n);
  const best: number[] = [];
  for (let j = 0; j < values.length; j++) {
    const value = values[j];
    if (value === -Infinity || (best.length === n && !(value > values[best[n - 1]]))) continue;
    let at = best.length;
    while (at > 0 && values[best[at - 1]] < value) at--;
    best.splice(at, 0, j);
    if (best.length > n) best.pop();
  }
  return best;
}

function allByValue(values: ArrayLike<number>): number[] {
  const places = Array.from({ length: values.length }, (_, j) => j).filter((j) => values[j] !== -Infinity);
  return places.sort((a, b) => values[b] - values[a] || a - b);
}
