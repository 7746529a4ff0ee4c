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

/** The values of black and of white. */
export type PixelRange = readonly [low: number, high: number];

export interface PixelOptions {
  /** what the values mean where that is known; by default it is told by the least and the greatest of them */
  range?: PixelRange;
  /** false for rows that join others: what is told of these by their own values would depend on the file */
  stretch?: boolean;
}

/** Greatest values of pixels in whole numbers: two to eight bits, and the sums of 4 × 4 bits that scikit-learn's digits are. */
const DEPTHS = [1, 3, 7, 15, 16, 31, 63, 127, 255];
/** Above it, a picture that happens to be dark is likelier than one of so few shades, unless it reaches the very end. */
const FEW_SHADES = 16;
/** Values below 0 by less are the noise of what begins at 0. */
const SLIGHT = 0.25;
/** What decoders without a sigmoid give may leave [0, 1] by so much. */
const OVERSHOOT = 1;

/**
 * The same rows with pixel values in [0, 1], from 0 at the low end of their range to 1 at its high end. Whole numbers
 * from 0 to 255 are kept as bytes, with a scale.
 * @returns the range too, and a sentence where it is not an obvious one
 * @throws InputError when values lie far outside the range, or their range can't be told and may not be guessed
 */
export function pixelRows(
  rows: Rows,
  name: string,
  { range: told, stretch = true }: PixelOptions = {},
): { rows: Rows; range: PixelRange; warnings: string[] } {
  const extent = extentOf(rows.data);
  const { min, max, integers } = extent;
  // rows that join others may have come out of a decoder: fractions around 0 to 1 are pixels already
  const decoded = !stretch && !integers && min >= -OVERSHOOT && max <= 1 + OVERSHOOT;
  const known = decoded || (!stretch && told?.[0] === 0 && told[1] === 1) ? undefined : told;
  const { range, warnings } = known
    ? { range: [known[0], known[1]] as const, warnings: [] }
    : rangeOf(extent, name, stretch);
  const [low, high] = range;
  const room = OVERSHOOT * (high - low);
  if (min < low - room || max > high + room) {
    throw new InputError(
      `${name}: pixel values range from ${round(min)} to ${round(max)}, expected ${low} to ${high}; say the range they have, or bring them to this one`,
      { code: 'pixels', details: { min, max, low, high } },
    );
  }
  return { rows: scaled(rows, range, integers && min >= 0 && max <= 255), range, warnings };
}

interface Extent {
  min: number;
  max: number;
  integers: boolean;
}

function extentOf(data: Rows['data']): Extent {
  let min = Infinity;
  let max = -Infinity;
  let integers = true;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value < min) min = value;
    if (value > max) max = value;
    if (integers && !Number.isInteger(value)) integers = false;
  }
  return { min, max, integers };
}

/** What the values seem to mean. */
function rangeOf(
  { min, max, integers }: Extent,
  name: string,
  stretch: boolean,
): { range: PixelRange; warnings: string[] } {
  const obvious = (low: number, high: number) => ({ range: [low, high] as const, warnings: [] });
  if (min >= 0 && max <= 1) return obvious(0, 1);
  if (!stretch) {
    if (min >= 0 && max <= 255 && (integers || max > 1.5)) return obvious(0, 255);
    if (min >= -OVERSHOOT && max <= 1 + OVERSHOOT) return obvious(0, 1);
    throw new InputError(
      `${name}: pixel values range from ${round(min)} to ${round(max)}, expected 0 to 1 or 0 to 255; bring them to what the space was learned from`,
      { code: 'pixels', details: { min, max } },
    );
  }
  const said = (low: number, high: number) => ({
    range: [low, high] as const,
    warnings: [
      `${name}: pixel values are from ${round(min)} to ${round(max)}, so ${round(low)} is taken for black and ${round(high)} for white; add it with another range if that is wrong.`,
    ],
  });
  if (min >= 0 && max <= 255) {
    const depth = DEPTHS.find((top) => top === max || (max <= top && top <= FEW_SHADES)) ?? 255;
    return depth === 255 ? obvious(0, 255) : said(0, depth);
  }
  if (!integers && min >= -1 && min < -SLIGHT && max <= 1) return said(-1, 1);
  if (integers && min >= -128 && max <= 127 && max > 1) return said(-128, 127);
  return said(min, max === min ? min + 1 : max);
}

/** As bytes where they are, else brought to [0, 1]. */
function scaled(rows: Rows, [low, high]: PixelRange, bytes: boolean): Rows {
  const { data } = rows;
  if (bytes && low === 0 && high > 1) {
    const kept = data instanceof Uint8Array ? data : Uint8Array.from(data);
    return { ...rows, data: kept, scale: 1 / high };
  }
  if (low === 0 && high === 1) return { ...rows, scale: 1 };
  const out = data instanceof Float32Array ? data : Float32Array.from(data);
  for (let i = 0; i < out.length; i++) out[i] = (out[i] - low) / (high - low);
  return { ...rows, data: out, scale: 1 };
}

/** The range that rows of a kept data set came from, for others that join them. */
export function rangeOfKept({
  medium,
  scale = 1,
  range,
}: {
  medium: Medium;
  scale?: number;
  range?: PixelRange;
}): PixelRange | undefined {
  if (medium.kind !== 'image') return undefined;
  return range ?? (scale === 1 ? undefined : [0, Math.round(1 / scale)]);
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
