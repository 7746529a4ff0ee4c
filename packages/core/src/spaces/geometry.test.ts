/** Curved spaces: what holds of every geometry, closed forms, rims and antipodes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matrixOf, random } from '../base/index.ts';
import { rowsOf } from '../data/index.ts';
import { neighborIndex } from '../neighbors/index.ts';
import { BALL_RADIUS, euclidean, geometryOf, geometrySpec, hyperbolic, sphere } from './geometry.ts';
import type { Geometry } from './geometry.ts';

const GEOMETRIES: [string, Geometry][] = [
  ['euclidean', euclidean],
  ['sphere', sphere],
  ['hyperbolic', hyperbolic()],
  ['hyperbolic of curvature −4', hyperbolic(4)],
];

/** A point of a geometry in three dimensions: by its direction and, in the ball, by how far out it lies. */
const pointOf = (geometry: Geometry): fc.Arbitrary<Float32Array> =>
  fc.tuple(fc.integer({ min: 0, max: 1e6 }), fc.double({ min: 0, max: 1, noNaN: true })).map(([seed, share]) => {
    const direction = sphere.project(random(seed).fillNormal(new Float32Array(3)));
    if (geometry.name === 'sphere') return direction;
    // even in distance from the centre, up to 5
    const radius = geometry.name === 'euclidean' ? 5 * share : Math.tanh(2.5 * share);
    return direction.map((x) => radius * x);
  });

describe.each(GEOMETRIES)('%s', (_, geometry) => {
  const point = pointOf(geometry);
  // the last bit of a tangent of length 10 is about 1e-3 in this metric
  const near = (a: number, b: number, tolerance = 2e-3): void => expect(Math.abs(a - b)).toBeLessThan(tolerance);

  it('comes back from a tangent: exp of log is the identity', () => {
    fc.assert(
      fc.property(point, point, (a, b) => {
        near(geometry.distance(geometry.exp(a, geometry.log(a, b)), b), 0);
      }),
    );
  });

  it('has a metric: symmetric, 0 only of a point to itself, no way round is shorter', () => {
    fc.assert(
      fc.property(point, point, point, (a, b, c) => {
        const ab = geometry.distance(a, b);
        expect(ab).toBeCloseTo(geometry.distance(b, a), 12);
        expect(ab).toBeLessThanOrEqual(geometry.distance(a, c) + geometry.distance(c, b) + 1e-9);
        expect(geometry.distance(a, a)).toBe(0);
        expect(ab > 0).toBe(a.some((x, i) => x !== b[i]));
      }),
    );
  });

  it('walks at an even pace: at the share t the distances are t and 1 − t of the whole', () => {
    fc.assert(
      fc.property(point, point, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, t) => {
        const whole = geometry.distance(a, b);
        const there = geometry.between(a, b, t);
        near(geometry.distance(a, there), t * whole);
        near(geometry.distance(there, b), (1 - t) * whole);
      }),
    );
  });

  it('projects its own points to themselves, and anything to a point of its own', () => {
    fc.assert(
      fc.property(point, (a) => {
        geometry.project(a).forEach((x, i) => near(x, a[i], 1e-6));
        const out = geometry.project(a.map((x) => 30 * x + 1));
        geometry.project(out).forEach((x, i) => near(x, out[i], 1e-6));
        expect(geometry.distance(out, a)).toBeLessThan(Infinity);
      }),
    );
  });

  it('changes nothing it is given', () => {
    const [a, b] = [Float32Array.of(0.3, 0.4, 5), Float32Array.of(3, 0, -1)];
    const [keptA, keptB] = [a.slice(), b.slice()];
    geometry.distance(a, b);
    geometry.exp(a, b);
    geometry.log(a, b);
    geometry.between(a, b, 0.5);
    geometry.project(a);
    expect([a, b]).toEqual([keptA, keptB]);
  });

  it('ranks as the distance by which neighbours are searched', () => {
    const points = fc.sample(point, { numRuns: 60, seed: 5 });
    const x = matrixOf(points.map((p) => [...p]));
    const { indices } = neighborIndex(rowsOf(x), { distance: geometry.neighborDistance }).query(points[0], 60);
    const distances = Array.from(indices, (i) => geometry.distance(points[0], points[i]));
    distances.forEach((d, i) => expect(i === 0 || d >= distances[i - 1] - 1e-7).toBe(true));
  });

  it('is found again by its spec', () => {
    const again = geometryOf(JSON.parse(JSON.stringify(geometrySpec(geometry))));
    expect(again.distance([0.1, 0.2], [0.6, -0.2])).toBe(geometry.distance([0.1, 0.2], [0.6, -0.2]));
  });
});

describe('the sphere', () => {
  it('measures angles, whatever the lengths', () => {
    expect(sphere.distance([2, 0, 0], [0, 0.1, 0])).toBeCloseTo(Math.PI / 2, 12);
    expect(sphere.distance([1, 0], [1, 1e-9])).toBeCloseTo(1e-9, 15);
    expect(sphere.distance([1, 0], [-1, 1e-9])).toBeCloseTo(Math.PI - 1e-9, 12);
  });

  it('has a way between opposite points, through a point as far from one as from the other', () => {
    for (const a of [Float32Array.of(0, 1), Float32Array.of(0.6, 0, -0.8), new Float32Array(9).fill(1 / 3)]) {
      const b = a.map((x) => -x);
      const middle = sphere.between(a, b, 0.5);
      expect(sphere.distance(a, middle)).toBeCloseTo(Math.PI / 2, 5);
      expect(sphere.distance(b, middle)).toBeCloseTo(Math.PI / 2, 5);
      expect(sphere.distance(sphere.exp(a, sphere.log(a, b)), b)).toBeLessThan(1e-6);
    }
  });

  it('goes round: a tangent of length 2π leads home', () => {
    const home = sphere.exp([0, 1, 0], [2 * Math.PI, 7, 0]);
    expect(sphere.distance(home, [0, 1, 0])).toBeLessThan(1e-6);
  });

  it('puts what has no direction at the first axis', () => {
    expect([...sphere.project([0, 0, 0])]).toEqual([1, 0, 0]);
    expect([...sphere.project([Infinity, 0])]).toEqual([1, 0]);
  });
});

describe('the Poincaré ball', () => {
  const ball = hyperbolic();

  it('agrees with closed forms along a radius', () => {
    // from the centre to r it is 2 artanh r; along a diameter, distances add
    expect(ball.distance([0, 0], [0.5, 0])).toBeCloseTo(Math.log(3), 12);
    expect(ball.distance([-0.5, 0], [0.5, 0])).toBeCloseTo(2 * Math.log(3), 12);
    expect(hyperbolic(4).distance([0, 0], [0.5, 0])).toBeCloseTo(Math.log(3) / 2, 12);
    expect(ball.exp([0, 0], [1, 0])[0]).toBeCloseTo(Math.tanh(1), 6);
    expect(ball.between([0, 0], [0.8, 0], 0.5)[0]).toBeCloseTo(0.5, 6);
  });

  it('bends the way between points at the rim towards the centre', () => {
    const middle = ball.between([0.999, 0], [0, 0.999], 0.5);
    expect(middle[0]).toBeCloseTo(middle[1], 6);
    // the circle orthogonal to the rim in 1 and i passes at √2 − 1 from the centre
    expect(Math.hypot(...middle)).toBeCloseTo(Math.SQRT2 - 1, 2);
  });

  it('stays finite at the rim and beyond it', () => {
    const out = [2, 0];
    expect(ball.project(out)[0]).toBeCloseTo(BALL_RADIUS, 6);
    expect(ball.distance(out, [-3, 0])).toBeCloseTo(4 * Math.atanh(BALL_RADIUS), 3);
    expect([...ball.exp([0.99, 0], [1e6, 0])].every(Number.isFinite)).toBe(true);
    expect([...ball.log([1, 0], [-1, 0])].every(Number.isFinite)).toBe(true);
    expect(Math.hypot(...ball.between([1, 0], [-1, 0], 0.5))).toBeLessThan(1e-6);
    expect(Math.hypot(...ball.exp([0, 0.5], [0, 50]))).toBeLessThan(1);
  });

  it('keeps small distances', () => {
    expect(ball.distance([0.9, 0], [0.9, 1e-9])).toBeCloseTo((2 * 1e-9) / (1 - 0.81), 16);
  });
});

it('says which geometries there are', () => {
  expect(() => geometryOf({ name: 'torus' as 'sphere' })).toThrow(/no geometry torus; there are euclidean, sphere/);
  expect(() => geometryOf({ name: 'hyperbolic', c: -1 })).toThrow(/needs a positive c, got -1/);
});
