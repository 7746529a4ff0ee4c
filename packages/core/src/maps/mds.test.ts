import { describe, expect, test } from 'vitest';
import { matrix, matrixOf, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { shepard, trustworthiness } from '../measures/index.ts';
import { alignMaps, coordinatesMap, loadProjection, mds, pcaMap } from './index.ts';

const normal = (n: number, d: number, seed: number): Matrix =>
  matrix(n, d, random(seed).fillNormal(new Float32Array(n * d)));

describe('the MDS map', () => {
  test.each([2, 3])('of points in %i dimensions is the points, turned: landmarks, others and new ones', async (k) => {
    // a plane in seven dimensions
    const flat = normal(300, k, 1);
    const lift = (y: Matrix): Matrix =>
      matrix(
        y.rows,
        7,
        Float32Array.from({ length: y.rows * 7 }, (_, i) =>
          i % 7 < 2 * k && (i % 7) % 2 === 0 ? y.data[Math.floor(i / 7) * k + (i % 7) / 2] : 3,
        ),
      );
    const { coordinates, transform, figures } = await mds.fit(lift(flat), { nComponents: k, nLandmarks: 60 });
    expect(figures.stress).toBeLessThan(1e-4);
    const aligned = alignMaps(flat, coordinates, undefined, { scale: false });
    expect(Math.max(...aligned.moved)).toBeLessThan(5e-3);
    const news = normal(40, k, 2);
    const placed = (await transform?.(lift(news))) as Matrix;
    for (let i = 0; i < 40; i++) {
      for (let a = 0; a < k; a++) {
        let value = aligned.shift[a];
        for (let b = 0; b < k; b++) value += aligned.rotation[a * k + b] * placed.data[i * k + b];
        expect(value).toBeCloseTo(news.data[i * k + a], 2);
      }
    }
  });

  test('without refinement and with all points as landmarks it is PCA', async () => {
    const x = normal(90, 6, 3);
    const [classical, pca] = [await mds.fit(x, { nIter: 0 }), await pcaMap.fit(x, {})];
    expect(alignMaps(pca.coordinates, classical.coordinates, undefined, { scale: false }).disparity).toBeLessThan(1e-6);
  });

  test('refinement lowers the stress and keeps the order of distances better', async () => {
    const x = normal(500, 10, 4);
    const [plain, refined] = [await mds.fit(x, { nIter: 0, nLandmarks: 200 }), await mds.fit(x, { nLandmarks: 200 })];
    expect(refined.figures.stress).toBeLessThan(0.8 * plain.figures.stress);
    expect(shepard(x, refined.coordinates)).toBeGreaterThan(shepard(x, plain.coordinates));
  });

  test('is stopped early, and says what was placed by landmarks', async () => {
    const x = normal(300, 5, 5);
    let stopped = false;
    const control = {
      get stopped() {
        return stopped;
      },
      paused: false,
      whileRunning: async () => {},
    };
    const { figures, warnings } = await mds.fit(
      x,
      { nLandmarks: 100 },
      {
        control,
        onProgress: ({ detail }) => {
          if (detail && detail.iteration >= 3) stopped = true;
        },
      },
    );
    expect(figures.iterations).toBe(3);
    expect(warnings[0]).toBe('200 of 300 points were placed by their distances to 100 landmarks');
  });
});

describe('own coordinates', () => {
  test('are kept, lead back by neighbours, and are saved', async () => {
    const [x, y] = [normal(60, 5, 1), normal(60, 3, 2)];
    const made = await coordinatesMap.fit(x, {}, { start: { coordinates: y } });
    expect(made.coordinates).toEqual(y);
    expect(made.coordinates).not.toBe(y);
    made.inverse?.(y).data.forEach((value, i) => expect(value).toBeCloseTo(x.data[i], 5));
    const loaded = loadProjection(made.toFiles(), y);
    expect(loaded.method).toBe('coordinates');
    expect(loaded.transform).toBeUndefined();
    expect(loaded.inverse?.(y)).toEqual(made.inverse?.(y));
    expect(trustworthiness(x, made.coordinates)).toBeLessThan(0.7);
  });

  test('must fit the rows', async () => {
    const x = normal(4, 2, 1);
    const fit = (coordinates: Matrix) => coordinatesMap.fit(x, {}, { start: { coordinates } });
    await expect(coordinatesMap.fit(x, {})).rejects.toThrow('of own coordinates needs them');
    await expect(fit(normal(4, 4, 1))).rejects.toThrow('are 4 × 4, expected 4 × 2 or 3');
    await expect(fit(normal(3, 2, 1))).rejects.toThrow('are 3 × 2, expected 4 × 2 or 3');
    await expect(
      fit(
        matrixOf([
          [0, 0],
          [0, NaN],
          [0, 0],
          [1, 1],
        ]),
      ),
    ).rejects.toThrow('row 1, column 1');
  });
});
