import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { matrix, matrixOf, random, row } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { readRows, rowsOf } from '../data/index.ts';
import { nearestNeighbors, neighborIndex } from './index.ts';
import type { Distance } from './index.ts';

/** Whole numbers, so that many distances are equal and all are exact. */
function grid(n: number, d: number, seed: number): Matrix {
  const rng = random(seed);
  return matrix(
    n,
    d,
    Float32Array.from({ length: n * d }, () => rng.below(4)),
  );
}

function bruteDistance(a: Float32Array, b: Float32Array, distance: Distance): number {
  let [squares, product, aa, bb] = [0, 0, 0, 0];
  a.forEach((value, i) => {
    squares += (value - b[i]) ** 2;
    product += value * b[i];
    aa += value ** 2;
    bb += b[i] ** 2;
  });
  if (distance === 'euclidean') return Math.sqrt(squares);
  return aa * bb > 0 ? 1 - product / Math.sqrt(aa * bb) : 1;
}

function brute(x: Matrix, q: Float32Array, k: number, distance: Distance, except: number): [number, number][] {
  return Array.from({ length: x.rows }, (_, j): [number, number] => [bruteDistance(q, row(x, j), distance), j])
    .filter(([, j]) => j !== except)
    .sort(([a, i], [b, j]) => a - b || i - j)
    .slice(0, k);
}

const cases = fc.record({
  n: fc.integer({ min: 3, max: 140 }),
  d: fc.integer({ min: 1, max: 9 }),
  seed: fc.nat(),
  k: fc.integer({ min: 1, max: 10 }),
});

test('Euclidean neighbours are those of brute force, ties by index, for rows and for queries', () => {
  fc.assert(
    fc.property(cases, ({ n, d, seed, k: wanted }) => {
      const k = Math.min(wanted, n - 1);
      const x = grid(n, d, seed);
      const queries = grid(70, d, seed + 1);
      const index = neighborIndex(rowsOf(x));
      for (const [q, except, found] of [
        [x, true, nearestNeighbors(x, k)],
        [queries, false, nearestNeighbors(x, k, { queries })],
      ] as const) {
        for (let i = 0; i < q.rows; i++) {
          const expected = brute(x, row(q, i), k, 'euclidean', except ? i : -1);
          const distances = [...found.distances.subarray(i * k, (i + 1) * k)];
          distances.forEach((value, j) => expect(value).toBeCloseTo(expected[j][0], 5));
          expect([...found.indices.subarray(i * k, (i + 1) * k)]).toEqual(expected.map(([, j]) => j));
          const one = index.query(row(q, i), k, { except: except ? i : -1 });
          expect([...one.indices]).toEqual(expected.map(([, j]) => j));
          one.distances.forEach((value, j) => expect(value).toBeCloseTo(expected[j][0], 5));
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('indices are those of brute force where no two distances are equal', () => {
  const x = matrix(150, 30, random(4).fillNormal(new Float32Array(4500)));
  for (const distance of ['euclidean', 'cosine'] as const) {
    const { indices } = nearestNeighbors(x, 7, { distance });
    const index = neighborIndex(rowsOf(x), { distance });
    for (let i = 0; i < x.rows; i++) {
      const expected = brute(x, row(x, i), 7, distance, i).map(([, j]) => j);
      expect([...indices.subarray(i * 7, (i + 1) * 7)]).toEqual(expected);
      expect([...index.query(row(x, i), 7, { except: i }).indices]).toEqual(expected);
    }
  }
});

test('cosine distances are those of brute force; zeros are at distance 1', () => {
  fc.assert(
    fc.property(cases, ({ n, d, seed, k: wanted }) => {
      const k = Math.min(wanted, n - 1);
      const x = grid(n, d, seed);
      x.data.fill(0, 0, d);
      const found = nearestNeighbors(x, k, { distance: 'cosine' });
      for (let i = 0; i < n; i++) {
        brute(x, row(x, i), k, 'cosine', i).forEach(([value], j) =>
          expect(found.distances[i * k + j]).toBeCloseTo(value, 5),
        );
      }
    }),
    { numRuns: 40 },
  );
});

test('a large common offset does not blur small distances', () => {
  const x = matrixOf([
    [1e6, 0],
    [1e6 + 0.0625, 0],
    [1e6 + 0.25, 0],
    [1e6 + 1, 0],
  ]);
  const { indices, distances } = nearestNeighbors(x, 3);
  expect([...indices.subarray(0, 3)]).toEqual([1, 2, 3]);
  expect([...distances.subarray(0, 3)]).toEqual([0.0625, 0.25, 1]);
});

test('doubles are at distance zero, and the data stay untouched', () => {
  const x = matrix(40, 50, random(1).fillNormal(new Float32Array(2000)));
  x.data.copyWithin(50, 0, 50);
  const before = x.data.slice();
  const { indices, distances } = nearestNeighbors(x, 1);
  expect([indices[0], indices[1], distances[0], distances[1]]).toEqual([1, 0, 0, 0]);
  expect(x.data).toEqual(before);
});

test('an index over bytes gives what one over their values gives', () => {
  const rng = random(8);
  const data = Uint8Array.from({ length: 90 * 70 }, () => rng.below(256));
  const bytes = { data, nSamples: 90, nFeatures: 70, scale: 1 / 255 };
  const x = readRows(bytes);
  for (const distance of ['euclidean', 'cosine'] as const) {
    for (let i = 0; i < 90; i += 7) {
      const got = neighborIndex(bytes, { distance }).query(row(x, i), 5, { except: i });
      const expected = neighborIndex(rowsOf(x), { distance }).query(row(x, i), 5, { except: i });
      expect(got.indices).toEqual(expected.indices);
      got.distances.forEach((value, j) => expect(value).toBeCloseTo(expected.distances[j], 5));
    }
  }
});

test('an index gives what there is when asked for more', () => {
  const index = neighborIndex(rowsOf(matrixOf([[0], [5], [1]])));
  expect([...index.query([0.9], 10).indices]).toEqual([2, 0, 1]);
  expect([...index.query([0.9], 10, { except: 2 }).indices]).toEqual([0, 1]);
  expect(index.query([0.9], 0).indices).toHaveLength(0);
});

test('refuses k beyond the data and points of another width', () => {
  const x = matrixOf([
    [0, 1],
    [1, 0],
  ]);
  expect(() => nearestNeighbors(x, 2)).toThrow('got k = 2, expected 1 … 1');
  expect(() => nearestNeighbors(x, 1, { queries: matrixOf([[1]]) })).toThrow('queries have 1 columns, expected 2');
  expect(() => neighborIndex(rowsOf(x)).query([1], 1)).toThrow('the point has 1 numbers, expected 2');
});
