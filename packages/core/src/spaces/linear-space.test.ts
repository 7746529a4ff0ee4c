/** The classical methods against scikit-learn, and what each has of its own. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isAbort, jobControl, matrix, random } from '../base/index.ts';
import type { Matrix, Options, Progress } from '../base/index.ts';
import { rowsOf } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { factorAnalysis } from './factor-analysis.ts';
import { ica } from './ica.ts';
import { kernelPca } from './kernel-pca.ts';
import type { LatentSpace, LearnDetail, SpaceMethod } from './latent-space.ts';
import { lda } from './lda.ts';
import { fitPrior } from './gaussian-prior.ts';
import { nmf } from './nmf.ts';
import { makePrior } from './prior.ts';

const golden = JSON.parse(readFileSync(new URL('classical/golden.json', import.meta.url), 'utf8')) as {
  tool: string;
  ica: Record<'x' | 'z', number[]>;
  factorAnalysis: Record<'x' | 'z', number[]> & { logLikelihood: number };
  nmf: Record<'x' | 'z' | 'parts', number[]> & { mse: number };
  kernelPca: Record<'x' | 'rbf' | 'poly' | 'cosine', number[]>;
  lda: Record<'x' | 'z', number[]>;
};
const runtime = nodeRuntime();

describe(`as ${golden.tool} has it`, () => {
  test('ICA: the same sources, in whatever order and sign', async () => {
    const x = asMatrix(golden.ica.x, 4);
    const { space } = await ica.fit(dataset(x), { latentDim: 3, tolerance: 1e-12, nIter: 2000 }, runtime);
    const expected = asMatrix(golden.ica.z, 3);
    const shrunk = Math.sqrt((x.rows - 1) / x.rows); // there variances are divided by n
    const z = await space.encode!(x);
    expect(
      worstMatch(
        columnsOf(z),
        columnsOf(expected).map((c) => c.map((v) => v * shrunk)),
      ),
    ).toBeLessThan(2e-3);
    // what three directions of four keep
    const back = await space.decode!(z);
    expect(meanSquare(back.data, x.data)).toBeLessThan(1e-3);
  });

  test('factor analysis: the same likelihood and posterior means', async () => {
    const x = asMatrix(golden.factorAnalysis.x, 6);
    const options = { rotation: 'none', tolerance: 1e-11, nIter: 20_000 };
    const { space, metrics } = await factorAnalysis.fit(dataset(x), options, runtime);
    expect(metrics.train.logLikelihood).toBeCloseTo(golden.factorAnalysis.logLikelihood, 4);
    expect(worstMatch(columnsOf(await space.encode!(x)), columnsOf(asMatrix(golden.factorAnalysis.z, 2)))).toBeLessThan(
      5e-3,
    );
  });

  test('NMF: the same parts and amounts, and no greater error', async () => {
    const x = asMatrix(golden.nmf.x, 8);
    const { space, metrics } = await nmf.fit(dataset(x), { latentDim: 3, tolerance: 0, nIter: 3000 }, runtime);
    expect(metrics.mse).toBeLessThan(golden.nmf.mse * 1.0001);
    const unit = (columns: Float64Array[]) => columns.map((c) => c.map((v) => v / Math.hypot(...c)));
    const z = await space.encode!(x);
    expect(worstMatch(unit(columnsOf(z)), unit(columnsOf(asMatrix(golden.nmf.z, 3))))).toBeLessThan(2e-3);
    const parts = await space.decode!(matrix(3, 3, Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)));
    const rows = (m: Matrix) =>
      Array.from({ length: 3 }, (_, i) => Float64Array.from(m.data.subarray(i * 8, i * 8 + 8)));
    expect(worstMatch(unit(rows(parts)), unit(rows(asMatrix(golden.nmf.parts, 8))))).toBeLessThan(2e-3);
  });

  test.each([
    ['rbf', 2, { gamma: 0.8 }],
    ['poly', 2, { gamma: 0.5 }],
    ['cosine', 1, {}],
  ] as const)('kernel PCA, %s', async (kernel, latentDim, options) => {
    const x = asMatrix(golden.kernelPca.x, 2);
    const { space } = await kernelPca.fit(dataset(x), { ...options, kernel, latentDim }, runtime);
    const expected = asMatrix(golden.kernelPca[kernel], latentDim);
    const size = Math.max(...expected.data.map(Math.abs));
    expect(worstMatch(columnsOf(await space.encode!(x)), columnsOf(expected)) / size).toBeLessThan(1e-3);
  });
});

describe('LDA', () => {
  const x = asMatrix(golden.lda.x, 5);
  const four = Int32Array.from({ length: 120 }, (_, i) => i % 4);

  test('the directions scikit-learn has', async () => {
    const options = { latentDim: 3, autoShrinkage: false, shrinkage: 0 };
    const { space } = await lda.fit(labelled(x, four), options, runtime);
    const expected = columnsOf(asMatrix(golden.lda.z, 3)).map((c) => {
      const mean = c.reduce((sum, value) => sum + value / c.length, 0); // there codes are not centred
      return c.map((value) => value - mean);
    });
    expect(worstMatch(columnsOf(await space.encode!(x)), expected)).toBeLessThan(1e-3);
  });

  test('says what is missing: labels, classes, directions', async () => {
    await expect(lda.fit(dataset(x), {}, runtime)).rejects.toMatchObject({ code: 'no-label' });
    await expect(lda.fit(labelled(x, four), { label: 'colour' }, runtime)).rejects.toThrow(/no column colour/);
    await expect(
      lda.fit(
        labelled(
          x,
          four.map(() => 0),
        ),
        {},
        runtime,
      ),
    ).rejects.toMatchObject({ code: 'one-class' });
    await expect(lda.fit(labelled(x, four), { latentDim: 4 }, runtime)).rejects.toThrow(
      'LDA: latentDim 4 is more than the 3 directions that part the 4 classes of kind; try at most 3',
    );
    const two = four.map((c) => c % 2);
    await expect(lda.fit(labelled(x, two), {}, runtime)).rejects.toThrow('more than the 1 direction that parts the 2');
    const half = await lda.fit(
      labelled(
        x,
        four.map((c, i) => (i < 60 ? c : -1)),
      ),
      {},
      runtime,
    );
    expect(half.warnings.join()).toContain('60 rows have no label and had no say');
    const few = matrix(120, 5);
    four.forEach((c, i) => few.data.set([c, 2 * c, 0, 0, 0], i * 5));
    await expect(lda.fit(labelled(few, four), {}, runtime)).rejects.toThrow(
      /differ along 1 independent direction, got/,
    );
  });
});

describe('ICA', () => {
  test('finds sources that PCA mixes, on more rows than a step takes', async () => {
    const n = 30_000;
    const rng = random(3);
    const sources = matrix(n, 8);
    for (let i = 0; i < sources.data.length; i++)
      sources.data[i] = rng.uniform() < 0.5 ? rng.normal() * 3 : rng.normal() / 3;
    const mixing = rng.fillNormal(new Float32Array(64));
    const x = matrix(n, 8);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < 8; j++) {
        for (let c = 0; c < 8; c++) x.data[i * 8 + j] += sources.data[i * 8 + c] * mixing[c * 8 + j];
      }
    }
    const { space, metrics } = await ica.fit(dataset(x), { latentDim: 8 }, runtime);
    const found = columnsOf(await space.encode!(x));
    for (const source of columnsOf(sources)) {
      expect(Math.max(...found.map((c) => Math.abs(correlation(c, source))))).toBeGreaterThan(0.995);
    }
    expect(metrics.mse).toBeLessThan(1e-8);
  });
});

describe('factor analysis', () => {
  test('varimax gives each column back to its factor, without losing likelihood', async () => {
    const rng = random(5);
    const x = matrix(800, 6);
    for (let i = 0; i < 800; i++) {
      const [a, b] = [rng.normal(), rng.normal()];
      for (let j = 0; j < 6; j++)
        x.data[i * 6 + j] = 10 ** j * ((j % 2 ? a : b) * (j > 3 ? 1 : 1.3) + 0.5 * rng.normal());
    }
    const turned = await factorAnalysis.fit(dataset(x), {}, runtime);
    const plain = await factorAnalysis.fit(dataset(x), { rotation: 'none' }, runtime);
    expect(turned.metrics.train.logLikelihood).toBe(plain.metrics.train.logLikelihood);
    expect(turned.metrics.mse! / plain.metrics.mse!).toBeCloseTo(1, 5);
    const at = await turned.space.decode!(matrix(3, 2, Float32Array.of(0, 0, 1, 0, 0, 1)));
    for (let j = 0; j < 6; j++) {
      const [first, second] = [1, 2].map((row) => Math.abs(at.data[row * 6 + j] - at.data[j]) / 10 ** j);
      expect(Math.min(first, second)).toBeLessThan(0.1);
      expect(Math.max(first, second)).toBeGreaterThan(0.9);
    }
    expect(turned.space.prior!.name).toBe('standard normal');
  });

  test('has a bounded likelihood on fewer rows than columns, and says what it did', async () => {
    const { metrics, warnings } = await factorAnalysis.fit(await digits(40), { latentDim: 8 }, runtime);
    expect(Number.isFinite(metrics.train.logLikelihood)).toBe(true);
    expect(warnings.join('\n')).toMatch(/columns are explained all but wholly by the factors \(Heywood cases\)/);
  });
});

describe('NMF', () => {
  test('encodes new rows as their exact non-negative least squares', async () => {
    const images = await digits(300);
    const { space } = await nmf.fit(images, { latentDim: 6 }, runtime);
    const parts = await space.decode!(identity(6));
    const fresh = asMatrix(
      Array.from((await digits(330)).rows.data.slice(300 * 784), (v) => v / 255),
      784,
    );
    const z = await space.encode!(fresh);
    for (let i = 0; i < fresh.rows; i++) {
      const row = fresh.data.subarray(i * 784, (i + 1) * 784);
      const code = Array.from(z.data.subarray(i * 6, (i + 1) * 6));
      // the conditions of Karush, Kuhn and Tucker: no slope where there is some, none downhill where there is none
      for (let c = 0; c < 6; c++) {
        const slope = row.reduce((sum, value, j) => {
          const made = code.reduce((at, amount, e) => at + amount * parts.data[e * 784 + j], 0);
          return sum + (made - value) * parts.data[c * 784 + j];
        }, 0);
        expect(code[c]).toBeGreaterThanOrEqual(0);
        expect(code[c] > 1e-4 ? Math.abs(slope) : -Math.min(0, slope)).toBeLessThan(1e-3);
      }
    }
    expect(parts.data.every((value) => value >= 0)).toBe(true);
    const drawn = space.prior!.sample(50, 1);
    expect(drawn.data.every((value) => value >= 0)).toBe(true);
    // below none of a part there is none
    const below = await space.decode!(matrix(1, 6, new Float32Array(6).fill(-2)));
    expect(below.data.every((value) => value === 0)).toBe(true);
  });

  test('refuses what is negative by its place, and takes it with shift', async () => {
    const x = asMatrix([0, 1, 2, 3, 4, -5, 1, 1], 2);
    await expect(nmf.fit(dataset(x), { latentDim: 1 }, runtime)).rejects.toMatchObject({
      code: 'negative',
      message:
        'NMF needs values of zero and more; data has -5 in row 2, column 1: turn on shift, or take a method that subtracts, such as pca',
    });
    const { space, metrics } = await nmf.fit(dataset(x), { latentDim: 2, shift: true }, runtime);
    expect(metrics.mse).toBeLessThan(1e-4);
    expect((await space.decode!(matrix(1, 2))).data).toEqual(Float32Array.of(0, -5));
  });

  test('says when parts are not needed', async () => {
    const x = matrix(30, 5);
    for (let i = 0; i < 30; i++) for (let j = 0; j < 5; j++) x.data[i * 5 + j] = (i + 1) * j;
    const { metrics } = await nmf.fit(dataset(x), { latentDim: 3 }, runtime);
    expect(metrics.mse).toBeLessThan(1e-3);
  });
});

describe('kernel PCA', () => {
  const rings = (n: number): Matrix => {
    const rng = random(8);
    const x = matrix(n, 2);
    for (let i = 0; i < n; i++) {
      const [angle, radius] = [rng.uniform() * 2 * Math.PI, (i % 2 ? 1 : 3) + 0.1 * rng.normal()];
      x.data.set([radius * Math.cos(angle), radius * Math.sin(angle)], 2 * i);
    }
    return x;
  };

  test('a few landmarks span all but the space of all rows, and codes lead back to them', async () => {
    const x = rings(1500);
    const all = await kernelPca.fit(dataset(x), { nLandmarks: 1500 }, runtime);
    const few = await kernelPca.fit(dataset(x), { nLandmarks: 150 }, runtime);
    expect(all.warnings).toEqual([]);
    expect(few.warnings[0]).toContain('spanned by 150 of the 1500 rows');
    const [a, b] = [await all.space.encode!(x), await few.space.encode!(x)];
    const size = Math.max(...a.data.map(Math.abs));
    // the two directions have nearly equal variance, so that any turn of them will do: distances must agree
    expect(worstDistance(a, b, 400) / size).toBeLessThan(0.02);
    for (const { metrics } of [all, few]) expect(metrics.mse).toBeLessThan(0.1);
  });

  test('the way back is the ridge regression it is said to be', async () => {
    const x = rings(60);
    const { space } = await kernelPca.fit(dataset(x), { ridge: 1e-3 }, runtime);
    const smooth = await kernelPca.fit(dataset(x), { ridge: 1000 }, runtime);
    const z = await space.encode!(x);
    expect(meanSquare((await space.decode!(z)).data, x.data)).toBeLessThan(0.3);
    // without trust in the rows, all is the mean row
    const far = await smooth.space.decode!(z);
    expect(Math.max(...far.data.map(Math.abs))).toBeLessThan(0.5);
  });
});

describe.each([ica, factorAnalysis, nmf, kernelPca])('$name', (method: SpaceMethod) => {
  const options: Partial<Options> = method.name === 'nmf' ? { shift: true } : {};

  test('bears rows that are there many times, and fewer rows than columns', async () => {
    const rng = random(2);
    const x = matrix(40, 5);
    for (let i = 0; i < 4; i++) rng.fillNormal(x.data.subarray(i * 5, i * 5 + 5));
    for (let i = 4; i < 40; i++) x.data.copyWithin(i * 5, (i % 4) * 5, (i % 4) * 5 + 5);
    await finite((await method.fit(dataset(x), options, runtime)).space, x);
    const wide = matrix(6, 30, rng.fillNormal(new Float32Array(180)));
    await finite((await method.fit(dataset(wide), options, runtime)).space, wide);
  });

  test('says that equal rows teach nothing', async () => {
    const x = matrix(5, 3, new Float32Array(15).fill(2));
    await expect(method.fit(dataset(x), options, runtime)).rejects.toThrow(/all 5 rows of data are equal/);
  });

  test('is cancelled in its midst', async () => {
    const data = await digits(1500);
    const controller = new AbortController();
    let seen = 0;
    const onProgress = (): void => void (++seen === 4 && controller.abort());
    const job = { signal: controller.signal, onProgress };
    await expect(method.fit(data, { ...options, latentDim: 5 }, runtime, job)).rejects.toSatisfy(isAbort);
    expect(seen).toBe(4);
  });
});

test('iterations are told of as epochs, and a stop keeps what there is', async () => {
  const control = jobControl();
  const details: LearnDetail[] = [];
  const onProgress = ({ detail }: Progress<LearnDetail>): void => {
    if (detail && details.push(detail) === 3) control.stop();
  };
  const { space, stopped, metrics } = await nmf.fit(await digits(200), { latentDim: 4 }, runtime, {
    control,
    onProgress,
  });
  expect(stopped).toBe(true);
  expect(details.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect(details[2].losses.mse).toBeLessThan(details[0].losses.mse);
  expect(metrics.train.iterations).toBeLessThan(6);
  expect(space.latentDim).toBe(4);
});

test('a Gaussian has the mean and covariance of the codes, also where they lie on a line', () => {
  const rng = random(4);
  const z = matrix(4000, 3);
  for (let i = 0; i < 4000; i++) {
    const [a, b] = [rng.normal(), rng.normal()];
    z.data.set([1 + 2 * a, a + b, 3 * a], i * 3);
  }
  const drawn = columnsOf(makePrior(fitPrior(z), 3).sample(4000, 1));
  expect(correlation(drawn[0], drawn[2])).toBeCloseTo(1, 5);
  expect(correlation(drawn[0], drawn[1])).toBeCloseTo(Math.SQRT1_2, 1);
});

function dataset(x: Matrix): Dataset {
  return { name: 'data', rows: rowsOf(x), columns: [], medium: { kind: 'vector' }, warnings: [] };
}

function labelled(x: Matrix, codes: Int32Array): Dataset {
  const kind = { name: 'kind', type: 'category' as const, codes, categories: ['a', 'b', 'c', 'd'] };
  return { ...dataset(x), columns: [kind], label: 'kind' };
}

function asMatrix(values: readonly number[], cols: number): Matrix {
  return matrix(values.length / cols, cols, Float32Array.from(values));
}

function identity(k: number): Matrix {
  const one = matrix(k, k);
  for (let c = 0; c < k; c++) one.data[c * (k + 1)] = 1;
  return one;
}

function columnsOf({ data, rows, cols }: Matrix): Float64Array[] {
  return Array.from({ length: cols }, (_, c) => Float64Array.from({ length: rows }, (_, i) => data[i * cols + c]));
}

/** The greatest difference of a column from the one that fits it best, up to sign. */
function worstMatch(found: Float64Array[], expected: Float64Array[]): number {
  const apart = (a: Float64Array, b: Float64Array, sign: number): number =>
    a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - sign * b[i])), 0);
  return Math.max(...expected.map((e) => Math.min(...found.map((f) => Math.min(apart(f, e, 1), apart(f, e, -1))))));
}

function correlation(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  const [ma, mb] = [a, b].map((c) => c.reduce((sum, value) => sum + value / n, 0));
  const sum = (f: (i: number) => number): number => a.reduce((total, _, i) => total + f(i), 0);
  const along = sum((i) => (a[i] - ma) * (b[i] - mb));
  return along / Math.sqrt(sum((i) => (a[i] - ma) ** 2) * sum((i) => (b[i] - mb) ** 2));
}

function worstDistance(a: Matrix, b: Matrix, pairs: number): number {
  const rng = random(6);
  let worst = 0;
  for (let p = 0; p < pairs; p++) {
    const [i, j] = [rng.below(a.rows), rng.below(a.rows)];
    const of = ({ data, cols }: Matrix): number => Math.hypot(...Array.from({ length: cols }, (_, c) => data[i * cols + c] - data[j * cols + c])); // prettier-ignore
    worst = Math.max(worst, Math.abs(of(a) - of(b)));
  }
  return worst;
}

function meanSquare(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length;
}

async function finite(space: LatentSpace, x: Matrix): Promise<void> {
  const z = await space.encode!(x);
  const back = await space.decode!(z);
  expect([...z.data, ...back.data, ...space.prior!.sample(5, 1).data].every(Number.isFinite)).toBe(true);
  await space.dispose();
}
