import { describe, expect, test } from 'vitest';
import { matrix, random, row, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { generalizedEigen, matrix64 } from '../linalg/index.ts';
import { labelAccuracy } from '../measures/index.ts';
import { lda, loadProjection } from './index.ts';

const CLASSES = 4;

/** Classes whose means differ along two columns of small variance, beside loud columns that tell nothing. */
function loud(n: number, seed: number): { x: Matrix; labels: Int32Array } {
  const rng = random(seed);
  const labels = Int32Array.from({ length: n }, (_, i) => i % CLASSES);
  const x = matrix(n, 6);
  for (let i = 0; i < n; i++) {
    x.data.set([rng.normal() * 40, (labels[i] % 2) + rng.normal() * 0.2, rng.normal() * 9], i * 6);
    x.data.set([(labels[i] >> 1) * 2 + rng.normal() * 0.2, rng.normal(), 100 + rng.normal() * 5], i * 6 + 3);
  }
  return { x, labels };
}

/** Within- and between-class scatter as in a textbook, divided by n. */
function scatters(x: Matrix, labels: Int32Array) {
  const d = x.cols;
  const [inside, between] = [matrix64(d, d), matrix64(d, d)];
  const mean = new Float64Array(d);
  const means = Array.from({ length: CLASSES }, () => new Float64Array(d));
  const counts = new Float64Array(CLASSES);
  labels.forEach((c) => counts[c]++);
  for (let i = 0; i < x.rows; i++) {
    row(x, i).forEach((value, j) => {
      mean[j] += value / x.rows;
      means[labels[i]][j] += value / counts[labels[i]];
    });
  }
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      for (let i = 0; i < x.rows; i++) {
        const own = means[labels[i]];
        inside.data[a * d + b] += ((x.data[i * d + a] - own[a]) * (x.data[i * d + b] - own[b])) / x.rows;
        between.data[a * d + b] += ((own[a] - mean[a]) * (own[b] - mean[b])) / x.rows;
      }
    }
  }
  return { inside, between };
}

describe('the LDA map', () => {
  const { x, labels } = loud(400, 1);

  test('is the generalised eigenproblem of the scatters: unit spread within classes, between them its values', async () => {
    const { coordinates, figures } = await lda.fit(x, { autoShrinkage: false, shrinkage: 0 }, { labels });
    const { inside, between } = scatters(x, labels);
    const { values, vectors } = generalizedEigen(between, inside);
    const mean = Array.from(
      { length: 6 },
      (_, j) => x.data.reduce((sum, value, i) => sum + (i % 6 === j ? value : 0), 0) / 400,
    );
    for (let c = 0; c < 2; c++) {
      let [alike, opposite] = [0, 0];
      for (let i = 0; i < 400; i++) {
        const expected = row(x, i).reduce((sum, value, j) => sum + (value - mean[j]) * vectors.data[c * 6 + j], 0);
        alike = Math.max(alike, Math.abs(coordinates.data[i * 2 + c] - expected));
        opposite = Math.max(opposite, Math.abs(coordinates.data[i * 2 + c] + expected));
      }
      expect(Math.min(alike, opposite)).toBeLessThan(0.01);
    }
    const all = values[0] + values[1] + values[2];
    expect(figures.explainedSeparation).toBeCloseTo((values[0] + values[1]) / all, 3);
    expect(figures).toMatchObject({ classes: 4, shrinkage: 0 });
  });

  test('finds what tells the classes apart below what is loud', async () => {
    const { coordinates } = await lda.fit(x, {}, { labels });
    expect(labelAccuracy(coordinates, labels)).toBeGreaterThan(0.98);
  });

  test('the way back is the least-squares one: no linear change makes it better', async () => {
    const { coordinates, inverse } = await lda.fit(x, { autoShrinkage: false, shrinkage: 0 }, { labels });
    const back = inverse?.(coordinates) as Matrix;
    for (let j = 0; j < 6; j++) {
      for (let c = 0; c < 2; c++) {
        let [along, size, left] = [0, 0, 0];
        for (let i = 0; i < 400; i++) {
          const apart = x.data[i * 6 + j] - back.data[i * 6 + j];
          along += apart * coordinates.data[i * 2 + c];
          size += coordinates.data[i * 2 + c] ** 2;
          left += apart * apart;
        }
        expect(Math.abs(along) / Math.sqrt(size * left + 1e-9)).toBeLessThan(1e-3);
      }
    }
  });

  test('rows without a label have no say but a place; two classes make a line', async () => {
    const some = labels.map((label, i) => (i < 200 ? label : -1));
    const { coordinates, warnings } = await lda.fit(x, {}, { labels: some });
    expect(labelAccuracy(coordinates, labels)).toBeGreaterThan(0.98);
    expect(warnings.join()).toContain('200 rows have no label');
    const two = await lda.fit(x, {}, { labels: labels.map((label) => label % 2) });
    expect(two.warnings[0]).toContain('2 classes are told apart by 1 direction;');
    for (let i = 0; i < 400; i++) expect(two.coordinates.data[2 * i + 1]).toBe(0);
    expect(loadProjection(two.toFiles(), two.coordinates).warnings).toEqual(two.warnings);
  });

  test('says what is missing: labels, classes, numbers', async () => {
    await expect(lda.fit(x, {})).rejects.toThrow('LDA needs labels: name a column of categories');
    await expect(lda.fit(x, {}, { labels: new Int32Array(400) })).rejects.toMatchObject({
      code: 'one-class',
      message:
        'LDA needs at least 2 classes, but all labelled rows are of one class; take a method that needs no labels, such as pca',
    });
    await expect(lda.fit(x, {}, { labels: new Int32Array(400).fill(-1) })).rejects.toThrow('no row has a label');
    await expect(lda.fit(x, {}, { labels: new Int32Array(3) })).rejects.toThrow('got 3 labels, expected 400');
  });

  test('puts held-out digits where their kind is, with more columns than a class has rows', async () => {
    const { rows, columns } = await digits(1500);
    const all = readRows(rows);
    const codes = columns.find((column) => column.type === 'category')?.codes as Int32Array;
    const [first, rest] = [
      Uint32Array.from({ length: 1200 }, (_, i) => i),
      Uint32Array.from({ length: 300 }, (_, i) => 1200 + i),
    ];
    const { transform, figures } = await lda.fit(
      takeRows(all, first),
      { nComponents: 3 },
      { labels: codes.slice(0, 1200) },
    );
    expect(figures.shrinkage).toBeGreaterThan(0.2);
    expect(figures.shrinkage).toBeLessThan(0.8);
    const places = (await transform?.(takeRows(all, rest))) as Matrix;
    // three of nine directions; by chance it is 0.1
    expect(labelAccuracy(places, codes.slice(1200))).toBeGreaterThan(0.6);
  });
});

test('thousands of columns and few rows take no time, and are told apart', async () => {
  const rng = random(5);
  const labels = Int32Array.from({ length: 30 }, (_, i) => i % 3);
  const x = matrix(30, 4000, rng.fillNormal(new Float32Array(30 * 4000)));
  for (let i = 0; i < 30; i++) x.data[i * 4000 + labels[i]] += 20;
  const { coordinates, figures } = await lda.fit(x, {}, { labels });
  expect(figures.classes).toBe(3);
  const mean = (label: number): [number, number] => {
    const sum: [number, number] = [0, 0];
    for (let i = label; i < 30; i += 3) for (const c of [0, 1]) sum[c] += coordinates.data[2 * i + c] / 10;
    return sum;
  };
  for (let i = 0; i < 30; i++) {
    const far = [0, 1, 2].map((label) => Math.hypot(...mean(label).map((m, c) => m - coordinates.data[2 * i + c])));
    expect(far.indexOf(Math.min(...far))).toBe(labels[i]);
  }
});
