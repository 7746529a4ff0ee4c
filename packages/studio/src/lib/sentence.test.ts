import { expect, test } from 'vitest';
import { InputError } from '@portolan/core/base';
import { sentence } from './sentence.ts';

test('a sentence begins with a capital and ends with a stop, but names stay as they are', () => {
  const said = (text: string): string => sentence(new InputError(text));
  expect(said('perplexity 50 needs more than 150 samples')).toBe('Perplexity 50 needs more than 150 samples.');
  expect(said('cut.png is damaged')).toBe('cut.png is damaged.');
  expect(said('latentDim 2 must be less')).toBe('latentDim 2 must be less.');
});
