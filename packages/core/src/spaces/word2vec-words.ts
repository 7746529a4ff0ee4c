/** What word vectors are asked: nearest words, analogies, and how well they agree with people's judgements. */
import { InputError, didYouMean, row } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';

/** Words and their vectors, a row each. */
export interface WordTable {
  readonly words: readonly string[];
  readonly vectors: Matrix;
}

export interface NearWord {
  readonly word: string;
  /** cosine, in [−1, 1] */
  readonly similarity: number;
}

/**
 * The words nearest to a word or a vector by cosine; the word itself is left out.
 * @throws InputError when the word is not in the table
 */
export function nearestWords(table: WordTable, of: string | Float32Array, n = 10): NearWord[] {
  if (typeof of === 'string') return nearest(table, unit(row(table.vectors, placeOf(table, of))), n, [of]);
  return nearest(table, unit(of), n, []);
}

/**
 * a is to b as c is to …: the words nearest to b − a + c, all of length 1 (3CosAdd, Mikolov et al. 2013); the three
 * themselves are left out.
 */
export function analogy(table: WordTable, a: string, b: string, c: string, n = 1): NearWord[] {
  const [va, vb, vc] = [a, b, c].map((word) => unit(row(table.vectors, placeOf(table, word))));
  return nearest(table, unit(vb.map((value, j) => value - va[j] + vc[j])), n, [a, b, c]);
}

/**
 * The share of questions [a, b, c, d] that are answered by d, of those whose words are all known.
 * @returns NaN for `accuracy` when none are
 */
export function analogyAccuracy(
  table: WordTable,
  questions: readonly (readonly [string, string, string, string])[],
): { accuracy: number; known: number } {
  const known = new Set(table.words);
  const asked = questions.filter((question) => question.every((word) => known.has(word)));
  const right = asked.filter(([a, b, c, d]) => analogy(table, a, b, c)[0]?.word === d).length;
  return { accuracy: right / asked.length, known: asked.length };
}

/**
 * Spearman's rank correlation between cosines and given scores of pairs [a, b, score], of those whose words are known.
 * @returns NaN for `spearman` when fewer than two are
 */
export function wordSimilarity(
  table: WordTable,
  pairs: readonly (readonly [string, string, number])[],
): { spearman: number; known: number } {
  const place = new Map(table.words.map((word, i) => [word, i]));
  const asked = pairs.filter(([a, b]) => place.has(a) && place.has(b));
  const cosines = asked.map(([a, b]) => {
    const [x, y] = [a, b].map((word) => unit(row(table.vectors, place.get(word)!)));
    return x.reduce((sum, value, j) => sum + value * y[j], 0);
  });
  const scores = asked.map(([, , score]) => score);
  return { spearman: correlation(ranks(cosines), ranks(scores)), known: asked.length };
}

function placeOf({ words }: WordTable, word: string): number {
  const at = words.indexOf(word);
  if (at >= 0) return at;
  throw new InputError(`the vocabulary of ${words.length} words has no "${word}"${didYouMean(word, words)}`, {
    code: 'no-word',
    details: { word },
  });
}

function nearest(
  { words, vectors }: WordTable,
  query: Float64Array,
  n: number,
  without: readonly string[],
): NearWord[] {
  const left = new Set(without);
  const found: NearWord[] = [];
  for (let i = 0; i < vectors.rows; i++) {
    if (left.has(words[i])) continue;
    const values = row(vectors, i);
    let [dot, squares] = [0, 0];
    for (let j = 0; j < values.length; j++) {
      dot += values[j] * query[j];
      squares += values[j] * values[j];
    }
    const similarity = squares === 0 ? 0 : dot / Math.sqrt(squares);
    if (found.length === n && similarity <= found[n - 1].similarity) continue;
    let at = found.length;
    while (at > 0 && found[at - 1].similarity < similarity) at--;
    found.splice(at, 0, { word: words[i], similarity });
    if (found.length > n) found.pop();
  }
  return found;
}

function unit(values: ArrayLike<number>): Float64Array {
  const length = Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0)) || 1;
  return Float64Array.from(values, (value) => value / length);
}

/** Ranks from 1; equal values share the mean of theirs. */
function ranks(values: readonly number[]): Float64Array {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) out[order[k]] = (from + to + 1) / 2;
    from = to;
  }
  return out;
}

function correlation(a: Float64Array, b: Float64Array): number {
  if (a.length < 2) return NaN;
  const mean = (a.length + 1) / 2;
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, i) => {
    ab += (value - mean) * (b[i] - mean);
    aa += (value - mean) ** 2;
    bb += (b[i] - mean) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}
