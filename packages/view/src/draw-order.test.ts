import { describe, expect, it } from 'vitest';
import { checkedOrder, layeredNow, mixedOrder, rareFirst } from './draw-order.ts';

describe('draw order', () => {
  it('is a permutation, the same each time, in which halves of the data lie mixed', () => {
    for (const n of [0, 1, 2, 7, 10_000]) {
      const order = mixedOrder(n);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      expect(mixedOrder(n)).toEqual(order);
    }
    const order = mixedOrder(10_000);
    for (let block = 0; block < 10; block++) {
      const low = order.subarray(1000 * block, 1000 * (block + 1)).filter((i) => i < 5000).length;
      // binomial(1000, ½): five standard deviations are 79
      expect(Math.abs(low - 500)).toBeLessThan(79);
    }
  });

  it('keeps runs of the data apart: neighbours in the data are not neighbours in the order', () => {
    const order = mixedOrder(10_000);
    const inverse = new Float64Array(order.length);
    order.forEach((i, k) => (inverse[i] = k));
    let correlation = 0;
    for (let i = 0; i < 9999; i++) correlation += (inverse[i] / 1e4 - 0.5) * (inverse[i + 1] / 1e4 - 0.5);
    expect(Math.abs(correlation / 9999 / (1 / 12))).toBeLessThan(0.06);
  });

  it('refuses an order that is not one, and copies one that is', () => {
    expect(() => checkedOrder(Uint32Array.of(0, 1), 3)).toThrow(/each of 3 points once, got 2 entries/);
    expect(() => checkedOrder(Uint32Array.of(0, 1, 1), 3)).toThrow(/got 3 entries, 2 of them different/);
    expect(() => checkedOrder(Uint32Array.of(0, 1, 3), 3)).toThrow(/each of 3/);
    const order = Uint32Array.of(2, 0, 1);
    expect(checkedOrder(order, 3)).toEqual(order);
    expect(checkedOrder(order, 3)).not.toBe(order);
  });

  it('finds rare categories, the rarest last; none among even ones, none that are many together', () => {
    const codes = (...counts: number[]): Int32Array =>
      Int32Array.from(counts.flatMap((count, code) => Array.from({ length: count }, () => code)));
    expect(rareFirst(codes(500, 500, 500))).toEqual([]);
    expect(rareFirst(codes(1000, 3, 1000, 40))).toEqual([3, 1]);
    expect(rareFirst(Int32Array.of(-1, -1, -1))).toEqual([]);
    expect(rareFirst(codes(9000, ...Array.from({ length: 100 }, () => 10)))).toHaveLength(100); // a tenth together
    expect(rareFirst(codes(8000, 2, ...Array.from({ length: 100 }, () => 9)))).toEqual([1]); // those of nine are more
    expect(rareFirst(codes(0, 1000, 5))).toEqual([2]);
  });

  it('sorts by layers, in which the order stays', () => {
    const order = mixedOrder(100_000);
    const { slots, sizes } = layeredNow(order, (i) => i % 3, 4);
    expect([...sizes]).toEqual([33_334, 33_333, 33_333, 0]);
    let last = [-1, -1];
    for (const slot of slots) {
      const here = [order[slot] % 3, slot];
      if (here[0] < last[0] || (here[0] === last[0] && here[1] <= last[1])) throw new Error(`${here} after ${last}`);
      last = here;
    }
    expect(new Set(slots).size).toBe(100_000);
  });
});
