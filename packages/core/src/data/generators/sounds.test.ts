import { expect, test } from 'vitest';
import { isAbort } from '../../base/index.ts';
import type { Column } from '../dataset.ts';
import { sounds } from './sounds.ts';

test('makes what its factors say: a higher pitch crosses zero more often, a longer decay sounds longer', async () => {
  const { rows, columns, medium } = await sounds.make({ nSamples: 200, length: 8192, seed: 1 });
  expect(medium).toEqual({ kind: 'sound', sampleRate: 11_025 });
  const number = (name: string): Float64Array =>
    (columns.find((column) => column.name === name) as Column & { type: 'number' }).values;
  const { codes } = columns[0] as Column & { type: 'category' };
  expect(new Set(codes)).toEqual(new Set([0, 1, 2]));
  const crossings = new Float64Array(200);
  const lengths = new Float64Array(200);
  for (let i = 0; i < 200; i++) {
    const sound = rows.data.subarray(i * 8192, (i + 1) * 8192);
    expect(sound.every((value) => Math.abs(value) <= 1)).toBe(true);
    expect(sound.some((value) => Math.abs(value) > 0.05)).toBe(true);
    // of the first 500 values, before the slide takes it elsewhere
    for (let t = 1; t < 500; t++) if (sound[t] > 0 !== sound[t - 1] > 0) crossings[i]++;
    lengths[i] = sound.findLastIndex((value) => value !== 0);
  }
  expect(correlation(crossings, number('pitch'))).toBeGreaterThan(0.6);
  const total = number('sustain').map((value, i) => value ** 2 + number('decay')[i] ** 2);
  expect(correlation(lengths, total)).toBeGreaterThan(0.8);
});

test('is the same for the same seed, another for another, and can be cancelled', async () => {
  const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => sounds.make({ nSamples: 5, seed })));
  expect(a).toEqual(b);
  expect(c.rows.data).not.toEqual(a.rows.data);
  const controller = new AbortController();
  const making = sounds.make({ nSamples: 100_000, length: 256 }, { signal: controller.signal });
  controller.abort();
  await expect(making).rejects.toSatisfy(isAbort);
  await expect(sounds.make({ nSamples: 100_000, length: 65_536 })).rejects.toThrow(/too many to hold/);
});

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (x: Float64Array): number => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  const dot = (f: (i: number) => number): number => a.reduce((sum, _, i) => sum + f(i), 0);
  return dot((i) => (a[i] - ma) * (b[i] - mb)) / Math.sqrt(dot((i) => (a[i] - ma) ** 2) * dot((i) => (b[i] - mb) ** 2));
}
