import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ticks } from './ticks.ts';

describe('ticks', () => {
  it('are multiples of 1, 2 or 5 times a power of ten, labelled as precisely as needed', () => {
    expect(ticks(-1, 1, 4).values).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(ticks(-1, 1, 4).labels).toEqual(['−1.0', '−0.5', '0', '0.5', '1.0']);
    expect(ticks(0, 100, 5).labels).toEqual(['0', '20', '40', '60', '80', '100']);
    expect(ticks(0, 3e7, 3).labels).toEqual(['0', '1e+7', '2e+7', '3e+7']);
  });

  it('lie within the range, evenly, and are about as many as asked for', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        (low, span, count) => {
          const { step, values, labels } = ticks(low, low + span, count);
          expect(values.length).toBeLessThanOrEqual(count + 1);
          expect(values.length).toBeGreaterThanOrEqual(Math.floor(count / 2.5) - 1);
          expect(new Set(labels).size).toBe(labels.length);
          for (const value of values) {
            expect(value).toBeGreaterThanOrEqual(low - step * 1e-6);
            expect(value).toBeLessThanOrEqual(low + span + step * 1e-6);
          }
        },
      ),
    );
  });

  it('are none for a range that is none', () => {
    for (const [low, high] of [[1, 1], [2, 1], [NaN, 1], [0, Infinity]]) expect(ticks(low, high, 5).values).toEqual([]); // prettier-ignore
  });
});
