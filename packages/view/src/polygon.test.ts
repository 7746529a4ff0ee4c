import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxRing, extentOfPolygon, insidePolygon, polygonTest } from './polygon.ts';
import type { Place } from './types.ts';

describe('insidePolygon', () => {
  it('knows the notch of a concave ring and the hole of a crossed one', () => {
    const notched: Place[] = [[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]]; // prettier-ignore
    expect(insidePolygon(notched, 2, 0.5)).toBe(true);
    expect(insidePolygon(notched, 2, 3)).toBe(false);
    expect(insidePolygon(notched, 0.5, 2)).toBe(true);
    const star: Place[] = [0, 2, 4, 1, 3].map((k) => [
      Math.cos((k * 2 * Math.PI) / 5),
      Math.sin((k * 2 * Math.PI) / 5),
    ]);
    expect(insidePolygon(star, 0, 0)).toBe(false); // even–odd: wound twice
    expect(insidePolygon(star, 0.8, 0)).toBe(true);
  });

  it('agrees with a convex ring seen as half-planes, whichever way round it runs', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 12 }),
        fc.boolean(),
        fc.double({ min: -1.5, max: 1.5, noNaN: true }),
        fc.double({ min: -1.5, max: 1.5, noNaN: true }),
        (n, reversed, x, y) => {
          const ring: Place[] = Array.from({ length: n }, (_, k) => {
            const angle = ((reversed ? -k : k) * 2 * Math.PI) / n + 0.1;
            return [Math.cos(angle), Math.sin(angle)];
          });
          const sides = ring.map(([ax, ay], k) => {
            const [bx, by] = ring[(k + 1) % n];
            return ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) * (reversed ? -1 : 1);
          });
          if (sides.some((side) => Math.abs(side) < 1e-9)) return; // on an edge either answer will do
          expect(insidePolygon(ring, x, y)).toBe(sides.every((side) => side > 0));
        },
      ),
    );
  });

  it('counts each cell of a tiling exactly once, edges and corners too', () => {
    for (const [x, y] of [
      [0, 0],
      [0.5, 1],
      [1, 1],
      [1, 0.25],
    ] as Place[]) {
      // prettier-ignore
      let count = 0;
      for (let i = -1; i < 3; i++)
        for (let j = -1; j < 3; j++) if (insidePolygon(boxRing([i, j], [i + 1, j + 1]), x, y)) count++;
      expect(count).toBe(1);
    }
  });

  it('is nowhere for fewer than three corners', () => {
    expect(insidePolygon([], 0, 0)).toBe(false);
    expect(insidePolygon([[0, 0], [1, 1]], 0.5, 0.5)).toBe(false); // prettier-ignore
  });

  it('is the same for many places at once, on corners and edges too', () => {
    const grid = fc.integer({ min: -8, max: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(grid, grid), { maxLength: 60 }), (ring) => {
        const isInside = polygonTest(ring as Place[]);
        for (let x = -9; x <= 9; x++) {
          const column = Array.from({ length: 37 }, (_, k): Place => [x, k / 2 - 9]);
          expect(column.filter(([, y]) => isInside(x, y))).toEqual(
            column.filter(([, y]) => insidePolygon(ring as Place[], x, y)),
          );
        }
      }),
    );
  });

  it('has the extent of its corners', () => {
    expect(extentOfPolygon(boxRing([3, 1], [-1, 2]))).toEqual({ xMin: -1, xMax: 3, yMin: 1, yMax: 2 });
  });
});
