import { describe, expect, it } from 'vitest';
import { FormatError, finish, isAbort, jobControl, matrixOf, random } from '../base/index.ts';
import type { Progress } from '../base/index.ts';
import { readRows, textsOf } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import type { LearnDetail } from './latent-space.ts';
import { loadSpace } from './load-space.ts';
import { joinPhrases } from './phrases.ts';
import { subwordBuckets, subwordParts } from './subwords.ts';
import { corpusSteps, tokensOf } from './vocabulary.ts';
import { SEQUENCE_END } from './sequences.ts';
import { analogy, analogyAccuracy, nearestWords, wordSimilarity } from './word2vec-words.ts';
import type { WordTable } from './word2vec-words.ts';
import { word2vec } from './word2vec.ts';

const runtime = nodeRuntime();
const texts = (values: string[]): Dataset => ({
  name: 'texts',
  rows: { data: new Float32Array(0), nSamples: values.length, nFeatures: 0, scale: 1 },
  columns: [{ name: 'text', type: 'text', values }],
  medium: { kind: 'text' },
  warnings: [],
});

/** Sentences of animals and of fruit, which stand among different words. */
function sentences(n: number): string[] {
  const rng = random(7);
  const of = (list: string): string => list.split(' ')[rng.below(list.split(' ').length)];
  return Array.from({ length: n }, (_, i) =>
    i % 2 === 0
      ? `The ${of('cat dog fox wolf')} ${of('chased saw bit')} a ${of('mouse hen rabbit')} in the wood.`
      : `She ${of('ate peeled sliced')} an ${of('apple orange pear plum')} with ${of('sugar cream honey')} at lunch.`,
  );
}
const quick = { latentDim: 16, epochs: 20, window: 4, subsample: 0, seed: 2 };
const how = { tokens: 'words', lowercase: true, minCount: 1, phrases: 0, phraseThreshold: 100 } as const;

describe('word2vec', () => {
  it('lays words by the company they keep', async () => {
    const { space, items, metrics, history, stopped } = await word2vec.fit(texts(sentences(600)), quick, runtime);
    const words = textsOf(items!, 'word');
    expect(space).toMatchObject({ method: 'word2vec', latentDim: 16, nFeatures: 16 });
    expect(items!.columns[1]).toMatchObject({ name: 'count', type: 'number' });
    expect(metrics.train).toMatchObject({ words: words.length, tokens: expect.any(Number) });
    expect([history.length, stopped]).toEqual([20, false]);
    const table: WordTable = { words, vectors: readRows(items!.rows) };
    expect(nearestWords(table, 'cat', 3).every(({ word }) => ['dog', 'fox', 'wolf'].includes(word))).toBe(true);
    expect(nearestWords(table, 'apple', 3).every(({ word }) => ['orange', 'pear', 'plum'].includes(word))).toBe(true);
    // the space of the items: their rows are the codes
    const codes = await space.encode!(table.vectors);
    expect(Math.max(...codes.data.map((value, i) => Math.abs(value - table.vectors.data[i])))).toBeLessThan(1e-6);
    expect(space.prior!.sample(3, 1).cols).toBe(16);
  });

  it.each([{}, { subwords: true, buckets: 500, normalise: false }, { shards: 2 }])(
    'is the same for the same seed, and after it was saved and loaded: %o',
    async (more) => {
      const data = texts(sentences(60));
      const options = { ...quick, epochs: 3, ...more };
      const [a, b] = [await word2vec.fit(data, options, runtime), await word2vec.fit(data, options, runtime)];
      expect(a.items!.rows.data).toEqual(b.items!.rows.data);
      const loaded = await loadSpace(a.space.toFiles(), runtime);
      const asked = ['the cat', 'An APPLE, sliced', '', 'zzz'];
      const z = await a.space.encodeTexts!(asked);
      expect((await loaded.encodeTexts!(asked)).data).toEqual(z.data);
      expect(loaded.toFiles()).toEqual(a.space.toFiles());
      expect([...z.data.subarray(32, 48)]).toEqual(Array.from({ length: 16 }, () => 0));
    },
  );

  it('gives a text the mean of its words, and words that were never met that of their parts', async () => {
    const options = { ...quick, epochs: 40, subwords: true, buckets: 2000, normalise: false };
    const { space, items } = await word2vec.fit(texts(sentences(600)), options, runtime);
    const words = textsOf(items!, 'word');
    const vectors = readRows(items!.rows);
    const at = (word: string): Float32Array => {
      const i = words.indexOf(word);
      return vectors.data.subarray(i * 16, (i + 1) * 16);
    };
    const z = await space.encodeTexts!(['cat Dog', 'oranges']);
    for (let j = 0; j < 16; j++) expect(z.data[j]).toBeCloseTo((at('cat')[j] + at('dog')[j]) / 2, 5);
    expect(words).not.toContain('oranges');
    expect(nearestWords({ words, vectors }, z.data.slice(16), 1)[0].word).toBe('orange');
  });

  it('can be cancelled, and stopped with what it has', async () => {
    const data = texts(sentences(200));
    const controller = new AbortController();
    const job = { signal: controller.signal, onProgress: () => controller.abort() };
    await expect(word2vec.fit(data, quick, runtime, job)).rejects.toSatisfy(isAbort);
    const control = jobControl();
    const onProgress = ({ phase }: Progress<LearnDetail>): void => void (phase === 'learning' && control.stop());
    const { stopped, items } = await word2vec.fit(data, { ...quick, epochs: 500 }, runtime, { control, onProgress });
    expect(stopped).toBe(true);
    expect(items!.rows.nSamples).toBeGreaterThan(10);
  });

  it.each([
    [['a a a', 'a a'], {}, 'texts: only one word ("a") occurs 1 time or more in 5 words; add more text'],
    [
      ['a b', 'c d'],
      { minCount: 3 },
      'texts: no word occurs 3 times or more in 4 words; lower minCount, or add more text',
    ],
    [['...', ' '], {}, 'texts: there is no word in its 2 texts'],
    [['a b'], { column: 'body' }, 'texts has no column body; its columns: text'],
    [['a b'], { windows: 3 }, /no option windows; did you mean window\?/],
  ])('refuses %o with %o', async (values, options, message) => {
    await expect(word2vec.fit(texts(values), options, runtime)).rejects.toThrow(message);
  });

  it('says when texts are empty or few', async () => {
    const { warnings } = await word2vec.fit(texts(['a b c', '', '!']), { ...quick, epochs: 1 }, runtime);
    expect(warnings[0]).toBe('2 of 3 texts have no words in them; nothing is learned from these');
    expect(warnings[1]).toMatch(/^3 words in 3 places are few to learn from/);
  });

  it('refuses files that do not belong together', async () => {
    const { space } = await word2vec.fit(texts(['a b c']), { ...quick, epochs: 1 }, runtime);
    const { 'words.txt': _, ...less } = space.toFiles();
    await expect(loadSpace(less, runtime)).rejects.toThrow('needs a words.txt');
    const wrong = { ...space.toFiles(), 'words.txt': new TextEncoder().encode('a\nb\n') };
    await expect(loadSpace(wrong, runtime)).rejects.toThrow(FormatError);
  });
});

describe('the vocabulary', () => {
  it('parts texts into words', () => {
    expect(tokensOf("Don't—the naïve, co-op's 3rd X!", how)).toEqual(["don't", 'the', 'naïve', "co-op's", '3rd', 'x']);
    expect(tokensOf(' A, b\tc ', { tokens: 'blanks', lowercase: false })).toEqual(['A,', 'b', 'c']);
    expect(tokensOf('日本 Ünï', how)).toEqual(['日本', 'ünï']);
  });

  it('has the commonest words first, and the texts by them', () => {
    const { words, counts, sequences } = finish(corpusSteps('t', ['b a b', 'c', 'a b d'], { ...how, minCount: 2 }));
    expect(words).toEqual(['b', 'a']);
    expect([...counts]).toEqual([3, 2]);
    expect([...sequences.chunks[0]]).toEqual([0, 1, 0, SEQUENCE_END, SEQUENCE_END, 1, 0, SEQUENCE_END]);
  });

  it('joins phrases by the score of the paper, each word in one at most', () => {
    // new 3, york 3, old 1, new york 3: (3 − 1) · 8 / (3 · 3) = 1.78; york new 1: (1 − 1) = 0
    const chunks = [Uint32Array.of(0, 1, 0, 1, SEQUENCE_END, 2, 0, 1, SEQUENCE_END, 3)];
    const words = ['new', 'york', 'old', 'is'];
    expect(joinPhrases(words, chunks, { least: 1, threshold: 1.8 })).toBe(0);
    expect(joinPhrases(words, chunks, { least: 1, threshold: 1.7 })).toBe(1);
    expect(words[4]).toBe('new_york');
    expect([...chunks[0]]).toEqual([4, 4, SEQUENCE_END, 2, 4, SEQUENCE_END, 3]);
  });

  it('finds phrases of a corpus, and in what is asked', async () => {
    const values = Array.from({ length: 40 }, (_, i) => `new york city w${i % 9} and w${i % 7} new w${i % 5}`);
    const options = { ...quick, epochs: 1, phrases: 2, phraseThreshold: 3, minCount: 2 };
    const { space, items } = await word2vec.fit(texts(values), options, runtime);
    expect(textsOf(items!, 'word')).toContain('new_york_city');
    const [a, b] = [await space.encodeTexts!(['New York City']), await space.encodeTexts!(['new_york_city'])];
    expect(a.data).toEqual(b.data);
  });
});

describe('subwords', () => {
  it('are the n-grams between marks, hashed as fastText hashes them', () => {
    const options = { minN: 3, maxN: 3, buckets: 2 ** 31 };
    // FNV-1a of <wh, whe, her, ere, re>, the example of the paper
    const fnv = (text: string): number =>
      [...Buffer.from(text)].reduce(
        (h, byte) => Number((BigInt(h ^ byte) * 16777619n) & 0xffffffffn),
        2166136261 | 0,
      ) >>> 0;
    expect(subwordBuckets('where', options)).toEqual(
      ['<wh', 'whe', 'her', 'ere', 're>'].map((gram) => fnv(gram) % 2 ** 31),
    );
    expect(subwordBuckets('a', { minN: 1, maxN: 2, buckets: 100 })).toHaveLength(3); // <a, a, a>
    expect(subwordBuckets('ab', { minN: 4, maxN: 6, buckets: 100 })).toEqual([]);
  });

  it('stand after the words', () => {
    const { nRows, offsets, rows } = subwordParts(['ab', 'abc'], { minN: 3, maxN: 4, buckets: 10 });
    expect(nRows).toBe(12);
    expect([...offsets]).toEqual([0, 3, 9]); // <ab ab> | <ab abc bc> <abc abc>
    expect([rows[0], rows[3]]).toEqual([0, 1]);
    expect(rows[1]).toBe(rows[4]);
  });
});

describe('questions to word vectors', () => {
  const table: WordTable = {
    words: ['king', 'man', 'woman', 'queen', 'apple'],
    vectors: matrixOf([[2, 2, 0], [2, 0, 0], [2, 0, 2], [2, 2, 2.2], [-1, 0.1, 0]]), // prettier-ignore
  };
  it('are answered by cosine', () => {
    expect(nearestWords(table, 'king', 2).map(({ word }) => word)).toEqual(['queen', 'man']);
    expect(nearestWords(table, 'king', 2)[1].similarity).toBeCloseTo(Math.SQRT1_2, 6);
    expect(nearestWords(table, Float32Array.of(2, 0, 0), 1)).toEqual([{ word: 'man', similarity: 1 }]);
    expect(() => nearestWords(table, 'kinf')).toThrow('the vocabulary of 5 words has no "kinf"; did you mean king?');
  });

  it('analogies and similarities', () => {
    expect(analogy(table, 'man', 'king', 'woman')[0].word).toBe('queen');
    const questions = [
      ['man', 'king', 'woman', 'queen'],
      ['man', 'woman', 'king', 'apple'],
      ['man', 'king', 'girl', 'princess'],
    ] as const;
    expect(analogyAccuracy(table, questions)).toEqual({ accuracy: 0.5, known: 2 });
    const pairs = [
      ['king', 'queen', 9],
      ['king', 'man', 5],
      ['king', 'apple', 1],
      ['king', 'girl', 4],
    ] as const;
    expect(wordSimilarity(table, pairs)).toEqual({ spearman: 1, known: 3 });
    expect(wordSimilarity(table, []).spearman).toBeNaN();
  });
});
