import { beforeAll, describe, expect, test } from 'vitest';
import { finish, matrix, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { createKernels, singleThread } from '../kernels/index.ts';
import { spawn } from '../kernels/threads.fixture.ts';
import { nearestNeighbors } from '../neighbors/index.ts';
import { pacmapLayout, pacmapWeights } from './pacmap-layout.ts';
import { pacmapPairs } from './pacmap-pairs.ts';
import type { Pairs } from './pacmap-pairs.ts';
import { pacmap } from './pacmap.ts';

const COUNTS = { nNeighbors: 4, nMidNear: 2, nFurther: 6 };
const table = (n: number, d: number, seed = 1): Matrix =>
  matrix(n, d, random(seed).fillNormal(new Float32Array(n * d)));

function pairsOf(x: Matrix, seed = 0): Pairs {
  return finish(pacmapPairs(x, nearestNeighbors(x, 12), COUNTS, 'euclidean', seed));
}

test('the weights of the three phases are those of the paper', () => {
  expect(pacmapWeights(0, 450)).toEqual([2, 1000, 1]);
  expect(pacmapWeights(50, 450)).toEqual([2, 501.5, 1]);
  expect(pacmapWeights(100, 450)).toEqual([3, 3, 1]);
  expect(pacmapWeights(449, 450)).toEqual([1, 0, 1]);
});

describe('pairs', () => {
  const x = table(61, 5);
  const { starts, partners } = pairsOf(x);

  test('are held from both ends, and never of a point with itself', () => {
    const count = [COUNTS.nNeighbors, COUNTS.nMidNear, COUNTS.nFurther].map((k) => 2 * k * x.rows);
    const held = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
    const seen = [0, 0, 0];
    for (let i = 0; i < x.rows; i++) {
      for (let kind = 0; kind < 3; kind++) {
        for (const j of partners.subarray(starts[3 * i + kind], starts[3 * i + kind + 1])) {
          expect(j).not.toBe(i);
          seen[kind]++;
          const key = `${Math.min(i, j)} ${Math.max(i, j)}`;
          held[kind].set(key, (held[kind].get(key) ?? 0) + (i < j ? 1 : -1));
        }
      }
    }
    expect(seen).toEqual(count);
    for (const ends of held) for (const difference of ends.values()) expect(difference).toBe(0);
  });

  test('are the same for the same seed, others for another', () => {
    expect(pairsOf(x)).toEqual({ starts, partners });
    expect(pairsOf(x, 1).partners).not.toEqual(partners);
  });
});

/** One iteration in plain double precision: the gradient of Σ w d / (c + d) and Σ w / (1 + d), and a step of Adam. */
function plainStep(
  y: Matrix,
  { starts, partners }: Pairs,
  iteration: number,
  nIter: number,
  rate: number,
): Float64Array {
  const weights = pacmapWeights(iteration, nIter);
  const out = Float64Array.from(y.data);
  for (let i = 0; i < y.rows; i++) {
    const gradient = new Float64Array(y.cols);
    for (let kind = 0; kind < 3; kind++) {
      for (const j of partners.subarray(starts[3 * i + kind], starts[3 * i + kind + 1])) {
        let d = 1;
        for (let c = 0; c < y.cols; c++) d += (y.data[i * y.cols + c] - y.data[j * y.cols + c]) ** 2;
        const slope = kind === 0 ? 10 / (10 + d) ** 2 : kind === 1 ? 10000 / (10000 + d) ** 2 : -1 / (1 + d) ** 2;
        for (let c = 0; c < y.cols; c++) {
          gradient[c] += weights[kind] * slope * 2 * (y.data[i * y.cols + c] - y.data[j * y.cols + c]);
        }
      }
    }
    gradient.forEach((g, c) => {
      const [m, v] = [0.1 * g, 0.001 * g * g];
      const corrected = (rate * Math.sqrt(1 - 0.999)) / (1 - 0.9);
      out[i * y.cols + c] -= (corrected * m) / (Math.sqrt(v) + 1e-7);
    });
  }
  return out;
}

describe('an iteration', () => {
  test.each([
    [31, 2],
    [64, 2],
    [97, 3],
  ])('of %i points in %i dimensions is that of plain arithmetic, on any number of threads', async (n, dims) => {
    const pairs = pairsOf(table(n, 6));
    const start = table(n, dims, 3);
    const expected = plainStep(start, pairs, 0, 90, 1);
    for (const kernels of [
      singleThread(),
      createKernels({ threads: 3, spawn }),
      createKernels({ reproducible: true }),
    ]) {
      const space = await kernels.open('pacmap');
      const layout = pacmapLayout(pairs, start, { nIter: 90, learningRate: 1 }, space);
      await layout.advance(undefined, 1);
      expect(layout.iteration).toBe(1);
      layout.coordinates().data.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
      space.close();
    }
  });
});

describe('a map', () => {
  // three heaps of a hundred in ten dimensions
  const x = table(300, 10);
  x.data.forEach((value, i) => (x.data[i] = value + 6 * (Math.floor(i / 10) % 3) * (i % 2)));
  let map: Matrix;
  beforeAll(async () => {
    map = (await pacmap.fit(x, {})).coordinates;
  });

  const purity = (y: Matrix): number => {
    const { indices } = nearestNeighbors(y, 5);
    return indices.reduce((sum, j, at) => sum + Number(Math.floor(at / 5) % 3 === j % 3), 0) / indices.length;
  };

  test('keeps heaps apart', () => expect(purity(map)).toBeGreaterThan(0.99));

  test('does not depend on the unit of the data', async () => {
    for (const unit of [2 ** 20, 2 ** -20]) {
      const scaled = matrix(
        x.rows,
        x.cols,
        x.data.map((value) => value * unit),
      );
      const { coordinates } = await pacmap.fit(scaled, {});
      coordinates.data.forEach((value, i) => expect(value).toBeCloseTo(map.data[i], 1));
    }
  });
});
