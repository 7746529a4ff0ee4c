import { describe, expect, test } from 'vitest';
import { toneOf } from '@portolan/core/pictures';
import { atlasLayout, paint, rgb, shrunk, type ImageMedium } from './pictures.ts';

const grey = (size: number): ImageMedium => ({ kind: 'image', height: size, width: size, channels: 1 });
const ink = rgb('#102030');

function images(n: number, size: number, value: (x: number, y: number, i: number) => number) {
  const data = new Uint8Array(n * size * size);
  for (let i = 0; i < n; i++)
    for (let p = 0; p < size * size; p++) data[i * size * size + p] = value(p % size, Math.floor(p / size), i);
  return { data, nSamples: n, nFeatures: size * size, scale: 1 / 255 };
}

describe('tone', () => {
  const stroke = (x: number, y: number): boolean => x > 2 && x < 5 && y > 1 && y < 6;
  test('strokes on an empty ground are ink, on a full ground negative, anything else plain', () => {
    expect(
      toneOf(
        grey(8),
        images(20, 8, (x, y) => (stroke(x, y) ? 255 : 0)),
      ),
    ).toBe('ink');
    expect(
      toneOf(
        grey(8),
        images(20, 8, (x, y) => (stroke(x, y) ? 0 : 255)),
      ),
    ).toBe('negative');
    expect(
      toneOf(
        grey(8),
        images(20, 8, (x, y, i) => (x * 37 + y * 11 + i * 53) % 256),
      ),
    ).toBe('plain');
    expect(
      toneOf(
        { ...grey(8), channels: 3 },
        images(2, 8, () => 0),
      ),
    ).toBe('plain');
  });
});

describe('painting', () => {
  test('ink: the value is the opacity; negative: what is missing; plain: the value', () => {
    const medium: ImageMedium = { kind: 'image', height: 1, width: 2, channels: 1 };
    const out = new Uint8ClampedArray(8);
    paint(out, [0.2, 1], medium, { tone: 'ink', ink });
    expect([...out]).toEqual([16, 32, 48, 51, 16, 32, 48, 255]);
    paint(out, [0.2, 1], medium, { tone: 'negative', ink });
    expect([out[3], out[7]]).toEqual([204, 0]);
    paint(out, [0.2, 7], medium, { tone: 'plain', ink });
    expect([...out]).toEqual([51, 51, 51, 255, 255, 255, 255, 255]);
  });

  test('goes where it is told in a larger picture, and nowhere else', () => {
    const medium: ImageMedium = { kind: 'image', height: 2, width: 1, channels: 3 };
    const out = new Uint8ClampedArray(3 * 2 * 4);
    paint(out, new Uint8Array([9, 1, 2, 3, 4, 5, 6]), medium, {
      tone: 'plain',
      ink,
      scale: 1 / 255,
      from: 1,
      at: 4,
      stride: 3,
    });
    expect([...out.subarray(4, 8), ...out.subarray(16, 20)]).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
    expect(out.reduce((a, b) => a + b)).toBe(21 + 510);
  });

  test('shrinking keeps the mean', () => {
    const values = Float32Array.from({ length: 64 }, (_, i) => (i * 29) % 64);
    const mean = (v: Float32Array): number => v.reduce((a, b) => a + b) / v.length;
    expect(mean(shrunk(values, 0, 1 / 63, grey(8), { width: 4, height: 2 }))).toBeCloseTo(mean(values) / 63, 6);
  });
});

test('an atlas holds all it can within the largest texture', () => {
  expect(atlasLayout(10_000, grey(28))).toMatchObject({ cols: 100, rows: 100, cell: { width: 28, height: 28 } });
  expect(atlasLayout(10, grey(512)).cell).toEqual({ width: 32, height: 32 });
  const huge = atlasLayout(1e6, grey(28));
  expect(huge.cols * huge.cell.width).toBeLessThanOrEqual(4096);
  expect(huge.rows * huge.cell.height).toBeLessThanOrEqual(4096);
  expect(huge.cols * huge.rows).toBe(huge.capacity);
});
