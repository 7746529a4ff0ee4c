/** Where the lines of the graticule run and what is written at their ends; the same for WebGL, 2-D canvas and SVG. */
import { extentOf } from './framing.ts';
import type { Size } from './framing.ts';
import { ticks } from './ticks.ts';
import type { Camera } from './framing.ts';

/** CSS pixels between two lines that carry a label, at least. */
const SPACING = 120;
const MAJOR = 0.34;
const MINOR = 0.13;

export interface GraticuleLine {
  /** CSS pixels from the left or the top */
  pixel: number;
  opacity: number;
  /** only on major lines */
  label?: string;
}

export interface Net {
  vertical: readonly GraticuleLine[];
  horizontal: readonly GraticuleLine[];
}

export function graticuleLines(camera: Camera, size: Size): Net {
  const { xMin, xMax, yMin, yMax } = extentOf(camera, size);
  return {
    vertical: linesOn(xMin, xMax, size.width, (x) => (x - xMin) * camera.scale),
    horizontal: linesOn(yMin, yMax, size.height, (y) => (yMax - y) * camera.scale),
  };
}

function linesOn(low: number, high: number, pixels: number, pixelOf: (value: number) => number): GraticuleLine[] {
  const { step, values, labels } = ticks(low, high, pixels / SPACING);
  if (step === 0) return [];
  const lines: GraticuleLine[] = [];
  for (let k = Math.floor((low / step) * 5); k <= Math.ceil((high / step) * 5); k++) {
    if (k % 5 !== 0) lines.push({ pixel: pixelOf((k * step) / 5), opacity: MINOR });
  }
  values.forEach((value, k) => lines.push({ pixel: pixelOf(value), opacity: MAJOR, label: labels[k] }));
  return lines;
}
