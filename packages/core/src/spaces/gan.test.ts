/** What is particular to GANs: modes, previews, classes, every loss and remedy, and what is refused. */
import { describe, expect, it } from 'vitest';
import { InputError, jobControl, matrixOf, random } from '../base/index.ts';
import type { Options, Progress } from '../base/index.ts';
import { classesOf, dataGenerators, readRows } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { add, matmul } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Scope } from '../nn/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { ganCoverage } from './gan-coverage.ts';
import { apart, coverage, modesOf } from './gan-modes.ts';
import { gan } from './gan.ts';
import type { LearnDetail, LearnPreview } from './latent-space.ts';

const runtime = nodeRuntime();
const images = await digits(64);
const gaussians = (options: Partial<Options>): Promise<Dataset> =>
  dataGenerators.find(({ name }) => name === 'gaussians')!.make(options);
const fit = (dataset: Dataset, options: Partial<Options>, job = {}) =>
  gan.fit(dataset, { layers: [16], epochs: 1, batchSize: 32, inverterSteps: 5, ...options }, runtime, job);

describe('modes', () => {
  const x = matrixOf([
    [0, 0],
    [0, 2],
    [10, 0],
    [10, 2],
    [99, 99],
  ]);
  const modes = modesOf(x, Int32Array.of(0, 0, 2, 2, -1), 3);

  it('are the classes that have rows, with their centres and deviations', () => {
    expect(modes.count).toBe(2);
    expect([...modes.centers]).toEqual([0, 1, 10, 1]);
    // squares of 1 about the centre, by n − 1, over two axes
    for (const deviation of modes.deviations) expect(deviation).toBeCloseTo(1, 12);
  });

  it('are apart where none reaches into another', () => {
    expect(apart(modes)).toBe(true); // 10 between centres, deviations of 1
    expect(apart({ ...modes, deviations: Float64Array.of(1, 2.4) })).toBe(false);
    expect(apart(modesOf(x, Int32Array.of(0, 0, 0, 0, 0), 1))).toBe(false);
  });

  it('are covered by a tenth of what falls to them', () => {
    const at = (places: [number, number][]) => coverage(matrixOf(places), modes);
    const near = Array.from({ length: 95 }, (): [number, number] => [0, 3.9]);
    const far = Array.from({ length: 95 }, (): [number, number] => [5, 1]);
    const few = (count: number) => Array.from({ length: count }, (): [number, number] => [11, 1]);
    // of 200 samples a hundred are due to each of the two
    expect(at([...near, ...far, ...few(10)])).toEqual({ modesCovered: 2, nearModes: 105 / 200 });
    expect(at([...near, ...far, ...few(9), [10, 5.1]])).toEqual({ modesCovered: 1, nearModes: 104 / 200 });
  });
});

describe('coverage of many features', () => {
  const parameters = [
    { name: 'weight', shape: [3, images.rows.nFeatures], value: new Float32Array(3 * images.rows.nFeatures) },
    { name: 'bias', shape: [1, images.rows.nFeatures], value: new Float32Array(images.rows.nFeatures) },
  ];
  const [weight, bias] = parameters.map(({ value }) => value);
  const zeros = (): Float32Array => new Float32Array(1);
  const FANS = { fanIn: 1, fanOut: 1 };
  const decode = (scope: Scope, z: Tensor): Tensor =>
    add(matmul(z, scope.parameter('weight', [], zeros, FANS)), scope.parameter('bias', [], zeros, FANS));
  const shown = { decode, latentDim: 3, nFeatures: images.rows.nFeatures, nClasses: 0, seed: 5 };
  const rows = readRows(images.rows);
  const { codes, categories } = classesOf(images, '');
  const counted = ganCoverage(runtime, parameters, images, { rows: images.rows, warnings: [] }, { label: '' }, shown);

  it('is of one class where all samples are one row', async () => {
    weight.fill(0);
    bias.set(rows.data.subarray(7 * rows.cols, 8 * rows.cols));
    const covered = (await counted)!;
    expect(covered.modes).toBe(new Set(codes).size);
    expect(await covered.figures(parameters)).toEqual({ modesCovered: 1, rarestMode: 0 });
  });

  it('is by the class of the nearest row, as a search through all of them finds it', async () => {
    // mixtures of four rows
    bias.set(rows.data.subarray(0, rows.cols));
    for (let i = 0; i < weight.length; i++) weight[i] = rows.data[rows.cols + i] - bias[i % rows.cols];
    const n = 400;
    const z = random(shown.seed)
      .fork(0x30de)
      .fillNormal(new Float32Array(3 * n));
    const made = categories.map(() => 0);
    for (let i = 0; i < n; i++) {
      let [best, nearest] = [Infinity, 0];
      for (let r = 0; r < rows.rows; r++) {
        let squared = 0;
        for (let j = 0; j < rows.cols; j++) {
          let x = bias[j];
          for (let k = 0; k < 3; k++) x += z[3 * i + k] * weight[k * rows.cols + j];
          squared += (x - rows.data[r * rows.cols + j]) ** 2;
        }
        if (squared < best) [best, nearest] = [squared, r];
      }
      made[codes[nearest]]++;
    }
    const due = (c: number): number => (codes.filter((code) => code === c).length / codes.length) * n;
    const { modesCovered, rarestMode } = await (await counted)!.figures(parameters);
    expect(modesCovered).toBe(made.filter((count, c) => due(c) > 0 && count >= due(c) / 10).length);
    expect(modesCovered).toBeGreaterThan(1);
    expect(rarestMode).toBeCloseTo(Math.min(...made) / n, 6);
  });

  it('is not told where there are no classes, or more than samples could tell', async () => {
    const of = (dataset: Dataset) =>
      ganCoverage(runtime, parameters, dataset, { rows: images.rows, warnings: [] }, { label: '' }, shown);
    expect(await of({ ...images, columns: [], label: undefined })).toBeUndefined();
    const own = Int32Array.from({ length: images.rows.nSamples }, (_, i) => i);
    const column = { name: 'own', type: 'category', codes: own, categories: [...own].map(String) } as const;
    expect(await of({ ...images, columns: [column], label: 'own' })).toBeUndefined();
  });
});

describe('stepped by hand', () => {
  const options = { averageDecay: 0.5, inverter: false, epochs: 2, seed: 4 };
  /** Pauses before the first unit, makes these steps one after the other, and lets the rest go on. */
  async function stepped(steps: readonly string[]) {
    const control = jobControl();
    control.pause();
    const seen: LearnDetail[] = [];
    const next = (): void => (steps.length > seen.length ? control.step(steps[seen.length]) : control.resume());
    const onProgress = ({ detail }: { detail?: LearnDetail }): void => {
      if (!detail?.players) return;
      if (control.paused) {
        seen.push(detail);
        next();
      }
    };
    next();
    const { space } = await fit(await gaussians({ nSamples: 96 }), options, { control, onProgress });
    const made = await space.decode!(space.prior!.sample(8, 1));
    await space.dispose();
    return { seen, made: Array.from(made.data) };
  }

  it('by turns learns the very same, and shows what each step does', async () => {
    const { made } = await stepped([]);
    const by = await stepped(['unit', 'unit', 'unit']);
    expect(by.made).toEqual(made);
    expect(by.seen.map(({ players }) => players!.next)).toEqual(['generator', 'discriminator', 'generator']);
    for (const { preview } of by.seen) expect(preview!.momentary).toBe(true);
    const shown = by.seen.map(({ preview }) => [...preview!.samples!.data].join());
    expect(shown[1]).not.toBe(shown[0]);
    expect(shown[2]).toBe(shown[1]);
    const surfaces = by.seen.map(({ preview }) => [...preview!.surface!.values].join());
    expect(new Set(surfaces).size).toBe(2);
  });

  it('lets either play alone, which the schedule does not count', async () => {
    const { seen, made } = await stepped(['generator', 'generator', 'discriminator', 'generator']);
    expect(seen.map(({ players }) => players!.steps)).toEqual([
      { discriminator: 0, generator: 1 },
      { discriminator: 0, generator: 2 },
      { discriminator: 1, generator: 2 },
      { discriminator: 1, generator: 3 },
    ]);
    expect(seen.every(({ players, epoch }) => players!.next === 'discriminator' && epoch === 1)).toBe(true);
    expect(made.every(Number.isFinite)).toBe(true);
    expect((await stepped(['generator', 'generator', 'discriminator', 'generator'])).made).toEqual(made);
  });
});

it('finds four Gaussians, and shows the same codes and how real each place is', async () => {
  const data = await gaussians({ modes: 4, deviation: 0.2, nSamples: 1000 });
  const shown: LearnPreview[] = [];
  const { metrics, history, space, warnings } = await fit(
    data,
    { layers: [48, 48], epochs: 40, batchSize: 100, averageDecay: 0.99, inverterSteps: 150 },
    {
      onProgress: ({ detail }: { detail?: LearnDetail }) => {
        if (detail?.preview) shown.push(detail.preview);
      },
    },
  );
  expect(metrics.train.modesCovered).toBe(4);
  expect(metrics.train.nearModes).toBeGreaterThan(0.4);
  expect(history[39].train.nearModes).toBeGreaterThan(history[3].train.nearModes);
  expect(warnings).toEqual([]);
  // rows come back: the variance of the data about its mean is 1.04
  expect(metrics.mse).toBeLessThan(0.5);
  for (const { samples, surface } of shown) {
    expect([samples!.rows, samples!.cols]).toEqual([1000, 2]);
    expect(surface!.values.length).toBe(surface!.size ** 2);
    expect(surface!.values.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(surface!.low.every((low, j) => low < -1 && surface!.high[j] > 1)).toBe(true);
  }
  await space.dispose();
});

it('can be stopped while its encoder is learned, too', async () => {
  const control = jobControl();
  const onProgress = ({ phase, done }: Progress) => void (phase === 'inverting' && done >= 8 && control.stop());
  const { space, stopped, metrics } = await fit(images, { inverterSteps: 500 }, { control, onProgress });
  expect(stopped).toBe(true);
  expect(Object.values(metrics.train).every(Number.isFinite)).toBe(true);
  expect((await space.encode!(readRows(images.rows))).data.every(Number.isFinite)).toBe(true);
  await space.dispose();
});

describe('when the two diverge', () => {
  const wild = { learningRate: 10, layers: [64, 64], epochs: 5 };

  it('keeps what the last whole epoch had, and says what to change', async () => {
    const checkpoints: Uint8Array[] = [];
    const onCheckpoint = (checkpoint: Uint8Array): void => void checkpoints.push(checkpoint);
    const data = await gaussians({ nSamples: 64 });
    const { space, stopped, warnings, history } = await fit(data, { ...wild, batchSize: 64 }, { onCheckpoint });
    expect(stopped).toBe(true);
    expect(history.length).toBe(checkpoints.length);
    for (const { train } of history) expect(train.modesCovered).toBeGreaterThanOrEqual(0);
    expect(warnings[0]).toMatch(
      /^learning diverged at step \d+ of the (generator|discriminator): .*; kept is the state after epoch [1-4]; try learningRate 0.004 instead of 10, or clipNorm 1$/,
    );
    expect((await space.decode!(space.prior!.sample(5, 1))).data.every(Number.isFinite)).toBe(true);
    expect((await space.encode!(readRows(data.rows))).data.every(Number.isFinite)).toBe(true);
    await space.dispose();
  });

  it('fails where no epoch was whole', async () => {
    const data = await gaussians({ nSamples: 2000 });
    const error = await fit(data, { ...wild, penalty: 'none' }).catch((error: unknown) => error);
    expect(error).toMatchObject({ name: 'NumericalError', code: 'diverged' });
    expect((error as Error).message).toMatch(
      /no epoch was whole, so nothing is kept; try learningRate 0.004 instead of 10, or clipNorm 1, or penalty r1$/,
    );
  });
});

it('makes the class that it is asked for', async () => {
  const data = await gaussians({ layout: 'ring', modes: 3, deviation: 0.2, nSamples: 600 });
  const { space } = await fit(data, { conditional: true, layers: [32, 32], epochs: 25 });
  expect(space.conditions).toEqual({ column: 'mode', categories: ['0', '1', '2'] });
  const z = space.prior!.sample(100, 4);
  for (let mode = 0; mode < 3; mode++) {
    const x = await space.decode!(z, new Int32Array(100).fill(mode));
    const angle = (2 * Math.PI * mode) / 3;
    let own = 0;
    for (let i = 0; i < 100; i++) {
      if (x.data[2 * i] * Math.cos(angle) + x.data[2 * i + 1] * Math.sin(angle) > 1) own++;
    }
    expect(own).toBeGreaterThan(70);
  }
  expect((await space.encode!(await space.decode!(z), new Int32Array(100))).rows).toBe(100);
  await space.dispose();
});

describe('every loss and remedy learns', () => {
  it.each([
    { loss: 'leastSquares', penalty: 'none' },
    { loss: 'hinge', spectralNorm: true, penalty: 'none' },
    { loss: 'wasserstein', penalty: 'gradientPenalty', penaltyWeight: 10, nCritic: 3 },
    { loss: 'wasserstein', penalty: 'none', spectralNorm: true },
    { loss: 'nonSaturating', packing: 2, minibatchDiscrimination: true },
    { loss: 'nonSaturating', conditional: true, packing: 4, averageDecay: 0 },
  ] as Partial<Options>[])('%j', async (options) => {
    const vectors = await gaussians({ nSamples: 64 });
    const cases: [Dataset, Partial<Options>][] = [
      [vectors, {}],
      [images, { architecture: 'convolutional', channels: [2, 4] }],
    ];
    for (const [dataset, more] of cases) {
      const previews: LearnPreview[] = [];
      const onProgress = ({ detail }: { detail?: LearnDetail }) => detail?.preview && previews.push(detail.preview);
      const { metrics, space } = await fit(dataset, { ...options, ...more }, { onProgress });
      expect(Object.values(metrics.train).every(Number.isFinite)).toBe(true);
      expect('penalty' in metrics.train).toBe(options.penalty !== 'none');
      expect(previews[0].samples!.data.every(Number.isFinite)).toBe(true);
      expect(previews[0].surface === undefined).toBe(dataset === images);
      await space.dispose();
    }
  });

  it('does without an encoder when none is wanted', async () => {
    const { space, metrics } = await fit(images, { inverter: false });
    expect(space.encode).toBeUndefined();
    expect(metrics.mse).toBeUndefined();
    const z = space.prior!.sample(2, 0);
    const x = await space.decode!(z);
    expect(x.data.every((value) => value >= 0 && value <= 1)).toBe(true);
    await space.dispose();
  });
});

it.each([
  [images, 64, { latentDim: 16, layers: [512, 256], penaltyWeight: 0.01, learningRate: 1e-3, epochs: 3906 }],
  [
    await gaussians({ nSamples: 1000 }),
    256,
    { latentDim: 2, layers: [128, 128, 128], penaltyWeight: 0.05, epochs: 1997 },
  ],
] as [Dataset, number, Partial<Options>][])('leaves to the data what is 0', async (data, batchSize, expected) => {
  const control = jobControl();
  const { options, space } = await gan.fit(data, { inverter: false, batchSize }, runtime, {
    control,
    onProgress: control.stop,
  });
  expect(options).toMatchObject({ batchSize, ...expected });
  await space.dispose();
});

it.each([
  [{ loss: 'wasserstein', penalty: 'none' }, /bounded slope; try penalty gradientPenalty, or/],
  [{ layers: [16, 0] }, /a layer of 0 units/],
  [{ packing: 3 }, /packing 3 must divide the mini-batch of 32 rows; try batchSize 30/],
  [{ architecture: 'convolutional' }, /convolutions need images/],
  [{ conditional: true, label: 'kind' }, /no column kind/],
] as [Partial<Options>, RegExp][])('refuses %j', async (options, message) => {
  const vectors = await gaussians({ nSamples: 100 });
  const error = await fit(vectors, options).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(message);
});
