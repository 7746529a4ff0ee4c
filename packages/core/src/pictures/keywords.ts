/**
 * The words that set a group of texts apart, by class-based tf-idf (Grootendorst 2022, BERTopic, arXiv:2203.05794):
 * all texts of a group are one document, and a word t weighs in group c
 *
 *     W(t, c) = tf(t, c) · ln(1 + A / tf(t))
 *
 * with tf(t, c) its share of the words of c, tf(t) its count over all groups and A the mean count of words a group.
 * Deviations: a word counts once a text, so that one long text doesn't name its group, and function words of English
 * are left out at once, since groups of short texts can't tell them from others.
 */
import { InputError } from '../base/index.ts';

export interface KeywordOptions {
  /** words a group */
  nWords?: number;
  /** fewest texts of a group that a word must be in; by default 2, or 1 in a group of one text */
  minTexts?: number;
  /** lower case */
  stopWords?: Iterable<string>;
}

const STOP_WORDS =
  'a about above after again all also am an and any are as at be been before being below between both but by can could did do ' +
  'does doing down during each even few for from further get got had has have having he her here hers him his how i if in into ' +
  "is it it's its just like may me might more most much must my no nor not now of off on once one only or other our out over " +
  'own same shall she should so some such than that the their them then there these they this those through to too under until ' +
  'up upon us very was we were what when where which while who whom why will with would yet you your yours';

/** Scripts without spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const WORD = /[\p{L}\p{M}][\p{L}\p{M}\p{N}]*(?:['’-][\p{L}\p{M}\p{N}]+)*/gu;

/**
 * For each group its words, the weightiest first; none for a group without texts.
 * @param texts  [n]
 * @param codes  [n], the group of each; below 0 for none
 * @throws InputError when there are not as many codes as texts
 */
export function keywords(
  texts: readonly string[],
  codes: ArrayLike<number>,
  nGroups: number,
  { nWords = 4, minTexts = 2, stopWords = STOP_WORDS.split(' ') }: KeywordOptions = {},
): string[][] {
  if (codes.length !== texts.length) {
    throw new InputError(`got ${codes.length} codes for ${texts.length} texts; give one for each`);
  }
  const stop = new Set(stopWords);
  const counts = Array.from({ length: nGroups }, () => new Map<string, number>());
  const nTexts = new Uint32Array(nGroups);
  const totals = new Map<string, number>();
  for (let i = 0; i < texts.length; i++) {
    const own = counts[codes[i]];
    if (!own) continue;
    nTexts[codes[i]]++;
    for (const word of new Set(wordsOf(texts[i]))) {
      if (stop.has(word)) continue;
      own.set(word, (own.get(word) ?? 0) + 1);
      totals.set(word, (totals.get(word) ?? 0) + 1);
    }
  }
  const sizes = counts.map((own) => sum(own.values()));
  const filled = sizes.filter((size) => size > 0).length;
  const mean = filled > 0 ? sum(sizes) / filled : 0;
  return counts.map((own, c) => {
    const least = Math.min(minTexts, nTexts[c]);
    const weighed = [...own]
      .filter(([, count]) => count >= least)
      .map(([word, count]) => ({ word, weight: (count / sizes[c]) * Math.log(1 + mean / totals.get(word)!) }));
    weighed.sort((a, b) => b.weight - a.weight || (a.word < b.word ? -1 : 1));
    return weighed.slice(0, nWords).map(({ word }) => word);
  });
}

/** The words of a text in lower case, without numbers and single Latin letters. */
export function wordsOf(text: string): string[] {
  const found = UNSPACED.test(text) ? segmented(text) : (text.match(WORD) ?? []);
  return found
    .map((word) => word.toLowerCase().replaceAll('’', "'"))
    .filter((word) => !/^\p{Script=Latin}?$/u.test(word));
}

function segmented(text: string): string[] {
  const segments = new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text);
  return Array.from(segments)
    .filter(({ isWordLike, segment }) => isWordLike && /\p{L}/u.test(segment))
    .map(({ segment }) => segment);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
