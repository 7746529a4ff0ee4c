import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortedRows } from './sorted-rows.ts';

const number = fc.oneof(
  fc.double(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(-0, 0, NaN, Infinity, -Infinity, 5e-324),
);

describe('sortedRows', () => {
  it('sorts any numbers as a comparing sort does: stable, missing last, both ways', () => {
    fc.assert(
      fc.property(fc.array(number, { maxLength: 200 }), fc.boolean(), (values, descending) => {
        const rows = Uint32Array.from(values.keys()).reverse();
        const column = { name: 'v', type: 'number' as const, values: Float64Array.from(values) };
        const expected = [...rows].sort((a, b) => {
          if (Number.isNaN(values[a]) || Number.isNaN(values[b]))
            return Number(Number.isNaN(values[a])) - Number(Number.isNaN(values[b]));
          if (values[a] === values[b]) return 0;
          return values[a] < values[b] === descending ? 1 : -1;
        });
        expect([...sortedRows(rows, column, descending)]).toEqual(expected);
      }),
    );
  });

  it('sorts categories by their code and texts by letter, missing ones last', () => {
    const rows = Uint32Array.of(0, 1, 2, 3);
    const kinds = { name: 'k', type: 'category' as const, codes: Int32Array.of(1, -1, 0, 1), categories: ['a', 'b'] };
    expect([...sortedRows(rows, kinds, false)]).toEqual([2, 0, 3, 1]);
    expect([...sortedRows(rows, kinds, true)]).toEqual([0, 3, 2, 1]);
    const texts = { name: 't', type: 'text' as const, values: ['pear', '', 'fig', 'plum'] };
    expect([...sortedRows(rows, texts, false)]).toEqual([2, 0, 3, 1]);
    expect([...sortedRows(rows, texts, true)]).toEqual([3, 0, 2, 1]);
  });
});
