/** Words and texts by the command line: files that are streamed, what attends to what, and what cannot be learned from. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { keptFolder, run, runJson } from './portolan.fixture.ts';

const folder = keptFolder();

beforeAll(async () => {
  const [animals, meals] = [['dog', 'cat', 'bird'], ['bone', 'fish', 'seed']]; // prettier-ignore
  const texts = Array.from({ length: 60 }, (_, i) => `the ${animals[i % 3]} eats the ${meals[(i + (i >> 4)) % 3]}`);
  writeFileSync(join(folder, 'meals.txt'), `${texts.join('\n')}\n\n`);
  await runJson(folder, 'data', 'add', 'meals.txt', '--name', 'meals');
  await runJson(folder, 'learn', 'meals', '--method', 'transformer', '--epochs', '1', '--latent-dim', '8', '--name', 'read'); // prettier-ignore
});

it('learns words from a file that is streamed as from one that was added', async () => {
  const options = ['--method', 'word2vec', '--latent-dim', '4', '--epochs', '2'];
  const streamed = await runJson(folder, 'learn', './meals.txt', ...options);
  const added = await runJson(folder, 'learn', 'meals', ...options, '--name', 'added');
  expect(streamed).toMatchObject({ space: 'meals-word2vec', data: 'meals-word2vec-items', epochs: 2 });
  expect(streamed.learnedFrom).toBeUndefined();
  const codes = (id: unknown) => readFileSync(join(folder, 'portolan-project', 'spaces', String(id), 'codes.npy'));
  expect(codes(streamed.space)).toEqual(codes(added.space));
});

it('tells what attends to what', async () => {
  const { tokens, words, layers, heads, weights } = await runJson(folder, 'attention', 'read', 'the dog eats seeds');
  expect((tokens as string[]).slice(0, 4)).toEqual(['the', 'dog', 'eats', 'seed']);
  expect(words).toEqual([0, 1, 2, 3, 3]);
  const all = weights as number[][][][];
  expect([all.length, all[0].length, all[0][0].length]).toEqual([layers, heads, 5]);
  for (const row of all.flat(2)) expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
  const { stdout } = await run(folder, 'attention', 'read', 'the dog', '--layer', '1', '--head', '2');
  expect(stdout).toMatch(/^token +attends to, in layer 1, head 2\nthe +\S+ 0\.\d+, \S+ 0\.\d+\ndog /);
});

const bad: Record<string, string | Buffer> = {
  'empty.txt': '',
  'blank.txt': '\n\n',
  'one.txt': 'word word\nword',
  'bytes.txt': Buffer.of(0x61, 0, 0x62),
};
it.each([
  [['learn', 'empty.txt', '--method', 'word2vec'], 1, /empty\.txt: there is no word in its 0 texts/],
  [['learn', 'blank.txt', '--method', 'word2vec'], 1, /blank\.txt: there is no word in its 0 texts/],
  [['learn', 'one.txt', '--method', 'word2vec'], 1, /only one word \("word"\) occurs 1 time or more in 3 words/],
  [['learn', 'bytes.txt', '--method', 'word2vec'], 1, /bytes\.txt is not text: it has a zero byte \(byte 1\)/],
  [['learn', 'none.txt', '--method', 'word2vec'], 1, /there is no file none\.txt/],
  [['learn', 'meals.txt', '--method', 'word2vec', '--phrases', '1'], 2, /phrases are not looked for/],
  [['learn', 'meals.txt', '--method', 'transformer'], 1, /cannot learn from a file that is streamed/],
  [['data', 'add', 'blank.txt'], 1, /blank\.txt has nothing but blank lines/],
  [['attention', 'read', 'the dog', '--layer', '3'], 2, /--layer is "3", expected a whole number from 1 to 2/],
  [['attention', 'meals', 'the dog'], 1, /meals is a data set, expected a space/],
])('says in a line what is wrong: %j', async (args, code, message) => {
  for (const [name, content] of Object.entries(bad)) writeFileSync(join(folder, name), content);
  const result = await run(folder, ...args, '--quiet');
  expect(result.stderr).toMatch(message);
  expect(result).toMatchObject({ code, stdout: '' });
  expect(result.stderr.trim().split('\n')).toHaveLength(1);
});
