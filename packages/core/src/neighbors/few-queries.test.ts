import { expect, test } from 'vitest';
import { matrix, random, takeRows } from '../base/index.ts';
import { FEW_QUERIES } from './few-queries.ts';
import { distanceNames, findNeighbors } from './index.ts';

test.each(distanceNames)('%s: a point finds the same neighbours alone as among many, bit by bit', async (distance) => {
  for (const [n, d] of [
    [300, 1],
    [500, 7],
    [900, 66],
  ]) {
    const rng = random(n + d);
    const data = rng.fillNormal(new Float32Array((n + 40) * d), distance === 'hyperbolic' ? 0.4 / Math.sqrt(d) : 1);
    // no longer than the ball allows, and a row of zeros
    if (distance === 'hyperbolic') data.forEach((value, i) => (data[i] = Math.max(-0.9, Math.min(0.9, value)) / 2));
    data.fill(0, 3 * d, 4 * d);
    const all = matrix(n + 40, d, data);
    const x = takeRows(
      all,
      Uint32Array.from({ length: n }, (_, i) => i),
    );
    const queries = takeRows(
      all,
      Uint32Array.from({ length: 40 }, (_, i) => n + i - 5),
    );
    const many = await findNeighbors(x, 9, { queries, distance });
    for (const [from, to] of [
      [0, 1],
      [7, 7 + FEW_QUERIES],
    ]) {
      const some = takeRows(
        queries,
        Uint32Array.from({ length: to - from }, (_, i) => from + i),
      );
      const few = await findNeighbors(x, 9, { queries: some, distance, recall: 0.9 });
      expect(few.indices).toEqual(many.indices.slice(from * 9, to * 9));
      expect(few.distances).toEqual(many.distances.slice(from * 9, to * 9));
      expect(few.recall).toBe(1);
    }
  }
});

test('few questions refuse what many refuse', async () => {
  const x = matrix(20, 2, random(1).fillNormal(new Float32Array(40)));
  const queries = matrix(1, 2);
  await expect(findNeighbors(x, 21, { queries })).rejects.toThrow('expected a whole number from 1 to 20');
  await expect(findNeighbors(x, 3, { queries: matrix(1, 3) })).rejects.toThrow('3 columns, expected 2');
  await expect(findNeighbors(x, 3, { queries: matrix(1, 2, Float32Array.of(0, NaN)) })).rejects.toThrow(/NaN/);
  await expect(findNeighbors(x, 3, { queries, distance: 'hyperbolic' })).rejects.toThrow(/less than 1/);
  for (const bad of [NaN, Infinity]) {
    const broken = matrix(20, 2, x.data.slice());
    broken.data[33] = bad;
    for (const distance of distanceNames.filter((name) => name !== 'hyperbolic')) {
      await expect(findNeighbors(broken, 3, { queries, distance })).rejects.toThrow('row 16, column 1');
    }
  }
});
