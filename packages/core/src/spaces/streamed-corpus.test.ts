import { describe, expect, it } from 'vitest';
import { finish, isAbort, random } from '../base/index.ts';
import type { Progress } from '../base/index.ts';
import { bytesSource, readDataset, readRows, streamedDataset, textStream } from '../data/index.ts';
import type { Dataset, TextStream } from '../data/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { streamedCorpus } from './streamed-corpus.ts';
import { corpusSteps } from './vocabulary.ts';
import { word2vec } from './word2vec.ts';

const how = { tokens: 'words', lowercase: true, minCount: 2, phrases: 0, phraseThreshold: 0 } as const;
/** Lines of words by Zipf's law, some blank, some without a word, one of 40,000 words. */
const lines = ((): string[] => {
  const rng = random(5);
  const word = (): string => `w${Math.floor(300 ** rng.uniform())}`;
  const words = (n: number): string => Array.from({ length: n }, word).join(' ');
  const some = Array.from({ length: 3000 }, (_, i) =>
    i % 100 === 7 ? '' : i % 100 === 9 ? '!?' : words(rng.below(12)),
  );
  return [...some, words(40_000), ...some.slice(0, 50)];
})();
const source = (text: string) => bytesSource('corpus.txt', new TextEncoder().encode(text));
const held = (values: string[]): Dataset => ({
  name: 'corpus.txt',
  rows: { data: new Float32Array(0), nSamples: values.length, nFeatures: 0, scale: 1 },
  columns: [{ name: 'text', type: 'text', values }],
  medium: { kind: 'text' },
  warnings: [],
});

describe('a streamed corpus', () => {
  it('has the words and the sequences of one that is held', async () => {
    const documents = lines.map((line) => line.trim()).filter((line) => line !== '');
    const expected = finish(corpusSteps('corpus.txt', documents, how));
    const progress: Progress[] = [];
    const corpus = await streamedCorpus(textStream(source(lines.join('\r\n'))), how, {
      onProgress: (each) => progress.push(each),
    });
    expect(corpus.words).toEqual(expected.words);
    expect(corpus.counts).toEqual(expected.counts);
    expect(corpus.nTokens).toBe(expected.nTokens);
    expect(corpus.warnings).toEqual(expected.warnings);
    for (let pass = 0; pass < 2; pass++) {
      const chunks: Uint32Array[] = [];
      for await (const chunk of corpus.sequences.open()) chunks.push(chunk);
      expect(chunks).toEqual(expected.sequences.chunks);
    }
    expect(new Set(progress.map(({ phase }) => phase))).toEqual(new Set(['reading', 'parting']));
    expect(progress.every(({ done, total }) => done <= total)).toBe(true);
  });

  it('is learned from as one that is held, bit for bit, also from a checkpoint', async () => {
    const documents = lines.map((line) => line.trim()).filter((line) => line !== '');
    const options = { latentDim: 8, epochs: 3, seed: 4, shards: 2 };
    const kept: Uint8Array[] = [];
    const streamed = streamedDataset(source(lines.join('\n')));
    const whole = await word2vec.fit(held(documents), options, nodeRuntime());
    const fitted = await word2vec.fit(streamed, options, nodeRuntime(), {
      onCheckpoint: (bytes) => void kept.push(bytes),
    });
    expect(readRows(fitted.items!.rows).data).toEqual(readRows(whole.items!.rows).data);
    expect(fitted.history).toEqual(whole.history);
    const resumed = await word2vec.fit(streamed, options, nodeRuntime(), { checkpoint: kept[1] });
    expect(readRows(resumed.items!.rows).data).toEqual(readRows(whole.items!.rows).data);
  });

  it('is never held: texts are asked for as they are needed', async () => {
    let [open, asked] = [0, 0];
    const endless: TextStream = {
      name: 'endless',
      byteLength: 1e12,
      async *open() {
        open++;
        for (;;) {
          asked++;
          yield ['a b c a b'];
          await Promise.resolve();
        }
      },
    };
    const controller = new AbortController();
    const texts: TextStream = {
      ...endless,
      async *open(onBytes) {
        for await (const some of endless.open()) {
          await onBytes?.(10);
          if (asked === 2000) controller.abort();
          yield some;
        }
      },
    };
    await expect(streamedCorpus(texts, how, { signal: controller.signal })).rejects.toSatisfy(isAbort);
    expect([open, asked]).toEqual([1, 2001]);
  });

  it('forgets the rarest where there are too many different words', async () => {
    const many = Array.from({ length: 500 }, (_, i) => `rare${i} the cat`).join('\n');
    const stream = textStream(source(`${many}\n${'the cat sat\n'.repeat(50)}`));
    const { words, counts, warnings } = await streamedCorpus(stream, how, {}, 100);
    expect(words).toEqual(['the', 'cat', 'sat']);
    expect([...counts]).toEqual([550, 550, 50]);
    expect(warnings[0]).toMatch(/more than 100 different words/);
  });

  it('tells of bytes that are no UTF-8', async () => {
    const latin = Uint8Array.from([...'der fluss\nder fluß\n\nder fluß\n'], (letter) => letter.charCodeAt(0));
    const { warnings } = await streamedCorpus(textStream(bytesSource('latin.txt', latin)), how, {});
    expect(warnings).toEqual([
      '2 lines have bytes that are no UTF-8, line 2 first: they became \ufffd; save the file as UTF-8',
    ]);
    const { warnings: held } = await readDataset([bytesSource('latin.txt', latin.subarray(0, 18))]);
    expect(held).toContain('line 2 has bytes that are no UTF-8: they became \ufffd; save the file as UTF-8');
  });

  it.each([
    ['', {}, /there is no word in its 0 texts/],
    ['\n!\n\n', {}, /there is no word in its 1 texts/],
    ['a a a\na', {}, /only one word \("a"\) occurs 2 times or more in 4 words/],
    ['a b', {}, /no word occurs 2 times or more in 2 words; lower minCount/],
    ['a b a b', { phrases: 1 }, /phrases are not looked for/],
  ])('refuses %j', async (text, more, message) => {
    await expect(streamedCorpus(textStream(source(text)), { ...how, ...more }, {})).rejects.toThrow(message);
  });
});
