import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { matrix, matrixOf, random, row } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { createKernels } from '../kernels/index.ts';
import { spawn } from '../kernels/threads.fixture.ts';
import { rowsOf } from '../data/index.ts';
import { distanceNames, findNeighbors, nearestNeighbors, neighborIndex } from './index.ts';
import type { Distance } from './index.ts';

const engines = [
  createKernels(),
  createKernels({ reproducible: true }),
  createKernels({ reproducible: true, threads: 3, spawn }),
];

/** In plain TypeScript, one pair at a time. */
function plainDistance(a: Float32Array, b: Float32Array, distance: Distance): number {
  let [squares, sizes, product, aa, bb] = [0, 0, 0, 0, 0];
  a.forEach((value, i) => {
    squares += (value - b[i]) ** 2;
    sizes += Math.abs(value - b[i]);
    product += value * b[i];
    aa += value ** 2;
    bb += b[i] ** 2;
  });
  if (distance === 'euclidean') return Math.sqrt(squares);
  if (distance === 'manhattan') return sizes;
  if (distance === 'inner') return -product;
  if (distance === 'hyperbolic') return Math.acosh(1 + (2 * squares) / ((1 - aa) * (1 - bb)));
  return aa * bb > 0 ? Math.max(0, 1 - product / Math.sqrt(aa * bb)) : 1;
}

function plainNeighbors(x: Matrix, q: Matrix, k: number, distance: Distance) {
  return Array.from({ length: q.rows }, (_, i) =>
    Array.from({ length: x.rows }, (_, j) => ({ j, far: plainDistance(row(q, i), row(x, j), distance) }))
      .filter(({ j }) => q !== x || j !== i)
      .sort((a, b) => a.far - b.far || a.j - b.j)
      .slice(0, k),
  );
}

/** Random rows inside the unit ball, so that every distance takes them. */
function ball(n: number, d: number, seed: number): Matrix {
  const x = matrix(n, d, random(seed).fillNormal(new Float32Array(n * d)));
  for (let i = 0; i < n; i++) {
    const line = row(x, i);
    const norm = Math.hypot(...line);
    const length = 0.99 * random(seed + i).uniform();
    line.forEach((value, j) => (line[j] = (value / norm) * length));
  }
  return x;
}

test.each(distanceNames)(
  '%s neighbours are those of plain TypeScript, for any engine and threads',
  async (distance) => {
    for (const [n, d, k] of [
      [2, 1, 1],
      [9, 3, 8],
      [70, 17, 5],
      [131, 8, 15],
      [300, 33, 10],
    ]) {
      const x = ball(n, d, n);
      for (const queries of [undefined, ball(37, d, 5)]) {
        const expected = plainNeighbors(x, queries ?? x, k, distance);
        const all = await Promise.all(engines.map((kernels) => findNeighbors(x, k, { distance, queries, kernels })));
        expected.forEach((near, i) => {
          expect([...all[0].indices.subarray(i * k, i * k + k)]).toEqual(near.map(({ j }) => j));
          near.forEach(({ far }, e) => expect(all[0].distances[i * k + e]).toBeCloseTo(far, 5));
        });
        expect(nearestNeighbors(x, k, { distance, queries }).indices).toEqual(all[0].indices);
        const one = neighborIndex(rowsOf(x), { distance }).query(row(queries ?? x, 1), k, { except: queries ? -1 : 1 });
        expect(one.indices).toEqual(all[0].indices.slice(k, 2 * k));
        one.distances.forEach((value, e) => expect(value).toBeCloseTo(all[0].distances[k + e], 5));
        expect(all[1].indices).toEqual(all[0].indices);
        expect(all[2]).toEqual(all[1]);
      }
    }
  },
);

test('ties go by index: rows on a coarse grid, doubles among them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        n: fc.integer({ min: 2, max: 140 }),
        d: fc.integer({ min: 1, max: 9 }),
        seed: fc.nat(),
        k: fc.integer({ min: 1, max: 12 }),
      }),
      async ({ n, d, seed, k: wanted }) => {
        const k = Math.min(wanted, n - 1);
        const rng = random(seed);
        const x = matrix(
          n,
          d,
          Float32Array.from({ length: n * d }, () => rng.below(4)),
        );
        for (const distance of ['euclidean', 'manhattan'] as const) {
          const found = await findNeighbors(x, k, { distance });
          plainNeighbors(x, x, k, distance).forEach((near, i) => {
            expect([...found.indices.subarray(i * k, i * k + k)]).toEqual(near.map(({ j }) => j));
          });
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a large common offset or one far row blurs nothing', async () => {
  const x = matrixOf([
    [1e6, 0],
    [1e6 + 0.0625, 0],
    [1e6 + 0.25, 0],
    [1e6 + 1, 0],
    [-3e9, 4],
  ]);
  const { indices, distances } = await findNeighbors(x, 3);
  expect([...indices.subarray(0, 3)]).toEqual([1, 2, 3]);
  expect([...distances.subarray(0, 3)]).toEqual([0.0625, 0.25, 1]);
});
