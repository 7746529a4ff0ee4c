import { expect, test } from 'vitest';
import { matrix, matrixOf, random } from '../base/index.ts';
import { distanceRows, nearestNeighbors, neighborsFromDistances, neighborsFromLists } from './index.ts';

test('neighbours from all distances, or from lists that hold them, are those of the rows', () => {
  const [n, k] = [40, 6];
  const x = matrix(n, 3, random(2).fillNormal(new Float32Array(n * 3)));
  const rows = distanceRows(x);
  const squared = new Float64Array(64 * n);
  rows.fill(0, n, squared);
  const table = matrix(n, n, Float32Array.from(squared.subarray(0, n * n), Math.sqrt));
  const expected = nearestNeighbors(x, k);
  const found = neighborsFromDistances(table, k);
  expect(found.indices).toEqual(expected.indices);
  found.distances.forEach((value, e) => expect(value).toBeCloseTo(expected.distances[e], 6));
  const lists = {
    starts: Array.from({ length: n + 1 }, (_, i) => i * n),
    indices: Array.from({ length: n * n }, (_, e) => e % n),
    distances: table.data,
  };
  expect(neighborsFromLists(lists, k)).toEqual(found);
});

test('bad tables and lists are named', () => {
  const two = matrixOf([
    [0, 1],
    [1, 0],
  ]);
  expect(() => neighborsFromDistances(matrixOf([[0, 1]]), 1)).toThrow(/got 1 × 2, expected as many columns/);
  expect(() => neighborsFromDistances(two, 2)).toThrow(/got k = 2, expected a whole number from 1 to 1/);
  const lists = { starts: [0, 1, 2, 2], indices: [1, 0], distances: [1, 1] };
  expect(() => neighborsFromLists(lists, 1)).toThrow(/row 2 has 0 others, expected at least k = 1/);
  expect(() => neighborsFromLists({ ...lists, indices: [3, 0] }, 1)).toThrow(/row 0 names row 3 of 3/);
  expect(() => neighborsFromLists({ ...lists, distances: [Number.NaN, 0] }, 1)).toThrow(/row 0 to row 1 is NaN/);
});
