import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { finish, random } from '../base/index.ts';
import { matrix64, multiply, transposed } from './matrix64.ts';
import type { Matrix64 } from './matrix64.ts';
import { eigenSteps, symmetricEigen } from './eigen.ts';

function randomSymmetric(n: number, seed: number): Matrix64 {
  const rng = random(seed);
  const a = matrix64(n, n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a.data[i * n + j] = a.data[j * n + i] = rng.normal();
  return a;
}

function greatestDifference(a: Matrix64, b: Matrix64): number {
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);
}

const identity = (n: number): Matrix64 => {
  const out = matrix64(n, n);
  for (let i = 0; i < n; i++) out.data[i * n + i] = 1;
  return out;
};

test('V is orthonormal, Vᵀ Λ V gives the matrix back, and the values fall', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(), fc.integer({ min: -8, max: 8 }), (n, seed, exponent) => {
      const a = randomSymmetric(n, seed);
      a.data.forEach((value, i) => (a.data[i] = value * 10 ** exponent));
      const { values, vectors } = symmetricEigen(a);
      expect(greatestDifference(multiply(vectors, transposed(vectors)), identity(n))).toBeLessThan(1e-13);
      const scaled = matrix64(n, n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) scaled.data[i * n + j] = values[i] * vectors.data[i * n + j];
      }
      expect(greatestDifference(multiply(transposed(vectors), scaled), a)).toBeLessThan(1e-13 * n * 10 ** exponent);
      for (let i = 1; i < n; i++) expect(values[i]).toBeLessThanOrEqual(values[i - 1]);
    }),
    { numRuns: 60 },
  );
});

test('the second difference matrix has the eigenvalues 2 − 2 cos(πk / (n + 1))', () => {
  const n = 25;
  const a = matrix64(n, n);
  for (let i = 0; i < n; i++) {
    a.data[i * n + i] = 2;
    if (i > 0) a.data[i * n + i - 1] = a.data[(i - 1) * n + i] = -1;
  }
  const { values } = symmetricEigen(a);
  const expected = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos((Math.PI * (n - k)) / (n + 1)));
  values.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 13));
});

test('the greatest component of every eigenvector is positive', () => {
  const { vectors } = symmetricEigen(randomSymmetric(12, 3));
  for (let i = 0; i < 12; i++) {
    const one = [...vectors.data.subarray(i * 12, (i + 1) * 12)];
    expect(Math.max(...one)).toBe(Math.max(...one.map(Math.abs)));
  }
});

test.each([
  ['zeros', matrix64(4, 4), [0, 0, 0, 0]],
  ['a diagonal', matrix64(3, 3, Float64Array.of(1, 0, 0, 0, -2, 0, 0, 0, 5)), [5, 1, -2]],
  ['rank one', matrix64(3, 3, Float64Array.of(1, 2, 3, 2, 4, 6, 3, 6, 9)), [14, 0, 0]],
  ['one number', matrix64(1, 1, Float64Array.of(-7)), [-7]],
  ['nothing', matrix64(0, 0), []],
])('%s', (_, a, expected) => {
  const { values } = symmetricEigen(a);
  expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 13));
});

test('the matrix is left untouched, and steps give the same answer', () => {
  const a = randomSymmetric(9, 1);
  const before = a.data.slice();
  const whole = symmetricEigen(a);
  expect(finish(eigenSteps(a))).toEqual(whole);
  expect(a.data).toEqual(before);
});

test('refuses what is not square or not finite', () => {
  expect(() => symmetricEigen(matrix64(2, 3))).toThrow('square matrix, got 2 × 3');
  expect(() => symmetricEigen(matrix64(2, 2, Float64Array.of(1, 0, NaN, 1)))).toThrow('NaN in row 1, column 0');
});
