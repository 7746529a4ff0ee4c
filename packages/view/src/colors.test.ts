import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { categoryColors, parseColor, sequentialColor } from './colors.ts';
import type { Rgba } from './colors.ts';

// Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB
const EYES = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanope: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranope: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
};

function linear([r, g, b]: Rgba): number[] {
  return [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
}

function luminance(color: string): number {
  const [r, g, b] = linear(parseColor(color));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (high + 0.05) / (low + 0.05);
}

/** OKLab as an eye sees the colour. */
function seen(color: string, eye: number[]): number[] {
  const rgb = linear(parseColor(color));
  const [r, g, b] = [0, 3, 6].map((k) => Math.max(0, eye[k] * rgb[0] + eye[k + 1] * rgb[1] + eye[k + 2] * rgb[2]));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function leastDistance(colors: string[], eye: number[]): number {
  let least = Infinity;
  const places = colors.map((color) => seen(color, eye));
  places.forEach((a, i) =>
    places.slice(0, i).forEach((b) => (least = Math.min(least, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])))),
  );
  return least;
}

describe('categoryColors', () => {
  it('gives n different colours for any n, the same every time', () => {
    for (const n of [0, 1, 2, 8, 9, 10, 12, 13, 40]) {
      for (const dark of [false, true]) {
        const colors = categoryColors(n, { dark });
        expect(colors).toHaveLength(n);
        expect(new Set(colors).size).toBe(n);
        for (const color of colors) expect(color).toMatch(/^#[0-9a-f]{6}$/);
        expect(categoryColors(n, { dark })).toEqual(colors);
      }
    }
  });

  it.each([
    { dark: false, ground: '#f6f1e6' },
    { dark: true, ground: '#0d1420' },
  ])('keeps twelve classes apart for every eye, and off the ground (dark $dark)', ({ dark, ground }) => {
    const colors = categoryColors(12, { dark });
    expect(leastDistance(colors, EYES.normal)).toBeGreaterThan(0.13);
    expect(leastDistance(colors, EYES.deuteranope)).toBeGreaterThan(0.06);
    expect(leastDistance(colors, EYES.protanope)).toBeGreaterThan(0.06);
    for (const color of colors) expect(contrast(color, ground), color).toBeGreaterThan(dark ? 3 : 1.7);
  });
});

describe('sequentialColor', () => {
  it('has the ends and middles of the published tables, within rounding', () => {
    expect(sequentialColor(0, 'viridis')).toBe('#440154');
    expect(sequentialColor(1, 'viridis')).toBe('#fde725');
    expect(sequentialColor(0.5, 'viridis')).toBe('#21918c');
    expect(sequentialColor(0.25, 'viridis')).toBe('#3b528b');
    expect(sequentialColor(0, 'cividis')).toBe('#002051');
    expect(sequentialColor(1, 'cividis')).toBe('#fdea45');
  });

  it('grows lighter all the way and clamps outside', () => {
    for (const scale of ['viridis', 'cividis'] as const) {
      fc.assert(
        fc.property(fc.double({ min: 0, max: 0.98, noNaN: true }), (t) => {
          expect(luminance(sequentialColor(t + 0.02, scale))).toBeGreaterThan(luminance(sequentialColor(t, scale)));
        }),
      );
      expect(sequentialColor(-3, scale)).toBe(sequentialColor(0, scale));
      expect(sequentialColor(9, scale)).toBe(sequentialColor(1, scale));
    }
  });
});

describe('parseColor', () => {
  it('reads the hexadecimal forms', () => {
    expect(parseColor('#fff')).toEqual([255, 255, 255, 255]);
    expect(parseColor('#12345678')).toEqual([0x12, 0x34, 0x56, 0x78]);
    expect(parseColor(' #AbCdEf ')).toEqual([0xab, 0xcd, 0xef, 255]);
    expect(parseColor('#f008')).toEqual([255, 0, 0, 0x88]);
  });
});
