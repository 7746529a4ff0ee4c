import { expect, test } from 'vitest';
import type { Column } from '@portolan/core/data';
import { search, toCsv } from './table.ts';

const columns: Column[] = [
  { name: 'kind', type: 'category', codes: Int32Array.of(0, 1, 1, -1), categories: ['cat', 'wildcat'] },
  { name: 'said', type: 'text', values: ['a "word"', 'one, two', '3', 'cat'] },
];

test('search: exact before partial, rows by number', () => {
  expect(search(columns, 4, 'Cat')).toEqual([0, 3, 1, 2]);
  expect(search(columns, 4, '3')).toEqual([3, 2]);
  expect(search(columns, 4, ' ')).toEqual([]);
  expect(search(columns, 4, 'cat', 2)).toEqual([0, 3]);
  expect(search(columns, 4, '99')).toEqual([]);
});

test('csv quotes what must be quoted', () => {
  expect(toCsv(columns, [0, 3, 1])).toBe('row,kind,said\r\n0,cat,"a ""word"""\r\n3,,cat\r\n1,wildcat,"one, two"\r\n');
});
