import { expect, test } from 'vitest';
import { FormatError, matrix, random, row } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { createKernels } from '../kernels/index.ts';
import type { Kernels } from '../kernels/index.ts';
import { buildIndex, distanceNames, findNeighbors, loadIndex } from './index.ts';

/** Rows about thirty centres inside the unit ball, with doubles. */
function clumps(n: number, d: number, seed: number): Matrix {
  const rng = random(seed);
  const centres = random(9).fillNormal(new Float32Array(30 * d), 0.4 / Math.sqrt(d));
  const x = matrix(n, d);
  for (let i = 0; i < n; i++) {
    const centre = rng.below(30) * d;
    for (let j = 0; j < d; j++) x.data[i * d + j] = centres[centre + j] + (0.1 / Math.sqrt(d)) * rng.normal();
  }
  for (let i = 10; i < n; i += 50) x.data.copyWithin(i * d, 0, d);
  return x;
}

const join = (a: Matrix, b: Matrix): Matrix =>
  matrix(a.rows + b.rows, a.cols, Float32Array.from([...a.data, ...b.data]));

test.each(distanceNames)('%s: questions get the true neighbours, before and after rows are added', async (distance) => {
  const x = clumps(900, 7, 1);
  const more = clumps(120, 7, 2);
  const points = clumps(25, 7, 3);
  const index = await buildIndex(x, { distance });
  for (const all of [x, join(x, more)]) {
    if (all !== x) index.add(more);
    const expected = await findNeighbors(all, 9, { distance, queries: points });
    for (let i = 0; i < points.rows; i++) {
      const { indices, distances } = index.query(row(points, i), 9);
      expect([...indices]).toEqual([...expected.indices.subarray(i * 9, i * 9 + 9)]);
      distances.forEach((value, e) => expect(value).toBeCloseTo(expected.distances[i * 9 + e], 5));
    }
    const many = await index.queryMany(points, 9);
    expect(many.indices).toEqual(expected.indices);
    const loaded = loadIndex(index.toFiles());
    expect(loaded.toFiles()).toEqual(index.toFiles());
    expect(loaded.query(row(points, 0), 30)).toEqual(index.query(row(points, 0), 30));
  }
  expect(index.nSamples).toBe(1020);
});

test('a filter still gives k rows; bits and predicates are the same', async () => {
  const x = clumps(3000, 12, 4);
  for (const recall of [1, 0.8]) {
    const index = await buildIndex(x, { recall });
    const bits = new Uint8Array(375);
    const rare = (i: number): boolean => i % 97 === 3;
    for (let i = 0; i < 3000; i++) if (rare(i)) bits[i >> 3] |= 1 << (i & 7);
    for (const i of [0, 17, 100]) {
      const found = index.query(row(x, i), 12, { filter: rare, except: 3 });
      expect(found.indices).toHaveLength(12);
      expect([...found.indices].every((j) => rare(j) && j !== 3)).toBe(true);
      expect(index.query(row(x, i), 12, { filter: bits, except: 3 })).toEqual(found);
    }
    expect(index.query(row(x, 0), 50, { filter: rare }).indices).toHaveLength(31);
    expect(index.query(row(x, 0), 5, { filter: () => false }).indices).toHaveLength(0);
    expect(() => index.query(row(x, 0), 5, { filter: new Uint8Array(4) })).toThrow(
      /filter has 32 bits, expected at least 3000/,
    );
  }
});

test('an approximate index finds the share that was asked for, and remembers it', async () => {
  const x = matrix(6000, 10, random(5).fillNormal(new Float32Array(60_000)));
  const queries = matrix(300, 10, random(6).fillNormal(new Float32Array(3000)));
  const index = await buildIndex(x, { recall: 0.85, seed: 3 });
  const exact = await findNeighbors(x, 10, { queries });
  let hits = 0;
  for (let i = 0; i < 300; i++) {
    const found = new Set(loadIndex(index.toFiles()).query(row(queries, i), 10).indices);
    for (const j of exact.indices.subarray(i * 10, i * 10 + 10)) if (found.has(j)) hits++;
    if (i === 20) break;
  }
  for (let i = 21; i < 300; i++) {
    const found = new Set(index.query(row(queries, i), 10).indices);
    for (const j of exact.indices.subarray(i * 10, i * 10 + 10)) if (found.has(j)) hits++;
  }
  expect(hits / 3000).toBeGreaterThan(0.82);
  expect(hits / 3000).toBeLessThan(0.97);
  const many = await index.queryMany(queries, 10);
  expect(many.recall).toBeGreaterThan(0.84);
});

/** Kernels that say which functions were called. */
function watched(): { kernels: Kernels; called: Set<string> } {
  const kernels = createKernels();
  const called = new Set<string>();
  return {
    called,
    kernels: {
      ...kernels,
      async open(...names) {
        const space = await kernels.open(...names);
        return {
          ...space,
          parallel(name, chunks, args, job) {
            called.add(name);
            return space.parallel(name, chunks, args, job);
          },
        };
      },
    },
  };
}

test.each(['euclidean', 'cosine', 'hyperbolic'] as const)(
  '%s: an index that was loaded answers many questions by the lists it has',
  async (distance) => {
    const x = clumps(5000, 8, 5);
    const more = clumps(700, 8, 12);
    const points = clumps(1200, 8, 6);
    const index = await buildIndex(x, { distance, recall: 0.9 });
    const loaded = loadIndex(index.toFiles());
    for (const all of [x, join(x, more)]) {
      if (all !== x) for (const each of [index, loaded]) each.add(more);
      const { kernels, called } = watched();
      const many = await loaded.queryMany(points, 10, { kernels });
      expect(many).toEqual(await index.queryMany(points, 10));
      // lists are gone through, and no means are taken to make them
      expect(called.has('scanLists')).toBe(true);
      expect(called.has('sumGroups')).toBe(false);
      expect(many.recall).toBeGreaterThanOrEqual(0.9);
      const exact = await findNeighbors(all, 10, { distance, queries: points });
      let hits = 0;
      for (let i = 0; i < points.rows; i++) {
        // of equal rows any will do
        const furthest = exact.distances[i * 10 + 9] * (1 + 1e-5) + 1e-6;
        hits += many.distances.subarray(i * 10, i * 10 + 10).filter((value) => value <= furthest).length;
      }
      expect(hits / (10 * points.rows)).toBeGreaterThan(0.87);
    }
  },
);

test('all rows equal, one row, and what is refused', async () => {
  const same = await buildIndex(matrix(700, 2, new Float32Array(1400).fill(0.5)));
  expect([...same.query([0.5, 0.5], 4, { except: 1 }).indices]).toEqual([0, 2, 3, 4]);
  const one = await buildIndex(matrix(1, 2, Float32Array.of(1, 2)));
  expect([...one.query([1, 2], 3).indices]).toEqual([0]);
  await expect(buildIndex(matrix(0, 2))).rejects.toThrow(/at least one row/);
  await expect(buildIndex(matrix(1, 1, Float32Array.of(Number.NaN)))).rejects.toThrow(/value NaN in row 0, column 0/);
  expect(() => one.query([1], 1)).toThrow(/the point has 1 numbers, expected 2/);
  expect(() => one.add(matrix(1, 3))).toThrow(/new rows have 3 columns, expected 2/);
});

test('bytes that are not an index are refused', async () => {
  const files = (await buildIndex(clumps(300, 3, 8))).toFiles();
  const [[name, bytes]] = Object.entries(files);
  const changed = (at: number, value: number): Record<string, Uint8Array> => {
    const copy = bytes.slice();
    copy[at] ^= value;
    return { [name]: copy };
  };
  for (const [bad, message] of [
    [{}, /no such file/],
    [{ [name]: bytes.subarray(0, 20) }, /too few/],
    [{ [name]: bytes.subarray(0, bytes.length - 4) }, /cut short/],
    [changed(0, 1), /no index of Portolan/],
    [changed(4, 8), /version is 9, expected 1/],
    [changed(8, 64), /distance or recall/],
    [changed(bytes.length - 1, 255), /checksum differs/],
  ] as const) {
    expect(() => loadIndex(bad)).toThrow(message);
    expect(() => loadIndex(bad)).toThrow(FormatError);
  }
});
