import { expect, test } from 'vitest';
import { believedRange } from './surface.ts';

test('from least to most, and never a hair made a mountain', () => {
  expect(believedRange(Float32Array.of(0.25, 0.75, 0.5))).toEqual([0.25, 0.75]);
  const [least, most] = believedRange(new Float32Array(9).fill(0.5));
  expect(least).toBeCloseTo(0.475);
  expect(most).toBeCloseTo(0.525);
});
