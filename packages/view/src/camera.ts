/**
 * The mathematics of looking at the plane: a camera is the middle of the view and a scale, nothing else.
 * Map units have y up, pixels y down.
 */
import { placeAt } from '@portolan/core/pictures';
import type { Size } from '@portolan/core/pictures';
import type { Camera, Place } from './types.ts';

export { extentOf, extentOfPoints, fitExtent, pixelAt, placeAt } from '@portolan/core/pictures';
export type { Size } from '@portolan/core/pictures';

/** Another scale, with the place under `pixel` kept there. */
export function zoomAbout(camera: Camera, size: Size, pixel: Place, scale: number): Camera {
  const [x, y] = placeAt(camera, size, pixel);
  return {
    x: x - (pixel[0] - size.width / 2) / scale,
    y: y + (pixel[1] - size.height / 2) / scale,
    scale,
  };
}

/**
 * Between two cameras, t in [0, 1]. The scale moves geometrically; the middle moves linearly in 1 / scale, so that
 * two cameras that share the place under a pixel share it all the way.
 */
export function mixCameras(a: Camera, b: Camera, t: number): Camera {
  if (t <= 0) return { ...a };
  if (t >= 1) return { ...b };
  const ratio = b.scale / a.scale;
  const scale = a.scale * ratio ** t;
  const u = Math.abs(ratio - 1) < 1e-6 ? t : (1 / scale - 1 / a.scale) / (1 / b.scale - 1 / a.scale);
  return { x: a.x + (b.x - a.x) * u, y: a.y + (b.y - a.y) * u, scale };
}

/** Slow at both ends. */
export function easeInOut(t: number): number {
  return t < 0.5 ? 4 * t * t * t : 1 - (2 - 2 * t) ** 3 / 2;
}

/** Fast, then slow. */
export function easeOut(t: number): number {
  return 1 - (1 - t) ** 3;
}
