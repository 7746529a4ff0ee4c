import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matrix, matrixOf, random, row } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { rowsOf } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { loadSpace } from './load-space.ts';
import { fitPca } from './pca.ts';
import { pca } from './pca-space.ts';
import type { PcaSolver } from './pca.ts';

const SOLVERS: PcaSolver[] = ['exact', 'randomized', 'auto'];

/** Normal rows with the given standard deviations, turned by 30° in every plane of neighbouring columns. */
function turned(n: number, deviations: number[], seed: number): Matrix {
  const rng = random(seed);
  const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  return matrixOf(
    Array.from({ length: n }, () => {
      const one = deviations.map((deviation) => rng.normal() * deviation + 10);
      for (let j = 1; j < one.length; j++)
        [one[j - 1], one[j]] = [c * one[j - 1] - s * one[j], s * one[j - 1] + c * one[j]];
      return one;
    }),
  );
}

const close = (got: ArrayLike<number>, expected: ArrayLike<number>, digits: number): void => {
  expect(got.length).toBe(expected.length);
  Array.from(expected).forEach((value, i) => expect(got[i]).toBeCloseTo(value, digits));
};

describe('golden values: scikit-learn 1.2.1, PCA(3, svd_solver="full"), signs turned', () => {
  const x = matrixOf(
    Array.from({ length: 40 }, (_, i) =>
      Array.from(
        { length: 6 },
        (_, j) => Math.round(1000 * Math.sin(1.3 * i + 2.1 * j + 0.37 * i * j) * (6 - j)) / 1000,
      ),
    ),
  );
  test.each(SOLVERS)('%s', (solver) => {
    const fitted = fitPca(x, { nComponents: 3, solver });
    close(fitted.mean, [0.040750012, -0.01660001, -5.0007e-5, -0.007874999, 0.009125003, 0.001349998], 7);
    close(fitted.explainedVariance, [18.765240288, 12.796716942, 7.851523686], 8);
    close(fitted.explainedVarianceRatio, [0.400396116, 0.273045038, 0.167528874], 8);
    close(
      row(fitted.components, 0),
      [0.937262948, -0.32417658, 0.125049019, -0.023228135, -0.013047894, 0.010032898],
      6,
    );
    close(
      row(fitted.components, 1),
      [0.346459629, 0.905963224, -0.236371518, 0.056842135, 0.005769441, -0.007781529],
      6,
    );
    close(
      row(fitted.components, 2),
      [-0.036235414, 0.27030961, 0.952141265, -0.133030908, 0.035223947, -0.010429373],
      6,
    );
  });
});

test('finds a known covariance', () => {
  const fitted = fitPca(turned(50_000, [5, 2, 1], 1), { nComponents: 3 });
  expect(fitted.explainedVariance[0] / 25).toBeCloseTo(1, 1);
  expect(fitted.explainedVariance[1] / 4).toBeCloseTo(1, 1);
  expect(fitted.explainedVariance[2]).toBeCloseTo(1, 1);
});

test('with all components the inverse undoes the transform; with fewer, scores survive the round trip', () => {
  const arbitrary = fc.record({
    n: fc.integer({ min: 3, max: 40 }),
    d: fc.integer({ min: 1, max: 12 }),
    seed: fc.nat(),
    solver: fc.constantFrom(...SOLVERS),
    whiten: fc.boolean(),
  });
  fc.assert(
    fc.property(arbitrary, ({ n, d, seed, solver, whiten }) => {
      const x = matrix(n, d, random(seed).fillNormal(new Float32Array(n * d), 3));
      const most = Math.min(n - 1, d);
      const whole = fitPca(x, { nComponents: most, solver, whiten });
      close(whole.inverse(whole.transform(x)).data, x.data, 4);
      expect(whole.explainedVarianceRatio.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      const part = fitPca(x, { nComponents: Math.ceil(most / 2), solver, whiten });
      const scores = part.transform(x);
      close(part.transform(part.inverse(scores)).data, scores.data, whiten ? 3 : 4);
      for (let c = 0; c < part.nComponents; c++) {
        let variance = 0;
        for (let i = 0; i < n; i++) variance += scores.data[i * part.nComponents + c] ** 2 / (n - 1);
        expect(variance / (whiten ? 1 : part.explainedVariance[c])).toBeCloseTo(1, 3);
      }
    }),
    { numRuns: 60 },
  );
});

test('more columns than rows, constant columns, and a large offset', () => {
  const wide = fitPca(matrix(12, 300, random(1).fillNormal(new Float32Array(3600))), {
    nComponents: 11,
    solver: 'exact',
  });
  for (let a = 0; a < 11; a++) {
    for (let b = 0; b <= a; b++) {
      const product = row(wide.components, a).reduce((sum, value, j) => sum + value * row(wide.components, b)[j], 0);
      expect(product).toBeCloseTo(a === b ? 1 : 0, 6);
    }
  }
  const x = matrixOf([
    [7, 1e5, 0],
    [7, 1e5 + 1, 0],
    [7, 1e5 + 2, 0],
    [7, 1e5 + 3, 0],
  ]);
  for (const solver of SOLVERS) {
    const { components, explainedVariance } = fitPca(x, { nComponents: 1, solver });
    close(components.data, [0, 1, 0], 6);
    expect(explainedVariance[0]).toBeCloseTo(5 / 3, 5);
  }
});

test('bad input is refused in one line', () => {
  expect(() => fitPca(matrixOf([[1, 2, 3]]))).toThrow('PCA needs at least 2 rows, got 1');
  expect(() =>
    fitPca(
      matrixOf([
        [1, 2],
        [3, 4],
        [0, 1],
      ]),
      { nComponents: 3 },
    ),
  ).toThrow('got 3 components, expected 1 … 2');
  expect(() =>
    fitPca(
      matrixOf([
        [1, 2],
        [3, NaN],
        [0, 1],
      ]),
    ),
  ).toThrow('value NaN in row 1, column 1');
  const line = matrixOf([
    [0, 0, 0],
    [1, 2, 3],
    [2, 4, 6],
    [3, 6, 9],
  ]);
  for (const solver of SOLVERS) {
    expect(() => fitPca(line, { nComponents: 2, solver })).toThrow('vary along 1 independent direction,');
    expect(fitPca(line, { nComponents: 2, solver, truncate: true }).nComponents).toBe(1);
  }
  expect(() =>
    fitPca(
      matrixOf([
        [4, 4],
        [4, 4],
        [4, 4],
      ]),
    ),
  ).toThrow('all 3 rows are equal');
  const fitted = fitPca(line, { nComponents: 1 });
  expect(() => fitted.transform(matrixOf([[1, 2]]))).toThrow('got 2 columns, expected 3');
});

describe('as a latent space', () => {
  const x = turned(600, [9, 4, 2, 1, 0.5], 3);
  const dataset: Dataset = { name: 'turned', rows: rowsOf(x), columns: [], medium: { kind: 'vector' }, warnings: [] };

  test('its models give what the sync PCA gives, saved and loaded too', async () => {
    const runtime = nodeRuntime();
    const { space, metrics, options } = await pca.fit(dataset, { latentDim: 3 }, runtime);
    const fitted = fitPca(x, { nComponents: 3 });
    expect(options).toEqual({ latentDim: 3, solver: 'auto', seed: 0 });
    const z = fitted.transform(x);
    const codes = (await space.encode?.(x)) as Matrix;
    close(codes.data, z.data, 4);
    const back = (await space.decode?.(z)) as Matrix;
    close(back.data, fitted.inverse(z).data, 4);
    // what is lost is the variance of the directions left out
    const lost = fitPca(x, { nComponents: 5 })
      .explainedVariance.slice(3)
      .reduce((a, b) => a + b);
    expect(metrics.mse).toBeCloseTo(((lost / 5) * 599) / 600, 5);

    const loaded = await loadSpace(space.toFiles(), runtime);
    expect([loaded.method, loaded.latentDim, loaded.nFeatures]).toEqual(['pca', 3, 5]);
    expect(await loaded.encode?.(x)).toEqual(codes);
    expect(await loaded.decode?.(z)).toEqual(back);
    expect(loaded.prior?.sample(4, 1)).toEqual(space.prior?.sample(4, 1));
    await Promise.all([space.dispose(), loaded.dispose()]);
  });

  test('its prior has the variances of the codes', async () => {
    const { space } = await pca.fit(dataset, {}, nodeRuntime());
    const z = space.prior?.sample(20_000, 0) as Matrix;
    const variance = [0, 1].map((c) =>
      z.data.reduce((sum, value, i) => sum + (i % 2 === c ? value ** 2 / 20_000 : 0), 0),
    );
    const { explainedVariance } = fitPca(x);
    expect(variance[0] / explainedVariance[0]).toBeCloseTo(1, 1);
    expect(variance[1] / explainedVariance[1]).toBeCloseTo(1, 1);
    await space.dispose();
  });

  test('it can be cancelled, and refuses unknown options', async () => {
    const cancel = new AbortController();
    cancel.abort();
    const job = { signal: cancel.signal };
    await expect(pca.fit(dataset, {}, nodeRuntime(), job)).rejects.toMatchObject({ name: 'AbortError' });
    await expect(pca.fit(dataset, { latentDims: 2 }, nodeRuntime())).rejects.toThrow('no option latentDims');
    await expect(pca.fit(dataset, { latentDim: 6 }, nodeRuntime())).rejects.toThrow(
      'latentDim 6 is more than the 5 directions',
    );
  });
});
