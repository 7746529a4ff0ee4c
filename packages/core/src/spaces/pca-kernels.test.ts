import { describe, expect, test } from 'vitest';
import { matrix, random, row } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { createKernels } from '../kernels/index.ts';
import { readRows } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { fitPca, fitPcaJob, incrementalPca, transformPca } from './index.ts';

function normal(n: number, d: number, seed: number, fall = 0.9): Matrix {
  const rng = random(seed);
  return matrix(
    n,
    d,
    Float32Array.from({ length: n * d }, (_, i) => rng.normal() * fall ** (i % d) + (i % d)),
  );
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

describe('PCA by kernels', () => {
  test('is the exact one on digits, to 50 directions', async () => {
    const x = readRows((await digits(1200)).rows);
    const exact = fitPca(x, { nComponents: 50, solver: 'exact' });
    const got = await fitPcaJob(x, { nComponents: 50 }, 'fitting');
    expect(got.solver).toBe('gram');
    for (let c = 0; c < 50; c++) {
      expect(Math.abs(got.explainedVariance[c] / exact.explainedVariance[c] - 1)).toBeLessThan(1e-5);
      expect(Math.abs(got.explainedVarianceRatio[c] / exact.explainedVarianceRatio[c] - 1)).toBeLessThan(1e-5);
    }
    // the exact directions lie in the space of those found
    for (let c = 0; c < 49; c++) {
      let inside = 0;
      for (let e = 0; e < 50; e++) inside += dot(row(exact.components, c), row(got.components, e)) ** 2;
      expect(inside).toBeGreaterThan(1 - 1e-4);
    }
    expect(largest((await transformPca(got, x)).data, got.transform(x).data)).toBeLessThan(1e-4);
  });

  test.each([
    [1001, 61, 3],
    [2000, 130, 12],
  ])('is the exact one on %i × %i, to %i; whitened too, whatever the threads', async (n, d, nComponents) => {
    const x = normal(n, d, n);
    const exact = fitPca(x, { nComponents, solver: 'exact', whiten: true });
    const got = await fitPcaJob(x, { nComponents, whiten: true }, 'fitting', {
      kernels: createKernels({ reproducible: true }),
    });
    expect(got.solver).toBe('gram');
    expect(largest(got.components.data, exact.components.data)).toBeLessThan(2e-3);
    const z = await transformPca(got, x);
    expect(largest(z.data, got.transform(x).data)).toBeLessThan(1e-4);
    const squares = new Float64Array(nComponents);
    z.data.forEach((value, i) => (squares[i % nComponents] += value * value));
    squares.forEach((sum) => expect(sum / (n - 1)).toBeCloseTo(1, 4));
  });

  test('goes the exact way where single precision would not do', async () => {
    const x = normal(3000, 20, 1, 0.5);
    const got = await fitPcaJob(x, { nComponents: 15 }, 'fitting');
    expect(got.solver).toBe('exact');
    expect(got).toEqual({ ...fitPca(x, { nComponents: 15 }), transform: got.transform, inverse: got.inverse });
    const line = matrix(
      30_000,
      3,
      Float32Array.from({ length: 90_000 }, (_, i) => Math.floor(i / 3) * (1 + (i % 3))),
    );
    expect((await fitPcaJob(line, { nComponents: 2, truncate: true }, 'fitting')).nComponents).toBe(1);
  });

  test('names bad values, and is cancelled', async () => {
    const x = normal(3000, 20, 1);
    const cancel = new AbortController();
    cancel.abort();
    await expect(fitPcaJob(x, {}, 'fitting', { signal: cancel.signal })).rejects.toMatchObject({ name: 'AbortError' });
    x.data[20 * 17 + 5] = NaN;
    await expect(fitPcaJob(x, {}, 'fitting')).rejects.toThrow('value NaN in row 17, column 5');
    const same = matrix(3000, 20, new Float32Array(60_000).fill(3));
    await expect(fitPcaJob(same, {}, 'fitting')).rejects.toThrow('all 3000 rows are equal');
  });
});

describe('incremental PCA', () => {
  const x = normal(700, 12, 9);
  const exact = fitPca(x, { nComponents: 5, solver: 'exact' });
  const part = (from: number, to: number): Matrix => matrix(to - from, 12, x.data.slice(from * 12, to * 12));

  test('in pieces of any size, merged in any order, is that of all rows', () => {
    const [one, two, three] = [incrementalPca(12), incrementalPca(12), incrementalPca(12)];
    one.partialFit(part(0, 1));
    one.partialFit(part(1, 300));
    one.partialFit(part(300, 300));
    two.partialFit(part(300, 450));
    three.partialFit(part(450, 700));
    const all = incrementalPca(12, three.moments());
    all.merge(one.moments());
    all.merge(two.moments());
    expect(all.count).toBe(700);
    const got = all.result({ nComponents: 5 });
    expect(largest(got.components.data, exact.components.data)).toBeLessThan(1e-6);
    expect(largest(got.mean, exact.mean)).toBeLessThan(1e-6);
    expect(largest(got.explainedVariance, exact.explainedVariance)).toBeLessThan(1e-10);
    expect(largest(got.explainedVarianceRatio, exact.explainedVarianceRatio)).toBeLessThan(1e-10);
  });

  test('refuses what does not fit', () => {
    const some = incrementalPca(3);
    expect(() => some.partialFit(matrix(2, 4))).toThrow('got rows of 4 columns, expected 3');
    expect(() => some.merge(incrementalPca(2).moments())).toThrow('got moments of 2 columns, expected 3');
    expect(() => some.result()).toThrow('PCA needs at least 2 rows, got 0');
  });
});
