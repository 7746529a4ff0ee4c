import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { random } from '../base/index.ts';
import { connectedComponents, laplacianEigenvectors, matrix64, subgraph, symmetricEigen } from './index.ts';
import type { SparseGraph } from './index.ts';

/** A graph from edges, each given once. */
function graphOf(n: number, edges: readonly (readonly [number, number, number?])[]): SparseGraph {
  const lists: [number, number][][] = Array.from({ length: n }, () => []);
  for (const [i, j, weight = 1] of edges) {
    lists[i].push([j, weight]);
    if (i !== j) lists[j].push([i, weight]);
  }
  const offsets = new Uint32Array(n + 1);
  lists.forEach((list, i) => (offsets[i + 1] = offsets[i] + list.length));
  return {
    n,
    offsets,
    targets: Uint32Array.from(lists.flat(), ([j]) => j),
    weights: Float32Array.from(lists.flat(), ([, weight]) => weight),
  };
}

const path = (n: number, from = 0): [number, number][] =>
  Array.from({ length: n - 1 }, (_, i) => [from + i, from + i + 1]);

const grid = (rows: number, cols: number): SparseGraph => {
  const edges: [number, number][] = [];
  for (let i = 0; i < rows * cols; i++) {
    if (i % cols < cols - 1) edges.push([i, i + 1]);
    if (i + cols < rows * cols) edges.push([i, i + cols]);
  }
  return graphOf(rows * cols, edges);
};

/** A random tree and some more edges: connected, with uneven weights. */
function tangle(n: number, more: number, seed: number): SparseGraph {
  const rng = random(seed);
  const seen = new Set<string>();
  const edges: [number, number, number][] = [];
  const tie = (i: number, j: number): void => {
    const key = `${Math.min(i, j)} ${Math.max(i, j)}`;
    if (seen.has(key)) return;
    seen.add(key);
    edges.push([i, j, 0.05 + rng.uniform()]);
  };
  for (let i = 1; i < n; i++) tie(i, rng.below(i));
  for (let e = 0; e < more; e++) tie(rng.below(n), rng.below(n));
  return graphOf(n, edges);
}

/** The normalised Laplacian as a textbook has it. */
function denseLaplacian({ n, offsets, targets, weights }: SparseGraph) {
  const degree = Array.from({ length: n }, (_, i) =>
    Array.from(weights.slice(offsets[i], offsets[i + 1])).reduce((a, b) => a + b, 0),
  );
  const out = matrix64(n, n);
  for (let i = 0; i < n; i++) {
    out.data[i * n + i] += 1;
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      out.data[i * n + targets[e]] -= weights[e] / Math.sqrt(degree[i] * degree[targets[e]]);
    }
  }
  return out;
}

const column = ({ data, rows, cols }: { data: Float32Array; rows: number; cols: number }, c: number): number[] =>
  Array.from({ length: rows }, (_, i) => data[i * cols + c]);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);

describe('the smallest eigenvectors of the Laplacian', () => {
  test('are those of the dense matrix, on graphs solved at once and over several levels', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 260 }), fc.integer({ min: 1, max: 5 }), fc.nat(), (n, k, seed) => {
        const graph = tangle(n, n, seed);
        const { values: all } = symmetricEigen(denseLaplacian(graph));
        const expected = [...all].reverse().slice(1, k + 1);
        const { values, vectors, residuals } = laplacianEigenvectors(graph, k, {
          tolerance: 1e-9,
          maxProducts: 800,
          seed,
        });
        for (let c = 0; c < k; c++) {
          expect(Math.abs(values[c] - expected[c])).toBeLessThan(1e-5);
          expect(residuals[c]).toBeLessThan(0.02);
          for (let other = 0; other <= c; other++) {
            expect(dot(column(vectors, c), column(vectors, other))).toBeCloseTo(c === other ? 1 : 0, 4);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  test('of a ring are its waves: λ = 1 − cos 2πk/n, each twice', () => {
    const n = 900;
    const ring = graphOf(n, [...path(n), [n - 1, 0]]);
    const { values } = laplacianEigenvectors(ring, 2, { tolerance: 1e-6, maxProducts: 800 });
    for (const value of values) expect(value / (1 - Math.cos((2 * Math.PI) / n))).toBeCloseTo(1, 2);
  });

  test('of a long grid run along it, and are within a hundredth of their values after the default cycles', () => {
    const [rows, cols] = [40, 400];
    const { values, vectors, converged } = laplacianEigenvectors(grid(rows, cols), 2);
    expect(converged).toBe(true);
    const along = Array.from({ length: rows * cols }, (_, i) => Math.cos((Math.PI * ((i % cols) + 0.5)) / cols));
    const size = Math.sqrt(dot(along, along));
    expect(Math.abs(dot(column(vectors, 0), along)) / size).toBeGreaterThan(0.99);
    expect(values[0]).toBeLessThan(values[1]);
  });

  test('tell pieces apart: a zero for each beyond the first, constant on each but for the degrees', () => {
    const graph = graphOf(1200, [...path(500), ...path(400, 500), ...path(300, 900)]);
    const { count, sizes, labels } = connectedComponents(graph);
    expect([count, [...sizes], labels[0], labels[500], labels[1199]]).toEqual([3, [500, 400, 300], 0, 1, 2]);
    const { values, vectors } = laplacianEigenvectors(graph, 3, { tolerance: 1e-8, maxProducts: 800 });
    expect(values[0]).toBeLessThan(1e-9);
    expect(values[1]).toBeLessThan(1e-9);
    expect(values[2]).toBeGreaterThan(1e-6);
    for (const piece of [0, 1, 2]) {
      const inside = column(vectors, 0).filter((_, i) => labels[i] === piece && i % 50 === 25);
      for (const value of inside) expect(value).toBeCloseTo(inside[0], 6);
    }
    const middle = subgraph(
      graph,
      Uint32Array.from(labels.keys()).filter((i) => labels[i] === 1),
    );
    expect(middle.n).toBe(400);
    expect(connectedComponents(middle).count).toBe(1);
    expect(laplacianEigenvectors(middle, 1, { tolerance: 1e-6 }).values[0]).toBeGreaterThan(1e-6);
  });

  test('vertices without edges stay at 0; a star, many pieces and equal values do no harm', () => {
    const lonely = laplacianEigenvectors(graphOf(300, path(200)), 2);
    expect(lonely.vectors.data.every(Number.isFinite)).toBe(true);
    expect(
      column(lonely.vectors, 0)
        .slice(200)
        .every((value) => value === 0),
    ).toBe(true);
    const star = laplacianEigenvectors(
      graphOf(
        2000,
        Array.from({ length: 1999 }, (_, i) => [0, i + 1]),
      ),
      2,
    );
    for (const value of star.values) expect(value).toBeCloseTo(1, 5);
    const pairs = laplacianEigenvectors(
      graphOf(
        2400,
        Array.from({ length: 1200 }, (_, i) => [2 * i, 2 * i + 1]),
      ),
      2,
    );
    for (const value of pairs.values) expect(value).toBeCloseTo(0, 6);
    const empty = laplacianEigenvectors(graphOf(5, []), 2);
    expect([...empty.vectors.data]).toEqual(Array.from({ length: 10 }, () => 0));
  });

  test('are the same for the same seed', () => {
    const graph = grid(20, 60);
    const first = laplacianEigenvectors(graph, 2, { seed: 7 });
    expect(laplacianEigenvectors(graph, 2, { seed: 7 })).toEqual(first);
    const other = laplacianEigenvectors(graph, 2, { seed: 8 });
    expect(Math.abs(dot(column(other.vectors, 0), column(first.vectors, 0)))).toBeGreaterThan(0.99);
  });

  test('damaged graphs and too many vectors are refused', () => {
    const graph = graphOf(4, path(4));
    expect(() => laplacianEigenvectors(graph, 3)).toThrow('a graph of 4 vertices: got 3, expected 1 … 2');
    expect(() => laplacianEigenvectors({ ...graph, n: 5 }, 1)).toThrow('expected 6 offsets');
    expect(() => laplacianEigenvectors({ ...graph, weights: graph.weights.map(() => NaN) }, 1)).toThrow(
      'vertex 0 leads to 1 with weight NaN',
    );
  });
});
