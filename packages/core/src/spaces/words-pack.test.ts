/** The pack of words, by what word vectors are good for. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPack, readPackManifest, readRows, textsOf } from '../data/index.ts';
import { analogyAccuracy, nearestWords } from './word2vec-words.ts';

const folder = new URL('../../../../packs/words/', import.meta.url);
const files = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => !name.endsWith('.mjs'))
    .map((name) => [name, new Uint8Array(readFileSync(new URL(name, folder)))]),
);

describe('the words pack', () => {
  it('has the files that its manifest describes', () => {
    const { files: described } = readPackManifest(files['pack.json']);
    expect(Object.keys(files).sort()).toEqual(['NOTICE', 'pack.json', ...Object.keys(described)].sort());
    for (const [name, { bytes, sha256 }] of Object.entries(described)) {
      expect(files[name].length).toBe(bytes);
      expect(createHash('sha256').update(files[name]).digest('hex')).toBe(sha256);
    }
  });

  it('holds 20,000 words in bytes, the commonest first, with the lengths they had', async () => {
    const { rows, columns, medium, label } = await readPack(files);
    expect([rows.nSamples, rows.nFeatures, medium.kind, label]).toEqual([20_000, 100, 'vector', undefined]);
    expect(rows.data).toBeInstanceOf(Int8Array);
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ['word', 'text'],
      ['norm', 'number'],
    ]);
    const [words, norms] = columns;
    expect((words.type === 'text' ? words.values : []).slice(0, 5)).toEqual(['the', ',', '.', 'of', 'to']);
    const x = readRows(rows);
    for (const i of [0, 77, 4000, 19_999]) {
      const length = Math.hypot(...x.data.subarray(i * 100, (i + 1) * 100));
      expect(length / (norms.type === 'number' ? norms.values[i] : 0)).toBeCloseTo(1, 2);
    }
  });

  it('knows kin and analogies', async () => {
    const pack = await readPack(files);
    const table = { words: textsOf(pack, 'word'), vectors: readRows(pack.rows) };
    expect(nearestWords(table, 'king', 3).map(({ word }) => word)).toContain('queen');
    expect(nearestWords(table, 'apple', 5).map(({ word }) => word)).toContain('microsoft');
    const questions = [
      ['man', 'king', 'woman', 'queen'],
      ['france', 'paris', 'germany', 'berlin'],
      ['france', 'paris', 'japan', 'tokyo'],
      ['big', 'bigger', 'small', 'smaller'],
      ['go', 'went', 'come', 'came'],
    ] as const;
    const { accuracy, known } = analogyAccuracy(table, questions);
    expect(known).toBe(5);
    expect(accuracy).toBeGreaterThanOrEqual(0.8);
  });
});
