/** What colours mean: categories with their colours, or a scale with its numbers; and the colours of points by code. */
import { InputError } from '../base/index.ts';
import type { Column } from '../data/index.ts';
import { categoryColors, parseHex } from './colors.ts';
import type { Rgba } from './oklab.ts';
import { checkScale, domainOf, scaleColor, scaleRgb } from './scales.ts';
import type { ColorScale } from './scales.ts';
import type { MapTheme } from './theme.ts';
import { ticks } from './ticks.ts';

export type Legend =
  | {
      type: 'category';
      title: string;
      entries: { name: string; color: string; count: number }[];
      /** how many categories are not listed */
      more: number;
    }
  | {
      type: 'number';
      title: string;
      scale: ColorScale;
      /** the numbers at its ends */
      domain: readonly [number, number];
      /** where numbers stand on the scale, in [0, 1] */
      ticks: { at: number; label: string }[];
    };

/** Points by colour. Code 0 is missing, k > 0 the k-th of the palette. */
export interface PointColors {
  codes: Uint16Array;
  /** [nColors * 4], 0 … 255 */
  palette: Uint8Array;
  legend: Legend | null;
}

const MAX_ENTRIES = 40;
const STEPS = 256;
const MAX_CODES = 65_534;

/**
 * The colours that a column gives to points; without one all have the theme's ink.
 * @throws InputError when the column has another number of values, or the scale has no colours or other than hexadecimal ones
 */
export function colorsOf(
  column: Column | undefined,
  n: number,
  { theme, dark, scale = 'viridis' }: { theme: MapTheme; dark: boolean; scale?: ColorScale },
): PointColors {
  const codes = new Uint16Array(n);
  if (!column || column.type === 'text') return { codes, palette: bytesOf([rgba(theme.ink)]), legend: null };
  const length = column.type === 'category' ? column.codes.length : column.values.length;
  if (length !== n) {
    throw new InputError(`column ${column.name} has ${length} values for ${n} points; give one for each`);
  }
  if (column.type === 'category') return ofCategories(column, codes, { theme, dark });
  checkScale(scale);
  const range = rangeOf(column.values);
  const [low, high] = column.type === 'time' ? range : domainOf(...range, scale);
  const factor = high > low ? (STEPS - 1) / (high - low) : 0;
  for (let i = 0; i < n; i++) {
    const value = column.values[i];
    if (Number.isFinite(value)) codes[i] = 1 + Math.round((value - low) * factor);
  }
  const steps = Array.from({ length: STEPS }, (_, k) => scaleRgb(k / (STEPS - 1), scale));
  const marks = column.type === 'time' ? dates(low, high) : numbers(low, high);
  const legend: Legend = { type: 'number', title: column.name, scale, domain: [low, high], ticks: marks };
  return { codes, palette: bytesOf([rgba(theme.missing), ...steps]), legend };
}

function ofCategories(
  { name, codes: own, categories }: Extract<Column, { type: 'category' }>,
  codes: Uint16Array,
  { theme, dark }: { theme: MapTheme; dark: boolean },
): PointColors {
  const nColors = Math.min(categories.length, MAX_CODES);
  const colors = categoryColors(nColors, { dark });
  const counts = new Uint32Array(categories.length);
  for (let i = 0; i < own.length; i++) {
    if (own[i] < 0) continue;
    codes[i] = 1 + (own[i] % nColors);
    counts[own[i]]++;
  }
  const found = categories
    .map((name, code) => ({ name, color: colors[code % nColors], count: counts[code] }))
    .filter(({ count }) => count > 0);
  const legend: Legend = {
    type: 'category',
    title: name,
    entries: found.slice(0, MAX_ENTRIES),
    more: Math.max(0, found.length - MAX_ENTRIES),
  };
  return { codes, palette: bytesOf([rgba(theme.missing), ...colors.map(rgba)]), legend };
}

/** Colours along a scale at even distances, from its low end. */
export function gradientStops(scale: ColorScale): string[] {
  return Array.from({ length: 9 }, (_, k) => scaleColor(k / 8, scale));
}

/** CSS pixels that a legend drawn as SVG takes; widths of texts are estimated. */
export function legendSize(legend: Legend): { width: number; height: number } {
  const texts =
    legend.type === 'category'
      ? [...legend.entries.map(({ name }) => name), ...(legend.more > 0 ? [`and ${legend.more} more`] : [])]
      : legend.ticks.map(({ label }) => label);
  const width = Math.max(textWidth(legend.title, 11), ...texts.map((text) => 20 + textWidth(text, 12)));
  const rows = legend.type === 'category' ? legend.entries.length + (legend.more > 0 ? 1 : 0) : 8.5;
  return { width, height: 24 + 20 * rows };
}

/** CSS pixels that a text takes in a usual sans-serif, about: no font is at hand to measure it. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let ems = 0;
  for (const letter of text) {
    if (/[iljtfrI.,;:'’|!()[\] ]/.test(letter)) ems += 0.32;
    else if (/[mwMW@%]/.test(letter)) ems += 0.88;
    else if (
      /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Extended_Pictographic}/u.test(letter)
    )
      ems += 1;
    else if (/\p{Lu}/u.test(letter)) ems += 0.68;
    else ems += 0.55;
  }
  return ems * fontSize * (bold ? 1.06 : 1);
}

function rangeOf(values: Float64Array): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

function numbers(low: number, high: number): { at: number; label: string }[] {
  if (!(high > low)) return [{ at: 0.5, label: String(low) }];
  const { values, labels } = ticks(low, high, 5);
  return values.map((value, k) => ({ at: (value - low) / (high - low), label: labels[k] }));
}

function dates(low: number, high: number): { at: number; label: string }[] {
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  return high > low
    ? [0, 0.5, 1].map((at) => ({ at, label: day(low + at * (high - low)) }))
    : [{ at: 0.5, label: day(low) }];
}

function rgba(color: string): Rgba {
  return parseHex(color) ?? [0, 0, 0, 255];
}

function bytesOf(colors: readonly Rgba[]): Uint8Array {
  return Uint8Array.from(colors.flat());
}
