import { describe, expect, it } from 'vitest';
import type { Column } from '@portolan/core/data';
import { matches, seen, toggled } from './search.ts';

const kind: Column = { name: 'kind', type: 'category', codes: Int32Array.of(0, 1, -1, 0), categories: ['Cat', 'Dog'] };
const text: Column = { name: 'text', type: 'text', values: ['a cat', 'bird', 'CATTLE', ''] };
const year: Column = { name: 'year', type: 'number', values: Float64Array.of(1999, 2000, NaN, 2000) };

describe('search', () => {
  it('finds texts and categories whatever their case, and numbers that are it', () => {
    expect([...matches(' cat ', [kind, text, year], 4)!]).toEqual([1, 0, 1, 1]);
    expect([...matches('2000', [kind, text, year], 4)!]).toEqual([0, 1, 0, 1]);
    expect(matches('  ', [kind], 4)).toBeNull();
  });

  it('joins what is found with what the legend hides', () => {
    expect(seen(null, kind, new Set())).toBeNull();
    expect([...seen(null, kind, new Set([0]))!]).toEqual([0, 1, 1, 0]);
    expect([...seen(Uint8Array.of(1, 0, 1, 1), kind, new Set([0]))!]).toEqual([0, 0, 1, 0]);
  });

  it('hides and shows, shows alone and all again; never hides all', () => {
    const all = [-1, 0, 1];
    expect([...toggled(new Set(), 1, false, all)]).toEqual([1]);
    expect([...toggled(new Set([1]), 1, false, all)]).toEqual([]);
    expect([...toggled(new Set(), 1, true, all)]).toEqual([-1, 0]);
    expect([...toggled(new Set([-1, 0]), 1, true, all)]).toEqual([]);
    expect([...toggled(new Set([-1, 0]), 1, false, all)]).toEqual([]);
  });
});
