/** Things on their way: a value that runs from 0 to 1 by the clock of the frames, and a camera that glides. */
import { easeInOut, mixCameras } from './camera.ts';
import type { Camera } from './types.ts';

/** Runs from 0 to 1; starts with the first frame that asks, so that a slow upload doesn't eat the beginning. */
export class Clock {
  private start = NaN;
  private duration = 0;
  private ease = easeInOut;
  /** eased, in [0, 1] */
  value = 1;

  get running(): boolean {
    return this.value < 1;
  }

  begin(durationMs: number, ease: (t: number) => number = easeInOut): void {
    this.start = NaN;
    this.duration = durationMs;
    this.ease = ease;
    this.value = durationMs > 0 ? 0 : 1;
  }

  end(): void {
    this.value = 1;
  }

  advance(now: number): void {
    if (!this.running) return;
    if (Number.isNaN(this.start)) this.start = now;
    const t = (now - this.start) / this.duration;
    this.value = t >= 1 ? 1 : this.ease(Math.max(0, t));
  }
}

export class CameraMotion {
  current: Camera;
  /** where it is going, or is */
  target: Camera;
  private from: Camera;
  private readonly clock = new Clock();

  constructor(camera: Camera) {
    this.current = this.target = this.from = camera;
  }

  get running(): boolean {
    return this.clock.running;
  }

  moveTo(camera: Camera, durationMs = 0, ease?: (t: number) => number): void {
    this.from = this.current;
    this.target = camera;
    this.clock.begin(durationMs, ease);
    if (!this.clock.running) this.current = camera;
  }

  /** Changes both ends alike: dragging or turning the map while it still glides. */
  change(by: (camera: Camera) => Camera): void {
    this.from = by(this.from);
    this.target = by(this.target);
    this.current = by(this.current);
  }

  /** @returns whether it moved */
  advance(now: number): boolean {
    if (!this.clock.running) return false;
    this.clock.advance(now);
    this.current = mixCameras(this.from, this.target, this.clock.value);
    return true;
  }
}
