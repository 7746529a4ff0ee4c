/** Where the map is looked at from: the camera, its glides, and how all points are brought into view. */
import { easeInOut, easeOut, extentOf, extentOfPoints, pixelAt, placeAt, zoomAbout } from './camera.ts';
import type { Size } from './camera.ts';
import { Fitting, PADDING } from './fitting.ts';
import { CameraMotion } from './motion.ts';
import type { Camera, Extent, Place } from './types.ts';

/** Milliseconds of a glide from one view, or one map, to another, and of a step within a view. */
export const GLIDE = 500;
export const STEP = 180;

interface NavigationEvents {
  /** the camera is elsewhere */
  moved(): void;
  /** a frame is wanted */
  wanted(): void;
}

export class Navigation {
  size: Size;
  readonly motion = new CameraMotion({ x: 0, y: 0, scale: 100 });
  readonly fitting: Fitting;
  /** nobody has moved the camera since everything was last in view */
  untouched = true;
  private readonly reducedMotion: boolean | undefined;
  private readonly events: NavigationEvents;

  constructor(size: Size, reducedMotion: boolean | undefined, events: NavigationEvents) {
    this.size = size;
    this.fitting = new Fitting(size);
    this.reducedMotion = reducedMotion;
    this.events = events;
  }

  get camera(): Camera {
    return this.motion.current;
  }

  get extent(): Extent {
    return extentOf(this.motion.current, this.size);
  }

  placeAt(pixel: Place): Place {
    return placeAt(this.motion.current, this.size, pixel);
  }

  pixelAt(place: Place): Place {
    return pixelAt(this.motion.current, this.size, place);
  }

  /** How long something may take that is not needed to understand: nothing with reduced motion. */
  duration(ms: number): number {
    const reduced = this.reducedMotion ?? window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    return reduced ? 0 : ms;
  }

  setCamera({ x, y, scale }: Camera, animate: boolean): void {
    this.untouched = false;
    this.show({ x, y, scale: this.fitting.withinScales(scale) }, animate ? this.duration(GLIDE) : 0);
  }

  /** Brings all points, or those listed, into view. */
  fit(coordinates: Float32Array, indices: Uint32Array | undefined, durationMs: number): void {
    const extent = indices ? extentOfPoints(coordinates, indices) : this.fitting.extent;
    this.untouched = !indices;
    if (extent) this.show(this.fitting.cameraFor(extent), durationMs);
  }

  /** Takes on another size; what was in view as a whole stays so. @returns whether it is another */
  resize(size: Size): boolean {
    if (size.width === this.size.width && size.height === this.size.height) return false;
    this.size = size;
    this.fitting.resize(size);
    if (this.untouched && this.fitting.extent) this.show(this.fitting.camera, 0);
    return true;
  }

  pan(dx: number, dy: number): void {
    const { scale } = this.motion.current;
    this.untouched = false;
    this.motion.shift(-dx / scale, dy / scale);
    this.events.moved();
  }

  zoom(pixel: Place, factor: number, eased: boolean): void {
    this.untouched = false;
    const scale = this.fitting.withinScales(this.motion.target.scale * factor);
    // about the place that is under the pixel now: the glide keeps it there, and so does a second notch on the way
    const target = zoomAbout(this.motion.current, this.size, pixel, scale);
    this.show(target, eased ? this.duration(STEP) : 0, easeOut);
  }

  zoomMiddle(factor: number): void {
    this.zoom([this.size.width / 2, this.size.height / 2], factor, true);
  }

  bringIntoView([x, y]: Place): void {
    const camera = this.motion.target;
    const halfWidth = Math.max(0, this.size.width / 2 - PADDING) / camera.scale;
    const halfHeight = Math.max(0, this.size.height / 2 - PADDING) / camera.scale;
    const next = { ...camera, x: within(x, camera.x, halfWidth), y: within(y, camera.y, halfHeight) };
    if (next.x === camera.x && next.y === camera.y) return;
    this.untouched = false;
    this.show(next, this.duration(STEP), easeOut);
  }

  show(camera: Camera, durationMs: number, ease = easeInOut): void {
    this.motion.moveTo(camera, durationMs, ease);
    if (this.motion.running) this.events.wanted();
    else this.events.moved();
  }
}

/** The least move of a middle that brings a value within `half` of it. */
function within(value: number, middle: number, half: number): number {
  return Math.min(value + half, Math.max(value - half, middle));
}
