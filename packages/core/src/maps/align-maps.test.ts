import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matrix, matrixOf, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { procrustes } from '../linalg/index.ts';
import { alignMaps } from './index.ts';

const normal = (n: number, d: number, seed: number): Matrix =>
  matrix(n, d, random(seed).fillNormal(new Float32Array(n * d)));

/** Turned about every pair of axes, mirrored if asked, made larger and moved. */
function moved(y: Matrix, angle: number, mirror: boolean, size: number): Matrix {
  const out = matrix(y.rows, y.cols, y.data.slice());
  const { data, cols } = out;
  for (let i = 0; i < y.rows; i++) {
    for (let a = 1; a < cols; a++) {
      const [p, q] = [data[i * cols + a - 1], data[i * cols + a]];
      data[i * cols + a - 1] = Math.cos(angle) * p - Math.sin(angle) * q;
      data[i * cols + a] = Math.sin(angle) * p + Math.cos(angle) * q;
    }
    if (mirror) data[i * cols] *= -1;
    for (let a = 0; a < cols; a++) data[i * cols + a] = size * data[i * cols + a] + 3 * (a + 1);
  }
  return out;
}

describe('aligned maps', () => {
  test('a map that was turned, mirrored, scaled and moved comes back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(2, 3),
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.boolean(),
        fc.double({ min: 0.2, max: 8, noNaN: true }),
        fc.nat(),
        (k, angle, mirror, size, seed) => {
          const y = normal(30, k, seed);
          const aligned = alignMaps(y, moved(y, angle, mirror, size));
          aligned.coordinates.data.forEach((value, i) => expect(value).toBeCloseTo(y.data[i], 4));
          expect(aligned.disparity).toBeLessThan(1e-10);
          expect(aligned.mirrored).toBe(mirror);
          expect(aligned.scale * size).toBeCloseTo(1, 4);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('in the plane it is procrustes', () => {
    const [y, target] = [normal(25, 2, 1), normal(25, 2, 2)];
    for (const scale of [true, false]) {
      for (const reflection of [true, false]) {
        const expected = procrustes(y, target, { scale, reflection }).coordinates;
        const got = alignMaps(target, y, undefined, { scale, reflection }).coordinates;
        got.data.forEach((value, i) => expect(value).toBeCloseTo(expected.data[i], 5));
      }
    }
  });

  test('common points alone decide, and all points are moved; what moved is told', () => {
    const y = normal(40, 2, 3);
    const other = moved(y, 1, false, 1);
    for (let i = 0; i < 10; i++) other.data[2 * i] += 5;
    const pairs = {
      reference: Array.from({ length: 30 }, (_, i) => i + 10),
      map: Array.from({ length: 30 }, (_, i) => i + 10),
    };
    const aligned = alignMaps(y, other, pairs, { scale: false });
    for (let i = 10; i < 40; i++) expect(aligned.coordinates.data[2 * i]).toBeCloseTo(y.data[2 * i], 4);
    expect(aligned.moved.every((distance) => distance < 1e-4)).toBe(true);
    expect(alignMaps(y, other, undefined, { scale: false }).moved[0]).toBeGreaterThan(2);
  });

  test('flat maps, single points, and what does not fit', () => {
    const line = matrixOf([
      [0, 0, 0],
      [1, 0, 0],
      [2, 0, 0],
    ]);
    const turned = alignMaps(line, moved(line, 0.7, true, 2));
    turned.coordinates.data.forEach((value, i) => expect(value).toBeCloseTo(line.data[i], 5));
    expect(turned.mirrored).toBe(false);
    expect([...alignMaps(matrixOf([[3, 4]]), matrixOf([[0, 1]])).coordinates.data]).toEqual([3, 4]);
    expect(() => alignMaps(normal(3, 2, 1), normal(3, 3, 1))).toThrow('got 2 and 3 coordinates');
    expect(() => alignMaps(normal(3, 2, 1), normal(4, 2, 1))).toThrow('got 3 and 4 points');
    expect(() => alignMaps(normal(3, 2, 1), normal(4, 2, 1), { reference: [3], map: [0] })).toThrow(
      'pair 0 is of points 3',
    );
  });
});
