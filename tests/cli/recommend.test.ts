/** New users of a space of ratings, by the command line: placed, and told what comes next. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { keptFolder, run, runJson } from './portolan.fixture.ts';

const folder = keptFolder();
const file = (name: string): string => readFileSync(join(folder, name), 'utf8');

beforeAll(async () => {
  await runJson(folder, 'data', 'make', 'ratings', '--n-users', '120', '--n-items', '60', '--per-user', '12');
  await runJson(folder, 'learn', 'ratings', '--method', 'als', '--latent-dim', '4');
  writeFileSync(join(folder, 'new.csv'), 'userId,itemId,stars\nann,a00,5\nann,a06,4\nbob,b01,5\n');
});

it('says what users of a table would choose next, and what they chose already is not among it', async () => {
  const { people } = await runJson(folder, 'recommend', 'ratings-als', '--ratings', 'new.csv', '--n', '4');
  const [ann, bob] = people as { name: string; code: number[]; items: { name: string; score: number }[] }[];
  expect([ann.name, bob.name]).toEqual(['ann', 'bob']);
  expect(ann.code).toHaveLength(4);
  expect(ann.items).toHaveLength(4);
  for (const { name } of ann.items) expect(['a00', 'a06']).not.toContain(name);
  await runJson(folder, 'encode', 'ratings-als', '--ratings', 'new.csv', '--out', 'codes.csv');
  const [head, first] = file('codes.csv').split('\n');
  expect(head).toBe('z1,z2,z3,z4,user');
  const [code, user] = [first.split(',').slice(0, 4).map(Number), first.split(',')[4]];
  expect(user).toBe('ann');
  code.forEach((value, c) => expect(value).toBeCloseTo(ann.code[c], 6));
  await runJson(folder, 'recommend', 'ratings-als', '--ratings', 'new.csv', '--n', '2', '--out', 'next.csv');
  const lines = file('next.csv').trim().split('\n');
  expect(lines[0]).toBe('rank,score,user,item');
  expect(lines).toHaveLength(5);
  expect(lines[1]).toMatch(new RegExp(`^1,[^,]+,ann,${ann.items[0].name}$`));
});

it('takes one person from the line itself', async () => {
  const { code, stdout } = await run(folder, 'recommend', 'ratings-als', 'a00=5', 'a06=4', '--n', '3');
  expect(code).toBe(0);
  const { people } = await runJson(folder, 'recommend', 'ratings-als', '--ratings', 'new.csv', '--n', '3');
  const [ann] = people as { items: { name: string }[] }[];
  expect(stdout.trim().split('\n').slice(1).map((line) => line.trim().split(/\s+/)[1])).toEqual(ann.items.map(({ name }) => name)); // prettier-ignore
});

it.each([
  [['recommend', 'ratings-als', 'a0=5'], 1, /no item is called "a0" among the 60 learned from; did you mean a/],
  [['recommend', 'ratings-als', '--user', 'user 7'], 1, /no user is called "user 7" among the 120 .* user 007/],
  [['recommend', 'ratings-als', 'a00=lots'], 2, /"a00=lots": expected ITEM=RATING/],
  [['recommend', 'ratings-als'], 2, /whom to recommend to/],
  [['recommend', 'ratings', 'a00'], 1, /ratings is a data set, expected a space: ratings-als/],
  [['recommend', 'ratings-als', '--ratings', 'none.csv'], 1, /there is no file none\.csv/],
  [['recommend', 'ratings-als', 'a00', '--out', 'x.npy'], 2, /go to \.csv, \.jsonl or \.parquet/],
  [['encode', 'ratings-als', 'x.npy', '--ratings', 'new.csv', '--out', 'y.npy'], 2, /exclude each other/],
])('%j ends with %i', async (args, expected, message) => {
  const { code, stderr } = await run(folder, ...args);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(message);
  expect(code).toBe(expected);
});
