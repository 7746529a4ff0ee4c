/** Downloads against a server of our own: whole, broken off, changed, refused, cancelled. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTarGzip } from 'nanotar';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { isAbort } from '@portolan/core';
import type { Column } from '@portolan/core';
import type { PublicSet } from './catalogue.ts';
import { CATALOGUE } from './catalogue.ts';
import { downloadFile } from './download-file.ts';
import { publicData } from './public-data.ts';

const files = new Map<string, Uint8Array>();
/** bytes after which the server hangs up, once */
let breakAt = Infinity;
let asked: { url: string; range?: string }[] = [];
const server = createServer((request, response) => {
  const { url = '', headers } = request;
  asked.push({ url, range: headers.range });
  const bytes = files.get(url);
  if (!bytes) return void response.writeHead(404).end();
  const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
  if (from >= bytes.length && from > 0) return void response.writeHead(416).end();
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from });
  if (breakAt >= bytes.length) return void response.end(bytes.subarray(from));
  response.write(bytes.subarray(from, breakAt), () => setTimeout(() => response.destroy(), 50));
  breakAt = Infinity;
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const folder = await mkdtemp(join(tmpdir(), 'downloads-'));
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  asked = [];
  breakAt = Infinity;
});

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const noise = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 2654435761) >>> 24);
files.set('/noise', noise);
const file = (urls: string[], sum = md5(noise)) => ({ name: 'noise', urls, md5: sum });

test('downloads once, and then has it', async () => {
  const path = join(folder, 'once', 'noise');
  const seen: number[] = [];
  await downloadFile(file([`${base}/noise`]), path, { onBytes: (done) => seen.push(done) });
  expect((await readFile(path)).equals(noise)).toBe(true);
  expect(seen.at(-1)).toBe(noise.length);
  await downloadFile(file([`${base}/noise`]), path);
  expect(asked).toHaveLength(1);
});

test('goes on where a broken download was', async () => {
  const path = join(folder, 'broken', 'noise');
  breakAt = 100_000;
  await expect(downloadFile(file([`${base}/noise`]), path)).rejects.toThrow(/could not be downloaded: 127\.0\.0\.1/);
  const kept = (await readFile(`${path}.part`)).length;
  expect(kept).toBeGreaterThan(0);
  expect(await readdir(join(folder, 'broken'))).toEqual(['noise.part']);
  await downloadFile(file([`${base}/noise`]), path);
  expect(asked[1].range).toBe(`bytes=${kept}-`);
  expect((await readFile(path)).equals(noise)).toBe(true);
  expect(await readdir(join(folder, 'broken'))).toEqual(['noise']);
});

test('takes a part that is whole already, and the next place when one has it not', async () => {
  const path = join(folder, 'mirrors', 'noise');
  await downloadFile(file([`${base}/gone`, `${base}/noise`]), path);
  expect(asked.map(({ url }) => url)).toEqual(['/gone', '/noise']);
  await rm(path);
  await writeFile(`${path}.part`, noise);
  await downloadFile(file([`${base}/noise`]), path);
  expect((await readFile(path)).equals(noise)).toBe(true);
});

test('keeps nothing of a file that is not the one that was published, and says so in a line', async () => {
  const path = join(folder, 'changed', 'noise');
  const wrong = downloadFile(file([`${base}/noise`], '0'.repeat(32)), path);
  await expect(wrong).rejects.toThrow(/gave another file \(MD5 [0-9a-f]{32}, expected 0+\).*put it at .*noise$/);
  expect(await readdir(join(folder, 'changed'))).toEqual([]);
});

test('can be cancelled', async () => {
  const controller = new AbortController();
  const onBytes = (): void => controller.abort();
  const path = join(folder, 'cancelled', 'noise');
  const downloading = downloadFile(file([`${base}/noise`]), path, { signal: controller.signal, onBytes });
  await expect(downloading).rejects.toSatisfy(isAbort);
});

const idx = (type: number, shape: number[], items: Uint8Array): Uint8Array => {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, type, shape.length]);
  shape.forEach((side, k) => head.writeUInt32BE(side, 4 + 4 * k));
  return gzipSync(Buffer.concat([head, items]));
};
const categoriesOf = (column: Column): string[] =>
  column.type === 'category' ? Array.from(column.codes, (code) => column.categories[code]) : [];

test('reads pairs of images and labels as one set with its split', async () => {
  const set = CATALOGUE.find(({ name }) => name === 'fashion-mnist') as PublicSet;
  const pixels = (n: number, value: number) => new Uint8Array(n * 784).fill(value);
  const parts = [idx(8, [5, 28, 28], pixels(5, 255)), idx(8, [5], Uint8Array.of(9, 0, 3, 3, 1))];
  const test = [idx(8, [3, 28, 28], pixels(3, 51)), idx(8, [3], Uint8Array.of(2, 2, 0))];
  const local = [...parts, ...test].map((bytes, i) => {
    files.set(`/idx/${set.files[i].name}`, bytes);
    return { name: set.files[i].name, urls: [`${base}/idx/${set.files[i].name}`], md5: md5(bytes) };
  });
  const sets = publicData({ cache: join(folder, 'cache'), catalogue: [{ ...set, files: local }] });
  const seen: string[] = [];
  const read = await sets.fetch('fashion-mnist', { onProgress: ({ phase }) => seen.push(phase) });
  expect([read.rows.nSamples, read.rows.nFeatures, read.rows.data[0], read.rows.data.at(-1)]).toEqual([
    8, 784, 255, 51,
  ]);
  expect(categoriesOf(read.columns[0])).toEqual([
    'ankle boot',
    'T-shirt/top',
    'dress',
    'dress',
    'trouser',
    'pullover',
    'pullover',
    'T-shirt/top',
  ]);
  expect(categoriesOf(read.columns[1]).filter((part) => part === 'train')).toHaveLength(5);
  expect(seen).toContain('downloading Fashion-MNIST');
});

test('reads the records of CIFAR, planes turned to pixels', async () => {
  const set = CATALOGUE.find(({ name }) => name === 'cifar10') as PublicSet;
  const record = (label: number, [r, g, b]: number[]): Uint8Array =>
    Uint8Array.from([label, ...[r, g, b].flatMap((value) => Array.from({ length: 1024 }, () => value))]);
  const tar = await createTarGzip([
    { name: 'cifar-10-batches-bin/data_batch_1.bin', data: record(3, [10, 20, 30]) },
    { name: 'cifar-10-batches-bin/readme.html', data: 'no data' },
    { name: 'cifar-10-batches-bin/test_batch.bin', data: record(8, [1, 2, 3]) },
  ]);
  files.set('/cifar', tar);
  const local = [{ name: 'cifar-10-binary.tar.gz', urls: [`${base}/cifar`], md5: md5(tar) }];
  const sets = publicData({ cache: join(folder, 'cache'), catalogue: [{ ...set, files: local }] });
  const { rows, columns, medium } = await sets.fetch('cifar10', {});
  expect(medium).toEqual({ kind: 'image', height: 32, width: 32, channels: 3 });
  expect([...rows.data.subarray(0, 6), ...rows.data.subarray(3072, 3075)]).toEqual([10, 20, 30, 10, 20, 30, 1, 2, 3]);
  expect(categoriesOf(columns[0])).toEqual(['cat', 'ship']);
  expect(categoriesOf(columns[1])).toEqual(['train', 'test']);
});
