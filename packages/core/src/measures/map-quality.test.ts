import { describe, expect, test } from 'vitest';
import { matrix, matrixOf, permutation, random, row, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { createKernels } from '../kernels/index.ts';
import { spawn } from '../kernels/threads.fixture.ts';
import {
  continuity,
  explainQuality,
  measureMap,
  neighborKeep,
  neighborRecall,
  shepard,
  trustworthiness,
} from './index.ts';

const normal = (n: number, d: number, seed: number): Matrix =>
  matrix(n, d, random(seed).fillNormal(new Float32Array(n * d)));
const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const shuffled = (y: Matrix, seed: number): Matrix => takeRows(y, permutation(y.rows, random(seed)));

/** Stretched, turned and moved: an affine map that keeps the order of distances nearly. */
const similar = (x: Matrix, size: number): Matrix =>
  matrix(
    x.rows,
    2,
    x.data.map((_, i) => {
      const [a, b] = [x.data[i - (i % 2)], x.data[i - (i % 2) + 1]];
      return i % 2 === 0 ? size * (0.6 * a - 0.8 * b) + 3 : size * (0.8 * a + 0.6 * b) - 1;
    }),
  );

describe('Shepard correlation', () => {
  test('golden: scipy 1.10.1, spearmanr of pdist, without and with equal distances', () => {
    const x = matrixOf(
      Array.from({ length: 40 }, (_, i) =>
        Array.from(
          { length: 6 },
          (_, j) => Math.round(1000 * Math.sin(1.3 * i + 2.1 * j + 0.37 * i * j) * (6 - j)) / 1000,
        ),
      ),
    );
    const y = matrixOf(Array.from({ length: 40 }, (_, i) => row(x, i).subarray(0, 2)));
    expect(shepard(x, y)).toBeCloseTo(0.913366569787767, 10);
    const grid = (f: (i: number) => number[]): Matrix => matrixOf(Array.from({ length: 12 }, (_, i) => f(i)));
    expect(
      shepard(
        grid((i) => [i % 3, i % 2]),
        grid((i) => [i % 4, 0]),
      ),
    ).toBeCloseTo(-0.09835846988549501, 10);
  });

  test('is 1 for a similar map, −1 for a reversed order, about 0 for chance', () => {
    const x = normal(3000, 2, 1);
    expect(shepard(x, similar(x, 5))).toBeGreaterThan(0.999999);
    expect(Math.abs(shepard(x, shuffled(x, 2)))).toBeLessThan(0.03);
    expect(shepard(matrixOf([[0], [1], [3]]), matrixOf([[0], [3], [1]]))).toBeLessThan(0);
    expect(shepard(matrixOf([[0], [1]]), matrixOf([[4], [4]]))).toBeNaN();
    expect(shepard(x, similar(x, 5), { nPairs: 100, seed: 3 })).toBe(
      shepard(x, similar(x, 5), { nPairs: 100, seed: 3 }),
    );
  });
});

describe('measureMap', () => {
  test('tells recall for several numbers of neighbours, each as it is alone', async () => {
    const [x, y] = [normal(400, 5, 1), normal(400, 2, 2)];
    const quality = await measureMap(x, y, { nNeighbors: 10 });
    expect(Object.keys(quality.neighborRecalls ?? {})).toEqual(['5', '15', '50']);
    for (const [k, recall] of Object.entries(quality.neighborRecalls ?? {})) {
      expect(recall).toBe(neighborRecall(x, y, { nNeighbors: Number(k) }));
    }
    expect(quality.neighborRecall).toBe(neighborRecall(x, y, { nNeighbors: 10 }));
    expect(quality.trustworthiness).toBe(trustworthiness(x, y, { nNeighbors: 10 }));
    expect(quality.continuity).toBe(continuity(x, y, { nNeighbors: 10 }));
    const few = await measureMap(normal(20, 3, 1), normal(20, 2, 2));
    expect(Object.keys(few.neighborRecalls ?? {})).toEqual(['5']);
  });

  test('by kernels it is what it is without, doubles included, whatever the threads', async () => {
    const half = normal(450, 120, 3);
    const x = matrix(900, 120);
    x.data.set(half.data);
    x.data.set(half.data, half.data.length);
    const y = matrix(900, 2);
    for (let i = 0; i < 900; i++) y.data.set([x.data[i * 120], x.data[i * 120 + 1] + (i < 450 ? 0 : 0.01)], 2 * i);
    const quality = await measureMap(x, y, { kernels: createKernels({ threads: 2, spawn }) });
    expect(quality.trustworthiness).toBeCloseTo(trustworthiness(x, y), 5);
    expect(quality.continuity).toBeCloseTo(continuity(x, y), 5);
    expect(Math.abs(quality.neighborRecall - neighborRecall(x, y))).toBeLessThan(2e-3);
  });

  test('identity is perfect; an affine map invents no neighbours; a shuffled one is chance', async () => {
    const x = normal(1200, 2, 5);
    const same = await measureMap(x, x, {
      labels: Int32Array.from({ length: 1200 }, (_, i) => Number(x.data[2 * i] > 0)),
    });
    expect(same).toMatchObject({ trustworthiness: 1, continuity: 1, neighborRecall: 1, shepard: 1 });
    expect(same.labelAccuracy).toBeGreaterThan(0.95);
    const affine = await measureMap(x, similar(x, 3));
    expect(affine.trustworthiness).toBeCloseTo(1, 5);
    const chance = await measureMap(x, shuffled(x, 6));
    expect(Math.abs(chance.trustworthiness - 0.5)).toBeLessThan(0.02);
    expect(Math.abs(chance.continuity - 0.5)).toBeLessThan(0.02);
    expect(Math.abs(chance.neighborRecall - 15 / 1199)).toBeLessThan(0.005);
    expect(Math.abs(chance.shepard as number)).toBeLessThan(0.03);
  });
});

describe('neighbours kept, point by point', () => {
  test('their mean is the neighbour recall; identity keeps all, chance few', async () => {
    const [x, y] = [normal(600, 4, 1), normal(600, 2, 2)];
    x.data.forEach((value, i) => i % 4 < 2 && (y.data[2 * Math.floor(i / 4) + (i % 4)] = value));
    expect(mean(await neighborKeep(x, y))).toBeCloseTo(neighborRecall(x, y), 6);
    expect(mean(await neighborKeep(x, y, { nNeighbors: 40 }))).toBeCloseTo(neighborRecall(x, y, { nNeighbors: 40 }), 6);
    expect(await neighborKeep(y, y)).toEqual(new Float32Array(600).fill(1));
    expect(mean(await neighborKeep(x, shuffled(y, 3)))).toBeLessThan(0.05);
  });

  test('names the very points whose neighbourhood is torn', async () => {
    const y = matrixOf(Array.from({ length: 100 }, (_, i) => [i, 0]));
    const x = matrixOf(Array.from({ length: 100 }, (_, i) => [i === 40 ? 500 : i, 0]));
    const kept = await neighborKeep(x, y, { nNeighbors: 2 });
    expect(kept[40]).toBe(0);
    expect(kept[10]).toBe(1);
    expect(kept[39]).toBe(0.5);
  });

  test('doubles, few points, given neighbours, cancelling', async () => {
    const same = matrix(30, 2);
    expect((await neighborKeep(same, same, { nNeighbors: 5 })).every((share) => share >= 0 && share <= 1)).toBe(true);
    expect([...(await neighborKeep(matrixOf([[1, 2]]), matrixOf([[0, 0]])))]).toEqual([1]);
    const y = normal(50, 2, 1);
    const neighbors = { nNeighbors: 3, recall: 1, indices: new Uint32Array(150), distances: new Float32Array(150) };
    for (let i = 0; i < 50; i++) neighbors.indices.set([(i + 1) % 50, (i + 2) % 50, (i + 3) % 50], 3 * i);
    expect(mean(await neighborKeep(matrix(50, 7), y, { neighbors }))).toBeLessThan(0.5);
    await expect(neighborKeep(same, y)).rejects.toThrow('a map of 50 points does not fit data of 30 rows');
    const cancel = new AbortController();
    cancel.abort();
    await expect(neighborKeep(y, y, { signal: cancel.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('explained in words', () => {
  const figures = {
    trustworthiness: 0.981,
    continuity: 0.93,
    neighborRecall: 0.6,
    neighborRecalls: { 5: 0.5, 15: 0.6, 50: 0.64 },
    shepard: 0.41,
    labelAccuracy: 0.944,
    nNeighbors: 15,
    sampleSize: 2000,
  };
  test('each figure has its sentence', () => {
    expect(explainQuality(figures, 'umap')).toEqual([
      'Of 15 true neighbours, a point keeps 9 on the map (and 2.5 of 5, 32 of 50).',
      'Points that are close on the map are close in the data (trustworthiness 0.981).',
      'Neighbours in the data mostly stay together; some are torn apart (continuity 0.930).',
      'Distances across the map follow those in the data loosely (rank correlation 0.41), as is usual for this method: gaps and sizes of clusters mean little.',
      "A point's neighbours on the map tell its label right in 94 of 100 cases.",
      'Measured exactly on 2,000 points; neighbours are those among them.',
    ]);
    expect(explainQuality({ ...figures, explainedVariance: 0.17 }, 'pca')).toContain(
      'The map shows 17 % of the variance; the rest lies in directions that are not drawn.',
    );
  });
  test('worse figures are said to be worse; too few points are said to be too few', () => {
    const poor = explainQuality({ ...figures, trustworthiness: 0.5, continuity: 0.5, shepard: 0 }).join(' ');
    expect(poor).toContain('says little about the data');
    expect(poor).toContain('Most neighbours in the data are torn apart');
    expect(poor).toContain('say nothing of those in the data');
    expect(explainQuality({ ...figures, nNeighbors: 0 })).toEqual([
      'There are too few points to tell how far the map can be believed.',
    ]);
  });
});
