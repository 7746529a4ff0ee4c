/** Texts → words → numbers: the vocabulary of a corpus, and the corpus as sequences of places in it. */
import { InputError } from '../base/index.ts';
import type { OptionSpec, Steps } from '../base/index.ts';
import { joinPhrases } from './phrases.ts';
import { SEQUENCE_END } from './sequences.ts';
import type { Sequences, StreamedSequences } from './sequences.ts';

/** How texts are parted into words. */
export interface Tokenising {
  /** `words`: letters and digits, with hyphens and apostrophes between them; `blanks`: whatever stands between blanks */
  readonly tokens: 'words' | 'blanks';
  readonly lowercase: boolean;
}

export interface VocabularyOptions extends Tokenising {
  /** words that occur less often are left out; 0: 5, or fewer where there are few words */
  readonly minCount: number;
  /** how often pairs of words are looked for that stand together like one */
  readonly phrases: number;
  readonly phraseThreshold: number;
}

export interface Corpus {
  /** the commonest first */
  readonly words: readonly string[];
  readonly counts: Float64Array;
  /** the texts as places in `words`; what is left out is passed over */
  readonly sequences: Sequences | StreamedSequences;
  readonly nTokens: number;
  readonly warnings: readonly string[];
}

/** What parts texts into words, for the options of methods. */
export const TOKEN_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'column',
    type: 'text',
    default: '',
    summary: 'The column of texts; when left out, the first there is.',
  },
  {
    name: 'tokens',
    type: 'choice',
    default: 'words',
    choices: ['words', 'blanks'],
    summary: 'What is a word: letters and digits, without punctuation, or whatever stands between blanks.',
  },
  { name: 'lowercase', type: 'boolean', default: true, summary: 'Whether The and the are one word.' },
];

export const CHUNK = 2 ** 20;
/** Texts between two looks at the signal. */
const TEXTS = 512;
const WORD = /[\p{L}\p{N}\p{M}]+(?:['’_-][\p{L}\p{N}\p{M}]+)*/gu;

/** The words of a text. */
export function tokensOf(text: string, { tokens, lowercase }: Tokenising): string[] {
  const cased = lowercase ? text.toLowerCase() : text;
  return (tokens === 'words' ? cased.match(WORD) : cased.trim().match(/\S+/g)) ?? [];
}

/**
 * The vocabulary of texts and the texts by it; each text is a sequence.
 * @throws InputError, code `vocabulary`, when fewer than two words are left
 */
export function* corpusSteps(
  name: string,
  texts: readonly string[],
  { minCount, phrases, phraseThreshold, ...how }: VocabularyOptions,
): Steps<Corpus & { readonly sequences: Sequences }> {
  const found = new Map<string, number>();
  const chunks: Uint32Array[] = [];
  let chunk = new Uint32Array(CHUNK);
  let at = 0;
  let nTokens = 0;
  let empty = 0;
  for (let i = 0; i < texts.length; i++) {
    const tokens = tokensOf(texts[i], how);
    if (tokens.length === 0) empty++;
    nTokens += tokens.length;
    if (at > 0 && at + tokens.length + 1 > chunk.length) {
      chunks.push(chunk.slice(0, at));
      at = 0;
    }
    if (tokens.length + 1 > chunk.length) chunk = new Uint32Array(tokens.length + 1);
    for (const token of tokens) {
      let id = found.get(token);
      if (id === undefined) found.set(token, (id = found.size));
      chunk[at++] = id;
    }
    chunk[at++] = SEQUENCE_END;
    if (i % TEXTS === TEXTS - 1) yield i / texts.length;
  }
  if (at > 0) chunks.push(chunk.slice(0, at));
  if (nTokens === 0) {
    throw new InputError(`${name}: there is no word in its ${texts.length} texts`, { code: 'vocabulary' });
  }
  const words = [...found.keys()];
  const least = minCount > 0 ? minCount : leastCount(nTokens);
  for (let pass = 0; pass < phrases; pass++) {
    joinPhrases(words, chunks, { least, threshold: phraseThreshold });
    yield 1;
  }
  const { kept, counts, place } = prune(words, chunks, least);
  checkKept(name, kept, least, nTokens);
  const sequences = { nItems: kept.length, chunks: chunks.map((chunk) => renumbered(chunk, place)) };
  const warnings =
    empty > 0 ? [`${empty} of ${texts.length} texts have no words in them; nothing is learned from these`] : [];
  return { words: kept, counts, sequences, nTokens, warnings };
}

/** @throws InputError, code `vocabulary`, when fewer than two words are left */
export function checkKept(name: string, kept: readonly string[], least: number, nTokens: number): void {
  if (kept.length >= 2) return;
  const what = kept.length === 0 ? 'no word occurs' : `only one word ("${kept[0]}") occurs`;
  const way = least > 1 ? '; lower minCount, or add more text' : '; add more text';
  throw new InputError(
    `${name}: ${what} ${least} ${least === 1 ? 'time' : 'times'} or more in ${nTokens} words${way}`,
    {
      code: 'vocabulary',
      details: { minCount: least, nTokens },
    },
  );
}

/** 5 in a corpus worth the name, fewer where that would leave nothing. */
export const leastCount = (nTokens: number): number => (nTokens < 20_000 ? 1 : nTokens < 200_000 ? 2 : 5);

/** The words that occur often enough, the commonest first; equals as they were first met. */
function prune(words: readonly string[], chunks: readonly Uint32Array[], least: number) {
  const all = new Float64Array(words.length);
  for (const chunk of chunks) for (const id of chunk) if (id !== SEQUENCE_END) all[id]++;
  const order = Uint32Array.from(words.keys()).filter((id) => all[id] >= least);
  order.sort((a, b) => all[b] - all[a] || a - b);
  const place = new Uint32Array(words.length).fill(SEQUENCE_END);
  order.forEach((id, i) => (place[id] = i));
  return {
    kept: Array.from(order, (id) => words[id]),
    counts: Float64Array.from(order, (id) => all[id]),
    place,
  };
}

/** Numbers by their new places; what has none is left out. */
function renumbered(chunk: Uint32Array, place: Uint32Array): Uint32Array {
  const out = new Uint32Array(chunk.length);
  let at = 0;
  for (const id of chunk) {
    if (id === SEQUENCE_END) out[at++] = id;
    else if (place[id] !== SEQUENCE_END) out[at++] = place[id];
  }
  return out.slice(0, at);
}
