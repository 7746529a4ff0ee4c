import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxOfPoints, extentOf, fitExtent, mixCameras, pixelAt, placeAt, zoomAbout } from './camera.ts';

const size = { width: 800, height: 500 };
const place = fc.tuple(
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
);
const pixel = fc.tuple(fc.double({ min: 0, max: 800, noNaN: true }), fc.double({ min: 0, max: 500, noNaN: true }));
const camera = fc.record({
  x: fc.double({ min: -100, max: 100, noNaN: true }),
  y: fc.double({ min: -100, max: 100, noNaN: true }),
  scale: fc.double({ min: 0.1, max: 1000, noNaN: true }),
});

describe('camera', () => {
  it('has the middle in the middle, y up', () => {
    const camera = { x: 3, y: -2, scale: 10 };
    expect(pixelAt(camera, size, [3, -2])).toEqual([400, 250]);
    expect(pixelAt(camera, size, [4, -1])).toEqual([410, 240]);
    expect(extentOf(camera, size)).toEqual({ xMin: -37, xMax: 43, yMin: -27, yMax: 23 });
  });

  it('pixelAt and placeAt undo each other', () => {
    fc.assert(
      fc.property(camera, place, (camera, place) => {
        const back = placeAt(camera, size, pixelAt(camera, size, place));
        expect(back[0]).toBeCloseTo(place[0], 6);
        expect(back[1]).toBeCloseTo(place[1], 6);
      }),
    );
  });

  it('zooming keeps the place under the pixel, and so does every camera on the way', () => {
    fc.assert(
      fc.property(camera, pixel, fc.double({ min: 0.05, max: 20, noNaN: true }), (camera, pixel, factor) => {
        const held = placeAt(camera, size, pixel);
        const target = zoomAbout(camera, size, pixel, camera.scale * factor);
        for (const t of [0.2, 0.5, 0.9, 1]) {
          const now = pixelAt(mixCameras(camera, target, t), size, held);
          expect(now[0]).toBeCloseTo(pixel[0], 3);
          expect(now[1]).toBeCloseTo(pixel[1], 3);
        }
      }),
    );
  });

  it('mixes without a jump when the scales are the same or nearly', () => {
    const a = { x: 0, y: 0, scale: 2 };
    expect(mixCameras(a, { x: 10, y: 4, scale: 2 }, 0.5)).toEqual({ x: 5, y: 2, scale: 2 });
    expect(mixCameras(a, { x: 10, y: 4, scale: 2.00001 }, 0.5).x).toBeCloseTo(5, 3);
  });

  it('fits an extent inside the padding, and a single point somehow', () => {
    const extent = { xMin: -4, xMax: 4, yMin: 0, yMax: 1 };
    const fitted = fitExtent(extent, size, 40);
    expect(pixelAt(fitted, size, [-4, 0.5])[0]).toBeCloseTo(40);
    expect(pixelAt(fitted, size, [4, 0.5])[0]).toBeCloseTo(760);
    const one = fitExtent({ xMin: 7, xMax: 7, yMin: 7, yMax: 7 }, size, 40);
    expect(one.x).toBe(7);
    expect(one.scale).toBeGreaterThan(0);
    expect(Number.isFinite(one.scale)).toBe(true);
    expect(fitExtent(extent, { width: 0, height: 0 }, 40).scale).toBeGreaterThan(0);
  });

  it('takes the extent of finite points only', () => {
    const coordinates = Float32Array.of(1, 2, NaN, 9, 3, -5, Infinity, 0);
    expect(boxOfPoints(coordinates, 2)).toEqual({ xMin: 1, xMax: 3, yMin: -5, yMax: 2, zMin: 0, zMax: 0 });
    expect(boxOfPoints(coordinates, 2, Uint32Array.of(1, 3))).toBeNull();
    expect(boxOfPoints(new Float32Array(0), 2)).toBeNull();
  });
});
