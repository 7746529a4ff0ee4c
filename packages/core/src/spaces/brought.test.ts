/**
 * Spaces brought from elsewhere: models made by PyTorch 1.13 and in scikit-learn's operators (brought-models/make.py, which
 * keeps what the originals gave), and small graphs of our own where the oracle is exact.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { matrix, matrixOf, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import type { Medium } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import * as g from '../graph/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { bringSpace } from './brought.ts';
import type { BroughtSpace } from './brought.ts';
import type { BroughtOptions } from './brought-ports.ts';
import type { ModelFile } from './brought-model.ts';
import { loadSpace } from './load-space.ts';
import { readManifest, writeManifest } from './manifest.ts';

const folder = new URL('./brought-models/', import.meta.url);
const model = (name: string): ModelFile => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) });
const golden = JSON.parse(readFileSync(new URL('golden.json', folder), 'utf8')) as {
  vae: { codes: number[][]; pixel300: number[] };
  norm: { codes: number[][]; pixel300: number[] };
  bytes: { codes: number[][] };
  grid: { codes: number[][] };
  wine: { rows: number[][]; codes: number[][]; back: number[][] };
};
const runtime = nodeRuntime();
const dataset = await digits(64);
const images: Matrix = readRows(dataset.rows);
const data = { name: 'digits', medium: dataset.medium, sample: images };
const first8 = takeRows(images, [0, 1, 2, 3, 4, 5, 6, 7]);

const bring = (encoder?: string, decoder?: string, told?: BroughtOptions): Promise<BroughtSpace> =>
  bringSpace(
    { encoder: encoder ? model(encoder) : undefined, decoder: decoder ? model(decoder) : undefined },
    runtime,
    {
      data,
      told,
    },
  );

function expectClose(got: Matrix, expected: number[][], digits = 4): void {
  expect([got.rows, got.cols]).toEqual([expected.length, expected[0].length]);
  expected.flat().forEach((value, i) => expect(got.data[i]).toBeCloseTo(value, digits));
}

/** The same after it was saved and loaded. */
async function expectKept(space: BroughtSpace, x: Matrix): Promise<void> {
  const loaded = await loadSpace(space.toFiles(), runtime);
  expect(loaded).toMatchObject({ method: 'brought', latentDim: space.latentDim, nFeatures: space.nFeatures });
  expect(loaded.medium).toEqual(space.medium);
  const z = await space.encode!(x);
  expect((await loaded.encode!(x)).data).toEqual(z.data);
  if (space.decode) expect((await loaded.decode!(z)).data).toEqual((await space.decode(z)).data);
  await loaded.dispose();
}

describe('a convolutional VAE from PyTorch, one picture a call, pixels from −1 to 1', () => {
  it('is understood without a word, and gives what PyTorch gave', async () => {
    const space = await bring('vae-encoder.onnx', 'vae-decoder.onnx');
    expect(space.spec).toMatchObject({ latentDim: 2, nFeatures: 784, encoder: { output: 'mu', batch: 1 } });
    expect(space.spec.notes.join()).toContain('output mu was taken for codes; the others: z, logvar');
    const z = await space.encode!(first8);
    expectClose(z, golden.vae.codes);
    const back = await space.decode!(z);
    golden.vae.pixel300.forEach((value, i) => expect(back.data[i * 784 + 300]).toBeCloseTo(value, 4));
    await expectKept(space, first8);
    await space.dispose();
  });

  it('asks for the range only when the encoder comes alone', async () => {
    await expect(bring('vae-encoder.onnx')).rejects.toMatchObject({
      name: 'InputError',
      code: 'tell',
      details: { ask: 'range', name: 'vae-encoder.onnx' },
    });
    for (const told of [{ range: [-1, 1] as const }, { mean: [0.5], deviation: [0.5] }]) {
      const space = await bring('vae-encoder.onnx', undefined, told);
      expectClose(await space.encode!(first8), golden.vae.codes);
      expect(space.decode).toBeUndefined();
      await space.dispose();
    }
  });

  it('decodes alone too: the latent shape and the range are the decoder’s', async () => {
    const space = await bringSpace({ decoder: model('vae-decoder.onnx') }, runtime);
    expect(space.medium).toEqual({ kind: 'image', height: 28, width: 28, channels: 1 });
    const back = await space.decode!(matrixOf(golden.vae.codes));
    golden.vae.pixel300.forEach((value, i) => expect(back.data[i * 784 + 300]).toBeCloseTo(value, 4));
    expect(space.encode).toBeUndefined();
    await space.dispose();
  });

  it('takes the output that is named', async () => {
    const space = await bring('vae-encoder.onnx', 'vae-decoder.onnx', { codesOutput: 'logvar' });
    expect((await space.encode!(first8)).data[0]).not.toBeCloseTo(golden.vae.codes[0][0], 2);
    await expect(bring('vae-encoder.onnx', undefined, { codesOutput: 'nu' })).rejects.toThrow(
      'vae-encoder.onnx has no output nu; did you mean mu?',
    );
    await space.dispose();
  });
});

it('finds MNIST’s mean and deviation by trial, though the code keeps little', async () => {
  const space = await bring('norm-encoder.onnx', 'norm-decoder.onnx');
  expect(space.spec).toMatchObject({ latentDim: 2, encoder: { batch: 16 }, decoder: { batch: 16 } });
  expect(space.spec.notes.join()).toContain('by mean 0.1307 and deviation 0.3081: so they come back best');
  const z = await space.encode!(first8);
  expectClose(z, golden.norm.codes);
  const back = await space.decode!(z);
  golden.norm.pixel300.forEach((value, i) => expect(back.data[i * 784 + 300]).toBeCloseTo(value, 4));
  await space.dispose();
});

describe('types, batches and inputs', () => {
  it.each([
    ['bytes, channels last, any batch', 'bytes-encoder.onnx', 4],
    ['halves in and out', 'half-encoder.onnx', 2],
  ])('takes %s', async (_, name, digits) => {
    const space = await bring(name, 'wide-decoder.onnx');
    expectClose(await space.encode!(first8), golden.bytes.codes, digits);
    await expectKept(space, images);
    await space.dispose();
  });

  it('knows bytes without a decoder', async () => {
    const space = await bring('bytes-encoder.onnx');
    expectClose(await space.encode!(first8), golden.bytes.codes);
    await space.dispose();
  });

  it('feeds noise nothing, and asks for an input that it does not know', async () => {
    await expect(bring('noisy-encoder.onnx', 'wide-decoder.onnx')).rejects.toMatchObject({
      code: 'tell',
      details: { ask: 'inputs', input: 'domain', size: 4 },
      message:
        'noisy-encoder.onnx has an input beside its x, "domain" float32 [batch, 4], of which nothing is known; ' +
        'say what to feed it: 1 number, or 4 for each row',
    });
    const none = await bring('noisy-encoder.onnx', 'wide-decoder.onnx', { inputs: { domain: [0] } });
    expectClose(await none.encode!(first8), golden.bytes.codes);
    const moved = await bring('noisy-encoder.onnx', 'wide-decoder.onnx', { inputs: { domain: [2, 9, 9, 9] } });
    expectClose(
      await moved.encode!(first8),
      golden.bytes.codes.map((code) => code.map((value) => value + 2)),
    );
    await expectKept(moved, images);
    await expect(bring('noisy-encoder.onnx', undefined, { inputs: { domain: [1, 2] } })).rejects.toThrow(
      'got 2 numbers for input "domain" float32 [batch, 4], expected 1, or 4',
    );
    await none.dispose();
    await moved.dispose();
  });

  it('flattens and restores codes of a shape, in fixed batches that are filled up', async () => {
    const space = await bring('grid-encoder.onnx', 'grid-decoder.onnx');
    expect(space.spec).toMatchObject({ latentDim: 98, encoder: { gives: [2, 7, 7], batch: 4 } });
    const all = await space.encode!(images);
    golden.grid.codes
      .flat()
      .forEach((value, i) => expect(all.data[Math.floor(i / 8) * 98 + (i % 8)]).toBeCloseTo(value, 4));
    // as one by one, whatever is left for the last batch
    for (const n of [1, 3, 5]) {
      const some = await space.encode!(matrix(n, 784, images.data.slice(0, n * 784)));
      expect(some.data).toEqual(all.data.subarray(0, n * 98));
    }
    expect((await space.encode!(matrix(0, 784))).rows).toBe(0);
    await space.dispose();
  });

  it('takes scikit-learn’s operators on plain rows', async () => {
    const rows = matrixOf(golden.wine.rows);
    const space = await bringSpace(
      { encoder: model('wine-encoder.onnx'), decoder: model('wine-decoder.onnx') },
      runtime,
      {
        data: { name: 'wine', medium: { kind: 'vector' }, sample: rows },
      },
    );
    const z = await space.encode!(rows);
    expectClose(z, golden.wine.codes, 3);
    const back = await space.decode!(z);
    golden.wine.back.flat().forEach((value, i) => expect(back.data[i] / value).toBeCloseTo(1, 3));
    await expectKept(space, rows);
    await space.dispose();
  });
});

describe('layouts', () => {
  const [height, width, channels] = [4, 5, 3] as const;
  const medium: Medium = { kind: 'image', height, width, channels };
  const x = matrix(
    6,
    60,
    Float32Array.from({ length: 360 }, (_, i) => ((i * 7) % 255) / 254),
  );
  const colour = { name: 'colour', medium, sample: x };
  const identity = (shape: (string | number)[], flat = true): ModelFile => {
    const port = g.input('x', ['batch', ...shape]);
    const y = flat ? g.reshape(port, ['batch', 60]) : port;
    return { name: 'encoder.onnx', bytes: g.toOnnx({ y: g.mul(y, 2) }) };
  };
  const channelsFirst = (row: number): number[] =>
    Array.from({ length: 60 }, (_, k) => x.data[row * 60 + (k % 20) * 3 + Math.floor(k / 20)] * 2);

  it.each([
    ['first', [channels, height, width], true],
    ['last', [height, width, channels], false],
    ['in a row', [60], false],
  ])('of channels %s are inferred from the shape', async (_, shape, turned) => {
    const space = await bringSpace({ encoder: identity(shape) }, runtime, { data: colour, told: { range: [0, 1] } });
    const z = await space.encode!(x);
    for (const row of [0, 5]) {
      const expected = turned ? channelsFirst(row) : [...x.data.subarray(row * 60, row * 60 + 60)].map((v) => v * 2);
      expectClose(matrix(1, 60, z.data.slice(row * 60, row * 60 + 60)), [expected]);
    }
    await space.dispose();
  });

  it('may be told, and are asked for where any would do', async () => {
    const open: (string | number)[] = ['a', 'b', 'c'];
    const port = g.input('x', ['batch', ...open]);
    const encoder = { name: 'encoder.onnx', bytes: g.toOnnx({ y: g.mul(port, 2) }) };
    const told = { range: [0, 1] as const };
    await expect(bringSpace({ encoder }, runtime, { data: colour, told })).rejects.toMatchObject({
      code: 'tell',
      details: { ask: 'layout' },
    });
    const space = await bringSpace({ encoder }, runtime, { data: colour, told: { ...told, layout: 'channelsFirst' } });
    expectClose(takeRows(await space.encode!(x), [5]), [channelsFirst(5)]);
    const flat = await bringSpace({ encoder: identity([60]) }, runtime, {
      data: colour,
      told: { ...told, layout: 'channelsFirst' },
    });
    expectClose(takeRows(await flat.encode!(x), [5]), [channelsFirst(5)]);
    await space.dispose();
    await flat.dispose();
  });

  it('goes there and back by channel: layout, mean and deviation', async () => {
    const port = g.input('x', ['batch', channels, height, width]);
    const z = g.input('z', ['batch', 'size']);
    const encoder = { name: 'e.onnx', bytes: g.toOnnx({ latent: g.reshape(port, ['batch', 60]) }) };
    const decoder = { name: 'd.onnx', bytes: g.toOnnx({ x: g.mul(z, 1) }, { inputs: [z] }) };
    const told = { mean: [0.1, 0.2, 0.3], deviation: [1, 2, 4], layout: 'channelsFirst' } as const;
    const space = await bringSpace({ encoder, decoder }, runtime, { data: colour, told });
    const codes = await space.encode!(x);
    // the second channel of the first pixel
    expect(codes.data[20]).toBeCloseTo((x.data[1] - 0.2) / 2, 5);
    expectClose(takeRows(await space.decode!(codes), [3]), [[...x.data.subarray(180, 240)]], 5);
    await expect(
      bringSpace({ encoder }, runtime, { data: colour, told: { mean: [1, 2], deviation: [1] } }),
    ).rejects.toThrow('mean has 2 numbers, expected 1, or 3, one for each channel');
    await expect(bringSpace({ encoder }, runtime, { data: colour, told: { deviation: [0] } })).rejects.toThrow(
      'deviation has 0',
    );
    await space.dispose();
  });
});

describe('the class of each row beside it', () => {
  const shifts = [1, 0, 0, 10, -3, 7];
  const table = g.constant(shifts, [3, 2]);
  /** Code = row + the class's shift, which is fed as numbers for each class. */
  const encoder = (name = 'y'): ModelFile => {
    const [x, y] = [g.input('x', ['batch', 2]), g.input(name, ['batch', 3])];
    const bytes = g.toOnnx({ mu: g.add(x, g.matmul(y, table)) }, { inputs: [x, y] });
    return { name: 'encoder.onnx', bytes };
  };
  /** Row = code − the class's shift, which is looked up by its number. */
  const decoder = (batch: string | number = 'batch', more: number[] = []): ModelFile => {
    const [z, label] = [g.input('noise', [batch, 2]), g.input('label', [batch, ...more], 'int64')];
    const one = more.length > 0 ? g.reshape(label, [batch]) : label;
    return { name: 'decoder.onnx', bytes: g.toOnnx({ x: g.sub(z, g.gather(table, one)) }, { inputs: [label, z] }) };
  };
  const sample = matrixOf([
    [0, 0],
    [5, 6],
    [1, 1],
    [2, 4],
  ]);
  const codes = Int32Array.of(2, 0, 1, -1);
  const classes = { column: 'kind', codes, categories: ['a', 'b', 'c'] };
  const classed = { name: 'classed', medium: { kind: 'vector' } as const, sample, classes };

  it.each([
    ['any batch', decoder()],
    ['numbers in a column', decoder('batch', [1])],
    ['a fixed batch', decoder(3)],
  ])('becomes a condition of the space: %s', async (_, decodes) => {
    const space = await bringSpace({ encoder: encoder(), decoder: decodes }, runtime, { data: classed });
    expect(space.conditions).toEqual({ column: 'kind', categories: ['a', 'b', 'c'] });
    const z = await space.encode!(sample, codes);
    // the last has no class: all in equal parts, (1, 0), (0, 10) and (−3, 7) by a third each
    const [middle, third] = [-2 / 3, 17 / 3];
    expectClose(z, [
      [-3, 7],
      [6, 6],
      [1, 11],
      [2 + middle, 4 + third],
    ]);
    const back = await space.decode!(z, codes);
    expectClose(
      back,
      [0, 1, 2, 3].map((i) => [sample.data[2 * i], sample.data[2 * i + 1]]),
    );
    const loaded = await loadSpace(space.toFiles(), runtime);
    expect(loaded.conditions).toEqual(space.conditions);
    expect((await loaded.decode!(z, codes)).data).toEqual(back.data);
    for (const wrong of [Int32Array.of(0), Int32Array.of(0, 1, 2, 3)]) {
      await expect(space.encode!(sample, wrong)).rejects.toMatchObject({ code: 'classes' });
    }
    await loaded.dispose();
    await space.dispose();
  });

  it('of a decoder alone are counted: by the input’s size, or by what its table holds', async () => {
    for (const [named, n] of [
      [decoder(), 3],
      [{ ...encoder(), name: 'generator.onnx' }, 3],
    ] as const) {
      const space = await bringSpace({ decoder: named }, runtime);
      expect(space.conditions).toEqual({ column: 'class', categories: ['0', '1', '2'].slice(0, n) });
      expect(space.latentDim).toBe(2);
      await space.dispose();
    }
  });

  it('may come by another name, or be one value for all', async () => {
    const files = { encoder: encoder('domain') };
    const told = { classInput: 'domain' };
    const space = await bringSpace(files, runtime, { data: classed, told });
    expectClose(takeRows(await space.encode!(sample, codes), [0]), [[-3, 7]]);
    const fixed = await bringSpace({ encoder: encoder() }, runtime, {
      data: classed,
      told: { inputs: { y: [0, 1, 0] } },
    });
    expect(fixed.conditions).toBeUndefined();
    expectClose(takeRows(await fixed.encode!(sample), [0]), [[0, 10]]);
    await space.dispose();
    await fixed.dispose();
  });

  it('asks for the column where the data has none, or not as many', async () => {
    const without = { ...classed, classes: undefined };
    await expect(bringSpace({ encoder: encoder() }, runtime, { data: without })).rejects.toMatchObject({
      code: 'tell',
      details: { ask: 'label', input: 'y', nClasses: 3 },
      message:
        'encoder.onnx: input "y" float32 [batch, 3] takes one of 3 classes, and classed has no label; ' +
        'name a column of 3 classes, or say one value for all rows',
    });
    const two = { ...classed, classes: { ...classes, categories: ['a', 'b'] } };
    await expect(bringSpace({ encoder: encoder() }, runtime, { data: two })).rejects.toThrow(
      'takes one of 3 classes, but column kind of classed has 2; name a column of 3 classes',
    );
    const five = { ...classed, classes: { ...classes, categories: ['a', 'b', 'c', 'd', 'e'] } };
    await expect(bringSpace({ decoder: decoder() }, runtime, { data: five })).rejects.toThrow(
      /^decoder.onnx can't be run on rows of shape \[2\] at input "noise", class 4 at input "label": /,
    );
  });

  it('refuses a space.json whose classes were changed by hand', async () => {
    const space = await bringSpace({ encoder: encoder() }, runtime, { data: classed });
    const files = space.toFiles();
    const manifest = readManifest(files['space.json']);
    const changed = { ...manifest, conditions: { column: 'kind', categories: ['a', 'b'] } };
    await expect(loadSpace({ ...files, 'space.json': writeManifest(changed) }, runtime)).rejects.toThrow(
      'does not say how its models are fed',
    );
    await space.dispose();
  });
});

describe('what does not fit is told in a line', () => {
  const line = async (attempt: Promise<unknown>): Promise<Error & { code: string }> => {
    const error = await attempt.then(
      () => expect.unreachable('it was taken'),
      (reason: unknown) => reason as Error & { code: string },
    );
    expect(error.message).not.toContain('\n');
    expect(error.message.length).toBeLessThan(400);
    return error;
  };

  it('a picture of another size: which input, and which shape it expects', async () => {
    const small = {
      name: 'small',
      medium: { kind: 'image', height: 8, width: 8, channels: 1 } as const,
      sample: matrix(4, 64),
    };
    const error = await line(bringSpace({ encoder: model('vae-encoder.onnx') }, runtime, { data: small }));
    expect(error.message).toBe(
      'vae-encoder.onnx: input "image" float32 [1, 1, 28, 28] does not take what small has, pictures of 8 × 8 × 1; ' +
        'add the data at its size: data add … --image 28x28x1',
    );
    expect(error.code).toBe('shape');
  });

  it('a pair that does not fit', async () => {
    const error = await line(bring('vae-encoder.onnx', 'wide-decoder.onnx'));
    expect(error.message).toBe(
      'the encoder gives codes of 2 numbers, but wide-decoder.onnx takes "codes" float32 [batch, 3]; expected a pair that fits',
    );
    expect(error.code).toBe('models-differ');
  });

  it('an operator and an opset that the engine does not know', async () => {
    const wine = { name: 'wine', medium: { kind: 'vector' } as const, sample: matrixOf(golden.wine.rows) };
    const operator = await line(bringSpace({ encoder: model('unknown-operator.onnx') }, runtime, { data: wine }));
    expect(operator.message).toMatch(
      /^unknown-operator.onnx uses the operator Warp of com.example, opset 3, which onnxruntime-node [\d.]+ can't run; /,
    );
    expect(operator).toMatchObject({ name: 'FormatError', code: 'operator', details: { operator: 'Warp', opset: 3 } });
    const opset = await line(bringSpace({ encoder: model('unknown-opset.onnx') }, runtime, { data: wine }));
    expect(opset.message).toMatch(
      /^unknown-opset.onnx is of opset 99; onnxruntime-node [\d.]+ knows up to \d+: export it with opset 17$/,
    );
  });

  it('a file that is cut off, at every length, or is none', async () => {
    const { bytes } = model('vae-encoder.onnx');
    for (let i = 0; i < 40; i++) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * i) / 40));
      const error = await line(bringSpace({ encoder: { name: 'cut.onnx', bytes: cut } }, runtime, { data }));
      expect(error.message).toMatch(/^cut.onnx/);
      expect(error.name).toBe('FormatError');
    }
    const text = new TextEncoder().encode('this is no model, whatever its name says');
    expect((await line(bringSpace({ encoder: { name: 'text.onnx', bytes: text } }, runtime, { data }))).name).toBe(
      'FormatError',
    );
    expect((await line(bringSpace({}, runtime, { data }))).code).toBe('no-model');
  });

  it('more rows at once than memory holds', async () => {
    const z = g.input('z', [2 ** 20, 1024]);
    const decoder = { name: 'vast.onnx', bytes: g.toOnnx({ x: g.mul(z, 2) }) };
    expect((await line(bringSpace({ decoder }, runtime))).message).toContain(
      'vast.onnx: input "z" takes 1048576 rows of [1024] at once',
    );
  });

  it('a decoder whose code has an open size', async () => {
    const z = g.input('z', ['batch', 'size']);
    const decoder = { name: 'open.onnx', bytes: g.toOnnx({ x: g.mul(z, 2) }) };
    const error = await line(bringSpace({ decoder }, runtime));
    expect(error).toMatchObject({ code: 'tell', details: { ask: 'latent' } });
    const space = await bringSpace({ decoder }, runtime, { told: { latent: [5] } });
    expect(space).toMatchObject({ latentDim: 5, nFeatures: 5, medium: { kind: 'vector' } });
    await space.dispose();
  });

  it('a space.json that was changed by hand', async () => {
    const space = await bring('bytes-encoder.onnx');
    const files = space.toFiles();
    const manifest = readManifest(files['space.json']);
    const { encoder } = manifest.parameters as { encoder: object };
    for (const wrong of [
      {},
      { encoder: { ...encoder, takes: [3] } },
      { encoder: { ...encoder, rows: { mean: 'x' } } },
    ]) {
      const changed = { ...files, 'space.json': writeManifest({ ...manifest, parameters: wrong }) };
      expect((await line(loadSpace(changed, runtime))).name).toBe('FormatError');
    }
    await space.dispose();
  });
});

it('keeps the models as they came', async () => {
  const space = (await bring('half-encoder.onnx', 'wide-decoder.onnx')).withPrior({ kind: 'standardNormal' });
  const files = space.toFiles();
  expect(files['encoder.onnx']).toEqual(model('half-encoder.onnx').bytes);
  expect(files['decoder.onnx']).toEqual(model('wide-decoder.onnx').bytes);
  expect((await loadSpace(files, runtime)).prior!.sample(3, 1)).toEqual(space.prior!.sample(3, 1));
  await space.dispose();
});
