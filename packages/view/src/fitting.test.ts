import { expect, test } from 'vitest';
import { pixelAt } from './camera.ts';
import { Fitting, PADDING } from './fitting.ts';

const size = { width: 1000, height: 700 };
const corners = Float32Array.of(-3, -1, 5, -1, -3, 4, 5, 4);

test.each([
  [{}, [0, 1000, 0, 700]],
  [{ left: 344, top: 40 }, [344, 1000, 40, 700]],
  [{ right: 100, bottom: 36 }, [0, 900, 0, 664]],
] as const)('points come into what the insets %j leave free, in its middle', (insets, [left, right, top, bottom]) => {
  const fitting = new Fitting(size);
  fitting.measure(corners, 2);
  fitting.setInsets(insets);
  const [lowX, lowY] = pixelAt(fitting.camera, size, [-3, -1]);
  const [highX, highY] = pixelAt(fitting.camera, size, [5, 4]);
  expect((lowX + highX) / 2).toBeCloseTo((left + right) / 2, 3);
  expect((lowY + highY) / 2).toBeCloseTo((top + bottom) / 2, 3);
  expect(lowX).toBeGreaterThanOrEqual(left + PADDING - 1e-3);
  expect(highX).toBeLessThanOrEqual(right - PADDING + 1e-3);
  expect(highY).toBeGreaterThanOrEqual(top + PADDING - 1e-3);
  expect(lowY).toBeLessThanOrEqual(bottom - PADDING + 1e-3);
  expect(fitting.cameraFor(fitting.box!, {})).toMatchObject(fitting.camera);
});

test('insets that leave too little are passed over', () => {
  const fitting = new Fitting(size);
  fitting.measure(corners, 2);
  const before = fitting.camera;
  fitting.setInsets({ left: 900 });
  expect(fitting.camera).toEqual(before);
});

test('a point that nothing lies over is drawn as opaque as any, beside points without a place too', () => {
  const opacityOf = (...coordinates: number[]): number => {
    const fitting = new Fitting(size);
    fitting.measure(Float32Array.from(coordinates), 2);
    return fitting.opacity(100, 8, true);
  };
  expect(opacityOf(7, 7)).toBe(0.9);
  expect(opacityOf(0, 0, NaN, 1, 1, Infinity)).toBe(0.9);
  expect(opacityOf(...Array<number>(40).fill(7)), 'twenty at one place').toBeLessThan(0.5);
});
