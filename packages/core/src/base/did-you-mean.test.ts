import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, listNames } from './did-you-mean.ts';

describe('didYouMean', () => {
  it('counts the fewest edits', () => {
    expect(editDistance('learn', 'learn')).toBe(0);
    expect(editDistance('laern', 'learn')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
  });
  it('names the nearest, if it is near', () => {
    expect(didYouMean('lern', ['learn', 'ls'])).toBe('; did you mean learn?');
    expect(didYouMean('frobnicate', ['learn', 'ls'])).toBe('');
    expect(didYouMean('salt-and-pepper', ['none', 'saltAndPepper'])).toBe('; did you mean saltAndPepper?');
  });
});

describe('listNames', () => {
  it('lists a dozen at most', () => {
    const names = Array.from({ length: 30 }, (_, i) => `n${i}`);
    expect(listNames([])).toBe('nothing');
    expect(listNames(names.slice(0, 12))).toMatch(/^n0, .*, n11$/);
    expect(listNames(names)).toMatch(/^n0, .*, n11 and 18 more$/);
  });
});
