import { expect, test } from 'vitest';
import type { Rows } from '@portolan/core/data';
import { featureColumn, featureName, mixedSpread, standardised } from './features.ts';

const rows = (...data: number[][]): Rows => ({
  data: Float32Array.from(data.flat()),
  nSamples: data.length,
  nFeatures: data[0].length,
  scale: 1,
});

test('a feature is a column of numbers, under its own name or its place', () => {
  const table = rows([1, 10], [2, 20], [3, 30]);
  expect(featureColumn(table, 1, 'age')).toEqual({
    name: 'age',
    type: 'number',
    values: new Float64Array([10, 20, 30]),
  });
  expect([featureName(['height', 'age'], 1), featureName(undefined, 1)]).toEqual(['age', 'x1']);
});

test('features of one kind keep their scale, others are measured by their spread', () => {
  expect(mixedSpread(rows([1, 2], [-1, 1], [2, -2]))).toBeNull();
  const spread = mixedSpread(rows([170, 0.1], [180, 0.2], [190, 0.3]))!;
  expect(spread.mean[0]).toBeCloseTo(180);
  const row = standardised([180, 0.3], spread);
  expect(row[0]).toBeCloseTo(0);
  expect(row[1]).toBeCloseTo(1.2247, 3);
  expect(standardised([1e6, 0.2], spread)[0]).toBe(3);
});

test('a constant feature stands at its mean', () => {
  const spread = mixedSpread(rows([100, 1], [100, 2]))!;
  expect(standardised([100, 1.5], spread)[0]).toBe(0);
});
