/**
 * Words that stand together like one (new york): a pair is joined when
 *
 *     (count(ab) − δ) · N / (count(a) · count(b)) > threshold,
 *
 * N all words, δ the least count of a word, which keeps rare words from making phrases of every pair (Mikolov et al.
 * 2013, §4; its bound times N, as the authors' word2phrase has it). Joined again, pairs of pairs make phrases of up to
 * four words.
 */
import { SEQUENCE_END } from './sequences.ts';

export interface PhraseOptions {
  /** δ; rarer words are in no phrase */
  readonly least: number;
  readonly threshold: number;
}

/**
 * Joins pairs in place: a phrase is a new word `a_b` at the end of `words`, and stands where its two words stood.
 * @returns how many phrases there are
 */
export function joinPhrases(words: string[], chunks: Uint32Array[], { least, threshold }: PhraseOptions): number {
  const n = words.length;
  const counts = new Float64Array(n);
  let total = 0;
  for (const chunk of chunks) {
    for (const id of chunk) {
      if (id === SEQUENCE_END) continue;
      counts[id]++;
      total++;
    }
  }
  const pairs = new Map<number, number>();
  for (const chunk of chunks) {
    for (let i = 1; i < chunk.length; i++) {
      const [a, b] = [chunk[i - 1], chunk[i]];
      if (a === SEQUENCE_END || b === SEQUENCE_END || counts[a] < least || counts[b] < least) continue;
      const key = a * n + b;
      pairs.set(key, (pairs.get(key) ?? 0) + 1);
    }
  }
  const phrases = new Map<number, number>();
  for (const [key, count] of pairs) {
    const [a, b] = [Math.floor(key / n), key % n];
    if (((count - least) * total) / (counts[a] * counts[b]) <= threshold) continue;
    phrases.set(key, words.length);
    words.push(`${words[a]}_${words[b]}`);
  }
  if (phrases.size > 0) chunks.forEach((chunk, c) => (chunks[c] = joined(chunk, phrases, n)));
  return phrases.size;
}

/** From left to right; a word is in one phrase at most. */
function joined(chunk: Uint32Array, phrases: ReadonlyMap<number, number>, n: number): Uint32Array {
  let at = 0;
  for (let i = 0; i < chunk.length; i++) {
    const [a, b] = [chunk[i], chunk[i + 1]];
    const phrase = a === SEQUENCE_END || b === SEQUENCE_END || b === undefined ? undefined : phrases.get(a * n + b);
    chunk[at++] = phrase ?? a;
    if (phrase !== undefined) i++;
  }
  return chunk.slice(0, at);
}
