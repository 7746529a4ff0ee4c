/**
 * Colours for numbers: viridis and cividis, a diverging scale, and scales of the caller's own.
 *
 * `blueOrange` runs from blue over grey to orange, both alike in light at OKLCH 0.46, 0.66 and 0.79, which normal, protanope,
 * deuteranope and tritanope eyes all tell apart; its middle is neither as light as paper nor as dark as the night, so that a
 * point at zero is seen on both grounds. Own colours are mixed in OKLab, so that the way from one to the next is even.
 */
import { InputError } from '../base/index.ts';
import { hexOf, parseHex, sequentialRgb } from './colors.ts';
import type { Rgba } from './oklab.ts';
import { labToRgb, rgbToLab } from './oklab.ts';
import type { Lab } from './oklab.ts';

/** A named scale, or hexadecimal colours at even distances, between which is mixed. */
export type ColorScale = NamedScale | readonly string[];
export type NamedScale = 'viridis' | 'cividis' | 'blueOrange';

const BLUE_ORANGE: readonly string[] = ['#1155a9', '#5497d9', '#bbbbb8', '#cf7b26', '#8b3f03'];
const NONE: Lab = rgbToLab([128, 128, 128, 255]);
const BLACK: Rgba = [0, 0, 0, 255];

const mixed = new WeakMap<readonly string[], Lab[]>();

/** The colour at t in [0, 1] (clamped) of a scale, as numbers. A scale of no colours is grey; what is no colour is black. */
export function scaleRgb(t: number, scale: ColorScale): Rgba {
  if (scale === 'viridis' || scale === 'cividis') return sequentialRgb(t, scale);
  const labs = labsOf(scale === 'blueOrange' ? BLUE_ORANGE : (scale as readonly string[]));
  const at = Math.min(1, Math.max(0, t)) * (labs.length - 1);
  const k = Math.min(Math.max(0, labs.length - 2), Math.floor(at));
  const [from, to] = [labs[k], labs[Math.min(labs.length - 1, k + 1)]];
  const mix = (axis: 0 | 1 | 2): number => from[axis] + (to[axis] - from[axis]) * (at - k);
  return labToRgb([mix(0), mix(1), mix(2)]);
}

/** The same as a hexadecimal CSS colour. */
export function scaleColor(t: number, scale: ColorScale): string {
  return hexOf(scaleRgb(t, scale));
}

/**
 * The numbers at the ends of a scale for values from low to high. Of a diverging one they lie as far below zero as above if
 * there are values on both sides, so that its middle is zero.
 */
export function domainOf(low: number, high: number, scale: ColorScale): [number, number] {
  if (scale !== 'blueOrange' || !(low < 0 && high > 0)) return [low, high];
  const most = Math.max(-low, high);
  return [-most, most];
}

/** @throws InputError when a scale has no colours, or one that isn't hexadecimal */
export function checkScale(scale: ColorScale): void {
  if (typeof scale === 'string') {
    if (scale !== 'viridis' && scale !== 'cividis' && scale !== 'blueOrange') {
      throw new InputError(`there is no scale ${String(scale)}; there is: viridis, cividis, blueOrange`);
    }
    return;
  }
  if (scale.length === 0) throw new InputError('a scale of colours needs at least one');
  const wrong = scale.find((color) => !parseHex(color));
  if (wrong !== undefined) throw new InputError(`${wrong} is no colour for a scale; write it as #rrggbb`);
}

function labsOf(colors: readonly string[]): Lab[] {
  let labs = mixed.get(colors);
  if (!labs) {
    labs = colors.length > 0 ? colors.map((color) => rgbToLab(parseHex(color) ?? BLACK)) : [NONE];
    mixed.set(colors, labs);
  }
  return labs;
}
