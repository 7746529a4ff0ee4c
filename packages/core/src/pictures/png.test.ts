import { inflateSync } from 'node:zlib';
import { decode } from 'fast-png';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinBytes } from '../base/index.ts';
import { encodePng, pngPieces, withResolution } from './png.ts';

function noise(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}

describe('png', () => {
  it('is read back by another program, pixel for pixel, at any size and number of channels', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(1, 3, 4),
        (w, h, c) => {
          const channels = c as 1 | 3 | 4;
          const pixels = noise(w * h * channels, w * 41 + h);
          const image = decode(encodePng(pixels, { width: w, height: h, channels }), { checkCrc: true });
          expect([image.width, image.height, image.channels, image.depth]).toEqual([w, h, channels, 8]);
          expect(Uint8Array.from(image.data)).toEqual(pixels);
        },
      ),
    );
  });

  it('is read back when it begins with nothing, as pictures on a transparent or black ground do', () => {
    for (const channels of [1, 4] as const) {
      const pixels = noise(112 * 28 * channels).map((value) => (value < 190 ? 0 : value));
      const image = decode(encodePng(pixels, { width: 112, height: 28, channels, level: 9 }), { checkCrc: true });
      expect(Uint8Array.from(image.data)).toEqual(pixels);
    }
  });

  it('is the same picture from strips as from one piece', () => {
    const pixels = noise(50 * 33 * 3);
    const strips = [0, 7, 8, 20, 33].slice(1).map((end, k) => pixels.subarray([0, 7, 8, 20][k] * 150, end * 150));
    const bytes = joinBytes([...pngPieces({ width: 50, height: 33, channels: 3 }, strips)]);
    expect(Uint8Array.from(decode(bytes, { checkCrc: true }).data)).toEqual(pixels);
  });

  it('says its resolution: 300 dots an inch are 11811 a metre', () => {
    const image = decode(encodePng(noise(12), { width: 2, height: 2, channels: 3, dpi: 300 }));
    expect(image.resolution).toEqual({ x: 11811, y: 11811, unit: 1 });
    expect(decode(encodePng(noise(12), { width: 2, height: 2, channels: 3 })).resolution).toBeUndefined();
  });

  it('takes on another resolution, pixels and all else as they were', () => {
    const pixels = noise(300);
    const png = encodePng(pixels, { width: 10, height: 10, channels: 3, dpi: 96 });
    const image = decode(withResolution(png, 600), { checkCrc: true });
    expect(image.resolution?.x).toBe(23622);
    expect(Uint8Array.from(image.data)).toEqual(pixels);
    expect(withResolution(png, 600)).toHaveLength(png.length);
    expect(() => withResolution(Uint8Array.of(1, 2), 96)).toThrow(/not a PNG/);
  });

  it('is a zlib stream that Node reads too', () => {
    const bytes = encodePng(Uint8Array.of(1, 2, 3, 4), { width: 2, height: 2, channels: 1 });
    const view = new DataView(bytes.buffer);
    let at = 8;
    const data: Uint8Array[] = [];
    while (at < bytes.length) {
      const length = view.getUint32(at);
      const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
      if (type === 'IDAT') data.push(bytes.subarray(at + 8, at + 8 + length));
      at += length + 12;
    }
    expect([...inflateSync(joinBytes(data))]).toEqual([0, 1, 2, 0, 3, 4]);
  });

  it('refuses sizes and strips that do not fit', () => {
    expect(() => encodePng(noise(4), { width: 0, height: 4, channels: 1 })).toThrow(/0 × 4/);
    expect(() => encodePng(noise(5), { width: 2, height: 2, channels: 1 })).toThrow(/whole rows of 2/);
    expect(() => encodePng(noise(2), { width: 2, height: 2, channels: 1 })).toThrow(/got 1 rows.*expected 2/);
    expect(() => encodePng(noise(4), { width: 2, height: 2, channels: 1, dpi: -1 })).toThrow(/dpi is -1/);
  });
});
