import { describe, expect, it } from 'vitest';
import { readRows } from '../dataset.ts';
import type { Dataset } from '../dataset.ts';
import { dataGenerators } from './index.ts';

const made = async (name: string, options = {}): Promise<Dataset> => {
  const generator = dataGenerators.find((one) => one.name === name)!;
  return generator.make(options);
};
const codesOf = ({ columns }: Dataset): Int32Array => {
  const [column] = columns;
  return column.type === 'category' ? column.codes : new Int32Array(0);
};

describe('gaussians', () => {
  it.each([
    ['grid', 25, 0.05],
    ['ring', 8, 0.02],
  ])('on a %s has %i modes, each of its deviation about its centre', async (layout, modes, deviation) => {
    const data = await made('gaussians', { layout, nSamples: 20_000, seed: 4 });
    const x = readRows(data.rows);
    const codes = codesOf(data);
    const sums = Array.from({ length: modes }, () => ({ n: 0, x: 0, y: 0, squares: 0 }));
    for (let i = 0; i < x.rows; i++) {
      const at = sums[codes[i]];
      const [a, b] = [x.data[2 * i], x.data[2 * i + 1]];
      at.n++;
      at.x += a;
      at.y += b;
      at.squares += a * a + b * b;
    }
    for (const { n, x: sx, y: sy, squares } of sums) {
      expect(n / x.rows).toBeCloseTo(1 / modes, 1);
      const variance = squares / n - (sx / n) ** 2 - (sy / n) ** 2;
      expect(Math.sqrt(variance / 2) / deviation).toBeCloseTo(1, 1);
      if (layout === 'ring') expect(Math.hypot(sx / n, sy / n)).toBeCloseTo(2, 2);
      else for (const c of [sx / n, sy / n]) expect(Math.abs(c / 2 - Math.round(c / 2))).toBeLessThan(0.01);
    }
    expect(data.label).toBe('mode');
  });

  it('takes a square number for a grid, and says so', async () => {
    const data = await made('gaussians', { modes: 10, nSamples: 50 });
    expect(data.warnings[0]).toContain('made 9 instead of 10');
    expect(data.columns[0]).toMatchObject({ categories: Array.from({ length: 9 }, (_, i) => String(i)) });
  });
});

describe('curves in the plane', () => {
  it('points lie on their moon', async () => {
    const data = await made('moons', { noise: 0, nSamples: 200 });
    const x = readRows(data.rows);
    codesOf(data).forEach((moon, i) => {
      const [a, b] = [x.data[2 * i], x.data[2 * i + 1]];
      const [cx, cy] = moon === 0 ? [0, 0] : [1, 0.5];
      expect(Math.hypot(a - cx, b - cy)).toBeCloseTo(1, 5);
      expect(moon === 0 ? b - cy : cy - b).toBeGreaterThanOrEqual(-1e-6);
    });
  });

  it('a spiral of three arms is the same turned by a third', async () => {
    const data = await made('spiral', { noise: 0, arms: 3, nSamples: 300 });
    const x = readRows(data.rows);
    const along = data.columns[1];
    codesOf(data).forEach((arm, i) => {
      const t = along.type === 'number' ? along.values[i] : NaN;
      const [a, b] = [x.data[2 * i], x.data[2 * i + 1]];
      const angle = Math.atan2(b, a) - (2 * Math.PI * arm) / 3 - 3 * Math.PI * Math.sqrt(t);
      expect(Math.hypot(a, b)).toBeCloseTo(Math.sqrt(t), 5);
      expect(Math.cos(angle)).toBeCloseTo(1, 5);
    });
  });

  it.each(['gaussians', 'moons', 'spiral'])(
    '%s are the same for the same seed, and refuse what they cannot be',
    async (name) => {
      const [a, b, c] = [await made(name), await made(name), await made(name, { seed: 1 })];
      expect(a.rows.data).toEqual(b.rows.data);
      expect(a.rows.data).not.toEqual(c.rows.data);
      await expect(made(name, { nSamples: 0 })).rejects.toThrow('nSamples is 0');
    },
  );
});
