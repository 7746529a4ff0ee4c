import { matrix } from '@portolan/core/base';
import { expect, test } from 'vitest';
import { falseNeighbors, reachOf, rhumbLines } from './rhumb.ts';

test('a neighbour that the map moved far away is torn, one within reach is kept', () => {
  // 100 points on a line; reach is 15 points
  const coordinates = matrix(100, 2);
  for (let i = 0; i < 100; i++) coordinates.data[2 * i] = i;
  expect(rhumbLines(0, [1, 15, 16, 99], coordinates)).toEqual({ kept: [1, 15], torn: [16, 99] });
  expect(rhumbLines(50, [43, 58, 59], coordinates)).toEqual({ kept: [43, 58], torn: [59] });
});

test('with few points every neighbour is near', () => {
  expect(rhumbLines(0, [1, 2], matrix(3, 2, Float32Array.of(0, 0, 5, 5, 9, 9))).torn).toEqual([]);
});

test('what only the map puts near is a false neighbour', () => {
  expect([...falseNeighbors([4, 7, 2, 9], Uint32Array.of(2, 3, 4, 5))]).toEqual([7, 9]);
  expect([...falseNeighbors([1, 2], [2, 1])]).toEqual([]);
});

test('a neighbourhood is one in a hundred, at least fifteen, at most all others', () => {
  expect([4, 100, 10_000].map(reachOf)).toEqual([3, 15, 100]);
});
