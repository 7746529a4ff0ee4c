import { expect, test } from 'vitest';
import { shadedWords } from './attention.ts';

const attention = {
  tokens: ['the', 'dog', 's'],
  words: Uint32Array.of(0, 1, 1),
  layers: 2,
  heads: 2,
  // layer 0 attends to the first alone; in layer 1 one head to oneself, the other to the last
  weights: Float32Array.from('100100100 100100100 100010001 001001001'.replaceAll(' ', ''), Number),
};

test('parts tokens by words, and shades them by what is paid to them', () => {
  const words = shadedWords(attention, 0, null);
  expect(words.map((word) => word.map(({ token }) => token))).toEqual([['the'], ['dog', 's']]);
  expect(words.flat().map(({ share }) => Math.round(1e6 * share))).toEqual([1e6, 0, 0]);
  expect(
    shadedWords(attention, 1, 1)
      .flat()
      .map(({ share }) => share),
  ).toEqual([0, 0.5, 0.5]);
  const [the, dog, s] = shadedWords(attention, 1, null).flat();
  expect(the.share).toBeCloseTo(1 / 6);
  expect(dog.share).toBeCloseTo(1 / 6);
  expect(s).toMatchObject({ index: 2, share: expect.closeTo(2 / 3) });
});

test('has nothing to shade of a text without words', () => {
  const none = { tokens: [], words: new Uint32Array(0), layers: 1, heads: 1, weights: new Float32Array(0) };
  expect(shadedWords(none, 0, null)).toEqual([]);
});
