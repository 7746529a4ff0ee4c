/**
 * The vocabulary of texts that are too many to be held, and the texts by it, parted anew each time they are gone through:
 * what is held are the words and a chunk. The same words and sequences as `corpusSteps` gives, unless there are more
 * different words than are kept.
 */
import { InputError } from '../base/index.ts';
import type { JobOptions } from '../base/index.ts';
import { byteProgress } from '../data/index.ts';
import type { TextStream } from '../data/index.ts';
import { countSlice, SEQUENCE_END } from './sequences.ts';
import type { StreamedSequences } from './sequences.ts';
import { CHUNK, checkKept, leastCount, tokensOf } from './vocabulary.ts';
import type { Corpus, VocabularyOptions } from './vocabulary.ts';

/** Beyond so many different words the rarest are forgotten, as word2vec does. */
const MOST_WORDS = 4_000_000;

/**
 * Goes through the texts twice: for their words, then for how they are parted.
 * @param most  different words that are kept while counting
 * @throws InputError, code `vocabulary`, when fewer than two words are left; code `option` when phrases are asked for
 */
export async function streamedCorpus(
  texts: TextStream,
  { minCount, phrases, ...how }: VocabularyOptions,
  job: JobOptions,
  most = MOST_WORDS,
): Promise<Corpus & { readonly sequences: StreamedSequences }> {
  const { name } = texts;
  if (phrases > 0) {
    throw new InputError(`${name}: phrases are not looked for in a text that is streamed; add it as data first`, {
      code: 'option',
      details: { option: 'phrases' },
    });
  }
  const found = new Map<string, number>();
  let [nTokens, nTexts, empty, forgotten, least] = [0, 0, 0, 0, 1];
  for await (const some of texts.open(byteProgress('reading', texts.byteLength, job))) {
    for (const text of some) {
      const tokens = tokensOf(text, how);
      nTexts++;
      if (tokens.length === 0) empty++;
      nTokens += tokens.length;
      for (const token of tokens) found.set(token, (found.get(token) ?? 0) + 1);
    }
    for (; found.size > most; least++) {
      for (const [word, count] of found) if (count <= least) found.delete(word);
      forgotten = least;
    }
  }
  if (nTokens === 0) {
    throw new InputError(`${name}: there is no word in its ${nTexts} texts`, { code: 'vocabulary' });
  }
  const fewest = minCount > 0 ? minCount : leastCount(nTokens);
  const kept = [...found].filter(([, count]) => count >= fewest).sort((a, b) => b[1] - a[1]);
  found.clear();
  const words = kept.map(([word]) => word);
  checkKept(name, words, fewest, nTokens);
  const place = new Map(words.map((word, i) => [word, i]));

  const open = (onBytes?: ReturnType<typeof byteProgress>) => chunksOf(texts.open(onBytes), how, place);
  let [pieces, within] = [0, 0];
  for await (const chunk of open(byteProgress('parting', texts.byteLength, job))) {
    const counted = countSlice(chunk, within);
    pieces += counted.pieces;
    within = counted.within;
  }
  const counts = Float64Array.from(kept, ([, count]) => count);
  return {
    words,
    counts,
    sequences: { nItems: words.length, counts, pieces, open: () => open() },
    nTokens,
    warnings: [
      ...(texts.warnings?.() ?? []),
      ...(empty > 0 ? [`${empty} of ${nTexts} texts have no words in them; nothing is learned from these`] : []),
      ...(forgotten > 0
        ? [`there are more than ${most} different words; some that occur ${forgotten} times or less were forgotten`]
        : []),
    ],
  };
}

/** Texts as places in the vocabulary, in chunks of about a million words; what it lacks is passed over. */
async function* chunksOf(
  texts: AsyncGenerator<readonly string[], void>,
  how: Pick<VocabularyOptions, 'tokens' | 'lowercase'>,
  place: ReadonlyMap<string, number>,
): AsyncGenerator<Uint32Array, void> {
  let chunk = new Uint32Array(CHUNK);
  // where the next word would stand if none were passed over, and where it stands
  let [full, at] = [0, 0];
  for await (const some of texts) {
    for (const text of some) {
      const tokens = tokensOf(text, how);
      if (full > 0 && full + tokens.length + 1 > chunk.length) {
        yield chunk.slice(0, at);
        [full, at] = [0, 0];
      }
      if (tokens.length + 1 > chunk.length) chunk = new Uint32Array(tokens.length + 1);
      for (const token of tokens) {
        const id = place.get(token);
        if (id !== undefined) chunk[at++] = id;
      }
      chunk[at++] = SEQUENCE_END;
      full += tokens.length + 1;
    }
  }
  if (at > 0) yield chunk.slice(0, at);
}
