/**
 * A row of the data as a picture.
 *
 * Grey images that are strokes on an empty ground (digits, letters, sketches) are drawn as ink on the chart's own
 * paper: the value becomes the ink's opacity. Other grey and all colour images are shown as they are.
 */
import type { Medium } from '@portolan/core/data';
import type { Tone } from '@portolan/core/pictures';

export type ImageMedium = Extract<Medium, { kind: 'image' }>;
export type Rgb = readonly [number, number, number];

/**
 * Paints one row into RGBA pixels.
 * @param values  height × width × channels numbers, times `scale` in [0, 1]; beyond that they are clipped
 * @param at  index of the first pixel's first byte in `out`
 * @param stride  pixels from one line of `out` to the next
 */
export function paint(
  out: Uint8ClampedArray,
  values: ArrayLike<number>,
  medium: ImageMedium,
  { tone, ink, scale = 1, from = 0, at = 0, stride = medium.width }: PaintOptions,
): void {
  const { height, width, channels } = medium;
  const unit = 255 * scale;
  for (let y = 0; y < height; y++) {
    let to = at + y * stride * 4;
    let p = from + y * width * channels;
    for (let x = 0; x < width; x++, to += 4, p += channels) {
      if (channels === 3 || tone === 'plain') {
        out[to] = values[p] * unit;
        out[to + 1] = values[channels === 3 ? p + 1 : p] * unit;
        out[to + 2] = values[channels === 3 ? p + 2 : p] * unit;
        out[to + 3] = 255;
      } else {
        out[to] = ink[0];
        out[to + 1] = ink[1];
        out[to + 2] = ink[2];
        out[to + 3] = tone === 'ink' ? values[p] * unit : 255 - values[p] * unit;
      }
    }
  }
}

export interface PaintOptions {
  tone: Tone;
  ink: Rgb;
  scale?: number;
  from?: number;
  at?: number;
  stride?: number;
}

/** A grid of cells for n pictures that fits a texture: how many columns and rows, and the cell's size in pixels. */
export function atlasLayout(
  n: number,
  medium: ImageMedium,
  { maxCell = 32, maxSide = 4096 } = {},
): { cols: number; rows: number; cell: { width: number; height: number }; capacity: number } {
  const shrink = Math.max(1, Math.ceil(Math.max(medium.height, medium.width) / maxCell));
  const cell = { width: Math.ceil(medium.width / shrink), height: Math.ceil(medium.height / shrink) };
  const maxCols = Math.floor(maxSide / cell.width);
  const maxRows = Math.floor(maxSide / cell.height);
  const capacity = maxCols * maxRows;
  const cols = Math.min(maxCols, Math.max(1, Math.ceil(Math.sqrt(Math.min(n, capacity)))));
  const rows = Math.max(1, Math.ceil(Math.min(n, capacity) / cols));
  return { cols, rows, cell, capacity };
}

/** Every `shrink`-th pixel averaged: a row made smaller by a whole factor, in [0, 1]. */
export function shrunk(
  values: ArrayLike<number>,
  from: number,
  scale: number,
  medium: ImageMedium,
  cell: { width: number; height: number },
): Float32Array {
  const { height, width, channels } = medium;
  const out = new Float32Array(cell.width * cell.height * channels);
  const hits = new Uint16Array(cell.width * cell.height);
  for (let y = 0; y < height; y++) {
    const cy = Math.floor((y * cell.height) / height);
    for (let x = 0; x < width; x++) {
      const c = cy * cell.width + Math.floor((x * cell.width) / width);
      hits[c]++;
      for (let k = 0; k < channels; k++) {
        out[c * channels + k] += values[from + (y * width + x) * channels + k] * scale;
      }
    }
  }
  for (let c = 0; c < hits.length; c++) for (let k = 0; k < channels; k++) out[c * channels + k] /= hits[c] || 1;
  return out;
}

/** `#1d1b18` → its three bytes. */
export function rgb(hex: string): Rgb {
  const n = Number.parseInt(hex.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}
