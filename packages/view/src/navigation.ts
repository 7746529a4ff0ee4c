/** Where the map is looked at from: the camera, its glides, and how all points are brought into view. */
import {
  boxOfPoints,
  easeInOut,
  easeOut,
  extentOf,
  isSpatial,
  moved,
  pixelAt,
  placeAt,
  turned,
  zoomAbout,
} from './camera.ts';
import type { Size } from './camera.ts';
import { Fitting, PADDING } from './fitting.ts';
import { CameraMotion } from './motion.ts';
import type { Camera, Extent, Insets, Place } from './types.ts';

/** Milliseconds of a glide from one view, or one map, to another, and of a step within a view. */
export const GLIDE = 500;
export const STEP = 180;
/** Radians that a drag over one CSS pixel turns a map in space. */
const TURN = 0.007;

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

  /** Whether the map is seen in space, now or at the end of a glide. */
  get isSpatial(): boolean {
    return isSpatial(this.motion.target);
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

  /** A map whose view nobody has moved makes room at once. */
  setInsets(insets: Insets): void {
    const { fitting } = this;
    fitting.setInsets(insets);
    if (this.untouched && fitting.box)
      this.show(fitting.cameraFor(fitting.box, this.motion.target), this.duration(STEP));
  }

  setCamera({ x, y, scale, z = 0, yaw = 0, pitch = 0 }: Camera, animate: boolean): void {
    this.untouched = false;
    const flat = { x, y, scale: this.fitting.withinScales(scale) };
    const camera = this.fitting.nComponents === 3 ? turned({ ...flat, z, yaw, pitch: 0 }, 0, pitch) : flat;
    this.show(camera, animate ? this.duration(GLIDE) : 0);
  }

  /** Brings all points, or those listed, into view. */
  fit(coordinates: Float32Array, indices: Uint32Array | undefined, durationMs: number): void {
    const { fitting } = this;
    const box = indices ? boxOfPoints(coordinates, fitting.nComponents, indices) : fitting.box;
    this.untouched = !indices;
    if (box) this.show(fitting.cameraFor(box, this.motion.target), durationMs);
  }

  /** Takes on another size; what was in view as a whole stays so. @returns whether it is another */
  resize(size: Size): boolean {
    if (size.width === this.size.width && size.height === this.size.height) return false;
    this.size = size;
    this.fitting.resize(size);
    if (this.untouched && this.fitting.box) this.show(this.fitting.cameraFor(this.fitting.box, this.camera), 0);
    return true;
  }

  pan(dx: number, dy: number): void {
    const { scale } = this.motion.current;
    this.untouched = false;
    this.motion.change((camera) => moved(camera, -dx / scale, dy / scale));
    this.events.moved();
  }

  /** Turns a map in space by a drag of so many pixels. */
  turn(dx: number, dy: number): void {
    this.motion.change((camera) => turned(camera, -dx * TURN, dy * TURN));
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

  bringIntoView(place: Place): void {
    const camera = this.motion.target;
    const { width, height } = this.size;
    const [px, py] = pixelAt(camera, this.size, place);
    const across = outside(px, width) / camera.scale;
    const down = outside(py, height) / camera.scale;
    if (across === 0 && down === 0) return;
    this.untouched = false;
    this.show(moved(camera, across, -down), this.duration(STEP), easeOut);
  }

  show(camera: Camera, durationMs: number, ease = easeInOut): void {
    this.motion.moveTo(camera, durationMs, ease);
    if (this.motion.running) this.events.wanted();
    else this.events.moved();
  }
}

/** How far a pixel lies outside of the view's padded inside, along one side of it. */
function outside(pixel: number, length: number): number {
  const pad = Math.min(PADDING, length / 2);
  return Math.max(0, pixel - (length - pad)) - Math.max(0, pad - pixel);
}
