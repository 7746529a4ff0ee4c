import { expect, test } from 'vitest';
import { matrix, random } from '@portolan/core/base';
import type { Column } from '@portolan/core/data';
import { namesFor, neighbourhoods } from './naming.ts';

/** Three heaps, far from each other. */
const rng = random(1);
const n = 300;
const coordinates = matrix(
  n,
  2,
  Float32Array.from({ length: 2 * n }, (_, i) => ((i >> 1) % 3) * 10 + rng.uniform()),
);

test('categories stand on a point of their own', () => {
  const column: Column = {
    name: 'c',
    type: 'category',
    categories: ['zero', 'one', 'two', 'none'],
    codes: Int32Array.from({ length: n }, (_, i) => i % 3),
  };
  const names = namesFor('categories', column, coordinates, null);
  expect(names.map(({ text }) => text).sort()).toEqual(['one', 'two', 'zero']);
  for (const { text, point, weight } of names) {
    expect(column.categories[point % 3]).toBe(text);
    expect(weight).toBe(100);
  }
});

test('neighbourhoods are the heaps, the same for the same seed', () => {
  const parts = neighbourhoods(coordinates, 3);
  expect(new Set(parts).size).toBe(3);
  parts.forEach((part, i) => expect(part).toBe(parts[i % 3]));
  expect(neighbourhoods(coordinates, 3)).toEqual(parts);
});

test('a neighbourhood is named by what its samples’ texts have in common', () => {
  const fruit = ['red apple', 'green pear', 'blue plum'];
  const column: Column = { name: 't', type: 'text', values: Array.from({ length: n }, (_, i) => fruit[i % 3]) };
  for (const { text, point } of namesFor('keywords', column, coordinates, null)) {
    expect(text.split(' · ').sort()).toEqual(fruit[point % 3].split(' ').sort());
  }
});

test('samples are named by their text, the rows in order', () => {
  const column: Column = {
    name: 't',
    type: 'text',
    values: Array.from({ length: n }, (_, i) => (i === 1 ? '' : `w${i}`)),
  };
  const names = namesFor('samples', column, coordinates, null);
  expect(names).toHaveLength(n - 1);
  expect(names[0]).toMatchObject({ text: 'w0', point: 0 });
  expect(names[0].weight).toBeGreaterThan(names[1].weight);
  expect(namesFor('samples', column, matrix(1, 2), Uint32Array.of(7))[0]).toMatchObject({ text: 'w7', point: 0 });
});
