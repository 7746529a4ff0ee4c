/**
 * Resampling of images, one axis after the other: by area where it shrinks (every source pixel counts, so nothing
 * aliases), bilinear where it grows.
 */
import type { ImageData8 } from './source.ts';

/** Grey and colour images as they are; with alpha, laid on white. */
export function onWhite(image: ImageData8): ImageData8 & { channels: 1 | 3 } {
  const { width, height, channels, data } = image;
  if (channels === 1 || channels === 3) return { width, height, channels, data };
  const kept = channels === 2 ? 1 : 3;
  const out = new Uint8Array(width * height * kept);
  for (let p = 0; p < width * height; p++) {
    const alpha = data[p * channels + kept];
    for (let c = 0; c < kept; c++) {
      out[p * kept + c] = Math.round((data[p * channels + c] * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return { width, height, channels: kept, data: out };
}

/** As many channels as asked for: grey is the luma of Rec. 601, colour from grey is grey. */
export function withChannels(
  image: ImageData8 & { channels: 1 | 3 },
  channels: 1 | 3,
): ImageData8 & { channels: 1 | 3 } {
  const { width, height, data } = image;
  if (image.channels === channels) return image;
  const out = new Uint8Array(width * height * channels);
  for (let p = 0; p < width * height; p++) {
    if (channels === 1) out[p] = Math.round(0.299 * data[3 * p] + 0.587 * data[3 * p + 1] + 0.114 * data[3 * p + 2]);
    else out.fill(data[p], 3 * p, 3 * p + 3);
  }
  return { width, height, channels, data: out };
}

/** The image at another size; its proportions follow the size. */
export function resize({ width, height, channels, data }: ImageData8, toWidth: number, toHeight: number): Uint8Array {
  if (width === toWidth && height === toHeight) return data;
  const across = taps(width, toWidth);
  const down = taps(height, toHeight);
  const half = new Float32Array(toWidth * height * channels); // [height, toWidth, channels]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < toWidth; x++) {
      const { first, weights } = across[x];
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * data[(y * width + first + k) * channels + c];
        half[(y * toWidth + x) * channels + c] = sum;
      }
    }
  }
  const out = new Uint8Array(toWidth * toHeight * channels);
  const stride = toWidth * channels;
  for (let y = 0; y < toHeight; y++) {
    const { first, weights } = down[y];
    for (let i = 0; i < stride; i++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * half[(first + k) * stride + i];
      out[y * stride + i] = Math.min(255, Math.max(0, Math.round(sum)));
    }
  }
  return out;
}

interface Taps {
  first: number;
  weights: number[];
}

/** For each target pixel the source pixels it is made of, and how much of each; weights sum to 1. */
function taps(from: number, to: number): Taps[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) =>
    scale > 1 ? boxTaps(i * scale, (i + 1) * scale, from) : tentTaps((i + 0.5) * scale - 0.5, from),
  );
}

/** The part of each source pixel that lies between two places. */
function boxTaps(start: number, end: number, from: number): Taps {
  const first = Math.floor(start);
  const last = Math.min(from, Math.ceil(end - 1e-9));
  const weights: number[] = [];
  for (let p = first; p < last; p++) weights.push((Math.min(p + 1, end) - Math.max(p, start)) / (end - start));
  return { first, weights };
}

/** The two source pixels about a place; at the edge the nearest one. */
function tentTaps(place: number, from: number): Taps {
  const clamped = Math.min(from - 1, Math.max(0, place));
  const first = Math.min(from - 1, Math.floor(clamped));
  const part = clamped - first;
  return part === 0 || first === from - 1 ? { first, weights: [1] } : { first, weights: [1 - part, part] };
}
