import { describe, expect, it } from 'vitest';
import { keywords, wordsOf } from './keywords.ts';

describe('keywords', () => {
  const texts = [
    'The cat sat with a cat on the mat', 'A cat and a kitten', 'kitten, cat; small animal',
    'The rocket left the pad', 'A rocket engine', 'engine of the rocket: an animal of steel',
  ]; // prettier-ignore

  it('are what a group says often and the others do not', () => {
    expect(keywords(texts, [0, 0, 0, 1, 1, 1], 2, { nWords: 2 })).toEqual([['cat', 'kitten'], ['rocket', 'engine']]); // prettier-ignore
  });

  it('weigh as the formula says', () => {
    // group 0 has words a×2, b×2 (of 4); group 1 has b×2 (of 2); A = 3
    const weight = (share: number, total: number): number => share * Math.log(1 + 3 / total);
    expect(weight(0.5, 2)).toBeGreaterThan(weight(0.5, 4));
    expect(keywords(['aa bb', 'aa bb', 'bb', 'bb'], [0, 0, 1, 1], 2)).toEqual([['aa', 'bb'], ['bb']]);
  });

  it('count a word once a text, and leave out what only one of several texts says', () => {
    expect(keywords(['spam spam spam spam', 'ham', 'ham'], [0, 0, 0], 1)).toEqual([['ham']]);
    expect(keywords(['only one text'], [0], 1, { nWords: 1 })).toEqual([['text']]);
  });

  it('are none without texts or groups', () => {
    expect(keywords(['', 'word'], [0, -1], 2)).toEqual([[], []]);
    expect(() => keywords(['a'], [], 1)).toThrow(/0 codes for 1 texts/);
  });

  it('read words of many scripts', () => {
    expect(wordsOf("L’été, it's 2024: naïve well-known x2 I")).toEqual(["l'été", "it's", 'naïve', 'well-known', 'x2']);
    expect(wordsOf('猫が好き')).toContain('猫');
    expect(wordsOf('Ελλάδα и Россия')).toEqual(['ελλάδα', 'и', 'россия']);
  });
});
