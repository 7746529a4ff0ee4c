import { describe, expect, test } from 'vitest';
import { finish, matrix, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { createKernels } from '../kernels/index.ts';
import { spawn } from '../kernels/threads.fixture.ts';
import {
  columnMoments,
  covarianceSteps,
  kernelMoments,
  leadingEigen,
  matrix64,
  multiplyTransposed,
  slabsOf,
  symmetricEigen,
} from './index.ts';
import type { Matrix64 } from './index.ts';

const engines = [
  ['fused', createKernels()],
  ['reproducible', createKernels({ reproducible: true })],
  ['threads', createKernels({ threads: 3, spawn })],
] as const;

/** Normal numbers of uneven deviation, a share of them zeros, the third column constant, the second far from zero. */
function rows(n: number, d: number, seed: number, zeros: number, shift = 100): Matrix {
  const rng = random(seed);
  const x = matrix(n, d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      x.data[i * d + j] = j === 2 ? 7 : rng.uniform() < zeros ? 0 : rng.normal() / (1 + j) + (j === 1 ? shift : 0);
    }
  }
  return x;
}

describe.each(engines)('moments by kernels, %s', (_, kernels) => {
  test.each([
    [2, 1, 0, 100],
    [3, 5, 0, 100],
    [257, 8, 0, 100],
    [300, 67, 0, 100],
    [513, 33, 0.9, 0],
    [1100, 130, 0.85, 0],
    [600, 12, 0.9, 3000],
    // more than is taken over at a time
    [9000, 130, 0.85, 0],
    [9000, 130, 0, 5],
  ])('of %i × %i with zeros %d and a column at %i', async (n, d, zeros, shift) => {
    const x = rows(n, d, n + d, zeros, shift);
    const exact = finish(covarianceSteps(x)).data;
    const { mean } = columnMoments(x);
    const space = await kernels.open('matrix');
    const got = await kernelMoments(space, x, slabsOf(space, x));
    space.close();
    expect([...got.columns]).toEqual([...Array(d).keys()].filter((j) => j !== 2));
    const m = got.covariance.rows;
    expect(m % 8).toBe(0);
    got.mean.forEach((value, j) => expect(value).toBeCloseTo(mean[j], 9));
    const size = (j: number): number => Math.sqrt(exact[j * (d + 1)]);
    for (let a = 0; a < m; a++) {
      for (let b = 0; b < m; b++) {
        const [i, j] = [got.columns[a], got.columns[b]];
        const value = got.covariance.data[a * m + b];
        if (i === undefined || j === undefined) expect(value).toBe(0);
        else expect(Math.abs(value - exact[i * d + j])).toBeLessThan(3e-6 * size(i) * size(j));
      }
    }
  });
});

test.each([0, 0.9])('one thread and three sum to the same bits, with zeros %d', async (zeros) => {
  const x = rows(700, 70, 4, zeros, 0);
  const [one, three] = await Promise.all(
    [createKernels(), createKernels({ threads: 3, spawn })].map(async (kernels) => {
      const space = await kernels.open('matrix');
      const { covariance } = await kernelMoments(space, x, slabsOf(space, x));
      const eigen = await leadingEigen(space, positive(120, 5), 4);
      space.close();
      return { covariance, eigen };
    }),
  );
  expect(three).toEqual(one);
});

/** A · Aᵀ with eigenvalues that fall by a constant share. */
function positive(n: number, seed: number, fall = 0.93): Matrix64 {
  const rng = random(seed);
  const a = matrix64(n, n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a.data[i * n + j] = rng.normal() * fall ** i;
  return multiplyTransposed(a, a);
}

describe('leading eigenvectors', () => {
  test.each([
    [8, 3],
    [100, 1],
    [132, 2],
    [200, 40],
    [200, 150],
  ])('of %i dimensions, %i of them', async (n, k) => {
    const a = positive(n, n + k);
    const space = await createKernels().open('matrix');
    const { values, vectors } = await leadingEigen(space, a, k, { tolerance: 1e-9 });
    space.close();
    const exact = symmetricEigen(a);
    for (let c = 0; c < k; c++) {
      expect(Math.abs(values[c] / exact.values[c] - 1)).toBeLessThan(1e-8);
      let cosine = 0;
      for (let i = 0; i < n; i++) cosine += vectors.data[c * n + i] * exact.vectors.data[c * n + i];
      expect(cosine).toBeCloseTo(1, 6);
    }
  });

  test('a matrix of low rank, one without any, and equal values', async () => {
    const space = await createKernels().open('matrix');
    const low = matrix64(120, 120);
    for (let i = 0; i < 120; i++) for (let j = 0; j < 120; j++) low.data[i * 120 + j] = 1 + (i % 2) * (j % 2);
    const { values } = await leadingEigen(space, low, 4);
    const exact = symmetricEigen(low).values;
    for (let c = 0; c < 4; c++) expect(Math.abs(values[c] - exact[c])).toBeLessThan(1e-6 * exact[0]);
    const none = await leadingEigen(space, matrix64(120, 120), 3);
    expect(none.values.every((value) => Math.abs(value) < 1e-12)).toBe(true);
    const eye = matrix64(120, 120);
    for (let i = 0; i < 120; i++) eye.data[i * 121] = 2;
    const { values: equal } = await leadingEigen(space, eye, 3);
    for (const value of equal) expect(value).toBeCloseTo(2, 9);
    space.close();
  });
});
