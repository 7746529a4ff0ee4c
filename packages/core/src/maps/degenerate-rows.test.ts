/** Rows from which no map can be made that means anything: every method gives places all the same, finite and within bounds. */
import { describe, expect, it } from 'vitest';
import { matrix, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { mapMethods } from './methods.ts';

const N = 100;
const fill = (cols: number, value: (i: number, j: number) => number, n = N): Matrix =>
  matrix(
    n,
    cols,
    Float32Array.from({ length: n * cols }, (_, at) => value(Math.floor(at / cols), at % cols)),
  );
const normal = random(3);

const ROWS: [string, Matrix][] = [
  ['all of one value', fill(6, () => 0.1)],
  ['all zero', fill(6, () => 0)],
  ['all equal', fill(6, (_, j) => 1 + j / 3)],
  ['ten of each kind', fill(6, (i, j) => Math.sin(1 + 7 * (i % 10) + j))],
  ['most of them equal', fill(6, (i, j) => (i < 70 ? 0 : Math.cos(i * (j + 1))))],
  ['one column', fill(1, () => normal.normal())],
  ['constant columns but one', fill(5, (_, j) => (j === 3 ? normal.normal() : 4))],
  ['islands far apart', fill(4, (i) => 1e5 * (i % 3) + normal.normal())],
  ['two', fill(6, () => normal.normal(), 2)],
  ['three', fill(6, () => normal.normal(), 3)],
];

describe.each(mapMethods.map((method) => [method.name, method] as const))('%s', (name, method) => {
  it.each(ROWS)('of rows %s', async (what, x) => {
    const labels = Int32Array.from({ length: x.rows }, (_, i) => i % 2);
    const { coordinates, warnings } = await method.fit(x, {}, { labels });
    expect(coordinates.data.every(Number.isFinite)).toBe(true);
    const spread = coordinates.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const size = x.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(spread).toBeLessThan(1e3 + 100 * size);
    const layout = ['tsne', 'umap', 'pacmap'].includes(name);
    if (layout && what.startsWith('all')) expect(warnings.join()).toContain('only equal neighbours');
  });
});
