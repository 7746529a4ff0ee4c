import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Column } from '@portolan/core/data';
import {
  filterFromText,
  filterMask,
  filterToText,
  histogram,
  toggleCategory,
  withFilter,
  type Filter,
} from './filters.ts';

const COLUMNS: Record<string, Column> = {
  digit: { name: 'digit', type: 'category', codes: Int32Array.of(0, 1, 1, -1, 2), categories: ['a', 'b', 'c'] },
  width: { name: 'width', type: 'number', values: Float64Array.of(1, 2, NaN, 4, 5) },
  title: { name: 'title', type: 'text', values: ['red fox', 'Fox', 'hen', '', 'a FOX!'] },
};
const mask = (filters: Filter[], points: Uint32Array | null = null): number[] | null => {
  const got = filterMask((name) => COLUMNS[name], filters, points, points?.length ?? 5);
  return got && [...got];
};

describe('filters', () => {
  test('hide the categories named, and nothing else', () => {
    expect(mask([{ column: 'digit', hide: ['b', 'unknown'] }])).toEqual([1, 0, 0, 1, 1]);
    expect(mask([{ column: 'digit', hide: ['b'] }], Uint32Array.of(1, 0))).toEqual([0, 1]);
    expect(mask([{ column: 'digit', hide: ['unknown'] }])).toBeNull();
    expect(mask([])).toBeNull();
  });

  test('keep a range with its ends; what has no value is outside', () => {
    expect(mask([{ column: 'width', from: 2, to: 4 }])).toEqual([0, 1, 0, 1, 0]);
  });

  test('find a text in any case, in texts and in the names of categories', () => {
    expect(mask([{ column: 'title', text: ' fox' }])).toEqual([1, 1, 0, 0, 1]);
    expect(mask([{ column: 'digit', text: 'B' }])).toEqual([0, 1, 1, 0, 0]);
    expect(mask([{ column: 'title', text: '  ' }])).toBeNull();
  });

  test('all have to let a sample pass; those of columns that are gone, or of another type, don’t count', () => {
    const filters: Filter[] = [
      { column: 'digit', hide: ['a'] },
      { column: 'width', from: 0, to: 4 },
      { column: 'gone', text: 'x' },
      { column: 'digit', from: 0, to: 0 },
    ];
    expect(mask(filters)).toEqual([0, 1, 0, 1, 0]);
  });

  test('one a column', () => {
    const two = withFilter([{ column: 'digit', hide: ['a'] }], 'width', { column: 'width', from: 0, to: 1 });
    expect(two).toHaveLength(2);
    expect(withFilter(two, 'digit', null)).toEqual([{ column: 'width', from: 0, to: 1 }]);
  });

  test('a click toggles a category; with shift it isolates, and again brings all back', () => {
    const all = ['a', 'b', 'c'];
    expect(toggleCategory(all, ['a'], 'b', false)).toEqual(['a', 'b']);
    expect(toggleCategory(all, ['a', 'b'], 'b', false)).toEqual(['a']);
    expect(toggleCategory(all, ['a'], 'b', true)).toEqual(['a', 'c']);
    expect(toggleCategory(all, ['a', 'c'], 'b', true)).toEqual([]);
  });

  test('pass through the address unchanged', () => {
    const text = fc.string();
    const filter = fc.oneof(
      fc.record({ column: text, hide: fc.array(text, { minLength: 1, maxLength: 3 }) }),
      fc.record({ column: text, text }),
      fc
        .tuple(text, fc.double({ noNaN: true }), fc.double({ noNaN: true }))
        .map(([column, a, b]) => ({ column, from: Math.min(a, b) + 0, to: Math.max(a, b) + 0 })),
    );
    fc.assert(
      fc.property(filter, (f) => {
        expect(filterFromText(filterToText(f))).toEqual([f]);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (any) => {
        expect(filterFromText(any).length).toBeLessThan(2);
      }),
    );
  });
});

describe('histogram', () => {
  test('counts every value once, and those that are shown', () => {
    const shown = Uint8Array.of(1, 0, 1, 1, 1);
    expect(histogram(COLUMNS.digit, null, 5, shown).map(({ count, shown: s }) => [count, s])).toEqual([
      [1, 1],
      [2, 1],
      [1, 1],
    ]);
    const bins = histogram(COLUMNS.width, null, 5, shown, 4);
    expect(bins.map(({ count }) => count)).toEqual([1, 1, 0, 2]);
    expect(bins.map((bin) => bin.shown)).toEqual([1, 0, 0, 2]);
    expect([bins[0].from, bins[3].to]).toEqual([1, 5]);
  });

  test('of one value, of none, of text', () => {
    const flat: Column = { name: 'n', type: 'number', values: new Float64Array(3) };
    expect(histogram(flat, null, 3, null, 2).map(({ count }) => count)).toEqual([3, 0]);
    expect(histogram({ name: 'n', type: 'number', values: Float64Array.of(NaN) }, null, 1, null)).toEqual([]);
    expect(histogram(COLUMNS.title, null, 5, null)).toEqual([]);
  });
});
