import { describe, expect, test } from 'vitest';
import type { Column } from '@portolan/core/data';
import { search, sortRows, toCsv } from './table.ts';

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

describe('sorting', () => {
  const rows = Uint32Array.of(4, 0, 1, 2, 3);
  test('numbers and categories by value and code, what is missing last either way', () => {
    const number: Column = { name: 'n', type: 'number', values: Float64Array.of(3, NaN, -1, 10, 3) };
    expect([...sortRows(rows, number)]).toEqual([2, 4, 0, 3, 1]);
    expect([...sortRows(rows, number, true)]).toEqual([3, 4, 0, 2, 1]);
    const category: Column = {
      name: 'c',
      type: 'category',
      categories: ['b', 'a'],
      codes: Int32Array.of(1, -1, 0, 1, 0),
    };
    expect([...sortRows(rows, category)]).toEqual([4, 2, 0, 3, 1]);
  });
  test('texts as people read them, numbers in them by size', () => {
    const text: Column = { name: 't', type: 'text', values: ['a10', '', 'A2', 'b', 'a9'] };
    expect([...sortRows(rows, text)]).toEqual([2, 4, 0, 3, 1]);
    expect([...rows]).toEqual([4, 0, 1, 2, 3]);
  });
});
