/**
 * Colours for numbers: core's viridis and cividis, a diverging scale, and scales of the caller's own.
 *
 * `blueOrange` runs from blue over grey to orange, both alike in light at OKLCH 0.46, 0.66 and 0.79, which normal, protanope, deuteranope and tritanope eyes all tell apart; its
 * middle is neither as light as paper nor as dark as the night, so that a point at zero is seen on both grounds. Own colours
 * are mixed in OKLab (Ottosson 2020), so that the way from one to the next is even.
 */
import { hexOf, parseColor, sequentialRgb } from './colors.ts';
import type { Rgba } from './colors.ts';
import type { ColorScale } from './types.ts';

const BLUE_ORANGE = ['#1155a9', '#5497d9', '#bbbbb8', '#cf7b26', '#8b3f03'];

type Lab = readonly [lightness: number, a: number, b: number];
const mixed = new WeakMap<readonly string[], Lab[]>();

/** The colour at t in [0, 1] (clamped) of a scale, as numbers. A scale of no colours is grey. */
export function scaleRgb(t: number, scale: ColorScale): Rgba {
  if (scale === 'viridis' || scale === 'cividis') return sequentialRgb(t, scale);
  const colors = scale === 'blueOrange' ? BLUE_ORANGE : (scale as readonly string[]);
  let labs = mixed.get(colors);
  if (!labs) {
    labs = colors.map((color) => toLab(parseColor(color)));
    mixed.set(colors, labs);
  }
  if (labs.length === 0) return [128, 128, 128, 255];
  const at = Math.min(1, Math.max(0, t)) * (labs.length - 1);
  const k = Math.max(0, Math.min(labs.length - 2, Math.floor(at)));
  const [from, to] = [labs[k], labs[Math.min(labs.length - 1, k + 1)]];
  const mix = (axis: 0 | 1 | 2): number => from[axis] + (to[axis] - from[axis]) * (at - k);
  return toRgb([mix(0), mix(1), mix(2)]);
}

/** The same as a hexadecimal CSS colour. */
export function scaleColor(t: number, scale: ColorScale): string {
  return hexOf(scaleRgb(t, scale));
}

function toLab([red, green, blue]: Rgba): Lab {
  const [r, g, b] = [red, green, blue].map((channel) => {
    const v = channel / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function toRgb([lightness, a, b]: Lab): Rgba {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
    255,
  ];
}

function encode(linear: number): number {
  const v = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
}
