import { describe, expect, it } from 'vitest';
import { finish, random } from '../base/index.ts';
import { solveCholeskySteps } from './cholesky-steps.ts';
import { solveCholesky } from './factor.ts';
import { matrix64, multiplyTransposed } from './matrix64.ts';
import type { Matrix64 } from './matrix64.ts';

const rng = random(4);
const normals = (rows: number, cols: number): Matrix64 =>
  matrix64(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => rng.normal()),
  );

function definite(n: number): Matrix64 {
  const root = normals(n + 3, n);
  const a = multiplyTransposed(root, root);
  for (let i = 0; i < n; i++) a.data[i * (n + 1)] += 0.5;
  return a;
}

describe('Cholesky in steps', () => {
  // about the blocks of 48 rows
  it.each([1, 2, 5, 47, 48, 49, 95, 97, 150])('solves what the plain one solves, %i unknowns', (n) => {
    const a = definite(n);
    const b = normals(n, 3);
    const expected = solveCholesky(a, b);
    const given = b.data.slice();
    const got = finish(solveCholeskySteps(matrix64(n, n, a.data.slice()), b));
    got.data.forEach((value, i) => expect(value).toBeCloseTo(expected.data[i], 8));
    expect(b.data).toEqual(given);
  });

  it('reads the upper triangle alone', () => {
    const a = definite(60);
    const b = normals(60, 1);
    const expected = solveCholesky(a, b);
    for (let i = 0; i < 60; i++) a.data.fill(NaN, i * 60, i * 60 + i);
    const got = finish(solveCholeskySteps(a, b));
    got.data.forEach((value, i) => expect(value).toBeCloseTo(expected.data[i], 8));
  });

  it('tells how far it is, never backwards, in many steps', () => {
    const n = 300;
    const steps = [...solveCholeskySteps(definite(n), normals(n, 2))];
    expect(steps.length).toBeGreaterThan(25);
    steps.forEach((share, i) => expect(share).toBeGreaterThanOrEqual(i > 0 ? steps[i - 1] : 0));
    expect(steps.at(-1)).toBeLessThanOrEqual(1);
  });

  it('names the pivot of what is not positive definite', () => {
    const a = definite(60);
    a.data[50 * 61] = -1;
    expect(() => finish(solveCholeskySteps(a, normals(60, 1)))).toThrow(/pivot 50 is -/);
    expect(() => finish(solveCholeskySteps(matrix64(2, 3), matrix64(2, 1)))).toThrow('square');
    expect(() => finish(solveCholeskySteps(definite(2), matrix64(3, 1)))).toThrow('expected 2');
  });
});
