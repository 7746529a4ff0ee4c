import { describe, expect, it } from 'vitest';
import type { Column } from '@portolan/core/data';
import { cellText, rowsToCsv } from './cells.ts';

const kind: Column = { name: 'kind', type: 'category', codes: Int32Array.of(1, 0, -1, 1), categories: ['a', 'b'] };
const size: Column = { name: 'si,ze', type: 'number', values: Float64Array.of(1.5, NaN, -2, 1e-9) };
const when: Column = { name: 'when', type: 'time', values: Float64Array.of(0, 86_400_000, 3_600_000, NaN) };
const text: Column = { name: 'text', type: 'text', values: ['x "q"', '', 'a,b', 'line\nbreak'] };

describe('cells', () => {
  it('read as people write them', () => {
    expect([0, 1, 2, 3].map((row) => cellText(kind, row))).toEqual(['b', 'a', '', 'b']);
    expect([0, 1, 2, 3].map((row) => cellText(size, row))).toEqual(['1.5', '', '−2', '1.000e−9']);
    expect([0, 1, 2, 3].map((row) => cellText(when, row))).toEqual(['1970-01-01', '1970-01-02', '1970-01-01 01:00:00', '']); // prettier-ignore
  });

  it('go out as CSV with quotes where they must be', () => {
    expect(rowsToCsv([2, 0], [kind, size, text])).toBe('row,kind,"si,ze",text\r\n2,,-2,"a,b"\r\n0,b,1.5,"x ""q"""\r\n');
    expect(rowsToCsv([3], [text])).toBe('row,text\r\n3,"line\nbreak"\r\n');
  });
});
