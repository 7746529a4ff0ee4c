import { describe, expect, it } from 'vitest';
import { joinBytes, random } from '../base/index.ts';
import { rasterStrips } from './raster.ts';
import type { Discs } from './raster.ts';

const WHITE = [255, 255, 255, 255] as const;

function discs(places: [number, number][], radius: number, more: Partial<Discs> = {}): Discs {
  return {
    x: Float32Array.from(places, ([x]) => x),
    y: Float32Array.from(places, ([, y]) => y),
    radius,
    codes: new Uint16Array(places.length),
    palette: Uint8Array.of(0, 0, 0, 255, 255, 0, 0, 255),
    opacity: 1,
    order: Uint32Array.from(places.keys()),
    ...more,
  };
}

describe('discs as pixels', () => {
  it('cover as much as a disc does, wherever its middle lies between pixels', () => {
    const rng = random(2);
    for (const radius of [1, 2.5, 7]) {
      for (let trial = 0; trial < 20; trial++) {
        const place: [number, number] = [15 + rng.uniform(), 15 + rng.uniform()];
        const pixels = joinBytes([
          ...rasterStrips(discs([place], radius), { width: 30, height: 30, background: null }),
        ]);
        let covered = 0;
        for (let at = 3; at < pixels.length; at += 4) covered += pixels[at] / 255;
        expect(covered / (Math.PI * radius * radius)).toBeGreaterThan(0.97);
        expect(covered / (Math.PI * radius * radius)).toBeLessThan(1.15);
      }
    }
  });

  it('lie over each other in the order given, and half-transparent ones mix', () => {
    const places: [number, number][] = [[5, 5], [5, 5]]; // prettier-ignore
    const at = (more: Partial<Discs>): number[] => {
      const pixels = joinBytes([
        ...rasterStrips(discs(places, 3, { codes: Uint16Array.of(0, 1), ...more }), {
          width: 10,
          height: 10,
          background: WHITE,
        }),
      ]);
      return [...pixels.subarray(3 * 55, 3 * 55 + 3)];
    };
    expect(at({})).toEqual([255, 0, 0]);
    expect(at({ order: Uint32Array.of(1, 0) })).toEqual([0, 0, 0]);
    expect(at({ opacity: 0.5 })).toEqual([191, 64, 64]); // ½ · 255 + ¼ · 255, and a quarter of the paper
  });

  it('are the same in strips as at once, whatever strips there are', () => {
    const rng = random(3);
    const places = Array.from({ length: 60 }, (): [number, number] => [rng.below(48_000) / 16, rng.below(24_000) / 16]);
    const width = 3000;
    const whole = joinBytes([...rasterStrips(discs(places, 40), { width, height: 1500, background: WHITE })]);
    // a window of the same, drawn as its own picture
    const shifted = discs(places.map(([x, y]) => [x, y - 640]), 40); // prettier-ignore
    const part = joinBytes([...rasterStrips(shifted, { width, height: 60, background: WHITE })]);
    expect(Buffer.compare(Buffer.from(part), Buffer.from(whole.subarray(640 * width * 3, 700 * width * 3)))).toBe(0);
  });

  it('are left out when they have no place, and cut at the clip; bars cover parts of pixels', () => {
    const options = {
      width: 10, height: 10, background: WHITE, clip: { left: 0, top: 0, right: 5, bottom: 10 },
      bars: [{ left: 8, top: 0, right: 8.5, bottom: 10, color: [0, 0, 0, 255] as const, opacity: 1 }],
    }; // prettier-ignore
    const pixels = joinBytes([...rasterStrips(discs([[5, 5], [NaN, 2]], 3), options)]); // prettier-ignore
    const red = (x: number, y: number): number => pixels[3 * (10 * y + x)];
    expect([red(4, 5), red(5, 5), red(8, 5), red(9, 5)]).toEqual([0, 255, 128, 255]);
  });
});
