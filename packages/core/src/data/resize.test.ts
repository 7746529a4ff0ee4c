import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onWhite, resize, withChannels } from './resize.ts';

const grey = (width: number, height: number, data: number[]) =>
  ({ width, height, channels: 1, data: Uint8Array.from(data) }) as const;
const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b) / values.length;

describe('resize', () => {
  it('halves by the mean of four pixels', () => {
    expect([...resize(grey(4, 2, [0, 100, 10, 20, 100, 200, 30, 40]), 2, 1)]).toEqual([100, 25]);
  });

  it('weights by area when sizes do not divide', () => {
    // 3 → 2: each target pixel has one whole source pixel and half of the middle one
    expect([...resize(grey(3, 1, [0, 90, 240]), 2, 1)]).toEqual([30, 190]);
  });

  it('doubles bilinearly, edges held', () => {
    expect([...resize(grey(2, 1, [0, 100]), 4, 1)]).toEqual([0, 25, 75, 100]);
  });

  it('keeps a flat picture flat, and the mean when it shrinks by whole numbers', () => {
    const size = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(size, size, size, size, fc.nat(255), (w, h, toW, toH, value) => {
        const flat = resize(
          grey(
            w,
            h,
            Array.from({ length: w * h }, () => value),
          ),
          toW,
          toH,
        );
        expect(flat.length).toBe(toW * toH);
        expect(flat.every((pixel) => pixel === value)).toBe(true);
      }),
      { seed: 1 },
    );
    const data = Array.from({ length: 36 }, (_, i) => (i * 53) % 256);
    const small = resize(grey(6, 6, data), 2, 2);
    expect(Math.abs(mean(small) - mean(data))).toBeLessThan(0.5);
  });

  it('keeps channels apart', () => {
    const image = { width: 2, height: 1, channels: 3, data: Uint8Array.of(0, 10, 20, 100, 110, 120) } as const;
    expect([...resize(image, 1, 1)]).toEqual([50, 60, 70]);
  });
});

describe('channels', () => {
  it('turns colour to grey by luma and back', () => {
    const red = { width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0) } as const;
    expect([...withChannels(red, 1).data]).toEqual([76]);
    expect([...withChannels(grey(1, 1, [9]), 3).data]).toEqual([9, 9, 9]);
  });

  it('lays alpha on white', () => {
    const image = { width: 2, height: 1, channels: 2, data: Uint8Array.of(0, 255, 0, 0) } as const;
    expect(onWhite(image)).toMatchObject({ channels: 1, data: Uint8Array.of(0, 255) });
  });
});
