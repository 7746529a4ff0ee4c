import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finish, matrix, random, row, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { shepard } from '../measures/shepard.ts';
import { graphDistanceSteps } from './graph-distances.ts';
import { mds } from './mds.ts';
import { poincare } from './poincare.ts';
import { hyperbolicDistance, mobiusAdd, towards } from './poincare-disc.ts';

const point = fc.tuple(fc.double({ min: 0, max: 0.95, noNaN: true }), fc.double({ min: 0, max: 6.28, noNaN: true }));
const at = ([r, angle]: [number, number]): Float64Array => Float64Array.of(r * Math.cos(angle), r * Math.sin(angle));

describe('the disc', () => {
  test('the distance from the centre is 2 artanh r; moving the disc keeps distances', () => {
    fc.assert(
      fc.property(point, point, point, (p, q, r) => {
        const [a, b, by] = [at(p), at(q), at(r)];
        expect(hyperbolicDistance(a, new Float64Array(2))).toBeCloseTo(2 * Math.atanh(p[0]), 6);
        const before = hyperbolicDistance(a, b);
        expect(hyperbolicDistance(b, a)).toBeCloseTo(before, 9);
        mobiusAdd(by, a, a);
        mobiusAdd(by, b, b);
        expect(hyperbolicDistance(a, b)).toBeCloseTo(before, 4);
      }),
    );
  });
  test('a step along a line shortens the way by its length, or lengthens it', () => {
    fc.assert(
      fc.property(point, point, fc.double({ min: -1, max: 1, noNaN: true }), (p, q, step) => {
        const [a, b] = [at(p), at(q)];
        const before = hyperbolicDistance(a, b);
        fc.pre(before > 1.1);
        const out = new Float64Array(2);
        towards(a, b, step, out);
        expect(hyperbolicDistance(out, b)).toBeCloseTo(before - step, 4);
        expect(hyperbolicDistance(out, a)).toBeCloseTo(Math.abs(step), 4);
      }),
    );
  });
});

test('ways through the graph are those of Floyd and Warshall, over a tree that joins far pieces', () => {
  const rng = random(3);
  const m = 40;
  const line = Array.from({ length: m }, (_, i) => rng.uniform() + (i < 20 ? 0 : 100));
  const apart = Float64Array.from({ length: m * m }, (_, i) => Math.abs(line[Math.floor(i / m)] - line[i % m]));
  const ways = finish(graphDistanceSteps(apart, m, 2));
  // on a line, ways over nearest ones add up to the distance itself
  ways.forEach((way, i) => expect(way).toBeCloseTo(apart[i], 9));
  const square = [0, 0, 1, 0, 1, 1, 0, 1.1];
  const sides = Float64Array.from({ length: 16 }, (_, i) =>
    Math.hypot(square[2 * (i >> 2)] - square[2 * (i & 3)], square[2 * (i >> 2) + 1] - square[2 * (i & 3) + 1]),
  );
  expect(finish(graphDistanceSteps(sides, 4, 1))[3]).toBeCloseTo(3.005, 2);
});

/** Rows of a binary tree: each differs from its parent in a direction of its own. */
function tree(depth: number, seed: number): { x: Matrix; level: number[]; parent: number[] } {
  const n = 2 ** depth - 1;
  const rng = random(seed);
  const d = n;
  const x = matrix(n, d);
  const [level, parent] = [[0], [-1]];
  for (let i = 1; i < n; i++) {
    parent[i] = (i - 1) >> 1;
    level[i] = level[parent[i]] + 1;
    x.data.copyWithin(i * d, parent[i] * d, (parent[i] + 1) * d);
    x.data[i * d + i] = 1 + 0.01 * rng.normal();
  }
  return { x, level, parent };
}

describe('the Poincaré map', () => {
  const { x, level, parent } = tree(7, 1);

  test('puts the root of a tree in the middle and the levels outwards, all inside the disc', async () => {
    const { coordinates, figures } = await poincare.fit(x, { nNeighbors: 2, extent: 12 });
    const radius = level.map((_, i) => Math.hypot(...row(coordinates, i)));
    expect(Math.max(...radius)).toBeLessThan(1);
    expect(radius[0]).toBeLessThan(0.5);
    const mean = (of: number): number => {
      const some = radius.filter((_, i) => level[i] === of);
      return some.reduce((sum, value) => sum + value, 0) / some.length;
    };
    for (let one = 1; one < 7; one++) expect(mean(one)).toBeGreaterThan(mean(one - 1));
    expect(figures.curvature).toBe(-1);
    expect(figures.stress).toBeLessThan(0.25);
  });

  test('keeps a tree better than a plane can', async () => {
    const { coordinates } = await poincare.fit(x, { nNeighbors: 2, extent: 12 });
    const flat = await mds.fit(x, {});
    const n = x.rows;
    // parents among the nearest two on the map, by each map's own distance
    const kept = (distance: (i: number, j: number) => number): number =>
      parent.filter((of, i) => {
        if (of < 0) return false;
        const order = [...Array(n).keys()].filter((j) => j !== i).sort((a, b) => distance(i, a) - distance(i, b));
        return order.slice(0, 3).includes(of);
      }).length /
      (n - 1);
    const wide = (y: Matrix, i: number): Float64Array => Float64Array.from(row(y, i));
    const onDisc = kept((i, j) => hyperbolicDistance(wide(coordinates, i), wide(coordinates, j)));
    const onPlane = kept((i, j) =>
      Math.hypot(...wide(flat.coordinates, i).map((value, c) => value - wide(flat.coordinates, j)[c])),
    );
    expect(onDisc).toBeGreaterThan(0.7);
    expect(onDisc).toBeGreaterThan(onPlane + 0.2);
  });

  test('the row that is named is the centre; what is left out of the landmarks is near its kin', async () => {
    const { coordinates } = await poincare.fit(x, { root: 5, nNeighbors: 3 });
    expect([...row(coordinates, 5)]).toEqual([0, 0]);
    const n = 400;
    const blobs = matrix(n, 6, random(2).fillNormal(new Float32Array(n * 6)));
    for (let i = 0; i < n; i++) blobs.data[i * 6 + (i % 4)] += 12;
    const made = await poincare.fit(blobs, { nLandmarks: 120 });
    expect(made.warnings).toContain('280 of 400 points were placed by their distances to 120 landmarks');
    expect(shepard(blobs, made.coordinates)).toBeGreaterThan(0.4);
    const centres = [0, 1, 2, 3].map((kind) =>
      takeRows(
        made.coordinates,
        Uint32Array.from({ length: 100 }, (_, i) => 4 * i + kind),
      ),
    );
    const mean = (y: Matrix, c: number): number =>
      y.data.reduce((sum, value, i) => sum + (i % 2 === c ? value : 0), 0) / y.rows;
    let right = 0;
    for (let i = 0; i < n; i++) {
      const far = centres.map((y) =>
        Math.hypot(made.coordinates.data[2 * i] - mean(y, 0), made.coordinates.data[2 * i + 1] - mean(y, 1)),
      );
      if (far.indexOf(Math.min(...far)) === i % 4) right++;
    }
    expect(right / n).toBeGreaterThan(0.95);
  });
});
