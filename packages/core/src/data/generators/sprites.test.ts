import { expect, test } from 'vitest';
import { isAbort } from '../../base/index.ts';
import type { Column } from '../dataset.ts';
import { sprites } from './sprites.ts';

const number = (columns: readonly Column[], name: string): Float64Array =>
  (columns.find((column) => column.name === name) as Column & { type: 'number' }).values;

test('draws what its factors say: the middle of the mass is at x, y, and its area goes with the square of scale', async () => {
  const { rows, columns, medium, label } = await sprites.make({ nSamples: 300, size: 32 });
  expect(medium).toEqual({ kind: 'image', height: 32, width: 32, channels: 1 });
  expect(label).toBe('shape');
  const { codes } = columns[0] as Column & { type: 'category' };
  const [scale, x, y] = ['scale', 'x', 'y'].map((name) => number(columns, name));
  for (let i = 0; i < 300; i++) {
    const pixels = rows.data.subarray(i * 1024, (i + 1) * 1024);
    let [mass, mx, my] = [0, 0, 0];
    pixels.forEach((value, p) => {
      mass += value;
      mx += value * ((p % 32) + 0.5);
      my += value * (Math.floor(p / 32) + 0.5);
    });
    // a heart's middle is not that of its mass
    const slack = codes[i] === 2 ? 0.045 : 0.012;
    expect(Math.abs(mx / mass / 32 - x[i])).toBeLessThan(slack);
    expect(Math.abs(my / mass / 32 - y[i])).toBeLessThan(slack);
    const area = mass / 255 / 1024 / scale[i] ** 2;
    if (codes[i] === 0) expect(area).toBeCloseTo(1.7 ** 2, 0);
    if (codes[i] === 1) expect(area).toBeCloseTo(Math.PI * 0.55, 0);
    const rim = pixels.filter((_, p) => p < 32 || p >= 992 || p % 32 === 0 || p % 32 === 31);
    expect(Math.max(...rim)).toBe(0); // nothing is cut off
  }
  expect(new Set(codes).size).toBe(3);
});

test('turns by its angle: a square by a quarter turn is the same, an ellipse is not', async () => {
  const { rows, columns } = await sprites.make({ nSamples: 400, steps: 4, size: 24, seed: 3 });
  const { codes } = columns[0] as Column & { type: 'category' };
  const factors = ['scale', 'rotation', 'x', 'y'].map((name) => number(columns, name));
  const seen = new Map<string, Uint8Array>();
  const angles = new Set(factors[1]);
  expect(angles.size).toBe(4);
  let compared = 0;
  for (let i = 0; i < 400; i++) {
    const key = (quarter: number): string =>
      [
        codes[i],
        factors[0][i],
        (Math.round(factors[1][i] / (Math.PI / 2)) + quarter) % 4,
        factors[2][i],
        factors[3][i],
      ].join();
    const pixels = rows.data.subarray(i * 576, (i + 1) * 576) as Uint8Array;
    const turned = seen.get(key(1)) ?? seen.get(key(3));
    if (turned && codes[i] < 2) {
      const same = turned.every((value, p) => Math.abs(value - pixels[p]) <= 16);
      expect(same).toBe(codes[i] === 0);
      compared++;
    }
    seen.set(key(0), pixels);
  }
  expect(compared).toBeGreaterThan(5);
});

test('is the same for the same seed, another for another, and can be cancelled', async () => {
  const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => sprites.make({ nSamples: 20, seed })));
  expect(a).toEqual(b);
  expect(c.rows.data).not.toEqual(a.rows.data);
  const controller = new AbortController();
  const making = sprites.make({ nSamples: 100_000 }, { signal: controller.signal });
  controller.abort();
  await expect(making).rejects.toSatisfy(isAbort);
});
