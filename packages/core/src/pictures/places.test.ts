import { describe, expect, it } from 'vitest';
import { random } from '../base/index.ts';
import { densestPoint, densestPoints } from './places.ts';

const rng = random(4);

const at = (coordinates: Float32Array, i: number): [number, number] => [coordinates[2 * i], coordinates[2 * i + 1]];

function cloud(n: number, x: number, y: number, spread: number): number[] {
  return Array.from({ length: n }, () => [x + spread * rng.normal(), y + spread * rng.normal()]).flat();
}

describe('the place of a category', () => {
  it('is a point of it, in the denser of two halves and not between them', () => {
    const own = [...cloud(300, -10, 0, 0.5), ...cloud(420, 10, 2, 0.5)];
    const others = cloud(500, 0, 1, 1);
    const coordinates = Float32Array.from([...own, ...others]);
    const codes = Int32Array.from({ length: coordinates.length / 2 }, (_, i) => (i < own.length / 2 ? 0 : 1));
    const [point, other] = densestPoints(coordinates, codes, 2);
    const [x, y] = at(coordinates, point);
    expect(Math.hypot(x - 10, y - 2)).toBeLessThan(0.5);
    expect([codes[point], codes[other]]).toEqual([0, 1]);
    expect(
      densestPoint(
        coordinates,
        Uint32Array.from(codes.keys()).filter((i) => codes[i] === 0),
      ),
    ).toBe(point);
  });

  it('finds a tight core in a wide cloud, outliers or not', () => {
    const coordinates = Float32Array.from([...cloud(2000, 0, 0, 5), ...cloud(600, 6, -5, 0.3), 4000, 4000, -3000, 10]);
    const [x, y] = at(coordinates, densestPoints(coordinates, new Int32Array(coordinates.length / 2), 1)[0]);
    expect(Math.hypot(x - 6, y + 5)).toBeLessThan(0.6);
  });

  it('is among its own rather than where all meet', () => {
    // eight rays from a common middle, densest there
    const rays = Array.from({ length: 4000 }, (_, i) => {
      const angle = ((i % 8) * Math.PI) / 4 + 0.1 * rng.normal();
      const radius = 6 * Math.abs(rng.normal());
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    });
    const coordinates = Float32Array.from(rays.flat());
    const points = densestPoints(
      coordinates,
      Int32Array.from(rays, (_, i) => i % 8),
      8,
    );
    points.forEach((point, ray) => {
      const [x, y] = at(coordinates, point);
      expect(Math.hypot(x, y)).toBeGreaterThan(1.5);
      expect(point % 8).toBe(ray);
    });
  });

  it('lies on a ring, not in its empty middle', () => {
    const coordinates = Float32Array.from(
      { length: 2000 },
      (_, k) => (k % 2 ? Math.sin : Math.cos)((k >> 1) * 0.37) * 5,
    );
    const [x, y] = at(coordinates, densestPoints(coordinates, new Int32Array(1000), 1)[0]);
    expect(Math.hypot(x, y)).toBeCloseTo(5, 4);
  });

  it('is the point itself for one, NaN for none, and passes over what has no place', () => {
    const coordinates = Float32Array.of(3, 4, NaN, 1, 7, 8, 7, 8);
    expect([...densestPoints(coordinates, [0, 1, 3, 3], 4)]).toEqual([0, -1, -1, 2]);
    expect([...densestPoints(coordinates, [-1, 0, 9, -1], 1)]).toEqual([-1]);
    expect(densestPoint(coordinates, [1])).toBe(-1);
    expect(() => densestPoints(coordinates, [0], 1)).toThrow(/1 codes for 4 points/);
  });

  it('in space is dense in all three directions, not only as it is seen from the front', () => {
    // behind (0, 0) a long thread that is dense from the front alone; at (5, 5, 5) a ball
    const thread = Array.from({ length: 900 }, (_, i) => [
      0.05 * rng.normal(),
      0.05 * rng.normal(),
      i / 30 - 15,
    ]).flat();
    const ball = Array.from({ length: 600 }, () => [5, 5, 5].map((v) => v + 0.3 * rng.normal())).flat();
    const coordinates = Float32Array.from([...thread, ...ball, NaN, 0, 0]);
    const all = Uint32Array.from({ length: 1501 }, (_, i) => i);
    const point = densestPoint(coordinates, all, 3);
    const place = coordinates.subarray(3 * point, 3 * point + 3);
    expect(Math.hypot(...[...place].map((v) => v - 5))).toBeLessThan(0.5);
    const flat = Float32Array.from({ length: 3002 }, (_, k) => coordinates[3 * (k >> 1) + (k & 1)]);
    expect(densestPoint(flat, all)).toBeLessThan(900);
  });
});
