/**
 * Words as the mean of themselves and their n-grams, hashed into buckets (Bojanowski et al. 2017, fastText): words that
 * are written alike share what they learn, and a word that was never met has a vector too.
 */

export interface SubwordOptions {
  /** lengths of the n-grams, in letters, `<` and `>` at the ends counted */
  readonly minN: number;
  readonly maxN: number;
  /** how many rows the n-grams share */
  readonly buckets: number;
}

const encoder = new TextEncoder();

/** The buckets of a word's n-grams, the word whole between `<` and `>` left out. */
export function subwordBuckets(word: string, { minN, maxN, buckets }: SubwordOptions): number[] {
  const letters = [...`<${word}>`];
  const out: number[] = [];
  for (let from = 0; from < letters.length; from++) {
    for (let n = minN; n <= maxN && from + n <= letters.length; n++) {
      if (n === letters.length) continue;
      // a lone mark of an end tells nothing
      if (n === 1 && (from === 0 || from === letters.length - 1)) continue;
      out.push(hash(letters.slice(from, from + n).join('')) % buckets);
    }
  }
  return out;
}

/** For each word the rows whose mean it is: its own, i, and those of its n-grams, from words.length on. */
export function subwordParts(
  words: readonly string[],
  options: SubwordOptions,
): { nRows: number; offsets: Uint32Array; rows: Uint32Array } {
  const offsets = new Uint32Array(words.length + 1);
  const rows: number[] = [];
  words.forEach((word, i) => {
    rows.push(i);
    for (const bucket of subwordBuckets(word, options)) rows.push(words.length + bucket);
    offsets[i + 1] = rows.length;
  });
  return { nRows: words.length + options.buckets, offsets, rows: Uint32Array.from(rows) };
}

/** FNV-1a over UTF-8, bytes above 127 taken as negative, as fastText has it. */
function hash(text: string): number {
  let h = 2166136261;
  for (const byte of encoder.encode(text)) h = Math.imul(h ^ ((byte << 24) >> 24), 16777619) >>> 0;
  return h;
}
