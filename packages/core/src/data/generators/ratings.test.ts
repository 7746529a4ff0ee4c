import { expect, test } from 'vitest';
import { readRows } from '../dataset.ts';
import type { Column } from '../dataset.ts';
import { ratings } from './ratings.ts';

type Texts = Column & { type: 'text' };
type Kinds = Column & { type: 'category' };

test('users rate what is of their taste more often, and higher', async () => {
  const data = await ratings.make({ nUsers: 300, nItems: 200, perUser: 25, nFactors: 5, seed: 2 });
  const [user, item, taste, kind] = data.columns as [Texts, Texts, Kinds, Kinds];
  const { data: values, rows } = readRows(data.rows);
  expect(rows / 300).toBeGreaterThan(20);
  expect(rows / 300).toBeLessThan(30);
  expect(new Set(user.values.map((name, i) => `${name} ${item.values[i]}`)).size).toBe(rows);
  expect([...new Set(values)].sort()).toEqual([1, 2, 3, 4, 5]);
  const sums = [0, 0];
  const counts = [0, 0];
  for (let i = 0; i < rows; i++) {
    const own = taste.codes[i] === kind.codes[i] ? 1 : 0;
    sums[own] += values[i];
    counts[own]++;
    // the item's name begins with its kind
    expect(item.values[i][0]).toBe(kind.categories[kind.codes[i]]);
  }
  expect(counts[1] / rows).toBeGreaterThan(0.35); // a fifth by chance
  expect(sums[1] / counts[1]).toBeGreaterThan(sums[0] / counts[0] + 0.5);
});

test('without taste, kinds are chosen alike; the same seed gives the same ratings', async () => {
  const options = { nUsers: 400, nItems: 50, perUser: 10, nFactors: 5, taste: 0, seed: 7 };
  const data = await ratings.make(options);
  const [, , taste, kind] = data.columns as [Texts, Texts, Kinds, Kinds];
  const own = taste.codes.reduce((count, code, i) => count + (code === kind.codes[i] ? 1 : 0), 0);
  expect(own / taste.codes.length).toBeCloseTo(0.2, 1);
  expect(await ratings.make(options)).toEqual(data);
  expect(readRows((await ratings.make({ ...options, seed: 8 })).rows)).not.toEqual(readRows(data.rows));
});
