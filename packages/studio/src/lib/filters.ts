/**
 * What is filtered out: categories that are hidden, a range that a number has to lie in, a text that has to occur.
 * A sample is shown when every filter lets it pass.
 */
import type { Column } from '@portolan/core/data';
import { valueText } from './coloring.ts';

export type Filter =
  | { column: string; hide: readonly string[] }
  /** ends belong to the range; what has no value is outside */
  | { column: string; from: number; to: number }
  | { column: string; text: string };

/** How many samples a value or a stretch of values has, and how many of those are shown. */
export interface Bin {
  /** a category, or where the stretch begins */
  name: string;
  from: number;
  to: number;
  count: number;
  shown: number;
}

/**
 * 1 for points that are shown; null when all are.
 * @param points  each point's row, null when point i is row i
 */
export function filterMask(
  columnNamed: (name: string) => Column | undefined,
  filters: readonly Filter[],
  points: Uint32Array | null,
  nPoints: number,
): Uint8Array | null {
  let mask: Uint8Array | null = null;
  for (const filter of filters) {
    const column = columnNamed(filter.column);
    const passes = column && passesOf(filter, column);
    if (!passes) continue;
    mask ??= new Uint8Array(nPoints).fill(1);
    for (let i = 0; i < nPoints; i++) if (mask[i] && !passes(points ? points[i] : i)) mask[i] = 0;
  }
  return mask;
}

/** Undefined for a filter that lets all pass, or that is of another type than the column. */
function passesOf(filter: Filter, column: Column): ((row: number) => boolean) | undefined {
  if ('hide' in filter) {
    if (column.type !== 'category') return undefined;
    const { codes, categories } = column;
    const off = new Set(filter.hide.map((name) => categories.indexOf(name)).filter((code) => code >= 0));
    return off.size > 0 ? (row) => !off.has(codes[row]) : undefined;
  }
  if ('text' in filter) {
    const wanted = filter.text.trim().toLowerCase();
    if (wanted === '') return undefined;
    if (column.type !== 'category') return (row) => valueText(column, row).toLowerCase().includes(wanted);
    const says = column.categories.map((name) => name.toLowerCase().includes(wanted));
    return (row) => says[column.codes[row]] ?? false;
  }
  if (column.type !== 'number' && column.type !== 'time') return undefined;
  const { values } = column;
  const { from, to } = filter;
  return (row) => values[row] >= from && values[row] <= to;
}

/** The filters with the one of this column replaced, or removed when it lets all pass. */
export function withFilter(filters: readonly Filter[], column: string, filter: Filter | null): Filter[] {
  const others = filters.filter((other) => other.column !== column);
  return filter ? [...others, filter] : others;
}

/** The names that are hidden in a column. */
export function hiddenIn(filters: readonly Filter[], column: string): readonly string[] {
  const filter = filters.find((f) => f.column === column);
  return filter && 'hide' in filter ? filter.hide : [];
}

/** What a click on a category does to the hidden ones: toggles it; alone, isolates it, or shows all again. */
export function toggleCategory(
  all: readonly string[],
  hidden: readonly string[],
  name: string,
  alone: boolean,
): string[] {
  if (!alone) return hidden.includes(name) ? hidden.filter((other) => other !== name) : [...hidden, name];
  const others = all.filter((other) => other !== name);
  const isolated = hidden.length === others.length && !hidden.includes(name);
  return isolated ? [] : others;
}

/**
 * How a column's values spread over the points: a bin a category in their order, or `nBins` equal stretches from the
 * least to the greatest number; none for text.
 */
export function histogram(
  column: Column,
  points: Uint32Array | null,
  nPoints: number,
  mask: Uint8Array | null,
  nBins = 40,
): Bin[] {
  if (column.type === 'text') return [];
  const rowOf = (i: number): number => (points ? points[i] : i);
  if (column.type === 'category') {
    const bins = column.categories.map((name, i): Bin => ({ name, from: i, to: i, count: 0, shown: 0 }));
    for (let i = 0; i < nPoints; i++) {
      const bin = bins[column.codes[rowOf(i)]];
      if (!bin) continue;
      bin.count++;
      if (!mask || mask[i]) bin.shown++;
    }
    return bins;
  }
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < nPoints; i++) {
    const value = column.values[rowOf(i)];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(low <= high)) return [];
  const width = (high - low || 1) / nBins;
  const bins = Array.from({ length: nBins }, (_, b): Bin => {
    const from = low + b * width;
    return {
      name: String(from),
      from,
      to: b === nBins - 1 ? Math.max(high, from + width) : from + width,
      count: 0,
      shown: 0,
    };
  });
  for (let i = 0; i < nPoints; i++) {
    const value = column.values[rowOf(i)];
    if (Number.isNaN(value)) continue;
    const bin = bins[Math.min(nBins - 1, Math.floor((value - low) / width))];
    bin.count++;
    if (!mask || mask[i]) bin.shown++;
  }
  return bins;
}

/** A filter as a piece of the address: its kind, its column and its values. */
export function filterToText(filter: Filter): string {
  const parts =
    'hide' in filter
      ? ['hide', filter.column, ...filter.hide]
      : 'text' in filter
        ? ['text', filter.column, filter.text]
        : ['range', filter.column, String(filter.from), String(filter.to)];
  return parts.map(encodeURIComponent).join(',');
}

/** Nothing for what can't be read. */
export function filterFromText(text: string): Filter[] {
  let parts: string[];
  try {
    parts = text.split(',').map(decodeURIComponent);
  } catch {
    return [];
  }
  const [kind, column, ...values] = parts;
  if (column === undefined) return [];
  if (kind === 'hide' && values.length > 0) return [{ column, hide: values }];
  if (kind === 'text' && values.length === 1) return [{ column, text: values[0] }];
  const [from, to] = values.map(Number);
  if (kind === 'range' && values.length === 2 && from <= to) return [{ column, from, to }];
  return [];
}
