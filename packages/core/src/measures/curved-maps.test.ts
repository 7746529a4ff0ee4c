/** Maps of curved spaces are measured by the distance of the space, and a disc by that of the disc. */
import { describe, expect, test } from 'vitest';
import { matrix, random, row } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { mds, pacmap, poincare, umap } from '../maps/index.ts';
import { euclidean, hyperbolic, sphere } from '../spaces/index.ts';
import type { Geometry } from '../spaces/index.ts';
import { measureMap, neighborKeep } from './index.ts';

/** n points in the ball, many of them near its rim, or on the sphere. */
function points(n: number, d: number, { name }: Geometry): Matrix {
  const rng = random(n);
  const x = matrix(n, d);
  for (let i = 0; i < n; i++) {
    const direction = Array.from({ length: d }, () => rng.normal());
    const length = Math.hypot(...direction);
    const size = name === 'sphere' ? 1 : Math.tanh(0.4 + 2.5 * rng.uniform());
    for (let c = 0; c < d; c++) x.data[i * d + c] = (size * direction[c]) / length;
  }
  return x;
}

/** Each row's others, nearest first. */
function orders(x: Matrix, { distance }: Geometry): number[][] {
  return Array.from({ length: x.rows }, (_, i) => {
    const far = Array.from({ length: x.rows }, (_, j) => distance(row(x, i), row(x, j)));
    return [...far.keys()].filter((j) => j !== i).sort((a, b) => far[a] - far[b]);
  });
}

/** Venna and Kaski's trustworthiness and the recall of neighbours, by their definitions. */
function bruteForce(x: Matrix, inData: Geometry, y: Matrix, onMap: Geometry, k: number) {
  const [near, drawn] = [orders(x, inData), orders(y, onMap)];
  let [lost, both] = [0, 0];
  near.forEach((order, i) => {
    for (const j of drawn[i].slice(0, k)) {
      const rank = order.indexOf(j) + 1;
      if (rank > k) lost += rank - k;
      else both++;
    }
  });
  const n = x.rows;
  return { trustworthiness: 1 - (2 * lost) / (n * k * (2 * n - 3 * k - 1)), neighborRecall: both / (n * k) };
}

const ball = hyperbolic();

describe('measureMap', () => {
  test.each([
    ['hyperbolic', ball],
    ['cosine', sphere],
  ] as const)('by %s distances is what the geometry says', async (distance, geometry) => {
    const x = points(90, 3, geometry);
    const y = matrix(90, 2, x.data.filter((_, at) => at % 3 < 2)); // prettier-ignore
    const expected = bruteForce(x, geometry, y, euclidean, 7);
    const quality = await measureMap(x, y, { nNeighbors: 7, distance });
    expect(quality.trustworthiness).toBeCloseTo(expected.trustworthiness, 6);
    expect(quality.neighborRecall).toBeCloseTo(expected.neighborRecall, 6);
    expect(quality.distance).toBe(distance);
    const flat = await measureMap(x, y, { nNeighbors: 7 });
    // on a sphere chords are in the order of angles
    if (distance === 'cosine') expect(flat.trustworthiness).toBeCloseTo(quality.trustworthiness, 6);
    else expect(Math.abs(flat.trustworthiness - quality.trustworthiness)).toBeGreaterThan(0.01);
  });

  test('of a disc is by the distance of the disc', async () => {
    const x = points(80, 2, ball);
    const y = points(81, 2, ball);
    const map = matrix(80, 2, y.data.slice(0, 160));
    const expected = bruteForce(x, ball, map, ball, 6);
    const how = { distance: 'hyperbolic', mapDistance: 'hyperbolic' } as const;
    const quality = await measureMap(x, map, { nNeighbors: 6, ...how });
    expect(quality.trustworthiness).toBeCloseTo(expected.trustworthiness, 6);
    const kept = await neighborKeep(x, map, { nNeighbors: 6, ...how });
    expect(kept.reduce((sum, share) => sum + share, 0) / 80).toBeCloseTo(expected.neighborRecall, 6);
    // the space itself, drawn as it is, keeps everything
    const self = await measureMap(x, x, how);
    expect(self).toMatchObject({ trustworthiness: 1, continuity: 1, neighborRecall: 1, mapDistance: 'hyperbolic' });
    expect(self.shepard).toBeCloseTo(1, 9);
    expect((await measureMap(x, x, { distance: 'hyperbolic' })).neighborRecall).toBeLessThan(0.95);
  });
});

describe('maps by the distance of a space', () => {
  test('MDS keeps hyperbolic distances and angles, as the geometry gives them', async () => {
    for (const [distance, geometry] of [
      ['hyperbolic', ball],
      ['cosine', sphere],
    ] as const) {
      const x = points(60, 3, geometry);
      const { coordinates, figures } = await mds.fit(x, { distance, nIter: 60 });
      let [missed, all] = [0, 0];
      for (let i = 0; i < 60; i++) {
        for (let j = 0; j < i; j++) {
          const wanted = geometry.distance(row(x, i), row(x, j));
          missed += (wanted - euclidean.distance(row(coordinates, i), row(coordinates, j))) ** 2;
          all += wanted ** 2;
        }
      }
      expect(figures.stress).toBeCloseTo(Math.sqrt(missed / all), 2);
    }
  });

  test('a hyperbolic space comes out better by its own distance than as if it were flat', async () => {
    const x = points(300, 3, ball);
    for (const method of [umap, pacmap]) {
      const scores = await Promise.all(
        (['hyperbolic', 'euclidean'] as const).map(async (distance) => {
          const { coordinates } = await method.fit(x, { distance, seed: 1 });
          return (await measureMap(x, coordinates, { distance: 'hyperbolic' })).trustworthiness;
        }),
      );
      expect(scores[0], method.name).toBeGreaterThan(scores[1]);
    }
  });

  test('a disc of a hyperbolic plane keeps it', async () => {
    const x = points(200, 2, ball);
    const { coordinates, geometry } = await poincare.fit(x, { distance: 'hyperbolic', nNeighbors: 60 });
    expect(geometry).toBe('hyperbolic');
    const quality = await measureMap(x, coordinates, { distance: 'hyperbolic', mapDistance: 'hyperbolic' });
    expect(quality.trustworthiness).toBeGreaterThan(0.95);
  });

  test('rows outside the ball are named', async () => {
    const x = points(30, 3, ball);
    x.data[21] = 3;
    await expect(mds.fit(x, { distance: 'hyperbolic' })).rejects.toThrow('row 7 has length 3');
    await expect(pacmap.fit(x, { distance: 'hyperbolic' })).rejects.toThrow('row 7 has length 3');
  });
});
