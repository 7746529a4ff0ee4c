/**
 * The mathematics of looking at the plane: a camera is the middle of the view and a scale, nothing else.
 * Map units have y up, pixels y down.
 */
import type { Camera, Extent, Place } from './types.ts';

/** CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

export function pixelAt({ x, y, scale }: Camera, { width, height }: Size, [px, py]: Place): Place {
  return [width / 2 + (px - x) * scale, height / 2 - (py - y) * scale];
}

export function placeAt({ x, y, scale }: Camera, { width, height }: Size, [px, py]: Place): Place {
  return [x + (px - width / 2) / scale, y - (py - height / 2) / scale];
}

/** What a camera sees. */
export function extentOf({ x, y, scale }: Camera, { width, height }: Size): Extent {
  const halfWidth = width / 2 / scale;
  const halfHeight = height / 2 / scale;
  return { xMin: x - halfWidth, xMax: x + halfWidth, yMin: y - halfHeight, yMax: y + halfHeight };
}

/** Another scale, with the place under `pixel` kept there. */
export function zoomAbout(camera: Camera, size: Size, pixel: Place, scale: number): Camera {
  const [x, y] = placeAt(camera, size, pixel);
  return {
    x: x - (pixel[0] - size.width / 2) / scale,
    y: y + (pixel[1] - size.height / 2) / scale,
    scale,
  };
}

/** The camera that shows the whole extent, `padding` pixels inside the edges. An extent of no size gets a unit around it. */
export function fitExtent({ xMin, xMax, yMin, yMax }: Extent, { width, height }: Size, padding: number): Camera {
  const pad = Math.min(padding, width / 4, height / 4);
  const spanX = xMax - xMin;
  const spanY = yMax - yMin;
  const across = spanX > 0 ? (width - 2 * pad) / spanX : Infinity;
  const down = spanY > 0 ? (height - 2 * pad) / spanY : Infinity;
  const scale = Math.min(across, down);
  const fallback = Math.max(1, Math.min(width, height) - 2 * pad);
  return { x: (xMin + xMax) / 2, y: (yMin + yMax) / 2, scale: Number.isFinite(scale) && scale > 0 ? scale : fallback };
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

/** The smallest extent around the points that are finite, all or those listed; null when there is none. */
export function extentOfPoints(coordinates: Float32Array, indices?: Uint32Array): Extent | null {
  let xMin = Infinity;
  let xMax = -Infinity;
  let yMin = Infinity;
  let yMax = -Infinity;
  const n = indices ? indices.length : coordinates.length >> 1;
  for (let k = 0; k < n; k++) {
    const i = indices ? indices[k] : k;
    const x = coordinates[2 * i];
    const y = coordinates[2 * i + 1];
    if (!(Math.abs(x) < Infinity && Math.abs(y) < Infinity)) continue;
    if (x < xMin) xMin = x;
    if (x > xMax) xMax = x;
    if (y < yMin) yMin = y;
    if (y > yMax) yMax = y;
  }
  return xMin <= xMax ? { xMin, xMax, yMin, yMax } : null;
}

/** Slow at both ends. */
export function easeInOut(t: number): number {
  return t < 0.5 ? 4 * t * t * t : 1 - (2 - 2 * t) ** 3 / 2;
}

/** Fast, then slow. */
export function easeOut(t: number): number {
  return 1 - (1 - t) ** 3;
}
