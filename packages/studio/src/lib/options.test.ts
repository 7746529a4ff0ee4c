import { expect, test } from 'vitest';
import type { OptionSpec } from '@portolan/core/base';
import { defaultTexts, firstProblem, parseOption, parseOptions } from './options.ts';

const specs: OptionSpec[] = [
  { name: 'latentDim', type: 'integer', default: 2, min: 1, max: 512, summary: '' },
  { name: 'learningRate', type: 'number', default: 0.001, min: 0, summary: '' },
  { name: 'layers', type: 'integers', default: [512, 128], min: 1, summary: '' },
  { name: 'activation', type: 'choice', default: 'relu', choices: ['relu', 'elu'], summary: '' },
  { name: 'convolutional', type: 'boolean', default: false, summary: '' },
];

test('only what differs from the default is passed on', () => {
  const texts = defaultTexts(specs);
  expect(parseOptions(specs, texts)).toEqual({});
  expect(parseOptions(specs, { ...texts, latentDim: '8', layers: '64 32', convolutional: 'true' })).toEqual({
    latentDim: 8,
    layers: [64, 32],
    convolutional: true,
  });
  expect(parseOptions(specs, { ...texts, latentDim: '' })).toBeUndefined();
});

test('what is wrong is said', () => {
  const problem = (i: number, text: string): string | undefined => parseOption(specs[i], text).problem;
  expect([problem(0, '2.5'), problem(0, '0'), problem(0, '999'), problem(1, 'fast'), problem(2, '8, x')]).toEqual([
    'A whole number is needed.',
    'At least 1.',
    'At most 512.',
    '"fast" is not a number.',
    '"8, x" is not a number.',
  ]);
  expect(problem(2, '')).toBeUndefined();
});

test('the first wrong option is named', () => {
  expect(firstProblem(specs, defaultTexts(specs))).toBeUndefined();
  expect(firstProblem(specs, { learningRate: '', latentDim: '9999' })).toEqual({
    name: 'latentDim',
    problem: 'At most 512.',
  });
});
