import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from '../data/index.ts';
import { readColumns, writeColumns } from './columns.ts';
import { columnInfo } from './datasets.ts';

const categories = ['no', 'yes', 'sì', '', 'null', 'a,b\n"c"'];
const cell = fc.record({
  code: fc.integer({ min: -1, max: categories.length - 1 }),
  number: fc.oneof(fc.double({ noNaN: false }), fc.integer()),
  text: fc.string({ unit: 'grapheme' }),
  ms: fc.oneof(fc.constant(NaN), fc.integer({ min: -8e14, max: 8e14 })),
});

describe('columns in Parquet', () => {
  it('come back as they were', async () => {
    const property = fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 2500 }), async (cells) => {
      const columns: Column[] = [
        { name: 'a', type: 'category', categories, codes: Int32Array.from(cells, ({ code }) => code) },
        { name: 'number of.things', type: 'number', values: Float64Array.from(cells, ({ number }) => number) },
        { name: 'été', type: 'text', values: cells.map(({ text }) => text) },
        { name: 't', type: 'time', values: Float64Array.from(cells, ({ ms }) => ms) },
      ];
      const bytes = writeColumns(columns);
      expect(await readColumns(bytes, columns.map(columnInfo), cells.length, 'columns.parquet')).toEqual(columns);
    });
    await fc.assert(property, { seed: 7, numRuns: 40 });
  });

  it('that do not fit what info.json says are refused', async () => {
    const column: Column = { name: 'a', type: 'text', values: ['x', 'y'] };
    const bytes = writeColumns([column]);
    const format = { name: 'FormatError' };
    await expect(readColumns(bytes, [columnInfo(column)], 3, 'c')).rejects.toMatchObject(format);
    await expect(readColumns(bytes, [{ name: 'b', type: 'text' }], 2, 'c')).rejects.toMatchObject(format);
    await expect(readColumns(bytes.slice(0, 40), [columnInfo(column)], 2, 'c')).rejects.toMatchObject(format);
    await expect(readColumns(new Uint8Array(0), [columnInfo(column)], 2, 'c')).rejects.toMatchObject(format);
  });
});
