/** What is particular to one kind of space: outcome on real digits, options, files. */
import type { Options } from '../base/index.ts';
import { describe, expect, it } from 'vitest';
import { FormatError, InputError, NumericalError, matrix, matrixOf, random } from '../base/index.ts';
import { readRows, rowsOf } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { constant, gemm, input, reshape, toOnnx } from '../graph/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { autoencoder } from './autoencoder.ts';
import type { LearnDetail, LearnPreview } from './latent-space.ts';
import { loadSpace } from './load-space.ts';
import { readManifest } from './manifest.ts';
import { onnxSpace } from './onnx-space.ts';
import { makePrior } from './prior.ts';
import { vae } from './vae.ts';

const runtime = nodeRuntime();
const some = await digits(2000);
const fewImages = await digits(300);
const constantMean = variance(some);

describe('on 2,000 real digits', () => {
  it('an autoencoder brings them back far better than their mean, two latents, eight epochs', async () => {
    const { metrics, history, warnings } = await autoencoder.fit(some, { epochs: 8, batchSize: 64 }, runtime);
    expect(metrics.mse).toBeLessThan(0.78 * constantMean);
    expect(history.length).toBe(8);
    expect(history[7].train.loss).toBeLessThan(history[0].train.loss);
    expect(warnings).toEqual([]);
  });

  it.each(['dense', 'convolutional'])('a %s β-VAE gives up latents as β grows', async (architecture) => {
    const kl = await Promise.all(
      [0.5, 20].map(async (beta) => {
        const options = { architecture, beta, latentDim: 4, layers: [64], channels: [8], epochs: 4, batchSize: 64 };
        return (await vae.fit(some, options, runtime)).metrics.train.kl;
      }),
    );
    expect(kl[0]).toBeGreaterThan(3 * kl[1]);
    expect(kl[1]).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ['gaussian', 0.7],
    ['masking', 0.7],
    ['saltAndPepper', 0.9],
  ])('denoises %s noise', async (noise, floor) => {
    const options = { noise, noiseLevel: 0.2, latentDim: 16, layers: [128], epochs: 4, batchSize: 64 };
    const { metrics, space } = await autoencoder.fit(some, options, runtime);
    expect(metrics.mse).toBeLessThan(floor * constantMean);
    // what is saved takes rows as they are
    expect((await space.decode!(await space.encode!(readRows(some.rows, [1, 2])))).rows).toBe(2);
  });
});

describe('options', () => {
  const few = table(64, 5);
  const quick = { epochs: 1, layers: [8] };
  const refused = async (dataset: Dataset, options: Partial<Options>, method = autoencoder): Promise<Error> =>
    method.fit(dataset, { ...quick, ...options }, runtime).then(
      () => expect.unreachable(),
      (error: Error) => error,
    );

  it.each([
    [{ epochs: -1 }, /autoencoder: epochs is -1, expected a whole number from 0/],
    [{ learningRate: -1 }, /learningRate is -1, expected a number from/],
    [{ optimizer: 'adagrad' }, /optimizer is "adagrad", expected one of adam, adamw, sgd/],
    [{ layers: [16, 0] }, /layers is \[16, 0\], expected whole numbers from 1/],
    [{ 'latent-dim': 2 }, /no option latent-dim; did you mean latentDim\?/],
    [{ architecture: 'convolutional' }, /convolutions need images/],
    [{ earlyStopping: 3 }, /set validationShare/],
  ] as [Partial<Options>, RegExp][])('%j is refused', async (options, message) => {
    const error = await refused(few, options);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(message);
  });

  it('a Bernoulli likelihood needs values in [0, 1]', async () => {
    expect((await refused(few, { likelihood: 'bernoulli' }, vae)).message).toMatch(/try likelihood gaussian/);
  });

  it('a learning rate that explodes ends in one line, or in a warning', async () => {
    const error = await refused(few, { learningRate: 10, optimizer: 'sgd', epochs: 200 });
    expect(error).toBeInstanceOf(NumericalError);
    expect(error.message).toMatch(/diverged at iteration.*try learningRate 1 instead of 10/);
    const { warnings } = await autoencoder.fit(some, { ...quick, learningRate: 10 }, runtime);
    expect(warnings.join()).toMatch(/no better than their mean/);
  });

  it('validation, early stopping and a schedule: figures of both sides, the best epoch kept', async () => {
    const options = { validationShare: 0.25, earlyStopping: 2, epochs: 300, learningRate: 0.05, schedule: 'warmUp' };
    const { metrics, history, stopped } = await autoencoder.fit(few, { ...quick, ...options }, runtime);
    expect(Object.keys(metrics.validation!)).toEqual(Object.keys(metrics.train));
    expect(history.length).toBeLessThan(300);
    const best = Math.min(...history.map(({ validation }) => validation!.loss));
    expect(metrics.validation!.loss).toBeCloseTo(best, 5);
    expect(stopped).toBe(false);
  });

  it('pixels beyond [0, 1] are refused', async () => {
    const bright = { ...fewImages.rows, scale: 1 };
    const error = await refused({ ...fewImages, rows: bright }, {});
    expect(error.message).toMatch(/pixels range from 0 to 255, expected 0 to 1; divide them by 255/);
  });

  it('says so when columns are constant', async () => {
    const x = readRows(few.rows);
    for (let i = 0; i < x.rows; i++) x.data[i * 5 + 3] = 7;
    const { warnings } = await autoencoder.fit({ ...few, rows: rowsOf(x) }, quick, runtime);
    expect(warnings[0]).toBe('1 of 5 columns are constant (3); nothing is learned from them');
  });

  it('shows previews of the same rows, two-dimensional whatever latentDim', async () => {
    for (const latentDim of [1, 2, 4]) {
      const seen: LearnPreview[] = [];
      const onProgress = ({ detail }: { detail?: LearnDetail }): void => {
        if (detail?.preview) seen.push(detail.preview);
      };
      const options = { latentDim, layers: [32], epochs: 5, batchSize: 64 };
      await autoencoder.fit(fewImages, options, runtime, { onProgress });
      expect(seen.length).toBeGreaterThan(0);
      for (const { indices, coordinates, originals, reconstructions } of seen) {
        expect(indices).toEqual(seen[0].indices);
        expect([coordinates.rows, coordinates.cols]).toEqual([indices.length, 2]);
        expect([originals.rows, reconstructions.rows, reconstructions.cols]).toEqual([12, 12, 784]);
        expect(originals.data).toEqual(readRows(fewImages.rows, indices.subarray(0, 12)).data);
        expect([...coordinates.data, ...reconstructions.data].every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe('a space in files', () => {
  const x = input('x', ['batch', 3]);
  const z = input('z', ['batch', 2]);
  const encoder = toOnnx({ z: gemm(x, constant([1, 0, 0, 1, 0, 0], [3, 2])) });
  const decoder = toOnnx({ y: gemm(z, constant([1, 0, 0, 0, 1, 0], [2, 3])) });

  it('encodes and decodes in chunks as in one go', async () => {
    const space = await onnxSpace({ encoder, decoder }, runtime);
    const rows = matrix(2500, 3, random(1).fillNormal(new Float32Array(7500)));
    const codes = await space.encode!(rows);
    for (const i of [0, 1023, 1024, 2499]) expect(codes.data[2 * i + 1]).toBe(rows.data[3 * i + 1]);
    expect((await space.decode!(codes)).data[3 * 2000]).toBe(rows.data[3 * 2000]);
    expect((await space.encode!(matrix(0, 3))).rows).toBe(0);
    await expect(space.encode!(matrix(1, 4))).rejects.toThrow(/rows of 4 numbers, expected 3/);
  });

  it('takes a model from elsewhere whose rows are images', async () => {
    const image = input('image', ['n', 1, 2, 2]);
    const flat = gemm(reshape(image, ['n', 4]), constant([1, 0, 0, 1, 0, 0, 0, 0], [4, 2]));
    const foreign = toOnnx({ features: flat });
    const space = await loadSpace({ 'encoder.onnx': foreign }, runtime);
    expect([space.nFeatures, space.latentDim]).toEqual([4, 2]);
    expect([...(await space.encode!(matrixOf([[5, 6, 7, 8]]))).data]).toEqual([5, 6]);
  });

  it('needs no space.json, and may have one side only', async () => {
    const space = await loadSpace({ 'decoder.onnx': decoder }, runtime);
    expect([space.method, space.latentDim, space.nFeatures, space.encode]).toEqual(['onnx', 2, 3, undefined]);
  });

  it.each([
    [{}, 'no-model'],
    [{ 'encoder.onnx': encoder.subarray(0, 60) }, 'onnx'],
    [{ 'encoder.onnx': new Uint8Array(0) }, 'format'],
    [{ 'encoder.onnx': new TextEncoder().encode('<html>not found</html>') }, 'onnx'],
    [
      { 'encoder.onnx': encoder, 'space.json': json({ format: 'portolan-space', version: 3, method: 'x' }) },
      'newer-version',
    ],
    [{ 'encoder.onnx': encoder, 'space.json': json({ hello: 1 }) }, 'format'],
    [{ 'encoder.onnx': encoder, 'space.json': new TextEncoder().encode('{"format":') }, 'format'],
    [
      {
        'encoder.onnx': encoder,
        'space.json': json({
          format: 'portolan-space',
          version: 1,
          method: 'x',
          medium: { kind: 'image', height: 2, width: 2, channels: 1 },
        }),
      },
      'format',
    ],
    [{ 'encoder.onnx': toOnnx({ y: reshape(x, [-1]) }) }, 'onnx'],
  ])('%# says in one line what is wrong', async (files, code) => {
    const error: FormatError = await loadSpace(files, runtime).then(
      () => expect.unreachable(),
      (error: FormatError) => error,
    );
    expect(error).toBeInstanceOf(FormatError);
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('\n');
  });

  it('refuses a pair that does not fit', async () => {
    await expect(onnxSpace({ encoder, decoder: encoder }, runtime)).rejects.toThrow(/maps 3 features to 2 latents/);
  });

  it('says what it is', async () => {
    const prior = { kind: 'standardNormal' } as const;
    const space = await onnxSpace({ encoder, decoder }, runtime, { method: 'mine', prior });
    expect(readManifest(space.toFiles()['space.json'])).toMatchObject({ method: 'mine', version: 2, prior });
  });

  it('a fitted Gaussian has its mean and covariance', () => {
    const { data } = makePrior({ kind: 'gaussian', mean: [1, -2], cholesky: [2, 0, 1, 0.5] }, 2).sample(50_000, 3);
    const [a, b, aa, ab, bb] = [0, 0, 0, 0, 0].map((_, which) => {
      let sum = 0;
      for (let i = 0; i < data.length; i += 2) {
        const [u, v] = [data[i] - 1, data[i + 1] + 2];
        sum += [u, v, u * u, u * v, v * v][which];
      }
      return sum / 50_000;
    });
    for (const [got, expected] of [
      [a, 0],
      [b, 0],
      [aa, 4],
      [ab, 2],
      [bb, 1.25],
    ]) {
      expect(Math.abs(got - expected)).toBeLessThan(0.06);
    }
  });

  it('two equal points and their images are learned and decoded without fuss', async () => {
    const rows = rowsOf(
      matrixOf([
        [0, 1, 2],
        [0, 1, 2],
      ]),
    );
    const same: Dataset = { name: 'same', rows, columns: [], medium: { kind: 'vector' }, warnings: [] };
    const { space, warnings } = await autoencoder.fit(same, { epochs: 2, layers: [4] }, runtime);
    expect(warnings.filter((text) => /all rows are equal/.test(text))).toHaveLength(1);
    const black: Dataset = { ...fewImages, rows: rowsOf(matrix(8, 784)) };
    const images = await autoencoder.fit(black, { epochs: 1, layers: [4] }, runtime);
    expect(images.warnings).toEqual([expect.stringMatching(/all rows are equal/)]);
    expect([...(await space.decode!(await space.encode!(readRows(rows)))).data].every(Number.isFinite)).toBe(true);
  });
});

function variance({ rows }: Dataset): number {
  const { data, cols } = readRows(rows);
  const mean = new Float64Array(cols);
  data.forEach((v, i) => (mean[i % cols] += v / rows.nSamples));
  return data.reduce((sum, v, i) => sum + (v - mean[i % cols]) ** 2, 0) / data.length;
}

function table(n: number, d: number): Dataset {
  const x = matrix(n, d, random(2).fillNormal(new Float32Array(n * d)));
  return { name: 'table', rows: rowsOf(x), columns: [], medium: { kind: 'vector' }, warnings: [] };
}

function json(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
