/**
 * Points as pixels without a graphics card: anti-aliased discs laid over each other, strip by strip, so that a picture
 * at print size needs the memory of a strip. A pixel is covered as far as the disc's edge, a pixel wide, goes over it.
 */
import type { Rgba } from './oklab.ts';

export interface Discs {
  /** pixels from the left and the top, [n] each; what is not finite is left out */
  x: Float32Array;
  y: Float32Array;
  /** pixels */
  radius: number;
  /** [n], into the palette */
  codes: Uint16Array;
  /** [nColors * 4], 0 … 255, alpha not multiplied in */
  palette: Uint8Array;
  /** [0, 1], of every disc */
  opacity: number;
  /** the discs in the order they are drawn, the last on top */
  order: Uint32Array;
}

/** A rectangle filled before the discs: a line of the graticule. Pixels; edges may lie between pixels. */
export interface Bar {
  left: number;
  top: number;
  right: number;
  bottom: number;
  color: Rgba;
  opacity: number;
}

export interface RasterOptions {
  width: number;
  height: number;
  /** null for none: the pixels then have an alpha, not multiplied in */
  background: Rgba | null;
  bars?: readonly Bar[];
  /** discs are drawn in here alone */
  clip?: { left: number; top: number; right: number; bottom: number };
}

/** Numbers in a strip: 32 MB. */
const STRIP_VALUES = 8e6;

/** Rows of pixels from the top: [rows * width * 3] bytes on a background, [rows * width * 4] without one. */
export function* rasterStrips(
  discs: Discs,
  { width, height, background, bars = [], clip }: RasterOptions,
): Generator<Uint8Array> {
  const rows = Math.max(1, Math.min(height, Math.floor(STRIP_VALUES / (4 * width))));
  const inner = clip ?? { left: 0, top: 0, right: width, bottom: height };
  for (let top = 0; top < height; top += rows) {
    const bottom = Math.min(height, top + rows);
    // red, green, blue times alpha, and alpha, all in [0, 1]
    const canvas = new Float32Array((bottom - top) * width * 4);
    if (background) fill(canvas, background);
    for (const bar of bars) drawBar(canvas, bar, width, top, bottom);
    drawDiscs(
      canvas,
      discs,
      width,
      { ...inner, top: Math.max(top, inner.top), bottom: Math.min(bottom, inner.bottom) },
      top,
    );
    yield background ? opaque(canvas) : transparent(canvas);
  }
}

function fill(canvas: Float32Array, [r, g, b]: Rgba): void {
  for (let at = 0; at < canvas.length; at += 4) {
    canvas[at] = r / 255;
    canvas[at + 1] = g / 255;
    canvas[at + 2] = b / 255;
    canvas[at + 3] = 1;
  }
}

function drawBar(canvas: Float32Array, bar: Bar, width: number, top: number, bottom: number): void {
  const [r, g, b] = bar.color;
  for (let y = Math.max(top, Math.floor(bar.top)); y < Math.min(bottom, Math.ceil(bar.bottom)); y++) {
    const down = Math.min(y + 1, bar.bottom) - Math.max(y, bar.top);
    for (let x = Math.max(0, Math.floor(bar.left)); x < Math.min(width, Math.ceil(bar.right)); x++) {
      const across = Math.min(x + 1, bar.right) - Math.max(x, bar.left);
      over(canvas, 4 * ((y - top) * width + x), r / 255, g / 255, b / 255, bar.opacity * across * down);
    }
  }
}

function drawDiscs(
  canvas: Float32Array,
  { x, y, radius, codes, palette, opacity, order }: Discs,
  width: number,
  clip: { left: number; top: number; right: number; bottom: number },
  firstRow: number,
): void {
  const reach = radius + 0.5;
  const left = Math.max(0, Math.ceil(clip.left));
  const right = Math.min(width, Math.floor(clip.right));
  const top = Math.ceil(clip.top);
  const bottom = Math.floor(clip.bottom);
  for (const i of order) {
    const cx = x[i];
    const cy = y[i];
    if (!(cy + reach > top && cy - reach < bottom && cx + reach > left && cx - reach < right)) continue;
    const color = 4 * codes[i];
    const r = palette[color] / 255;
    const g = palette[color + 1] / 255;
    const b = palette[color + 2] / 255;
    const strength = (opacity * palette[color + 3]) / 255;
    const yEnd = Math.min(bottom, Math.ceil(cy + reach));
    const xEnd = Math.min(right, Math.ceil(cx + reach));
    for (let py = Math.max(top, Math.floor(cy - reach)); py < yEnd; py++) {
      for (let px = Math.max(left, Math.floor(cx - reach)); px < xEnd; px++) {
        const inside = reach - Math.hypot(px + 0.5 - cx, py + 0.5 - cy);
        if (inside <= 0) continue;
        over(canvas, 4 * ((py - firstRow) * width + px), r, g, b, inside < 1 ? strength * inside : strength);
      }
    }
  }
}

/** Porter & Duff's over. */
function over(canvas: Float32Array, at: number, r: number, g: number, b: number, alpha: number): void {
  const rest = 1 - alpha;
  canvas[at] = r * alpha + canvas[at] * rest;
  canvas[at + 1] = g * alpha + canvas[at + 1] * rest;
  canvas[at + 2] = b * alpha + canvas[at + 2] * rest;
  canvas[at + 3] = alpha + canvas[at + 3] * rest;
}

function opaque(canvas: Float32Array): Uint8Array {
  const out = new Uint8Array((canvas.length / 4) * 3);
  for (let from = 0, to = 0; from < canvas.length; from += 4) {
    out[to++] = canvas[from] * 255 + 0.5;
    out[to++] = canvas[from + 1] * 255 + 0.5;
    out[to++] = canvas[from + 2] * 255 + 0.5;
  }
  return out;
}

function transparent(canvas: Float32Array): Uint8Array {
  const out = new Uint8Array(canvas.length);
  for (let at = 0; at < canvas.length; at += 4) {
    const alpha = canvas[at + 3];
    if (alpha <= 0) continue;
    for (let k = 0; k < 3; k++) out[at + k] = (canvas[at + k] / alpha) * 255 + 0.5;
    out[at + 3] = alpha * 255 + 0.5;
  }
  return out;
}
