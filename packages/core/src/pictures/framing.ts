/**
 * The mathematics of looking at the plane: a camera is the middle of the view and a scale, nothing else.
 * Map units have y up, pixels y down.
 */

/** Positions are map units, y up, as the projection made them; pixels are CSS pixels from the top left. */
export type Place = readonly [x: number, y: number];

export interface Extent {
  xMin: number;
  xMax: number;
  yMin: number;
  yMax: number;
}

/** The middle of the view in map units, and CSS pixels a map unit. */
export interface Camera {
  x: number;
  y: number;
  scale: number;
}

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
