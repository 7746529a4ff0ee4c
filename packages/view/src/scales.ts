/** Scales of core, in a page: colours of one's own may be written in any way that CSS knows. */
import { hexOf, scaleRgb as coreRgb } from '@portolan/core/pictures';
import { parseColor } from './colors.ts';
import type { Rgba } from './colors.ts';
import type { ColorScale } from './types.ts';

const known = new WeakMap<readonly string[], readonly string[]>();

/** The colour at t in [0, 1] (clamped) of a scale, as numbers. A scale of no colours is grey. */
export function scaleRgb(t: number, scale: ColorScale): Rgba {
  return coreRgb(t, typeof scale === 'string' ? scale : inHex(scale));
}

/** The same as a hexadecimal CSS colour. */
export function scaleColor(t: number, scale: ColorScale): string {
  return hexOf(scaleRgb(t, scale));
}

function inHex(colors: readonly string[]): readonly string[] {
  let hex = known.get(colors);
  if (!hex) {
    hex = colors.map((color) => hexOf(parseColor(color)));
    known.set(colors, hex);
  }
  return hex;
}
