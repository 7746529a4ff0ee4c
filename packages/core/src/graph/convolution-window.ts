/** How a window passes over an image, in convolutions and in pooling. */
import { InputError } from '../base/index.ts';

export interface Conv2dOptions {
  /** vertical and horizontal; one number for both */
  strides?: number | readonly [number, number];
  /** zeros around the image: one number, [vertical, horizontal] or [top, left, bottom, right] */
  pads?: number | readonly number[];
  dilations?: number | readonly [number, number];
  /** channels are split into so many groups, which see only their own */
  groups?: number;
}

/** Options made strict. */
export interface Window {
  readonly strides: readonly [number, number];
  /** top, left, bottom, right */
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
  readonly groups: number;
}

/** Options made strict. @throws InputError when one of them is not a whole number in its range */
export function windowOf(what: string, { strides = 1, pads = 0, dilations = 1, groups = 1 }: Conv2dOptions): Window {
  const sides = typeof pads === 'number' ? [pads, pads, pads, pads] : pads.length === 2 ? [...pads, ...pads] : pads;
  const window = { strides: pair(strides), pads: sides as Window['pads'], dilations: pair(dilations), groups };
  if (!whole(1, [...window.strides, ...window.dilations, groups]) || !whole(0, sides) || sides.length !== 4) {
    throw new InputError(
      `${what}: got strides ${strides}, pads ${pads}, dilations ${dilations}, groups ${groups}; ` +
        'expected whole numbers, at least 1 (pads: at least 0)',
    );
  }
  return window;
}

/** One number for both directions, or each its own. */
export const pair = (value: number | readonly [number, number]): readonly [number, number] =>
  typeof value === 'number' ? [value, value] : value;

const whole = (least: number, values: readonly number[]): boolean =>
  values.every((v) => Number.isInteger(v) && v >= least);
