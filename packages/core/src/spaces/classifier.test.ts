/** What is particular to a classifier: accuracy, layers, classes as an output, beginning with another space, labels. */
import { describe, expect, it } from 'vitest';
import { InputError } from '../base/index.ts';
import type { Options } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { readWeights } from '../graph/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { autoencoder } from './autoencoder.ts';
import { classifier } from './classifier.ts';
import type { LearnJob, SpaceFiles } from './latent-space.ts';

const runtime = nodeRuntime();
const some = await digits(1500);
const few = await digits(120);
const fit = (dataset: Dataset, options: Partial<Options> = {}, job: LearnJob = {}) =>
  classifier.fit(dataset, { layers: [32, 24], channels: [4, 6], epochs: 1, batchSize: 32, ...options }, runtime, job);

/** The data with other codes of its label. */
function relabelled(dataset: Dataset, code: (i: number) => number, categories = ['a', 'b', 'c']): Dataset {
  const codes = Int32Array.from({ length: dataset.rows.nSamples }, (_, i) => code(i));
  return { ...dataset, label: 'kind', columns: [{ name: 'kind', type: 'category', codes, categories }] };
}

it('tells digits apart, held-out ones too, and gives the probability of each class', async () => {
  const { metrics, space, history } = await fit(some, { layers: [64], epochs: 6 });
  expect(metrics.train.accuracy).toBeGreaterThan(0.9);
  expect(metrics.validation!.accuracy).toBeGreaterThan(0.78);
  expect(metrics.mse).toBeUndefined();
  expect(history[5].train.loss).toBeLessThan(history[0].train.loss);
  expect(space.decode).toBeUndefined();
  const executable = await runtime.load(space.toFiles()['encoder.onnx']);
  const x = readRows(some.rows);
  const { z, classes } = await executable.run({ x: { dtype: 'float32', shape: [1500, 784], data: x.data } });
  expect([z.shape, classes.shape]).toEqual([
    [1500, 16],
    [1500, 10],
  ]);
  const column = some.columns.find(({ name }) => name === some.label);
  const truth = column?.type === 'category' ? column.codes : [];
  let right = 0;
  for (let i = 0; i < 1500; i++) {
    const row = (classes.data as Float32Array).subarray(10 * i, 10 * i + 10);
    expect(row.reduce((sum, p) => sum + p)).toBeCloseTo(1, 4);
    if (row.indexOf(Math.max(...row)) === truth[i]) right++;
  }
  const share = (metrics.train.accuracy * 1350 + metrics.validation!.accuracy * 150) / 1500;
  expect(right / 1500).toBeCloseTo(share, 3);
  await executable.dispose();
  await space.dispose();
});

it.each([
  ['dense', 0, 5],
  ['dense', 1, 32],
  ['dense', 2, 24],
  ['convolutional', 0, 5],
  ['convolutional', 1, 4],
  ['convolutional', 2, 6],
])('%s: layer %i is a space of %i dimensions', async (architecture, layer, latentDim) => {
  const { space } = await fit(few, { architecture, layer, latentDim: 5 });
  expect(space.latentDim).toBe(latentDim);
  expect((await space.encode!(readRows(few.rows, [0, 1]))).cols).toBe(latentDim);
  await space.dispose();
});

describe('beginning with another space', () => {
  const spaceOf = async (options: Partial<Options>): Promise<SpaceFiles> => {
    const { space } = await autoencoder.fit(few, { epochs: 1, batchSize: 64, ...options }, runtime);
    await space.dispose();
    return space.toFiles();
  };

  it.each(['dense', 'convolutional'])(
    'takes its layers as far as they fit, and can hold them fast: %s',
    async (architecture) => {
      const files = await spaceOf({ architecture, layers: [32, 20], channels: [4, 6] });
      const given = readWeights(files['encoder.onnx']);
      const asked: string[] = [];
      const job = { files: async (id: string) => (asked.push(id), files) };
      const { space, warnings } = await fit(
        few,
        { architecture, from: 'digits-ae', freeze: true, optimizer: 'adamw' },
        job,
      );
      expect(asked).toEqual(['digits-ae']);
      const taken = architecture === 'dense' ? 1 : 2;
      expect(warnings.join()).toContain(`began with ${taken} of 2 layers of digits-ae`);
      const mine = readWeights(space.toFiles()['encoder.onnx']);
      for (let i = 0; i < taken; i++) expect(mine[i]).toEqual(given[i]);
      const free = await fit(few, { architecture, from: 'digits-ae' }, job);
      expect(readWeights(free.space.toFiles()['encoder.onnx'])[0]).not.toEqual(given[0]);
      await Promise.all([space.dispose(), free.space.dispose()]);
    },
  );

  it('says so when nothing fits, there is no encoder, or no project', async () => {
    const files = await spaceOf({ layers: [7] });
    const from = (own: SpaceFiles) => fit(few, { from: 'other' }, { files: () => Promise.resolve(own) });
    await expect(from(files)).rejects.toThrow('its first has weights [784, 7], this network [784, 32]');
    await expect(from({})).rejects.toThrow('the space other has no encoder.onnx');
    await expect(fit(few, { from: 'other' })).rejects.toThrow('no project is at hand');
  });
});

describe('labels', () => {
  it.each([
    [{ ...few, label: undefined }, {}, /has no label/],
    [relabelled(few, () => 1), {}, /column kind has one class \(b\); a classifier needs at least two/],
    [relabelled(few, () => -1), {}, /has no class for any row/],
    [few, { label: 'colour' }, /no column colour/],
    [few, { layer: 3 }, /layer 3 is asked for, but there are 2 hidden layers/],
    [few, { earlyStopping: 2, validationShare: 0 }, /set validationShare/],
  ] as [Dataset, Partial<Options>, RegExp][])(
    'refuses what it cannot learn from: %#',
    async (dataset, options, message) => {
      const error = await fit(dataset, options).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(InputError);
      expect((error as Error).message).toMatch(message);
    },
  );

  it('leaves out rows and classes without a label, and warns of uneven classes', async () => {
    const data = relabelled(few, (i) => (i < 20 ? -1 : i < 30 ? 2 : 0));
    const { warnings, space } = await fit(data);
    expect(warnings.join('\n')).toMatch(/20 of 120 rows have no class/);
    expect(warnings.join('\n')).toMatch(/uneven: a has 90 rows, c 10; try balanced/);
    expect((await space.encode!(readRows(few.rows))).rows).toBe(120);
    const executable = await runtime.load(space.toFiles()['encoder.onnx']);
    expect(executable.outputs[1]).toMatchObject({ name: 'classes', shape: ['batch', 2] });
    await executable.dispose();
    await space.dispose();
  });

  it('balanced, a rare class is found more often', async () => {
    // ones against the rest, one in ten
    const column = some.columns.find(({ name }) => name === some.label);
    const truth = column?.type === 'category' ? column.codes : new Int32Array(0);
    const data = relabelled(some, (i) => (truth[i] === 5 ? 1 : 0));
    const found = await Promise.all(
      [false, true].map(async (balanced) => {
        const { space } = await fit(data, { balanced, layers: [8], latentDim: 2, validationShare: 0, batchSize: 128 });
        const executable = await runtime.load(space.toFiles()['encoder.onnx']);
        const x = readRows(some.rows);
        const { classes } = await executable.run({ x: { dtype: 'float32', shape: [1500, 784], data: x.data } });
        await Promise.all([executable.dispose(), space.dispose()]);
        return truth.filter((code, i) => code === 5 && (classes.data as Float32Array)[2 * i + 1] > 0.5).length;
      }),
    );
    expect(found[1]).toBeGreaterThan(found[0]);
  });
});
