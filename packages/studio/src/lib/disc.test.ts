import { matrix } from '@portolan/core/base';
import { hyperbolic } from '@portolan/core/spaces';
import { expect, test } from 'vitest';
import { discLines, fromCentre } from './disc.ts';

const ball = hyperbolic();

test('circles lie at equal hyperbolic distances, the rim at the end of all', () => {
  const lines = discLines('#000');
  const radii = lines.filter(({ points }) => points.length > 2).map(({ points }) => Math.hypot(...points[40]));
  expect(radii.slice(0, -1).map((radius) => ball.distance([0, 0], [radius, 0]))).toEqual(
    [1, 2, 3, 4, 6].map((far) => expect.closeTo(far, 4)),
  );
  expect(radii.at(-1)).toBeCloseTo(1, 12);
});

test('the colour of a ball is the distance from its centre, at the rim as well', () => {
  const x = matrix(3, 3, Float32Array.of(0, 0, 0, 0.3, -0.4, 0.2, 0, 0.99, 0));
  const column = fromCentre(x);
  const expected = [0, 1, 2].map((i) => ball.distance([0, 0, 0], x.data.subarray(3 * i, 3 * i + 3)));
  expect(column.type === 'number' && [...column.values]).toEqual(expected.map((far) => expect.closeTo(far, 4)));
  const rim = fromCentre(matrix(1, 2, Float32Array.of(1, 0)));
  expect(rim.type === 'number' && Number.isFinite(rim.values[0])).toBe(true);
});
