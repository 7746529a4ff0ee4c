import { describe, expect, test } from 'vitest';
import { matrix, random, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { measureMap } from '../measures/index.ts';
import { alignedUmap, umap } from './index.ts';
import type { Projection } from './index.ts';

const n = 240;

/** Four clouds, turned and shaken anew for each checkpoint. */
function checkpoint(seed: number, angle: number): Matrix {
  const [rng, noise] = [random(1), random(seed)];
  const x = matrix(n, 6);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let i = 0; i < n; i++) {
    const row = Array.from({ length: 6 }, (_, c) => rng.normal() + (c === i % 4 ? 6 : 0) + 0.3 * noise.normal());
    x.data.set([cos * row[0] - sin * row[1], sin * row[0] + cos * row[1], ...row.slice(2)], i * 6);
  }
  return x;
}

/** Mean distance of the same row on two maps, by the first map's width. */
function drift(a: Matrix, b: Matrix): number {
  let sum = 0;
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < a.rows; i++) {
    sum += Math.sqrt((a.data[2 * i] - b.data[2 * i]) ** 2 + (a.data[2 * i + 1] - b.data[2 * i + 1]) ** 2) / a.rows;
    low = Math.min(low, a.data[2 * i]);
    high = Math.max(high, a.data[2 * i]);
  }
  return sum / (high - low);
}

describe('aligned UMAP', () => {
  const tables = [checkpoint(2, 0), checkpoint(3, 1), checkpoint(4, 2)];

  test('holds the same rows together, where maps made alone turn', async () => {
    const maps = await alignedUmap(tables, { nEpochs: 200 });
    const alone: Projection[] = [];
    for (const [t, x] of tables.entries()) alone.push(await umap.fit(x, { nEpochs: 200, seed: t }));
    const together = drift(maps[0].coordinates, maps[1].coordinates);
    expect(together).toBeLessThan(0.1);
    expect(together).toBeLessThan(0.5 * drift(alone[0].coordinates, alone[1].coordinates));
    for (const [t, x] of tables.entries()) {
      const { trustworthiness } = await measureMap(x, maps[t].coordinates);
      expect(trustworthiness).toBeGreaterThan((await measureMap(x, alone[t].coordinates)).trustworthiness - 0.03);
    }
    expect((await alignedUmap(tables, { nEpochs: 200 }))[2].coordinates).toEqual(maps[2].coordinates);
  });

  test('knows rows by their ids, and tables of other sizes and widths', async () => {
    const order = Array.from({ length: n - 40 }, (_, i) => n - 1 - i);
    const other = takeRows(tables[1], order);
    const narrow = matrix(other.rows, 5, Float32Array.from({ length: other.rows * 5 }, (_, e) => other.data[Math.floor(e / 5) * 6 + (e % 5)])); // prettier-ignore
    const [first, second] = await alignedUmap(
      [tables[0], narrow],
      { nEpochs: 150 },
      { ids: [Array.from({ length: n }, (_, i) => i), order] },
    );
    expect(drift(takeRows(first.coordinates, order), second.coordinates)).toBeLessThan(0.15);
    expect((await second.transform?.(takeRows(narrow, [3])))?.data).toEqual(takeRows(second.coordinates, [3]).data);
  });

  test('refuses one table, ids that do not fit, and labels', async () => {
    await expect(alignedUmap([tables[0]])).rejects.toThrow('need at least 2 tables, got 1');
    await expect(alignedUmap(tables, {}, { ids: [[1]] })).rejects.toThrow('table 0 has 240 rows and 1 ids');
    const twice = tables.map(() => new Uint32Array(n));
    await expect(alignedUmap(tables, {}, { ids: twice })).rejects.toThrow('has an id twice');
    await expect(alignedUmap(tables, { targetWeight: 0.5 })).rejects.toThrow('has no option targetWeight');
    const cancel = new AbortController();
    const onProgress = (): void => cancel.abort();
    const job = { signal: cancel.signal, onProgress };
    await expect(alignedUmap(tables, {}, job)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
