import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { matrix, matrixOf, random, row, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { createKernels } from '../kernels/index.ts';
import { spawn } from '../kernels/threads.fixture.ts';
import { readRows, rowsOf } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { distanceNames, findNeighbors, nearestNeighbors, neighborIndex } from './index.ts';
import type { Distance, FindOptions } from './index.ts';

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
    { numRuns: 40 },
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

type ValueOf = (i: number, j: number, value: number, twin: number) => number;

test.each<[string, ValueOf, number?]>([
  ['constant columns among others', (_, j, value) => (j % 3 === 0 ? 0.1 : value)],
  ['one column', (_, __, value) => value, 1],
  ['columns of very different range', (_, j, value) => value * 10 ** (j % 7)],
  ['values far from zero', (_, __, value) => value - 7],
  ['each row twice', (_, __, ___, twin) => twin],
  ['some rows a thousand times as far out', (i, _, value) => (i % 500 === 7 ? 1000 * value : value)],
])('whole numbers lose nothing of what is asked for: %s', async (_, valueOf, d = 12) => {
  const n = 2500;
  const k = 9;
  const { data } = clumps(n, d, 8);
  const x = matrix(
    n,
    d,
    data.map((value, at) => valueOf(Math.floor(at / d), at % d, value, data[(at % d) + d * ((at / d / 2) | 0)])),
  );
  const exact = await findNeighbors(x, k);
  const some = [0, 7, 507, 1200, 2499];
  plainNeighbors(x, takeRows(x, some), k + 1, 'euclidean').forEach((near, q) => {
    const others = near.filter(({ j }) => j !== some[q]).slice(0, k);
    expect([...exact.indices.subarray(some[q] * k, some[q] * k + k)]).toEqual(others.map(({ j }) => j));
  });
  const found = await findNeighbors(x, k, { recall: 0.9, kernels: engines[1] });
  expect(await findNeighbors(x, k, { recall: 0.9, kernels: engines[2] })).toEqual(found);
  // by distances, since of equally near rows either is right
  const right = found.distances.filter((far, at) => far <= exact.distances[at - (at % k) + k - 1]);
  expect(right.length / found.distances.length).toBeGreaterThan(0.88);
  const far = new Map(Array.from(exact.distances, (value, at) => [Math.floor(at / k) * n + exact.indices[at], value]));
  found.distances.forEach((value, at) => {
    const known = far.get(Math.floor(at / k) * n + found.indices[at]) ?? value;
    if (Math.abs(value - known) > 3e-7 * known) expect.fail(`${value} of row ${at / k}, expected ${known}`);
  });
});

test('equal rows, a row of zeros and rows that are all the same', async () => {
  const x = ball(60, 4, 3);
  for (let i = 0; i < 60; i += 3) x.data.copyWithin(i * 4, 0, 4);
  for (const zeros of [0, 1, 4]) {
    for (let i = 0; i < zeros; i++) row(x, 7 + 11 * i).fill(0);
    for (const distance of distanceNames) {
      for (const queries of [undefined, x]) {
        const q = queries ?? x;
        const found = await findNeighbors(x, 23, { distance, queries });
        const copy = queries && matrix(q.rows, q.cols, q.data.slice());
        plainNeighbors(x, copy ?? x, 23, distance).forEach((near, i) => {
          near.forEach(({ far }, e) => expect(found.distances[i * 23 + e]).toBeCloseTo(far, 5));
          if (distance !== 'euclidean' && distance !== 'manhattan') return;
          expect([...found.indices.subarray(i * 23, i * 23 + 23)]).toEqual(near.map(({ j }) => j));
        });
      }
    }
  }
  const same = matrix(50, 3, new Float32Array(150).fill(0.2));
  for (const distance of distanceNames) {
    const { indices } = await findNeighbors(same, 2, { distance });
    expect([...indices.subarray(0, 6)]).toEqual([1, 2, 0, 2, 0, 1]);
  }
});

test.each([
  ['euclidean', 0.8],
  ['cosine', 0.95],
  ['manhattan', 0.95],
] as const)('%s: an approximate search of real digits finds %d, by any threads', async (distance, recall) => {
  const x = readRows((await digits(2100)).rows);
  const exact = await findNeighbors(x, 15, { distance });
  const found = await findNeighbors(x, 15, { distance, recall, kernels: engines[1] });
  const share = shareOf(found.indices, exact.indices, 15);
  expect(exact.recall).toBe(1);
  expect(share).toBeGreaterThan(recall - 0.02);
  expect(Math.abs(share - found.recall!)).toBeLessThan(0.02);
  expect(await findNeighbors(x, 15, { distance, recall, kernels: engines[2] })).toEqual(found);
  for (let e = 1; e < 15; e++) expect(found.distances[e]).toBeGreaterThanOrEqual(found.distances[e - 1]);
});

test('queries among many rows, and rows in a ball, are found approximately too', async () => {
  const x = clumps(6000, 8, 4);
  for (const distance of ['euclidean', 'cosine', 'hyperbolic'] as const) {
    for (const queries of [undefined, clumps(700, 8, 4.5)]) {
      const exact = await findNeighbors(x, 10, { distance, queries });
      const found = await findNeighbors(x, 10, { distance, queries, recall: 0.9 });
      expect(shareOf(found.indices, exact.indices, 10)).toBeGreaterThan(0.88);
      expect(found.recall).toBeLessThan(1.0001);
      if (!queries) found.indices.forEach((row, i) => expect(row).not.toBe(Math.floor(i / 10)));
    }
  }
});

test('one row far from all others does not make an approximate search blind', async () => {
  const x = clumps(4000, 8, 4);
  row(x, 1234).fill(1e9);
  const exact = await findNeighbors(x, 10);
  const found = await findNeighbors(x, 10, { recall: 0.9 });
  expect(shareOf(found.indices, exact.indices, 10)).toBeGreaterThan(0.88);
  expect(exact.distances[9]).toBeLessThan(1);
});

test('where no faster search reaches the recall, the neighbours are exact and a note tells', async () => {
  const x = matrix(20_000, 20);
  random(5).fillNormal(x.data);
  const shares: number[] = [];
  const onProgress = ({ done }: { done: number }) => shares.push(done);
  const { note, ...found } = await findNeighbors(x, 10, { recall: 0.9999, onProgress });
  const exact = await findNeighbors(x, 10);
  expect(found).toEqual(exact);
  expect(note).toMatch(/recall of 0.9999 .* exact/);
  expect(exact.note).toBeUndefined();
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
});

/** Rows about fifty centres, inside the unit ball. */
function clumps(n: number, d: number, seed: number): Matrix {
  const rng = random(seed);
  const centres = random(9).fillNormal(new Float32Array(50 * d), 0.12);
  const x = matrix(n, d);
  for (let i = 0; i < n; i++) {
    const centre = rng.below(50) * d;
    for (let j = 0; j < d; j++) x.data[i * d + j] = centres[centre + j] + 0.03 * rng.normal();
  }
  return x;
}

function shareOf(found: Uint32Array, exact: Uint32Array, k: number): number {
  let hits = 0;
  for (let i = 0; i < exact.length; i += k) {
    const mine = new Set(found.subarray(i, i + k));
    for (const row of exact.subarray(i, i + k)) if (mine.has(row)) hits++;
  }
  return hits / exact.length;
}

test('reports its progress and stops when told to', async () => {
  const x = clumps(9000, 30, 1);
  for (const recall of [1, 0.9]) {
    const shares: number[] = [];
    const controller = new AbortController();
    await findNeighbors(x, 5, { recall, onProgress: ({ done }) => shares.push(done) });
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    const stopped = findNeighbors(x, 5, { recall, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(stopped).rejects.toThrow(/abort/i);
  }
});

test('bad input is named', async () => {
  const x = ball(5, 2, 1);
  const refuses = (k: number, options: FindOptions, message: RegExp, from = x) =>
    expect(findNeighbors(from, k, options)).rejects.toThrow(message);
  await refuses(5, {}, /among 5 rows: got k = 5, expected a whole number from 1 to 4/);
  await refuses(1, {}, /among 1 row: there are none to be found/, ball(1, 2, 1));
  await refuses(1, { queries: ball(2, 3, 1) }, /queries have 3 columns, expected 2/);
  await refuses(1, { recall: 0 }, /recall is 0, expected more than 0/);
  await refuses(1, { distance: 'cosin' as Distance }, /there is no distance cosin; did you mean cosine/);
  await refuses(1, {}, /value NaN in row 1, column 0/, matrixOf([[1], [Number.NaN]]));
  await refuses(1, { distance: 'hyperbolic' }, /row 1 has length 2.000, expected less than 1/, matrixOf([[0.5], [2]]));
});
