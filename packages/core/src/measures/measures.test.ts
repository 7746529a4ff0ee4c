import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matrix, matrixOf, random, row } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { continuity, labelAccuracy, measureMap, mse, neighborRecall, trustworthiness } from './index.ts';

const normal = (n: number, d: number, seed: number): Matrix =>
  matrix(n, d, random(seed).fillNormal(new Float32Array(n * d)));

/** Ranks by sorting whole rows, as the papers define them. */
function bruteRanks(x: Matrix, i: number): number[] {
  const order = [...Array(x.rows).keys()]
    .filter((j) => j !== i)
    .map((j): [number, number] => [row(x, i).reduce((sum, value, c) => sum + (value - row(x, j)[c]) ** 2, 0), j])
    .sort(([a, p], [b, q]) => a - b || p - q)
    .map(([, j]) => j);
  const ranks: number[] = [];
  order.forEach((j, at) => (ranks[j] = at + 1));
  return ranks;
}

function brute(x: Matrix, y: Matrix, k: number): { trustworthiness: number; continuity: number; recall: number } {
  const n = x.rows;
  let [invented, torn, kept] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [inData, onMap] = [bruteRanks(x, i), bruteRanks(y, i)];
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      if (onMap[j] <= k && inData[j] > k) invented += inData[j] - k;
      if (inData[j] <= k && onMap[j] > k) torn += onMap[j] - k;
      if (inData[j] <= k && onMap[j] <= k) kept++;
    }
  }
  const scale = 2 / (n * k * (2 * n - 3 * k - 1));
  return { trustworthiness: 1 - scale * invented, continuity: 1 - scale * torn, recall: kept / (n * k) };
}

describe('golden values: scikit-learn 1.2.1, the first two of six columns as the map', () => {
  const x = matrixOf(
    Array.from({ length: 40 }, (_, i) =>
      Array.from(
        { length: 6 },
        (_, j) => Math.round(1000 * Math.sin(1.3 * i + 2.1 * j + 0.37 * i * j) * (6 - j)) / 1000,
      ),
    ),
  );
  const y = matrixOf(Array.from({ length: 40 }, (_, i) => row(x, i).subarray(0, 2)));
  test.each([
    [1, 0.9407894736842105, 0.9618421052631579, 0.25],
    [5, 0.95390625, 0.96765625, 0.705],
    [15, 0.9579411764705883, 0.9605882352941176, 0.8333333333333334],
  ])('nNeighbors %i', (nNeighbors, trust, cont, recall) => {
    expect(trustworthiness(x, y, { nNeighbors })).toBeCloseTo(trust, 12);
    expect(continuity(x, y, { nNeighbors })).toBeCloseTo(cont, 12);
    expect(neighborRecall(x, y, { nNeighbors })).toBeCloseTo(recall, 12);
  });
  test('label accuracy with one neighbour', () => {
    const labels = Int32Array.from({ length: 40 }, (_, i) => {
      const [a, b, c] = row(x, i);
      return Number(a + b > 0) + Number(c > 1);
    });
    expect(labelAccuracy(y, labels, { nNeighbors: 1 })).toBeCloseTo(0.6, 12);
  });
});

test('they are what brute force gives, equal distances and doubles included', () => {
  const sizes = fc.record({ n: fc.integer({ min: 5, max: 90 }), k: fc.integer({ min: 1, max: 12 }), seed: fc.nat() });
  fc.assert(
    fc.property(sizes, ({ n, k: wanted, seed }) => {
      const nNeighbors = Math.min(wanted, Math.ceil(n / 2) - 1);
      const rng = random(seed);
      const x = matrix(
        n,
        3,
        Float32Array.from({ length: 3 * n }, () => rng.below(5)),
      );
      const y = matrix(
        n,
        2,
        Float32Array.from({ length: 2 * n }, () => rng.below(5)),
      );
      const expected = brute(x, y, nNeighbors);
      expect(trustworthiness(x, y, { nNeighbors })).toBeCloseTo(expected.trustworthiness, 12);
      expect(continuity(x, y, { nNeighbors })).toBeCloseTo(expected.continuity, 12);
      expect(neighborRecall(x, y, { nNeighbors })).toBeCloseTo(expected.recall, 12);
    }),
    { numRuns: 40 },
  );
});

test('a similar map is perfect; a random one is as good as chance', async () => {
  const x = normal(300, 2, 1);
  const [c, s] = [Math.cos(1), Math.sin(1)];
  const similar = matrixOf(
    Array.from({ length: 300 }, (_, i) => [
      3 * (c * x.data[2 * i] - s * x.data[2 * i + 1]) + 1,
      3 * (s * x.data[2 * i] + c * x.data[2 * i + 1]),
    ]),
  );
  const quality = await measureMap(x, similar);
  expect(quality.trustworthiness).toBeGreaterThan(0.9999);
  expect(quality.continuity).toBeGreaterThan(0.9999);
  expect(quality.neighborRecall).toBeGreaterThan(0.999);
  const chance = await measureMap(x, normal(300, 2, 2));
  expect(chance.trustworthiness).toBeCloseTo(0.5, 1);
  expect(Math.abs(chance.neighborRecall - 15 / 299)).toBeLessThan(0.02);
});

test('trustworthiness and continuity are one another with the sides changed', () => {
  const [x, y] = [normal(60, 4, 1), normal(60, 2, 2)];
  expect(trustworthiness(x, y)).toBe(continuity(y, x));
});

describe('label accuracy', () => {
  const y = matrixOf([[0], [1], [2], [10], [11], [12]]);
  test('is 1 for separate clusters and 0 where every neighbour differs', () => {
    expect(labelAccuracy(y, Int32Array.of(4, 4, 4, 9, 9, 9), { nNeighbors: 2 })).toBe(1);
    expect(labelAccuracy(y, Int32Array.of(0, 1, 0, 1, 0, 1), { nNeighbors: 1 })).toBe(0);
  });
  test('leaves out what has no label, and breaks ties by nearness', () => {
    expect(labelAccuracy(y, Int32Array.of(4, -1, 4, 9, -1, 9), { nNeighbors: 1 })).toBe(1);
    // each of the four has two neighbours with different labels, the nearer one decides
    expect(labelAccuracy(matrixOf([[0], [1], [5], [6.5]]), Int32Array.of(1, 1, 2, 2), { nNeighbors: 2 })).toBe(1);
    expect(labelAccuracy(y, Int32Array.of(-1, -1, -1, -1, -1, 0))).toBeNaN();
  });
});

describe('measureMap', () => {
  test('says what it was measured on, is the same for the same seed, and leaves its input alone', async () => {
    const [x, y] = [normal(500, 5, 1), normal(500, 2, 2)];
    const labels = Int32Array.from({ length: 500 }, (_, i) => i % 3);
    const before = [x.data.slice(), y.data.slice()];
    const quality = await measureMap(x, y, { labels, sampleSize: 200, seed: 4 });
    expect(quality).toMatchObject({ nNeighbors: 15, sampleSize: 200 });
    // labels that have nothing to do with the place: chance, within four standard errors
    expect(Math.abs((quality.labelAccuracy as number) - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 200));
    expect(await measureMap(x, y, { labels, sampleSize: 200, seed: 4 })).toEqual(quality);
    expect(await measureMap(x, y, { labels, sampleSize: 200, seed: 5 })).not.toEqual(quality);
    expect([x.data, y.data]).toEqual(before);
    const whole = await measureMap(x, y);
    expect(whole.trustworthiness).toBe(trustworthiness(x, y));
    expect(whole).not.toHaveProperty('labelAccuracy');
  });

  test('few points take fewer neighbours; two can not be wrong', async () => {
    expect(await measureMap(normal(7, 3, 1), normal(7, 2, 2))).toMatchObject({ nNeighbors: 3, sampleSize: 7 });
    const two = {
      trustworthiness: 1,
      continuity: 1,
      neighborRecall: 1,
      nNeighbors: 0,
      sampleSize: 2,
      distance: 'euclidean',
    };
    expect(await measureMap(normal(2, 3, 1), normal(2, 2, 2), { labels: Int32Array.of(0, 1) })).toEqual(two);
  });

  test('is cancelled between two blocks, and reports', async () => {
    const cancel = new AbortController();
    const seen: number[] = [];
    const job = measureMap(normal(800, 3, 1), normal(800, 2, 2), {
      signal: cancel.signal,
      onProgress: ({ phase, done }) => {
        expect(phase).toBe('measuring');
        seen.push(done);
        if (done > 0.3) cancel.abort();
      },
    });
    await expect(job).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen.length).toBeGreaterThan(1);
  });

  test('refuses what does not fit', async () => {
    await expect(measureMap(normal(9, 3, 1), normal(8, 2, 2))).rejects.toThrow('got 9 rows, 8 points');
    expect(() => trustworthiness(normal(9, 3, 1), normal(9, 2, 2))).toThrow(
      'needs more than 30 samples, got 9; try at most 4',
    );
  });
});

test('mse is the mean over samples and features', () => {
  expect(
    mse(
      matrixOf([
        [0, 1],
        [2, 3],
      ]),
      matrixOf([
        [0, 1],
        [0, 0],
      ]),
    ),
  ).toBe(13 / 4);
  expect(() => mse(matrixOf([[1]]), matrixOf([[1, 2]]))).toThrow('one shape');
});
