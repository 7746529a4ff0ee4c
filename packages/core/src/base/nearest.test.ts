import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance } from './nearest.ts';

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
