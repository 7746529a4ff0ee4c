/** Rows that are images: which shapes are, and how their values come to lie in [0, 1]. */
import { InputError } from '../base/index.ts';
import type { Medium, Rows } from './dataset.ts';

/** The size that rows are to have as images. */
export interface ImageSize {
  height: number;
  width: number;
  channels?: 1 | 3;
}

/** The sides of an image that a thumbnail of it could still show. */
const MIN_SIDE = 4;
const MAX_SIDE = 4096;

function side(n: number): boolean {
  return n >= MIN_SIDE && n <= MAX_SIDE;
}

/**
 * The medium that an array's shape suggests: [n, h, w], [n, h, w, c] and [n, c, h, w] are images.
 * `planar` says that channels come before pixels.
 */
export function mediumOfShape(shape: readonly number[]): { medium: Medium; planar: boolean } {
  const [, a, b, c] = shape;
  if (shape.length === 3 && side(a) && side(b)) return image(a, b, 1);
  if (shape.length === 4 && side(a) && side(b) && (c === 1 || c === 3)) return image(a, b, c);
  if (shape.length === 4 && side(b) && side(c) && (a === 1 || a === 3)) return image(b, c, a, a === 3);
  return { medium: { kind: 'vector' }, planar: false };
}

function image(height: number, width: number, channels: 1 | 3, planar = false): { medium: Medium; planar: boolean } {
  return { medium: { kind: 'image', height, width, channels }, planar };
}

/**
 * The medium of rows of `nFeatures` numbers when a size was asked for.
 * @throws InputError when they don't fit
 */
export function mediumOfSize({ height, width, channels }: ImageSize, nFeatures: number, name: string): Medium {
  for (const c of channels ? [channels] : ([1, 3] as const)) {
    if (height * width * c === nFeatures) return { kind: 'image', height, width, channels: c };
  }
  throw new InputError(
    `${name} has ${nFeatures} numbers a row, which is not ${height} × ${width} pixels of ${channels ?? '1 or 3'} ${channels === 1 ? 'channel' : 'channels'}`,
    { code: 'image-size', details: { nFeatures, height, width } },
  );
}

/** Rows of planes → rows of pixels, in place: [c, h, w] → [h, w, c]. */
export function interleave({ data, nSamples, nFeatures }: Rows, channels: number): void {
  const pixels = nFeatures / channels;
  const kept = data.slice(0, nFeatures);
  for (let i = 0; i < nSamples; i++) {
    const row = data.subarray(i * nFeatures, (i + 1) * nFeatures);
    kept.set(row);
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++) row[p * channels + c] = kept[c * pixels + p];
    }
  }
}

/** What decoders without a sigmoid give may leave [0, 1] by so much. */
const OVERSHOOT = 1;

/**
 * The same rows with pixel values in [0, 1]: bytes are scaled by 1/255 (whole numbers from 0 to 255 become bytes),
 * fractions stay, anything else is stretched from its smallest to its largest value, with a warning.
 * @param stretch  when false, values a little outside [0, 1] stay too
 * @throws InputError when they may not be stretched and lie far outside
 */
export function pixelRows(rows: Rows, name: string, stretch = true): { rows: Rows; warnings: string[] } {
  const { data } = rows;
  if (data instanceof Uint8Array) {
    const binary = data.every((value) => value < 2);
    return { rows: { ...rows, scale: binary ? 1 : 1 / 255 }, warnings: [] };
  }
  let min = Infinity;
  let max = -Infinity;
  let integers = true;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value < min) min = value;
    if (value > max) max = value;
    if (integers && !Number.isInteger(value)) integers = false;
  }
  if (min >= 0 && max <= 1 && rows.scale === 1) return { rows, warnings: [] };
  if (integers && min >= 0 && max <= 255)
    return { rows: { ...rows, data: Uint8Array.from(data), scale: 1 / 255 }, warnings: [] };
  if (min >= 0 && max <= 255 && max > 1.5) return { rows: { ...rows, scale: 1 / 255 }, warnings: [] };
  if (!stretch) {
    if (min >= -OVERSHOOT && max <= 1 + OVERSHOOT) return { rows, warnings: [] };
    throw new InputError(
      `${name}: pixel values range from ${round(min)} to ${round(max)}, expected 0 to 1 or 0 to 255; bring them to what the space was learned from`,
      { code: 'pixels', details: { min, max } },
    );
  }
  const stretched = data instanceof Float32Array ? data : Float32Array.from(data);
  const range = max - min || 1;
  for (let i = 0; i < stretched.length; i++) stretched[i] = (stretched[i] - min) / range;
  return {
    rows: { ...rows, data: stretched, scale: 1 },
    warnings: [`${name}: pixel values from ${round(min)} to ${round(max)} were stretched to 0 … 1.`],
  };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
