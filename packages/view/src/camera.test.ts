import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boxOfPoints,
  cornersOf,
  depthRange,
  extentOf,
  fitExtent,
  fitPlaces,
  mixCameras,
  moved,
  pixelAt,
  placeAt,
  projector,
  turned,
  zoomAbout,
} from './camera.ts';

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

describe('camera in space', () => {
  const angle = fc.double({ min: -1.5, max: 1.5, noNaN: true });
  const orbiting = fc
    .tuple(camera, fc.double({ min: -100, max: 100, noNaN: true }), angle, angle)
    .map(([flat, z, yaw, pitch]) => ({ ...flat, z, yaw, pitch }));

  it('sees a flat map straight on as the flat camera does', () => {
    fc.assert(
      fc.property(camera, place, (camera, place) => {
        const flat = pixelAt(camera, size, place);
        const spatial = pixelAt({ ...camera, z: 0, yaw: 0, pitch: 0 }, size, [...place, 0]);
        expect(spatial[0]).toBeCloseTo(flat[0], 5);
        expect(spatial[1]).toBeCloseTo(flat[1], 5);
      }),
    );
  });

  it('pixelAt undoes placeAt, whatever way it is turned', () => {
    fc.assert(
      fc.property(orbiting, pixel, (camera, pixel) => {
        const back = pixelAt(camera, size, placeAt(camera, size, pixel));
        expect(back[0]).toBeCloseTo(pixel[0], 4);
        expect(back[1]).toBeCloseTo(pixel[1], 4);
      }),
    );
  });

  it('turns about its middle and never over the top', () => {
    fc.assert(
      fc.property(orbiting, angle, angle, (camera, yaw, pitch) => {
        const other = turned(camera, yaw, 3 * pitch);
        const [x, y] = pixelAt(other, size, [camera.x, camera.y, camera.z]);
        expect([x, y]).toEqual([expect.closeTo(400), expect.closeTo(250)]);
        expect(Math.abs(other.pitch!)).toBeLessThanOrEqual(Math.PI / 2);
      }),
    );
    // yaw to the right: what was on the right comes to the front
    const from = { x: 0, y: 0, z: 0, scale: 100, yaw: 0, pitch: 0 };
    expect(projector(turned(from, Math.PI / 2, 0), size)(1, 0, 0, new Float64Array(3))[2]).toBeLessThan(1);
  });

  it('pans by pixels and zooms about a pixel on the plane of its middle', () => {
    fc.assert(
      fc.property(orbiting, pixel, fc.double({ min: 0.1, max: 10, noNaN: true }), (camera, pixel, factor) => {
        const held = placeAt(camera, size, pixel);
        const panned = pixelAt(moved(camera, -30 / camera.scale, 20 / camera.scale), size, held);
        expect(panned[0]).toBeCloseTo(pixel[0] + 30, 4);
        expect(panned[1]).toBeCloseTo(pixel[1] + 20, 4);
        const zoomed = pixelAt(zoomAbout(camera, size, pixel, camera.scale * factor), size, held);
        expect(zoomed[0]).toBeCloseTo(pixel[0], 4);
        expect(zoomed[1]).toBeCloseTo(pixel[1], 4);
      }),
    );
  });

  it('fits all places inside the padding, one of them to its edge', () => {
    const places = fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 6, maxLength: 60 });
    fc.assert(
      fc.property(places, angle, angle, (values, yaw, pitch) => {
        const all = Float32Array.from(values.slice(0, values.length - (values.length % 3)));
        const fitted = fitPlaces(all, size, 40, { yaw, pitch });
        const project = projector(fitted, size);
        let room = Infinity;
        for (let i = 0; i < all.length; i += 3) {
          const [x, y, far] = project(all[i], all[i + 1], all[i + 2], new Float64Array(3));
          expect(far).toBeGreaterThan(0);
          room = Math.min(room, x - 40, 760 - x, y - 40, 460 - y);
        }
        expect(room).toBeGreaterThan(-0.01);
        const distinct = new Set(Array.from({ length: all.length / 3 }, (_, i) => all.slice(3 * i, 3 * i + 3).join()));
        if (distinct.size > 1) expect(room).toBeLessThan(0.01);
      }),
    );
    expect(fitPlaces(new Float32Array(0), size, 40).scale).toBeGreaterThan(0);
    expect(fitPlaces(Float32Array.of(7, 7, 7), size, 40)).toMatchObject({ x: 7, y: 7, z: 7 });
  });

  it('glides to a flat camera, the short way round', () => {
    const from = { x: 0, y: 0, z: 2, scale: 10, yaw: 2 * Math.PI + 0.4, pitch: 0.3 };
    const to = { x: 1, y: 1, scale: 20 };
    expect(mixCameras(from, to, 0)).toEqual(from);
    expect(mixCameras(from, to, 1)).toEqual(to);
    const half = mixCameras(from, to, 0.5);
    expect(half.pitch).toBeCloseTo(0.15);
    expect(half.yaw).toBeCloseTo(2 * Math.PI + 0.2);
    expect(half.z).toBeLessThan(2);
  });

  it('knows the corners of a box', () => {
    const box = { xMin: -1, xMax: 2, yMin: 0, yMax: 1, zMin: 5, zMax: 6 };
    expect(boxOfPoints(cornersOf(box), 3)).toEqual(box);
  });
});

describe('depthRange', () => {
  const cube = { xMin: -1, xMax: 1, yMin: -1, yMax: 1, zMin: -1, zMax: 1 };

  it('has every place of the box between its ends, which two corners touch', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: -1.5, max: 1.5, noNaN: true }),
        fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -1, max: 1, noNaN: true }))),
        (yaw, pitch, [x, y, z]) => {
          const camera = { x: 0, y: 0, z: 0, scale: 100, yaw, pitch };
          const [near, far] = depthRange(camera, size, cube);
          const depth = projector(camera, size)(x, y, z, new Float64Array(3))[2];
          expect(depth).toBeGreaterThanOrEqual(near - 1e-9);
          expect(depth).toBeLessThanOrEqual(far + 1e-9);
          expect(near + far).toBeCloseTo(2, 9);
        },
      ),
    );
  });

  it('is 1 all over a flat map', () => {
    expect(depthRange({ x: 0, y: 0, scale: 1 }, size, cube)).toEqual([1, 1]);
  });
});
