/** How a set of points sits in the view: the camera that shows all of it, and what size and opacity its points get. */
import { boxOfPoints, cornersOf, fitExtent, fitPlaces, FIRST_TURN } from './camera.ts';
import type { Size } from './camera.ts';
import { coverageBy, fittedRadius, occupiedShare, opacityFor, zoomedRadius } from './level-of-detail.ts';
import type { Box, Camera, Insets } from './types.ts';

/** CSS pixels kept free around points that are brought into view. */
export const PADDING = 44;
/** Insets that leave less than this are passed over. */
const LEAST = 200;
/** How far out and in one may zoom, by the scale at which all points fit. */
const OUT = 1 / 8;
const IN = 50_000;
/** Points looked at to tell how they are spread. */
const MAX_SAMPLE = 100_000;
/** Of a map in space, points that must fit into the view. */
const MAX_OUTLINE = 4096;

export class Fitting {
  /** of all points that have a place */
  box: Box | null = null;
  nComponents: 2 | 3 = 2;
  /** shows all points */
  camera: Camera = { x: 0, y: 0, scale: 100 };
  /** of points that have a place */
  private count = 0;
  /** of a map in space: some of its points, and those farthest out, [n * 3] */
  private sample: Float32Array = new Float32Array(0);
  private share = 1;
  private size: Size;
  private insets: Required<Insets> = { top: 0, right: 0, bottom: 0, left: 0 };

  constructor(size: Size) {
    this.size = size;
  }

  measure(coordinates: Float32Array, nComponents: 2 | 3): void {
    this.count = placed(coordinates, nComponents);
    this.nComponents = nComponents;
    this.box = boxOfPoints(coordinates, nComponents);
    this.share = this.box ? occupiedShare(sampleOf(coordinates, nComponents), this.box) : 1;
    this.sample = nComponents === 3 && this.box ? outline(coordinates, this.box) : new Float32Array(0);
    this.resize(this.size);
  }

  resize(size: Size): void {
    this.size = size;
    if (this.box) this.camera = this.around(this.box, FIRST_TURN);
  }

  /** What lies over the map is kept free of the points that are brought into view. */
  setInsets({ top = 0, right = 0, bottom = 0, left = 0 }: Insets): void {
    this.insets = { top, right, bottom, left };
    this.resize(this.size);
  }

  /** The camera that shows a box, as near as one may come, turned as another is. */
  cameraFor(box: Box, { yaw = FIRST_TURN.yaw, pitch = FIRST_TURN.pitch }: Partial<Camera>): Camera {
    const camera = this.around(box, { yaw, pitch });
    return { ...camera, scale: this.withinScales(camera.scale) };
  }

  withinScales(scale: number): number {
    return Math.min(this.camera.scale * IN, Math.max(this.camera.scale * OUT, scale));
  }

  /** CSS pixels. @param pointSize  diameter when all are in view; undefined for one that suits their number */
  radius(scale: number, pointSize?: number): number {
    const fitted = this.fittedRadius(pointSize);
    return zoomedRadius(fitted, scale / this.camera.scale);
  }

  fittedRadius(pointSize?: number): number {
    return pointSize ? pointSize / 2 : fittedRadius(this.count, this.size);
  }

  /** @param alike  whether all points have one colour */
  opacity(scale: number, radius: number, alike: boolean): number {
    return this.box ? opacityFor(this.coverage(scale, radius), alike) : 1;
  }

  /** How many others lie over a point on average, where there are any. */
  coverage(scale: number, radius: number): number {
    if (!this.box) return 0;
    const { xMin, xMax, yMin, yMax } = this.box;
    const pixels = this.share * ((xMax - xMin) * scale + 2 * radius) * ((yMax - yMin) * scale + 2 * radius);
    return coverageBy(this.count, radius, pixels);
  }

  private around(box: Box, { yaw, pitch }: { yaw: number; pitch: number }): Camera {
    if (this.nComponents === 2) return this.within(box);
    return fitPlaces(box === this.box ? this.sample : cornersOf(box), this.size, PADDING, { yaw, pitch });
  }

  /** Into what the insets leave free, as long as that is not too little. */
  private within(box: Box): Camera {
    const { top, right, bottom, left } = this.insets;
    const width = this.size.width - left - right;
    const height = this.size.height - top - bottom;
    if (width < LEAST || height < LEAST) return fitExtent(box, this.size, PADDING);
    const { x, y, scale } = fitExtent(box, { width, height }, PADDING);
    return { x: x - (left - right) / 2 / scale, y: y + (top - bottom) / 2 / scale, scale };
  }
}

/** An even sample of places in space, and all of those that lie on the sides of their box. */
function outline(coordinates: Float32Array, { xMin, xMax, yMin, yMax, zMin, zMax }: Box): Float32Array {
  const step = 3 * Math.max(1, Math.floor(coordinates.length / 3 / MAX_OUTLINE));
  const kept: number[] = [];
  for (let i = 0; i < coordinates.length; i += 3) {
    const [x, y, z] = [coordinates[i], coordinates[i + 1], coordinates[i + 2]];
    const isFarthest = x === xMin || x === xMax || y === yMin || y === yMax || z === zMin || z === zMax;
    if (i % step === 0 || isFarthest) kept.push(x, y, z);
    if (kept.length > 12 * MAX_OUTLINE) break;
  }
  return Float32Array.from(kept);
}

/** How many points have a place: a number that is none makes the whole sum none. */
function placed(coordinates: Float32Array, nComponents: 2 | 3): number {
  let count = 0;
  for (let i = 0; i < coordinates.length; i += nComponents) {
    const sum = coordinates[i] + coordinates[i + 1] + (nComponents === 3 ? coordinates[i + 2] : 0);
    if (Math.abs(sum) < Infinity) count++;
  }
  return count;
}

/** x and y of the points, of an even sample of them when they are very many. */
function sampleOf(coordinates: Float32Array, nComponents: 2 | 3): Float32Array {
  const n = coordinates.length / nComponents;
  if (nComponents === 2 && n <= MAX_SAMPLE) return coordinates;
  const step = nComponents * Math.ceil(n / MAX_SAMPLE);
  const sample = new Float32Array(2 * Math.ceil(coordinates.length / step));
  for (let i = 0, at = 0; i < coordinates.length; i += step) {
    sample[at++] = coordinates[i];
    sample[at++] = coordinates[i + 1];
  }
  return sample;
}
