import { describe, expect, test } from 'vitest';
import { qualityFigures, verdict } from './quality.ts';

const quality = { trustworthiness: 0.97, continuity: 0.96, neighborRecall: 0.4, nNeighbors: 15, sampleSize: 2000 };

test('only the figures that were measured are shown', () => {
  expect(qualityFigures(quality).map(({ name }) => name)).toEqual([
    'trustworthiness',
    'continuity',
    'neighbour recall',
  ]);
  const more = qualityFigures({ ...quality, labelAccuracy: 0.9, explainedVariance: 0 });
  expect(more.map(({ value }) => value)).toEqual([0.97, 0.96, 0.4, 0.9, 0]);
});

describe('the sentence', () => {
  test.each([
    [0.97, 0.96, 'Neighbours here can be believed, and little was torn apart.'],
    [0.9, 0.9, 'Most neighbours here are true ones, some are not, and some was torn apart.'],
    [0.7, 0.99, 'Many neighbours here are false: this map shows the broad view, and little was torn apart.'],
  ])('at %f and %f', (trustworthiness, continuity, words) => {
    expect(verdict({ ...quality, trustworthiness, continuity })).toBe(words);
  });
  test('says nothing of maps too small to be wrong', () => {
    expect(verdict({ ...quality, sampleSize: 2 })).toMatch(/few/);
  });
});
