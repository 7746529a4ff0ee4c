import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matrix, matrixOf, random, row } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { rowsOf } from '../data/index.ts';
import { neighborInverse } from './neighbor-inverse.ts';
import { placeTree } from './place-tree.ts';
import { STORED_ROWS, packRows, readStoredRows, unpackRows, writeStoredRows } from './stored-rows.ts';

describe('stored rows', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  test.each([
    ['whole numbers', Float32Array.from(bytes), Uint8Array],
    ['numbers over 255', Float32Array.from(bytes, (byte) => byte / 255), Uint8Array],
    ['a fraction among them', Float32Array.of(...bytes, 0.5, 3), Float32Array],
    ['256', Float32Array.of(...bytes, 256, 0), Float32Array],
    ['a negative number', Float32Array.of(...bytes, -1, 0), Float32Array],
    ['zeros and ones', Float32Array.of(0, 1, 1, 0), Uint8Array],
    ['negative zero', Float32Array.of(0, -0, 1, 0), Float32Array],
  ])('%s come back bit for bit', (_, data, Type) => {
    const x = matrix(2, data.length / 2, data);
    const rows = packRows(x);
    expect(rows.data).toBeInstanceOf(Type);
    expect(unpackRows(rows)).toEqual(x);
    const file = writeStoredRows(rows, matrixOf([[1, 2], [3, 4]]), { sizes: Int32Array.of(5, 6) }); // prettier-ignore
    const read = readStoredRows({ [STORED_ROWS]: file }, 'a map');
    expect(unpackRows(read.rows)).toEqual(x);
    expect([...read.coordinates.data]).toEqual([1, 2, 3, 4]);
    expect(read.extra.sizes).toEqual(Int32Array.of(5, 6));
  });

  test('what is missing or does not fit is said', () => {
    expect(() => readStoredRows({}, 'a map')).toThrow(`a map needs ${STORED_ROWS}; found nothing`);
    const file = writeStoredRows(packRows(matrix(3, 2)), matrix(2, 2));
    expect(() => readStoredRows({ [STORED_ROWS]: file }, 'a map')).toThrow('needs rows [n, d]');
  });
});

function bruteNearest(y: Matrix, place: Float32Array, k: number): { squared: number; i: number }[] {
  return Array.from({ length: y.rows }, (_, i) => ({
    squared: row(y, i).reduce((sum, value, c) => sum + (value - place[c]) ** 2, 0),
    i,
  }))
    .sort((a, b) => a.squared - b.squared || a.i - b.i)
    .slice(0, k);
}

test('the tree finds the nearest places of brute force, ties by index', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom(2, 3),
      fc.integer({ min: 1, max: 20 }),
      fc.nat(),
      fc.boolean(),
      (n, dims, k, seed, whole) => {
        const rng = random(seed);
        const draw = (): number => (whole ? rng.below(5) : rng.normal());
        const y = matrix(n, dims, Float32Array.from({ length: n * dims }, draw));
        const tree = placeTree(y);
        for (let q = 0; q < 5; q++) {
          const place = Float32Array.from({ length: dims }, draw);
          const [indices, squared] = [new Uint32Array(k), new Float64Array(k)];
          const found = tree.nearest(place, indices, squared);
          const expected = bruteNearest(y, place, k);
          expect(found).toBe(expected.length);
          expect([...indices.subarray(0, found)]).toEqual(expected.map(({ i }) => i));
        }
      },
    ),
    { numRuns: 100, seed: 2 },
  );
});

describe('the way back by neighbours', () => {
  const rng = random(4);
  const y = matrix(500, 2, rng.fillNormal(new Float32Array(1000)));
  const x = matrix(500, 3, rng.fillNormal(new Float32Array(1500)));
  const inverse = neighborInverse(rowsOf(x), y);

  test('at a point it is the point, in 3-D as well', () => {
    inverse(y).data.forEach((value, i) => expect(value).toBeCloseTo(x.data[i], 6));
    const y3 = matrix(300, 3, random(5).fillNormal(new Float32Array(900)));
    const x3 = matrix(300, 2, y3.data.subarray(0, 600));
    neighborInverse(rowsOf(x3), y3)(y3).data.forEach((value, i) => expect(value).toBeCloseTo(x3.data[i], 6));
  });

  test('is continuous along a way across the map and beyond it', () => {
    const steps = 20_000;
    const way = matrix(
      steps,
      2,
      Float32Array.from({ length: 2 * steps }, (_, i) => (i % 2 ? 0.3 : 1) * ((i >> 1) / steps - 0.5) * 10),
    );
    const back = inverse(way);
    // coarse steps move as far as many fine ones together: no jump hides in any of them
    let largest = 0;
    for (let i = 3; i < back.data.length; i++) largest = Math.max(largest, Math.abs(back.data[i] - back.data[i - 3]));
    expect(largest).toBeLessThan(0.1);
  });

  test('stays inside what the neighbours hold, and is exact where they agree', () => {
    const constant = matrix(500, 1, new Float32Array(500).fill(0.75));
    expect([...neighborInverse(rowsOf(constant), y)(matrixOf([[0.1, 0.2], [50, -80]])).data]).toEqual([0.75, 0.75]); // prettier-ignore
  });

  test('points in one place give their mean; a few points, and one, give what there is', () => {
    const places = matrixOf([[1, 1], [1, 1], [1, 1], [5, 5]]); // prettier-ignore
    const values = matrixOf([[0], [3], [6], [100]]);
    const back = neighborInverse(rowsOf(values), places);
    expect(back(matrixOf([[1, 1]])).data[0]).toBeCloseTo(3, 6);
    expect(back(matrixOf([[5, 5]])).data[0]).toBeCloseTo(100, 6);
    const two = neighborInverse(rowsOf(matrixOf([[2], [4]])), matrixOf([[0, 0], [1, 0]])); // prettier-ignore
    expect([...two(matrixOf([[0, 0], [1, 0], [0.5, 0]])).data]).toEqual([2, 4, 3]); // prettier-ignore
    expect([...neighborInverse(rowsOf(matrixOf([[7]])), matrixOf([[0, 0]]))(matrixOf([[9, 9]])).data]).toEqual([7]);
  });

  test('refuses places of another dimension', () => {
    expect(() => inverse(matrix(1, 3))).toThrow('places on this map have 2 coordinates, got 3');
  });
});
