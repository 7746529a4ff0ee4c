import { expect, test } from 'vitest';
import { edgeNeighbors, edgePairs, MAX_EDGES } from './edge-pairs.ts';

test('every pair once, whoever named it', () => {
  const indices = Uint32Array.of(1, 2, 0, 2, 1, 3, 2, 0);
  const pairs = edgePairs({ indices, nNeighbors: 2 });
  const named = Array.from({ length: pairs.length / 2 }, (_, e) => `${pairs[2 * e]}-${pairs[2 * e + 1]}`);
  expect(named.toSorted()).toEqual(['0-1', '0-2', '0-3', '1-2', '2-3']);
  expect(edgePairs({ indices: new Uint32Array(), nNeighbors: 1 })).toHaveLength(0);
});

test('as many neighbours as can be drawn', () => {
  expect([1, 2, 4, 10_000].map(edgeNeighbors)).toEqual([0, 1, 3, 5]);
  for (const n of [400_000, 1_000_000, 2_000_000]) {
    expect(edgeNeighbors(n)).toBeGreaterThan(0);
    if (edgeNeighbors(n) > 1) expect(n * edgeNeighbors(n)).toBeLessThanOrEqual(MAX_EDGES);
  }
});
