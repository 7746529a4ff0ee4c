/** Spaces that were learned by classes, and those that take texts, by the command line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { readNpyMatrix } from '@portolan/core';
import { keptFolder, run, runJson } from './portolan.fixture.ts';

const folder = keptFolder();
const rowsIn = (name: string) => readNpyMatrix(readFileSync(join(folder, name)), name);

beforeAll(async () => {
  await runJson(
    folder,
    'learn',
    'colors',
    '--method',
    'vae',
    '--name',
    'conditional',
    '--conditional',
    '--epochs',
    '2',
  );
  const texts = Array.from(
    { length: 40 },
    (_, i) => `the ${i % 2 ? 'cat' : 'dog'} eats the ${i % 3 ? 'fish' : 'bone'}`,
  );
  writeFileSync(join(folder, 'texts.txt'), `${texts.join('\n')}\n\n`);
  await runJson(folder, 'data', 'add', 'texts.txt', '--name', 'texts');
  await runJson(folder, 'learn', 'texts', '--method', 'word2vec', '--name', 'spoken', '--latent-dim', '4');
});

it('draws samples of a class by its name', async () => {
  const blue = ['sample', 'conditional', '--n', '20', '--class', 'blue', '--out'];
  await runJson(folder, ...blue, 'blue.npy', '--codes', 'codes.npy');
  await runJson(folder, ...blue, 'again.npy');
  expect(readFileSync(join(folder, 'again.npy'))).toEqual(readFileSync(join(folder, 'blue.npy')));
  await runJson(folder, 'decode', 'conditional', 'codes.npy', '--class', 'blue', '--out', 'decoded.npy');
  expect(await rowsIn('decoded.npy')).toEqual(await rowsIn('blue.npy'));
  await runJson(folder, 'decode', 'conditional', 'codes.npy', '--class', 'red', '--out', 'red.npy');
  expect(await rowsIn('red.npy')).not.toEqual(await rowsIn('blue.npy'));
  const encoded = await runJson(folder, 'encode', 'conditional', 'blue.npy', '--class', 'blue', '--out', 'back.npy');
  expect(encoded).toMatchObject({ nSamples: 20, latentDim: (await rowsIn('codes.npy')).cols });
});

it('encodes texts, from a file or of a data set', async () => {
  expect(await runJson(folder, 'encode', 'spoken', '--texts', 'texts.txt', '--out', 'file.npy')).toMatchObject({
    nSamples: 40,
    latentDim: 4,
  });
  expect(await runJson(folder, 'encode', 'spoken', 'texts', '--out', 'data.npy')).toMatchObject({ nSamples: 40 });
  expect(await rowsIn('file.npy')).toEqual(await rowsIn('data.npy'));
});

it.each([
  [['sample', 'conditional', '--class', 'blu', '--out', 'x.npy'], 1, /knows no family blu; did you mean blue\?/],
  [['sample', 'spoken', '--class', 'blue', '--out', 'x.npy'], 1, /spoken was not learned by classes, and takes none/],
  [['encode', 'conditional', '--texts', 'texts.txt', '--out', 'x.npy'], 1, /takes rows of numbers, not texts/],
  [['encode', 'spoken', '--texts', 'none.txt', '--out', 'x.npy'], 1, /there is no file none\.txt/],
  [['encode', 'spoken', '--out', 'x.npy'], 2, /ROWS is missing: what to encode, or --texts FILE/],
  [['encode', 'spoken', 'texts', '--texts', 'texts.txt', '--out', 'x.npy'], 2, /give one of them/],
])('says in a line what is wrong: %j', async (args, code, message) => {
  const result = await run(folder, ...args, '--quiet');
  expect(result).toMatchObject({ code, stdout: '' });
  expect(result.stderr).toMatch(message);
  expect(result.stderr.trim().split('\n')).toHaveLength(1);
});
