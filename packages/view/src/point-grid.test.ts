import { random } from '@portolan/core/base';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PointGrid } from './point-grid.ts';
import type { Direction } from './point-grid.ts';
import { insidePolygon } from './polygon.ts';
import type { Place } from './types.ts';

const value = fc.oneof(
  fc.float({ min: -10, max: 10, noNaN: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(NaN, Infinity, -Infinity, 1e30, -1e6),
);
const coordinates = fc
  .array(fc.tuple(value, value), { maxLength: 80 })
  .map((places) => Float32Array.from(places.flat()));
const query = fc.tuple(fc.double({ min: -15, max: 15, noNaN: true }), fc.double({ min: -15, max: 15, noNaN: true }));

function finite(points: Float32Array, i: number): boolean {
  return Number.isFinite(points[2 * i]) && Number.isFinite(points[2 * i + 1]);
}

function nearest(points: Float32Array, x: number, y: number, radius: number, visible: Uint8Array | null): number {
  let best = -1;
  let least = radius * radius;
  for (let i = 0; i < points.length / 2; i++) {
    const square = (points[2 * i] - x) ** 2 + (points[2 * i + 1] - y) ** 2;
    if (!finite(points, i) || (visible && !visible[i])) continue;
    if (square < least || (square === least && best < 0)) [best, least] = [i, square];
  }
  return best;
}

describe('PointGrid', () => {
  it('finds the nearest point as brute force does: any points, radius, filter', () => {
    fc.assert(
      fc.property(
        coordinates,
        query,
        fc.constantFrom(0, 0.5, 3, Infinity),
        fc.boolean(),
        fc.infiniteStream(fc.integer({ min: 0, max: 1 })),
        (points, [x, y], radius, filtered, bits) => {
          const visible = filtered
            ? Uint8Array.from({ length: points.length / 2 }, () => bits.next().value as 0 | 1)
            : null;
          expect(new PointGrid(points).nearest(x, y, radius, visible)).toBe(nearest(points, x, y, radius, visible));
        },
      ),
      { numRuns: 2000, seed: 7 },
    );
  });

  it('finds what lies in a box or a polygon, ascending', () => {
    const ring = fc.array(query, { maxLength: 7 });
    fc.assert(
      fc.property(coordinates, ring, query, query, (points, ring, a, b) => {
        const grid = new PointGrid(points);
        const all = Array.from({ length: points.length / 2 }, (_, i) => i).filter((i) => finite(points, i));
        const inside = all.filter(
          (i) => ring.length > 2 && insidePolygon(ring as Place[], points[2 * i], points[2 * i + 1]),
        );
        expect([...grid.inPolygon(ring as Place[])]).toEqual(inside);
        const extent = {
          xMin: Math.min(a[0], b[0]),
          xMax: Math.max(a[0], b[0]),
          yMin: Math.min(a[1], b[1]),
          yMax: Math.max(a[1], b[1]),
        };
        const boxed = all.filter(
          (i) =>
            points[2 * i] >= extent.xMin &&
            points[2 * i] <= extent.xMax &&
            points[2 * i + 1] >= extent.yMin &&
            points[2 * i + 1] <= extent.yMax,
        );
        expect([...grid.inExtent(extent)]).toEqual(boxed);
        expect(grid.countAround(extent)).toBeGreaterThanOrEqual(boxed.length);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  it('passes over points that are filtered out', () => {
    const points = Float32Array.of(0, 0, 1, 0, 2, 0);
    const grid = new PointGrid(points);
    const visible = Uint8Array.of(0, 1, 0);
    expect(grid.nearest(0, 0, Infinity, visible)).toBe(1);
    expect(grid.next(0, 0, 'right', -1, Uint8Array.of(1, 0, 1))).toBe(2);
    const ring: Place[] = [[-1, -1], [3, -1], [3, 1], [-1, 1]]; // prettier-ignore
    expect([...grid.inPolygon(ring, visible)]).toEqual([1]);
  });

  it('travels to the point with the least cost within 45°, as brute force does', () => {
    const directions: Record<Direction, Place> = { left: [-1, 0], right: [1, 0], up: [0, 1], down: [0, -1] };
    fc.assert(
      fc.property(
        coordinates,
        query,
        fc.constantFrom(...(Object.keys(directions) as Direction[])),
        (points, [x, y], way) => {
          const [ax, ay] = directions[way];
          let least = Infinity;
          const costOf = (i: number): number => {
            const along = (points[2 * i] - x) * ax + (points[2 * i + 1] - y) * ay;
            const across = Math.abs((points[2 * i] - x) * ay) + Math.abs((points[2 * i + 1] - y) * ax);
            return finite(points, i) && along > 0 && across <= along ? along + 2 * across : Infinity;
          };
          for (let i = 0; i < points.length / 2; i++) least = Math.min(least, costOf(i));
          const found = new PointGrid(points).next(x, y, way);
          expect(found < 0 ? Infinity : costOf(found)).toBe(least);
        },
      ),
      { numRuns: 1000, seed: 7 },
    );
  });

  it('stays quick when one outlier is far away: the others still spread over the cells', () => {
    const n = 100_000;
    const points = random(1).fillUniform(new Float32Array(2 * n));
    points[0] = points[1] = 1e9;
    const grid = new PointGrid(points);
    const small = { xMin: 0.5, xMax: 0.51, yMin: 0.5, yMax: 0.51 };
    expect(grid.countAround(small)).toBeLessThan(100);
    expect(grid.nearest(1e9, 1e9, 1)).toBe(0);
  });

  it('takes no points, one point, all points in one place or on one line', () => {
    expect(new PointGrid(new Float32Array(0)).nearest(0, 0)).toBe(-1);
    expect(new PointGrid(Float32Array.of(5, 5)).nearest(0, 0)).toBe(0);
    expect(new PointGrid(new Float32Array(2000)).nearest(1, 1)).toBe(0);
    const line = Float32Array.from({ length: 200 }, (_, k) => (k % 2 ? 0 : k / 2));
    expect(new PointGrid(line).nearest(41.2, 3)).toBe(41);
    expect(new PointGrid(line.map((_, k) => line[k ^ 1])).nearest(3, 41.2)).toBe(41);
  });
});
