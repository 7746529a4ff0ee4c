/** Models from elsewhere in a project; how they are understood is tested in spaces/brought.test.ts. */
import { readFileSync } from 'node:fs';
import { beforeEach, expect, it } from 'vitest';
import { isAbort, matrix, random } from '../base/index.ts';
import { bytesSource, readRows, writeNpy } from '../data/index.ts';
import type { ByteSource } from '../data/index.ts';
import { digits, digitsFiles } from '../data/digits.fixture.ts';
import * as g from '../graph/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { createWorkbench } from './create-workbench.ts';
import { memoryStore } from './memory-store.ts';
import type { Packs } from './packs.ts';
import type { Store } from './store.ts';
import type { AddSpaceArgs, SpaceInfo, Workbench } from './workbench.ts';

const folder = new URL('../spaces/brought-models/', import.meta.url);
const model = (name: string, as = name): ByteSource =>
  bytesSource(as, new Uint8Array(readFileSync(new URL(name, folder))));
const pack = await digitsFiles();
const packs: Packs = { list: async () => ['digits'], file: async (_, name) => pack[name] };
const some = await digits(50);
const runtime = nodeRuntime();
let store: Store;
let project: Workbench;
const open = (): Workbench => createWorkbench({ store, runtime, packs });

beforeEach(async () => {
  store = memoryStore();
  project = open();
  const rows = some.rows.data as Uint8Array;
  await project.addData({ files: [bytesSource('few.npy', writeNpy({ shape: [50, 28, 28], data: rows }))] });
});

const add = (names: string[], more: Partial<AddSpaceArgs> = {}): Promise<SpaceInfo> =>
  project.addSpace({ files: names.map((name) => model(name)), data: 'few', ...more });

it('brings an encoder and a decoder: codes, decoding and sampling, in another program too', async () => {
  const info = await add(['vae-decoder.onnx', 'vae-encoder.onnx']);
  expect(info).toMatchObject({
    id: 'few-vae',
    data: 'few',
    method: 'brought',
    latentDim: 2,
    nFeatures: 784,
    encodes: true,
    decodes: true,
    samples: true,
    options: { encoder: 'vae-encoder.onnx', codesOutput: 'mu', mean: [0.5], deviation: [0.5] },
  });
  expect(info.metrics.mse).toBeLessThan(0.06);
  expect((await project.files({ id: 'few-vae' })).map(({ name }) => name).sort()).toEqual([
    'codes.npy',
    'decoder.onnx',
    'encoder.onnx',
    'info.json',
    'space.json',
  ]);
  project = open();
  expect(await project.show({ id: 'few-vae' })).toEqual(info);
  const codes = await project.codes({ space: 'few-vae' });
  const x = readRows(await project.rows({ data: 'few', count: 3 }));
  expect((await project.encode({ space: 'few-vae', rows: x })).data).toEqual(codes.data.slice(0, 6));
  expect((await project.decode({ space: 'few-vae', codes })).cols).toBe(784);
  expect((await project.sample({ space: 'few-vae', n: 7 })).rows).toMatchObject({ rows: 7, cols: 784 });
  expect(await project.map({ of: 'few-vae', method: 'pca' })).toMatchObject({ nComponents: 2 });
});

it('brings a decoder alone, to be seen by codes drawn from its prior', async () => {
  const info = await project.addSpace({ files: [model('vae-decoder.onnx')] });
  expect(info).toMatchObject({ id: 'vae', data: 'vae-items', encodes: false, decodes: true, samples: true });
  expect(info.medium).toMatchObject({ kind: 'image', height: 28, width: 28 });
  expect(await project.show({ id: 'vae-items' })).toMatchObject({
    nSamples: 1000,
    nFeatures: 784,
    medium: { kind: 'image' },
  });
  const codes = await project.codes({ space: 'vae' });
  expect([codes.rows, codes.cols]).toEqual([1000, 2]);
  const rows = readRows(await project.rows({ data: 'vae-items', count: 1 }));
  const decoded = await project.decode({ space: 'vae', codes: matrix(1, 2, codes.data.slice(0, 2)) });
  expect(rows.data[300]).toBeCloseTo(decoded.data[300], 5);
  expect(await project.map({ of: 'vae', method: 'pca' })).toMatchObject({ nComponents: 2 });
});

it('knows a decoder by what it makes, and leaves data alone that is not of its kind', async () => {
  const [z, label] = [g.input('noise', ['n', 5, 1, 1]), g.input('label', ['n'], 'int64')];
  const table = g.constant(
    Float32Array.from({ length: 3 * 5 }, (_, i) => i / 20),
    [3, 5],
  );
  const h = g.add(g.reshape(z, ['n', 5]), g.gather(table, label));
  const wide = g.matmul(
    h,
    g.constant(
      Float32Array.from({ length: 5 * 192 }, (_, i) => ((i * 7) % 13) / 13),
      [5, 192],
    ),
  );
  const bytes = g.toOnnx({ image: g.reshape(g.tanh(wide), ['n', 3, 8, 8]) }, { inputs: [z, label] });
  const info = await project.addSpace({ files: [bytesSource('dcgan.onnx', bytes)], data: 'few' });
  expect(info).toMatchObject({ id: 'dcgan', data: 'dcgan-items', latentDim: 5, encodes: false, decodes: true });
  // the classes that it takes are drawn in turn, and what was drawn is labelled by them
  expect(info.conditions).toEqual({ column: 'class', categories: ['0', '1', '2'] });
  const [drawn] = await project.columns({ data: 'dcgan-items' });
  expect(drawn).toMatchObject({ name: 'class', type: 'category', categories: ['0', '1', '2'] });
  const codes = matrix(2, 5, (await project.codes({ space: 'dcgan' })).data.slice(0, 10));
  const decoded = await project.decode({ space: 'dcgan', codes, classes: Int32Array.of(0, 1) });
  const rows = readRows(await project.rows({ data: 'dcgan-items', count: 2 }));
  rows.data.forEach((value, i) => expect(value).toBeCloseTo(decoded.data[i], 5));
  // one that takes more than it gives is no decoder, whatever the data
  const x = g.input('x', ['n', 3, 8, 8]);
  const small = g.toOnnx({ y: g.mean(x, { axes: [2, 3] }) });
  await expect(project.addSpace({ files: [bytesSource('net.onnx', small)], data: 'few' })).rejects.toThrow(
    'net.onnx: input "x" float32 [n, 3, 8, 8] does not take what few has',
  );
});

it('takes files by any name, when it is told which is which', async () => {
  const files = [model('vae-encoder.onnx', 'a.onnx'), model('vae-decoder.onnx', 'b.onnx')];
  await expect(project.addSpace({ files, data: 'few' })).rejects.toMatchObject({
    code: 'tell',
    details: { ask: 'roles' },
  });
  expect(await project.addSpace({ files, data: 'few', decoder: 'b.onnx' })).toMatchObject({
    id: 'few-a',
    latentDim: 2,
  });
  await expect(project.addSpace({ files, data: 'few', encoder: 'c.onnx' })).rejects.toThrow('c.onnx is not among');
});

it('takes weights that lie in a file beside the model', async () => {
  const info = await add(['split-encoder.onnx', 'split-encoder.onnx.data', 'wide-decoder.onnx']);
  expect(info).toMatchObject({ id: 'few-split', latentDim: 3, decodes: true });
  await expect(add(['split-encoder.onnx', 'wide-decoder.onnx'])).rejects.toThrow(
    'split-encoder.onnx keeps its weights in split-encoder.onnx.data, which is not here; bring both',
  );
});

it('takes the files of a saved space', async () => {
  const learned = await project.learn({ data: 'few', method: 'pca', options: { latentDim: 3 }, name: 'first' });
  const files = await Promise.all(
    (await project.files({ id: 'first' })).map(async ({ name }) =>
      bytesSource(`first/${name}`, await project.file({ id: 'first', name })),
    ),
  );
  const again = await project.addSpace({ files, data: 'few', name: 'second' });
  expect(again).toMatchObject({ id: 'second', method: 'pca', latentDim: 3, decodes: learned.decodes });
  expect((await project.codes({ space: 'second' })).data).toEqual((await project.codes({ space: 'first' })).data);
});

it('keeps nothing of what fails, is cancelled or does not fit', async () => {
  await project.addData({ files: [bytesSource('narrow.npy', writeNpy({ shape: [9, 6], data: noise(54) }))] });
  const controller = new AbortController();
  controller.abort();
  const coded = (code: string) => (error: unknown) => (error as { code?: string }).code === code;
  const both = [model('vae-encoder.onnx'), model('vae-decoder.onnx')];
  const attempts: [() => Promise<unknown>, (error: unknown) => boolean][] = [
    [() => add(['vae-encoder.onnx']), coded('tell')],
    [() => add(['vae-encoder.onnx'], { data: 'narrow' }), coded('shape')],
    [() => add(['unknown-operator.onnx'], { data: 'narrow' }), coded('shape')],
    [() => add(['vae-encoder.onnx'], { data: 'nothing' }), coded('no-such-item')],
    [() => add(['vae-encoder.onnx', 'vae-decoder.onnx', 'wide-decoder.onnx']), coded('too-many-files')],
    [() => add([]), coded('input')],
    [() => project.addSpace({ files: both, data: 'few' }, controller), isAbort],
  ];
  for (const [attempt, expected] of attempts) await expect(attempt()).rejects.toSatisfy(expected);
  expect(await project.list({ kind: 'space' })).toEqual([]);
});

function noise(length: number): Float32Array {
  const z = matrix(1, length);
  random(0).fillNormal(z.data);
  return z.data;
}
