/** From a column to colours, legend and filter. Points may be a subset of the rows: `points[i]` is point i's row. */
import type { Column } from '@portolan/core/data';
import { domainOf, scaleColor } from '@portolan/core/pictures';
import type { Coloring, ColorScale, NamedScale } from '@portolan/view';

export interface LegendEntry {
  name: string;
  color: string;
  count: number;
}

export type Legend =
  | { type: 'category'; entries: LegendEntry[]; missing: number }
  | { type: 'number'; domain: readonly [number, number]; scale: ColorScale; missing: number; time: boolean };

/** Column values in the order of the points. */
export function pointValues<T extends Int32Array | Float64Array>(values: T, points: Uint32Array | null): T {
  if (!points) return values;
  const out = values.slice(0, points.length) as T;
  for (let i = 0; i < points.length; i++) out[i] = values[points[i]];
  return out;
}

/** Where scales that begin nearly black begin on a dark ground, and by how many colours they are written then. */
const SEEN = 0.3;
const STEPS = 16;
const atNight = new Map<NamedScale, ColorScale>();

/** A scale of which every colour is seen on the ground. */
function seenOn(dark: boolean, scale: NamedScale): ColorScale {
  if (!dark || scale === 'blueOrange') return scale;
  const made =
    atNight.get(scale) ??
    Array.from({ length: STEPS + 1 }, (_, i) => scaleColor(SEEN + ((1 - SEEN) * i) / STEPS, scale));
  atNight.set(scale, made);
  return made;
}

/**
 * @param palette  as many colours as categories, from @portolan/view
 * @param own  colours of one's own, by category
 * @returns null for text, which has no order and too many values to colour
 */
export function colorBy(
  column: Column,
  points: Uint32Array | null,
  palette: (n: number) => readonly string[],
  {
    scale: named = 'viridis',
    own = {},
    dark = false,
  }: { scale?: NamedScale; own?: Readonly<Record<string, string>>; dark?: boolean } = {},
): { coloring: Coloring; legend: Legend } | null {
  if (column.type === 'text') return null;
  if (column.type === 'category') {
    const codes = pointValues(column.codes, points);
    const usual = palette(column.categories.length);
    const colors = column.categories.map((name, i) => own[name] ?? usual[i]);
    const counts = new Uint32Array(column.categories.length);
    let missing = 0;
    for (const code of codes) {
      if (code < 0) missing++;
      else counts[code]++;
    }
    const entries = column.categories.map((name, i) => ({ name, color: colors[i], count: counts[i] }));
    return { coloring: { type: 'category', codes, colors }, legend: { type: 'category', entries, missing } };
  }
  const values = Float32Array.from(pointValues(column.values, points));
  // the span of the middle 98 %, so that a few far values don't take all the colours
  const sorted = values.filter((v) => !Number.isNaN(v)).sort();
  const at = (q: number): number => sorted[Math.round(q * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(0.01), at(0.99)];
  const domain = domainOf(low, high > low ? high : low + 1, named);
  const scale = seenOn(dark, named);
  return {
    coloring: { type: 'number', values, domain, scale },
    legend: {
      type: 'number',
      domain,
      scale,
      missing: values.length - sorted.length,
      time: column.type === 'time',
    },
  };
}

/** A value of a column as text; empty when missing. */
export function valueText(column: Column, row: number): string {
  switch (column.type) {
    case 'category':
      return column.codes[row] < 0 ? '' : column.categories[column.codes[row]];
    case 'text':
      return column.values[row];
    case 'number':
      return Number.isNaN(column.values[row]) ? '' : String(Number(column.values[row].toPrecision(6)));
    case 'time':
      return Number.isNaN(column.values[row]) ? '' : new Date(column.values[row]).toISOString().slice(0, 19);
  }
}
