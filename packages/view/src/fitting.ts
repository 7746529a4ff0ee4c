/** How a set of points sits in the view: the camera that shows all of it, and what size and opacity its points get. */
import { extentOfPoints, fitExtent } from './camera.ts';
import type { Size } from './camera.ts';
import { fittedRadius, occupiedShare, opacityFor, zoomedRadius } from './level-of-detail.ts';
import type { Camera, Extent } from './types.ts';

/** CSS pixels kept free around points that are brought into view. */
export const PADDING = 44;
/** How far out and in one may zoom, by the scale at which all points fit. */
const OUT = 1 / 8;
const IN = 50_000;

export class Fitting {
  /** of all points that have a place */
  extent: Extent | null = null;
  /** shows all points */
  camera: Camera = { x: 0, y: 0, scale: 100 };
  private count = 0;
  private share = 1;
  private size: Size;

  constructor(size: Size) {
    this.size = size;
  }

  measure(coordinates: Float32Array): void {
    this.count = coordinates.length / 2;
    this.extent = extentOfPoints(coordinates);
    this.share = this.extent ? occupiedShare(coordinates, this.extent) : 1;
    this.resize(this.size);
  }

  resize(size: Size): void {
    this.size = size;
    if (this.extent) this.camera = fitExtent(this.extent, size, PADDING);
  }

  /** The camera that shows an extent, as near as one may come. */
  cameraFor(extent: Extent): Camera {
    const camera = fitExtent(extent, this.size, PADDING);
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

  opacity(scale: number, radius: number): number {
    if (!this.extent) return 1;
    const { xMin, xMax, yMin, yMax } = this.extent;
    const pixels = this.share * ((xMax - xMin) * scale + 2 * radius) * ((yMax - yMin) * scale + 2 * radius);
    return opacityFor((this.count * Math.PI * radius * radius) / pixels);
  }
}
