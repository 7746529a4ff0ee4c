import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { file, wordVectorsBytes } from '../files.fixture.ts';
import { readDataset, textsOf } from '../index.ts';
import type { Dataset } from '../index.ts';

const read = (name: string, content: string | Uint8Array, limit?: number): Promise<Dataset> =>
  readDataset([file(name, content)], { limit });
const table = (words: string[], dim: number): string =>
  words.map((word, i) => [word, ...Array.from({ length: dim }, (_, j) => i + j / 4)].join(' ')).join('\n');
const numbers = (n: number, dim: number): number[] =>
  Array.from({ length: n * dim }, (_, k) => Math.floor(k / dim) + (k % dim) / 4);
const WORDS = ['the', 'of', 'été', '1999'];

describe('word vectors', () => {
  it.each([
    ['a.vec', `4 5\n${table(WORDS, 5)}\n`],
    ['a.vec', table(WORDS, 5).replaceAll('\n', ' \r\n')],
    ['glove.5d.txt', table(WORDS, 5)],
    ['glove.5d.txt.gz', gzipSync(new TextEncoder().encode(table(WORDS, 5)))],
    ['vectors', `4 5\n\n${table(WORDS, 5)}`],
    ['a.bin', wordVectorsBytes(WORDS, 5)],
    ['GoogleNews', wordVectorsBytes(WORDS, 5, '\n')],
    ['a.bin.gz', gzipSync(wordVectorsBytes(WORDS, 5))],
  ])('are read from %s (%#)', async (name, content) => {
    const dataset = await read(name, content);
    expect(dataset.rows).toMatchObject({ nSamples: 4, nFeatures: 5, scale: 1 });
    expect([...dataset.rows.data]).toEqual(numbers(4, 5));
    expect(textsOf(dataset, 'word')).toEqual(WORDS);
    expect(dataset).toMatchObject({ medium: { kind: 'vector' }, warnings: [] });
  });

  it.each([300, 1000])('of %i numbers, where the first line is longer than what is looked at', async (dim) => {
    for (const head of ['', `4 ${dim}\n`]) {
      const { rows, columns } = await read('a.txt', head + table(WORDS, dim));
      expect([...rows.data]).toEqual(numbers(4, dim));
      expect(columns).toMatchObject([{ name: 'word', values: WORDS }]);
    }
  });

  it('have words with blanks in them, and words that are numbers', async () => {
    const words = ['the', '. . .', 'at name@domain.com', '42', 'of'];
    const dataset = await read('glove.txt', table(words, 6));
    expect(textsOf(dataset, 'word')).toEqual(words);
    expect([...dataset.rows.data]).toEqual(numbers(5, 6));
  });

  it('keep their bits through the binary table', async () => {
    const odd = Float32Array.of(1e-42, -0, 3.4e38, 1 / 3);
    const head = new TextEncoder().encode('2 2\n');
    const bytes = new Uint8Array(odd.buffer);
    const whole = [...head, 97, 32, ...bytes.subarray(0, 8), 98, 32, ...bytes.subarray(8)];
    expect((await read('a.bin', Uint8Array.from(whole))).rows.data).toEqual(odd);
  });

  it.each([
    ['a.vec', '3 2\na 1 2\nb 3 4\nc 5\n', 'a.vec: line 4 has 2 fields, expected a word and 2 numbers: "c 5"'],
    ['a.vec', '3 2\na 1 2\nb 3 4\nc 5 x\n', 'a.vec: line 4 has "x", expected a number'],
    ['a.vec', '9 2\na 1 2\nb 3 4\n', 'a.vec announces 9 vectors and has 2: is it cut off?'],
    ['a.vec', 'to be or not to be\n', 'a.vec has no vectors: expected a word and its numbers on each line'],
    ['a.txt', `${table(WORDS, 5)}\nlast 1 2`, 'a.txt: line 5 has 3 fields, expected a word and 5 numbers: "last 1 2"'],
    ['a.vec', '2 2\na 1 nan\nb 3 4\n', 'a.vec: value NaN in row 0, column 1; expected finite numbers'],
    ['a.bin', wordVectorsBytes(WORDS, 5).subarray(0, 70), /a\.bin announces 4 vectors of 5 numbers, more than its 70/],
    ['a.bin', wordVectorsBytes(WORDS, 5).subarray(0, 100), /ends at byte 100, inside the vector of word 3 .*cut off/],
    ['cc.bin', Uint8Array.of(0xba, 0x16, 0x4f, 0x2f, 12, 0, 0, 0), /is a whole fastText model .*save them as \.vec/],
  ])('are refused: %s (%#)', async (name, content, message) => {
    await expect(read(name, content)).rejects.toThrow(message);
  });

  it('are refused beyond the limit, by what they announce', async () => {
    const bytes = wordVectorsBytes(WORDS, 5);
    await expect(read('a.bin', bytes, 79)).rejects.toThrow(FormatError);
    await expect(read('a.vec', `4 5\n${table(WORDS, 5)}`, 79)).rejects.toThrow('would take 80 bytes');
  });
});

describe('text files', () => {
  it('are a document a line, without rows of numbers', async () => {
    const dataset = await read(
      'corpus.txt',
      '\ufeffOne line.\r\n\r\n  Another, with a comma, 1999 and “quotes" \nlast',
    );
    expect(dataset).toMatchObject({
      name: 'corpus',
      rows: { nSamples: 3, nFeatures: 0 },
      medium: { kind: 'text' },
      warnings: ['1 line has nothing on it and was left out.'],
    });
    expect(textsOf(dataset)).toEqual(['One line.', 'Another, with a comma, 1999 and “quotes"', 'last']);
    expect(dataset.label).toBeUndefined();
  });

  it('that hold a table or numbers are read as such', async () => {
    expect((await read('a.txt', 'x\ty\n1\t2\n3\t4\n')).rows.nFeatures).toBe(2);
    expect((await read('a.txt', 'x,y\n1,2\n3,4\n')).featureNames).toEqual(['x', 'y']);
    const saved = await read('savetxt.txt', '1.0e+00 2.0e+00\n3.0e+00 4.0e+00\n');
    expect([...saved.rows.data]).toEqual([1, 2, 3, 4]);
    expect(saved.columns).toEqual([]);
  });

  it('stay text when they begin with a bracket or have years in them', async () => {
    for (const text of ['[Illustration]\nOnce upon a time\n', 'born 1879 1955\ndied 1900 1910\n', 'a, b\nc, d\n']) {
      expect((await read('a.txt', text)).medium).toEqual({ kind: 'text' });
    }
  });

  it('join a file of labels, and are labels themselves', async () => {
    const labels = file('labels.txt', 'x\ny\nx\ny\n');
    const texts = file('a.txt', 'one one\ntwo two\nthree three\nfour four\n');
    const dataset = await readDataset([texts], { labels });
    expect(dataset.columns.map(({ name, type }) => [name, type])).toEqual([
      ['text', 'text'],
      ['column 1', 'category'],
    ]);
    expect(dataset.label).toBe('column 1');
  });

  it('with nothing on their lines are refused', async () => {
    await expect(read('a.txt', '\n \n\n')).rejects.toThrow('a.txt has nothing but blank lines');
    await expect(read('a.txt', 'only one')).rejects.toThrow('a.txt has 1 row, at least 2 are needed');
  });
});

describe('tables of texts alone', () => {
  it.each([
    ['a.csv', 'parent,child\nanimal,cat\nanimal,dog\nmammal,fox\n'],
    [
      'a.jsonl',
      '{"parent":"animal","child":"cat"}\n{"parent":"animal","child":"dog"}\n{"parent":"mammal","child":"fox"}\n',
    ],
  ])('have columns and rows of no numbers: %s', async (name, content) => {
    const dataset = await read(name, content);
    expect(dataset).toMatchObject({ rows: { nSamples: 3, nFeatures: 0 }, medium: { kind: 'text' } });
    expect(textsOf(dataset, 'child')).toEqual(['cat', 'dog', 'fox']);
    expect(textsOf(dataset, 'parent')).toEqual(['animal', 'animal', 'mammal']);
  });
});
