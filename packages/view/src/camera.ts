/**
 * The mathematics of looking: a camera is the middle of the view and a scale, and for a map in space also how it is turned.
 * Map units have y up and z towards the viewer, pixels have y down.
 *
 * In space the camera orbits its middle at a distance that keeps `scale` pixels a map unit there, whatever is nearer looking
 * larger. A flat map in the plane z = 0, seen straight on, so looks the same through either camera, and one glides into the
 * other.
 */
import { pixelAt as flatPixelAt, placeAt as flatPlaceAt } from '@portolan/core/pictures';
import type { Size } from '@portolan/core/pictures';
import type { Box, Camera, Place } from './types.ts';

export { extentOf, fitExtent } from '@portolan/core/pictures';
export type { Size } from '@portolan/core/pictures';

export type Vector = readonly [x: number, y: number, z: number];

/** The unit vectors of a view, in map units: to the right, up, and back towards the eye. */
export interface Axes {
  right: Vector;
  up: Vector;
  back: Vector;
}

/** The eye is this many heights of the view away from its middle: an angle of view of about 35°. */
const EYE = 1.6;
/** What is nearer to the eye than this share of its distance is not seen. */
export const NEAREST = 0.03;
/** How a map in space is turned at first, radians. */
export const FIRST_TURN = { yaw: 0.55, pitch: 0.35 };
const FACING: Axes = { right: [1, 0, 0], up: [0, 1, 0], back: [0, 0, 1] };

/** Whether a camera looks at a map in space. */
export function isSpatial({ z }: Camera): boolean {
  return z !== undefined;
}

export function axesOf({ z, yaw = 0, pitch = 0 }: Camera): Axes {
  if (z === undefined || (yaw === 0 && pitch === 0)) return FACING;
  const [sy, cy, sp, cp] = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)];
  return { right: [cy, 0, -sy], up: [-sy * sp, cp, -cy * sp], back: [sy * cp, sp, cy * cp] };
}

/** One over the distance from the eye to the middle of the view, map units; 0 for a flat map, which has no perspective. */
export function perspectiveOf(camera: Camera, { height }: Size): number {
  return isSpatial(camera) ? camera.scale / (EYE * Math.max(1, height)) : 0;
}

/**
 * Where places are seen: pixels, and how many times farther than the middle they are (1 on a flat map; at or below
 * `NEAREST` they are not seen). The result is written into `out`, which is given back.
 */
export function projector(
  camera: Camera,
  size: Size,
): (x: number, y: number, z: number, out: Float64Array) => Float64Array {
  const { right, up, back } = axesOf(camera);
  const perspective = perspectiveOf(camera, size);
  const { x: cx, y: cy, z: cz = 0, scale } = camera;
  const [halfWidth, halfHeight] = [size.width / 2, size.height / 2];
  const [r0, r1, r2, u0, u1, u2, b0, b1, b2] = [...right, ...up, ...back];
  return (x, y, z, out) => {
    const dx = x - cx;
    const dy = y - cy;
    const dz = z - cz;
    const far = 1 - (dx * b0 + dy * b1 + dz * b2) * perspective;
    const unit = scale / far;
    out[0] = halfWidth + (dx * r0 + dy * r1 + dz * r2) * unit;
    out[1] = halfHeight - (dx * u0 + dy * u1 + dz * u2) * unit;
    out[2] = far;
    return out;
  };
}

export function pixelAt(camera: Camera, size: Size, place: Place): Place {
  if (!isSpatial(camera)) return flatPixelAt(camera, size, [place[0], place[1]]);
  const [px, py] = projector(camera, size)(place[0], place[1], depthOf(place), new Float64Array(3));
  return [px, py];
}

/** The third coordinate of a place; 0 on a flat map. */
export function depthOf(place: Place): number {
  return place.length === 3 ? place[2] : 0;
}

/** The place under a pixel; in space the one on the plane through the middle of the view that faces the eye. */
export function placeAt(camera: Camera, size: Size, [px, py]: Place): Place {
  if (!isSpatial(camera)) return flatPlaceAt(camera, size, [px, py]);
  const { width, height } = size;
  const { x, y, z = 0 } = moved(camera, (px - width / 2) / camera.scale, (height / 2 - py) / camera.scale);
  return [x, y, z];
}

/** The camera with its middle moved to the right and up, as it sees it; map units. */
export function moved(camera: Camera, across: number, upwards: number): Camera {
  if (!isSpatial(camera)) return { ...camera, x: camera.x + across, y: camera.y + upwards };
  const { right, up } = axesOf(camera);
  return {
    ...camera,
    x: camera.x + right[0] * across + up[0] * upwards,
    y: camera.y + right[1] * across + up[1] * upwards,
    z: (camera.z ?? 0) + right[2] * across + up[2] * upwards,
  };
}

/** The camera turned about its middle, radians; never over the top. */
export function turned(camera: Camera, yaw: number, pitch: number): Camera {
  const steep = Math.min(Math.PI / 2, Math.max(-Math.PI / 2, (camera.pitch ?? 0) + pitch));
  return { ...camera, z: camera.z ?? 0, yaw: (camera.yaw ?? 0) + yaw, pitch: steep };
}

/** Another scale, with the place under `pixel` kept there. */
export function zoomAbout(camera: Camera, { width, height }: Size, pixel: Place, scale: number): Camera {
  const step = 1 / camera.scale - 1 / scale;
  return { ...moved(camera, (pixel[0] - width / 2) * step, (height / 2 - pixel[1]) * step), scale };
}

/**
 * The camera that shows places in space, turned as asked, all of them `padding` pixels inside the edges; its middle is that
 * of the box around them.
 * @param places  [n * 3]; those that are not finite are left out
 */
export function fitPlaces(places: Float32Array, { width, height }: Size, padding: number, turn = FIRST_TURN): Camera {
  const box = boxOfPoints(places, 3) ?? { xMin: 0, xMax: 0, yMin: 0, yMax: 0, zMin: 0, zMax: 0 };
  const pad = Math.min(padding, width / 4, height / 4);
  const middle = { x: (box.xMin + box.xMax) / 2, y: (box.yMin + box.yMax) / 2, z: (box.zMin + box.zMax) / 2 };
  const { right, up, back } = axesOf({ ...middle, scale: 1, ...turn });
  // what lies a to the side and c towards the eye stays inside W when a · scale ≤ W · (1 − c · scale / eye): linear in scale
  const [halfWidth, halfHeight, eye] = [width / 2 - pad, height / 2 - pad, EYE * Math.max(1, height)];
  let inverse = 0;
  for (let i = 0; i + 2 < places.length; i += 3) {
    const x = places[i] - middle.x;
    const y = places[i + 1] - middle.y;
    const z = places[i + 2] - middle.z;
    const towards = (x * back[0] + y * back[1] + z * back[2]) / eye;
    const across = Math.abs(x * right[0] + y * right[1] + z * right[2]) / halfWidth + towards;
    const down = Math.abs(x * up[0] + y * up[1] + z * up[2]) / halfHeight + towards;
    if (across < Infinity && across > inverse) inverse = across;
    if (down < Infinity && down > inverse) inverse = down;
  }
  const fallback = Math.max(1, Math.min(width, height) - 2 * pad);
  return { ...middle, scale: inverse > 1e-30 ? 1 / inverse : fallback, ...turn };
}

/** The eight corners of a box, [8 * 3]. */
export function cornersOf({ xMin, xMax, yMin, yMax, zMin, zMax }: Box): Float32Array {
  const corners = new Float32Array(24);
  for (let k = 0; k < 8; k++) corners.set([k & 1 ? xMax : xMin, k & 2 ? yMax : yMin, k & 4 ? zMax : zMin], 3 * k);
  return corners;
}

/**
 * Between two cameras, t in [0, 1]. The scale moves geometrically; the middle moves linearly in 1 / scale, so that
 * two cameras that share the place under a pixel share it all the way. Turns take the short way round.
 */
export function mixCameras(a: Camera, b: Camera, t: number): Camera {
  if (t <= 0) return { ...a };
  if (t >= 1) return { ...b };
  const ratio = b.scale / a.scale;
  const scale = a.scale * ratio ** t;
  const u = Math.abs(ratio - 1) < 1e-6 ? t : (1 / scale - 1 / a.scale) / (1 / b.scale - 1 / a.scale);
  const flat = { x: a.x + (b.x - a.x) * u, y: a.y + (b.y - a.y) * u, scale };
  if (!isSpatial(a) && !isSpatial(b)) return flat;
  const [za, zb, pitchA, pitchB, yawA] = [a.z ?? 0, b.z ?? 0, a.pitch ?? 0, b.pitch ?? 0, a.yaw ?? 0];
  const yaw = yawA + shortTurn((b.yaw ?? 0) - yawA) * t;
  return { ...flat, z: za + (zb - za) * u, yaw, pitch: pitchA + (pitchB - pitchA) * t };
}

/** The same angle in (−π, π]. */
function shortTurn(angle: number): number {
  return angle - 2 * Math.PI * Math.ceil((angle - Math.PI) / (2 * Math.PI));
}

/** The smallest box around the points that are finite, all or those listed; null when there is none. Flat maps have z = 0. */
export function boxOfPoints(coordinates: Float32Array, nComponents: 2 | 3, indices?: Uint32Array): Box | null {
  let xMin = Infinity;
  let xMax = -Infinity;
  let yMin = Infinity;
  let yMax = -Infinity;
  let zMin = Infinity;
  let zMax = -Infinity;
  const spatial = nComponents === 3;
  const n = indices ? indices.length : Math.floor(coordinates.length / nComponents);
  for (let k = 0; k < n; k++) {
    const at = (indices ? indices[k] : k) * nComponents;
    const x = coordinates[at];
    const y = coordinates[at + 1];
    const z = spatial ? coordinates[at + 2] : 0;
    if (!(Math.abs(x) < Infinity && Math.abs(y) < Infinity && Math.abs(z) < Infinity)) continue;
    if (x < xMin) xMin = x;
    if (x > xMax) xMax = x;
    if (y < yMin) yMin = y;
    if (y > yMax) yMax = y;
    if (z < zMin) zMin = z;
    if (z > zMax) zMax = z;
  }
  return xMin <= xMax ? { xMin, xMax, yMin, yMax, zMin, zMax } : null;
}

/** Slow at both ends. */
export function easeInOut(t: number): number {
  return t < 0.5 ? 4 * t * t * t : 1 - (2 - 2 * t) ** 3 / 2;
}

/** Fast, then slow. */
export function easeOut(t: number): number {
  return 1 - (1 - t) ** 3;
}

/**
 * How far the nearest and the farthest corner of a box are, as multiples of the distance of the middle; 1 and 1 on a flat
 * map, or without a box.
 */
export function depthRange(camera: Camera, size: Size, box: Box | null): [near: number, far: number] {
  if (!isSpatial(camera) || !box) return [1, 1];
  const project = projector(camera, size);
  const corners = cornersOf(box);
  const out = new Float64Array(3);
  let [near, far] = [Infinity, 0];
  for (let at = 0; at < corners.length; at += 3) {
    const depth = project(corners[at], corners[at + 1], corners[at + 2], out)[2];
    near = Math.min(near, depth);
    far = Math.max(far, depth);
  }
  return [Math.max(0, near), far];
}
