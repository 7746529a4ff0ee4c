/** What every way to learn a space must keep. A new method joins by its line in methods.ts. */
import { describe, expect, it } from 'vitest';
import { isAbort, jobControl, matrix, random } from '../base/index.ts';
import type { Options, Progress } from '../base/index.ts';
import { readRows, rowsOf } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import type { FittedSpace, LearnDetail, SpaceFiles } from './latent-space.ts';
import { loadSpace } from './load-space.ts';
import { readManifest } from './manifest.ts';
import { spaceMethods } from './methods.ts';

const runtime = nodeRuntime();
const images = await digits(300);
const vectors = table(120, 6);

/** Small and quick, for methods that take such options. */
const QUICK: Options = {
  epochs: 2,
  batchSize: 32,
  layers: [24],
  channels: [4, 8],
  inverterSteps: 20,
  seed: 3,
  shift: true,
};

it.each(spaceMethods.map(({ name }) => name))('%s can be part of an id', (name) => {
  expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});

describe.each(spaceMethods.filter(({ takes }) => takes === 'rows'))('$name', (method) => {
  const quick = (more: Partial<Options> = {}): Partial<Options> =>
    Object.fromEntries(
      Object.entries({ ...QUICK, ...more }).filter(([name]) => method.options.some((spec) => spec.name === name)),
    );
  const fit = (dataset: Dataset, more: Partial<Options> = {}, job = {}) =>
    method.fit(dataset, quick(more), runtime, job);
  /** whether the width of the codes is chosen, not the rows' own */
  const chosen = method.options.some(({ name }) => name === 'latentDim');

  it.each([
    ['images', images],
    ['vectors', vectors],
  ])('learns, encodes, decodes and samples: %s', async (_, dataset) => {
    const before = dataset.rows.data.slice();
    const { space, metrics, options, stopped } = await fit(dataset, { latentDim: 3 });
    expect(dataset.rows.data).toEqual(before);
    const { nFeatures } = dataset.rows;
    const latentDim = chosen ? 3 : nFeatures;
    expect(space).toMatchObject({ method: method.name, latentDim, nFeatures });
    expect(stopped).toBe(false);
    expect(Object.keys(options).sort()).toEqual(method.options.map((spec) => spec.name).sort());
    const x = readRows(dataset.rows);
    const kept = x.data.slice();
    const z = await space.encode!(x);
    expect([z.rows, z.cols]).toEqual([x.rows, latentDim]);
    expect(z.data.every(Number.isFinite)).toBe(true);
    expect(space.decode === undefined).toBe(metrics.mse === undefined);
    if (space.decode) {
      const xHat = await space.decode(z);
      expect([xHat.rows, xHat.cols]).toEqual([x.rows, x.cols]);
      expect(xHat.data.every(Number.isFinite)).toBe(true);
      expect(metrics.mse).toBeCloseTo(meanSquare(x.data, xHat.data), 5);
    }
    expect(x.data).toEqual(kept);
    for (const value of Object.values(metrics.train)) expect(value).toEqual(expect.any(Number));
    if (chosen) expect(space.prior).toBeDefined();
    if (space.prior) {
      const sample = space.prior.sample(5, 1);
      expect([sample.rows, sample.cols]).toEqual([5, latentDim]);
      expect(space.prior.sample(5, 1).data).toEqual(sample.data);
      expect(space.prior.sample(5, 2).data).not.toEqual(sample.data);
    }
    await space.dispose();
  });

  it('gives the same space for the same seed', async () => {
    const [a, b] = [await fit(images), await fit(images)];
    const x = readRows(images.rows);
    expect((await a.space.encode!(x)).data).toEqual((await b.space.encode!(x)).data);
    expect(a.metrics).toEqual(b.metrics);
  });

  it('is the same after it was saved and loaded', async () => {
    const { space } = await fit(vectors, { latentDim: 2 });
    const files = space.toFiles();
    const loaded = await loadSpace(files, runtime);
    const x = readRows(vectors.rows);
    const z = await space.encode!(x);
    expect((await loaded.encode!(x)).data).toEqual(z.data);
    expect((await loaded.decode?.(z))?.data).toEqual((await space.decode?.(z))?.data);
    expect(loaded.prior!.sample(4, 9).data).toEqual(space.prior!.sample(4, 9).data);
    expect(loaded.medium).toEqual(space.medium);
    expect(readManifest(loaded.toFiles()['space.json']).method).toBe(method.name);
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    await expect(fit(images, {}, { signal: controller.signal, onProgress })).rejects.toSatisfy(isAbort);
    await expect(fit(images, {}, { signal: controller.signal })).rejects.toSatisfy(isAbort);
  });

  it('can be stopped, and keeps what it has', async () => {
    const control = jobControl();
    const onProgress = ({ done }: Progress<LearnDetail>): void => {
      if (done > 0) control.stop();
    };
    const { space, stopped } = await fit(images, { epochs: 500 }, { control, onProgress });
    if (method.options.some((spec) => spec.name === 'epochs')) expect(stopped).toBe(true);
    expect((await space.encode!(readRows(images.rows))).rows).toBe(300);
  });

  it('tells of progress that only grows within a phase', async () => {
    const seen: Progress<LearnDetail>[] = [];
    await fit(images, {}, { onProgress: (progress: Progress<LearnDetail>) => seen.push(progress) });
    for (const phase of new Set(seen.map((progress) => progress.phase))) {
      const own = seen.filter((progress) => progress.phase === phase);
      expect(own.every((progress, i) => i === 0 || progress.done >= own[i - 1].done)).toBe(true);
      expect(own.every(({ done, total }) => done <= total)).toBe(true);
    }
  });

  it('refuses what it cannot learn from, in one line', async () => {
    const bad = { ...vectors, rows: rowsOf(readRows(vectors.rows)) };
    bad.rows.data[6 * 7 + 2] = NaN;
    const cases: (readonly [Dataset, Partial<Options>, RegExp])[] = [
      [bad, {}, /row 7, column 2/],
      [{ ...vectors, rows: rowsOf(matrix(0, 6)) }, {}, /(0 rows|got 0)/],
      [{ ...vectors, rows: rowsOf(matrix(1, 6)) }, {}, /(one|1) (row|sample)|at least (2|two)/],
      ...(chosen
        ? ([
            // a generator may take more numbers than it makes, and what tells classes apart need not be narrow
            ...(['adversarial', 'supervised'].includes(method.family)
              ? []
              : [[vectors, { latentDim: 7 }, /\b7\b.*\b6\b/] as const]),
            [vectors, { latentDim: -1 }, /latentDim is -1, expected/],
            [vectors, { latentDim: 1.5 }, /whole number/],
          ] as const)
        : []),
      [vectors, { latentDims: 2 }, /no option latentDims/],
    ];
    for (const [dataset, options, message] of cases) {
      const error: Error = await method.fit(dataset, { ...quick(), ...options }, runtime).then(
        () => expect.unreachable(String(message)),
        (error: Error) => error,
      );
      expect(error).toMatchObject({ name: 'InputError', message: expect.stringMatching(message) });
      expect(error.message).not.toContain('\n');
    }
  });

  /** Fits, and all that comes of it is finite; or the one line that it is refused with. */
  const outcome = async (
    dataset: Dataset,
    more: Partial<Options>,
  ): Promise<{ warnings: readonly string[]; error?: string }> => {
    try {
      const { space, metrics, warnings } = await fit(dataset, more);
      const z = await space.encode!(readRows(dataset.rows));
      const xHat = await space.decode?.(z);
      for (const { data } of xHat ? [z, xHat] : [z]) expect(data.every(Number.isFinite)).toBe(true);
      expect(Object.values(metrics.train).every(Number.isFinite)).toBe(true);
      await space.dispose();
      return { warnings };
    } catch (error) {
      expect(error).toMatchObject({ name: 'InputError', message: expect.not.stringContaining('\n') as string });
      return { warnings: [], error: (error as Error).message };
    }
  };
  /** vectors are taken as they are, whatever they hold */
  const learns = method.name !== 'vectors';

  it('bears a constant column, and says which', async () => {
    const x = readRows(vectors.rows);
    for (let i = 0; i < x.rows; i++) x.data[i * 6 + 4] = 5;
    const { warnings, error } = await outcome({ ...vectors, rows: rowsOf(x) }, {});
    expect(error).toBeUndefined();
    // to PCA such a column is one like others, with nothing in it
    if (learns && method.name !== 'pca') expect(warnings[0]).toMatch(/^1 of 6 columns are constant \(4\)/);
  });

  it('says in one line that all rows are equal, learning or not', async () => {
    const x = matrix(120, 6, new Float32Array(720).fill(0.5));
    const { warnings, error } = await outcome({ ...vectors, rows: rowsOf(x) }, {});
    const said = [...warnings, error ?? ''].filter((text) => /\ball (120 )?rows (of \S+ )?are equal\b/.test(text));
    if (learns) expect(said).toHaveLength(1);
    expect(warnings.join()).not.toMatch(/learningRate below/);
  });

  it('learns as few dimensions as it has from two rows', async () => {
    const x = matrix(2, 6, readRows(vectors.rows).data.slice(0, 12));
    const columns = vectors.columns.map((column) =>
      column.type === 'category' ? { ...column, codes: Int32Array.of(0, 1) } : column,
    );
    const { error } = await outcome(
      { ...vectors, rows: rowsOf(x), columns },
      { latentDim: method.name === 'spherical-vae' ? 2 : 1 },
    );
    // scatter within classes takes more than one row of each
    if (error !== undefined) expect([method.name, error]).toEqual(['lda', expect.any(String)]);
  });
});

describe.each(
  spaceMethods.filter(({ takes, options }) => takes === 'rows' && options.some(({ name }) => name === 'epochs')),
)('$name, checkpoints', (method) => {
  const options: Options = { ...QUICK, epochs: 6, validationShare: 0.2, earlyStopping: 5 };
  const fit: typeof method.fit = (dataset, given, ...rest) => {
    const known = Object.entries(given).filter(([name]) => method.options.some((spec) => spec.name === name));
    return method.fit(dataset, Object.fromEntries(known), ...rest);
  };
  const files = async ({ space }: FittedSpace): Promise<SpaceFiles> => {
    await space.dispose();
    return space.toFiles();
  };

  it('goes on from where it was cancelled or stopped as if nothing had happened, bit for bit', async () => {
    const epochs: Uint8Array[] = [];
    const whole = await fit(images, options, runtime, { onCheckpoint: (bytes) => void epochs.push(bytes) });
    expect(epochs.length).toBe(6);
    const expected = await files(whole);
    const ends: Record<string, (controller: AbortController, control: ReturnType<typeof jobControl>) => void> = {
      cancelled: (controller) => controller.abort(),
      stopped: (_, control) => control.stop(),
    };
    for (const end of Object.values(ends)) {
      const [controller, control] = [new AbortController(), jobControl()];
      let checkpoint: Uint8Array | undefined;
      const job = {
        signal: controller.signal,
        control,
        onProgress: ({ done }: Progress) => void (done >= 19 && end(controller, control)),
        onCheckpoint: (bytes: Uint8Array) => void (checkpoint = bytes),
      };
      await fit(images, options, runtime, job).catch((error: unknown) => expect(isAbort(error)).toBe(true));
      // in the midst of the third epoch of 7 or 8 mini-batches, not at the end of the second
      expect(checkpoint).not.toEqual(epochs[1]);
      const resumed = await fit(images, options, runtime, { checkpoint });
      expect([resumed.metrics, resumed.history]).toEqual([whole.metrics, whole.history]);
      expect(await files(resumed)).toEqual(expected);
    }
  });

  it('has a good state to go back to when learning diverges', async () => {
    const tame = { ...options, epochs: 2, earlyStopping: 0, optimizer: 'sgd', learningRate: 1e-3 };
    let good: Uint8Array | undefined;
    const first = await fit(vectors, tame, runtime, { onCheckpoint: (bytes) => void (good = bytes) });
    const more = { ...tame, epochs: 4 };
    const ruined: Uint8Array[] = [];
    const job = { checkpoint: good, onCheckpoint: (bytes: Uint8Array) => void ruined.push(bytes) };
    let [saidSo, keptGood] = [false, false];
    const error: unknown = await fit(vectors, { ...more, learningRate: 10 }, runtime, job).then(
      async ({ space, warnings }) => {
        await space.dispose();
        saidSo = warnings.some((text) => text.includes('no better than their mean'));
        keptGood = warnings.some((text) => text.includes('learning diverged') && text.includes('kept is the state'));
      },
      (error: unknown) => error,
    );
    // the slope of a classifier's loss is bounded, and so are codes in (0, 1): such may bear any rate, or say that they don't
    if (error !== undefined || !(saidSo || method.family === 'supervised')) {
      // or what the last whole epoch had is the space
      if (!keptGood) expect(error).toMatchObject({ code: 'diverged' });
      // none of the epoch in which it diverged, the third or the fourth
      expect(ruined.length).toBeLessThan(2);
    }
    const { history } = await fit(vectors, more, runtime, { checkpoint: good });
    expect(history.slice(0, 2)).toEqual(first.history);
    const { loss } = history[0].train;
    if (loss !== undefined) expect(history[3].train.loss).toBeLessThan(loss);
  });
});

/** Points near a plane in d dimensions, on scales from 1 to 100. */
function table(n: number, d: number): Dataset {
  const rng = random(1);
  const x = matrix(n, d);
  const axes = rng.fillNormal(new Float32Array(2 * d));
  for (let i = 0; i < n; i++) {
    const [a, b] = [rng.normal(), rng.normal()];
    for (let j = 0; j < d; j++) {
      x.data[i * d + j] = (a * axes[j] + b * axes[d + j] + 0.1 * rng.normal()) * 100 ** (j / d) + j;
    }
  }
  const codes = Int32Array.from({ length: n }, (_, i) => i % 5);
  const label = { name: 'label', type: 'category' as const, codes, categories: ['a', 'b', 'c', 'd', 'e'] };
  const columns = [label];
  return { name: 'plane', rows: rowsOf(x), columns, label: 'label', medium: { kind: 'vector' }, warnings: [] };
}

function meanSquare(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}
