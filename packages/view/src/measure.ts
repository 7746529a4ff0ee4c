/**
 * How fast this machine draws: maps of synthetic points, timed in the page. It shows nothing of its own; a caller makes of
 * the figures what it likes.
 */
import { random } from '@portolan/core/base';
import { categoryColors } from './colors.ts';
import { LatentMap } from './latent-map.ts';

export interface MapTiming {
  /** points */
  n: number;
  /** milliseconds from coordinates in memory to all points on the screen */
  firstFrameMs: number;
  /** median and 95th percentile of a frame while the view moves, from one to the next, milliseconds */
  frameMs: number;
  slowFrameMs: number;
  /** frames a second by the median; no more than the screen shows */
  framesPerSecond: number;
  /** milliseconds until every point could be picked at once, from the first frame on */
  pickableMs: number;
}

export interface MeasureOptions {
  /** numbers of points, measured one after the other; 10⁴ to 2 · 10⁶ by default */
  counts?: readonly number[];
  /** frames of moving the view for each number; 40 by default, fewer when they take long */
  frames?: number;
  seed?: number;
  signal?: AbortSignal;
  /** told of each number as soon as it is measured, so that it can be shown */
  onTiming?: (timing: MapTiming) => void;
}

const COUNTS = [10_000, 30_000, 100_000, 300_000, 1_000_000, 2_000_000];
const CATEGORIES = 10;
/** Milliseconds that moving the view may take for one number of points. */
const PATIENCE = 4000;

/**
 * Measures how fast maps are drawn in an element, whose size counts: it should be in the page, visible and empty. The figures
 * are of the whole: page, browser and graphics card.
 * @throws AbortError when the signal says so
 */
export async function measureMap(
  element: HTMLElement,
  { counts = COUNTS, frames = 40, seed = 0, signal, onTiming }: MeasureOptions = {},
): Promise<MapTiming[]> {
  const timings: MapTiming[] = [];
  for (const n of counts) {
    signal?.throwIfAborted();
    const timing = await measureOne(element, n, frames, seed, signal);
    timings.push(timing);
    onTiming?.(timing);
  }
  return timings;
}

async function measureOne(
  element: HTMLElement,
  n: number,
  frames: number,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<MapTiming> {
  const { coordinates, codes } = await madeUp(n, seed);
  const map = new LatentMap(element, { reducedMotion: true });
  try {
    await map.whenDrawn();
    const begin = performance.now();
    map.setPoints(coordinates, { copy: false });
    map.setColoring({ type: 'category', codes, colors: categoryColors(CATEGORIES) });
    await map.whenDrawn();
    await settled(element);
    const drawn = performance.now();
    await map.whenReady();
    const ready = performance.now();
    const { camera } = map;
    const times: number[] = [];
    let last = NaN;
    for (let k = 0; k < frames && performance.now() - ready < PATIENCE; k++) {
      signal?.throwIfAborted();
      map.setCamera({ ...camera, x: camera.x + (40 * Math.sin(k / 4)) / camera.scale });
      await new Promise((resolve) => requestAnimationFrame(resolve));
      await settled(element);
      const now = performance.now();
      if (!Number.isNaN(last)) times.push(now - last);
      last = now;
    }
    times.sort((a, b) => a - b);
    const frameMs = times[times.length >> 1] ?? NaN;
    return {
      n,
      firstFrameMs: drawn - begin,
      frameMs,
      slowFrameMs: times[Math.floor(0.95 * (times.length - 1))] ?? NaN,
      framesPerSecond: 1000 / frameMs,
      pickableMs: ready - drawn,
    };
  } finally {
    map.destroy();
  }
}

/** Waits until the graphics card is done: reading a pixel back needs that. */
async function settled(element: HTMLElement): Promise<void> {
  const gl = element.querySelector('canvas')?.getContext('webgl2');
  gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
}

/** Ten clusters of different widths, made in slices. */
async function madeUp(n: number, seed: number): Promise<{ coordinates: Float32Array; codes: Int32Array }> {
  const rng = random(seed);
  const coordinates = new Float32Array(2 * n);
  const codes = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    if (i % 100_000 === 99_999) await new Promise((resolve) => setTimeout(resolve));
    const code = rng.below(CATEGORIES);
    const angle = (2 * Math.PI * code) / CATEGORIES;
    codes[i] = code;
    coordinates[2 * i] = 6 * Math.cos(angle) + rng.normal() * (0.4 + 0.1 * code);
    coordinates[2 * i + 1] = 6 * Math.sin(angle) + rng.normal() * (0.4 + 0.1 * code);
  }
  return { coordinates, codes };
}
