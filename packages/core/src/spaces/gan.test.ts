/** What is particular to GANs: modes, previews, classes, every loss and remedy, and what is refused. */
import { describe, expect, it } from 'vitest';
import { InputError, jobControl, matrix, matrixOf, random } from '../base/index.ts';
import type { Options, Progress } from '../base/index.ts';
import { dataGenerators, readRows } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { coverage, modesOf } from './gan-modes.ts';
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
    const x = await space.decode!(matrix(2, 2, random(0).fillNormal(new Float32Array(4))));
    expect(x.data.every((value) => value >= 0 && value <= 1)).toBe(true);
    await space.dispose();
  });
});

it.each([
  [{ loss: 'wasserstein', penalty: 'none' }, /bounded slope; try penalty gradientPenalty/],
  [{ packing: 3 }, /packing 3 must divide the mini-batch of 32 rows; try batchSize 30/],
  [{ architecture: 'convolutional' }, /convolutions need images/],
  [{ conditional: true, label: 'kind' }, /no column kind/],
] as [Partial<Options>, RegExp][])('refuses %j', async (options, message) => {
  const vectors = await gaussians({ nSamples: 100 });
  const error = await fit(vectors, options).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(message);
});
