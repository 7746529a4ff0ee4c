import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { random } from '../base/index.ts';
import { generalizedEigen, matrix64, multiply, multiplyTransposed, svd, symmetricEigen, transposed } from './index.ts';
import type { Matrix64 } from './index.ts';

function normal(rows: number, cols: number, seed: number): Matrix64 {
  const rng = random(seed);
  return matrix64(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => rng.normal()),
  );
}

function difference(a: Matrix64, b: Matrix64): number {
  expect([a.rows, a.cols]).toEqual([b.rows, b.cols]);
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);
}

const diagonal = (values: ArrayLike<number>): Matrix64 => {
  const out = matrix64(values.length, values.length);
  for (let i = 0; i < values.length; i++) out.data[i * (values.length + 1)] = values[i];
  return out;
};
const eye = (n: number): Matrix64 => diagonal(new Float64Array(n).fill(1));
const size = fc.integer({ min: 1, max: 14 });

describe('the exact SVD', () => {
  test('gives orthonormal vectors, values that fall, and the matrix back', () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (m, n, seed) => {
        const a = normal(m, n, seed);
        const { u, singularValues, vt } = svd(a);
        const k = Math.min(m, n);
        expect([u.cols, singularValues.length, vt.rows]).toEqual([k, k, k]);
        expect(difference(multiplyTransposed(u, u), eye(k))).toBeLessThan(1e-13);
        expect(difference(multiply(vt, transposed(vt)), eye(k))).toBeLessThan(1e-13);
        expect(difference(multiply(multiply(u, diagonal(singularValues)), vt), a)).toBeLessThan(1e-12);
        for (let i = 1; i < k; i++) expect(singularValues[i]).toBeLessThanOrEqual(singularValues[i - 1]);
        const squares = symmetricEigen(multiplyTransposed(a, a)).values;
        for (let i = 0; i < k; i++) expect(singularValues[i] ** 2).toBeCloseTo(squares[i], 10);
      }),
    );
  });

  test('keeps the digits of small values', () => {
    const a = matrix64(3, 3, Float64Array.of(1, 1, 0, 0, 1e-12, 0, 0, 0, 1e-20));
    const { singularValues } = svd(a);
    expect(singularValues[1] / (1e-12 / Math.SQRT2)).toBeCloseTo(1, 10);
    expect(singularValues[2] / 1e-20).toBeCloseTo(1, 10);
  });

  test('a deficient matrix has zeros, a bad one is refused', () => {
    const { singularValues } = svd(matrix64(3, 2, Float64Array.of(1, 2, 2, 4, 3, 6)));
    expect(singularValues[0]).toBeCloseTo(Math.sqrt(70), 12);
    expect(singularValues[1]).toBeLessThan(1e-14);
    expect([...svd(matrix64(2, 2)).singularValues]).toEqual([0, 0]);
    expect(() => svd(matrix64(1, 2, Float64Array.of(0, NaN)))).toThrow('row 0, column 1');
  });
});

describe('the generalised eigenproblem', () => {
  test('a v = λ b v, and vectors are orthonormal by b', () => {
    fc.assert(
      fc.property(size, fc.nat(), (n, seed) => {
        const half = normal(n, n, seed);
        const a = matrix64(n, n);
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++) a.data[i * n + j] = half.data[i * n + j] + half.data[j * n + i];
        const b = multiplyTransposed(normal(n + 3, n, seed + 1), normal(n + 3, n, seed + 1));
        for (let i = 0; i < n; i++) b.data[i * (n + 1)] += 0.5;
        const { values, vectors } = generalizedEigen(a, b);
        const columns = transposed(vectors);
        expect(difference(multiply(vectors, multiply(b, columns)), eye(n))).toBeLessThan(1e-11);
        expect(difference(multiply(a, columns), multiply(multiply(b, columns), diagonal(values)))).toBeLessThan(1e-11);
        for (let i = 1; i < n; i++) expect(values[i]).toBeLessThanOrEqual(values[i - 1]);
      }),
    );
  });

  test('with b = 1 is the plain one; a b that is not positive definite is refused', () => {
    const a = multiplyTransposed(normal(9, 6, 1), normal(9, 6, 1));
    expect(difference(generalizedEigen(a, eye(6)).vectors, symmetricEigen(a).vectors)).toBeLessThan(1e-10);
    expect(() => generalizedEigen(a, matrix64(6, 6))).toThrow('not positive definite');
    expect(() => generalizedEigen(a, eye(5))).toThrow('6 × 6 and 5 × 5');
  });
});
