/** Builds a column of a data set from cells: a dictionary for texts, which becomes a category when values repeat. */
import type { Column } from './dataset.ts';
import { isMissing, numberOf, timeOf } from './profile.ts';
import type { Profile } from './profile.ts';
import type { Cell } from './table.ts';

/** How many different values a category may have: few enough to colour and to filter by. */
const MAX_CATEGORIES = 1000;
/** A label was chosen as one, so it may have more. */
const MAX_LABELS = 10_000;
/** As many texts, all different, are names of the rows and group nothing, label or not. */
const NAMES = 50;

/** Takes cells row by row and gives the column in the end. */
export interface ColumnBuilder {
  set(row: number, cell: Cell): void;
  build(): Column;
}

/** The builder for what the profile found. */
export function columnBuilder(profile: Profile, nRows: number, isLabel: boolean): ColumnBuilder {
  const { name, counts } = profile;
  const other = counts.text + counts.boolean + counts.vector;
  if (counts.number > 0 && other + counts.time === 0) {
    const values = new Float64Array(nRows).fill(NaN);
    const build = (): Column =>
      (isLabel && profile.integers && numbersAsCategory(name, values)) || { name, type: 'number', values };
    return { set: (row, cell) => void (values[row] = numberOf(cell) ?? NaN), build };
  }
  if (counts.time > 0 && other + counts.number === 0) {
    const values = new Float64Array(nRows).fill(NaN);
    return { set: (row, cell) => void (values[row] = timeOf(cell)), build: () => ({ name, type: 'time', values }) };
  }
  return textBuilder(name, nRows, isLabel, counts.boolean > 0 && counts.boolean + counts.missing === nRows);
}

function textBuilder(name: string, nRows: number, isLabel: boolean, isBoolean: boolean): ColumnBuilder {
  const codes = new Int32Array(nRows).fill(-1);
  const codeOf = new Map<string, number>();
  let present = 0;
  return {
    set(row, cell) {
      if (isMissing(cell)) return;
      const text = textOf(cell);
      let code = codeOf.get(text);
      if (code === undefined) codeOf.set(text, (code = codeOf.size));
      codes[row] = code;
      present++;
    },
    build() {
      const found = [...codeOf.keys()];
      const names = found.length === present && present >= NAMES;
      const few = isLabel
        ? found.length <= MAX_LABELS && !names
        : found.length <= MAX_CATEGORIES && found.length * 2 <= present;
      if (!few && !isBoolean) return { name, type: 'text', values: Array.from(codes, (code) => found[code] ?? '') };
      return sortedCategory(name, codes, found);
    },
  };
}

/** A cell as a text; numbers among texts keep their digits. */
function textOf(cell: Cell): string {
  if (typeof cell === 'string') return cell.trim();
  if (typeof cell === 'object' && cell !== null && !(cell instanceof Date)) return JSON.stringify(Array.from(cell));
  return cell instanceof Date ? cell.toISOString() : String(cell);
}

/** Whole numbers → a category, in the order of the numbers; undefined when there are too many different ones. */
export function numbersAsCategory(name: string, values: ArrayLike<number>): Column | undefined {
  const codes = new Int32Array(values.length);
  const codeOf = new Map<number, number>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) {
      codes[i] = -1;
      continue;
    }
    let code = codeOf.get(value);
    if (code === undefined) {
      if (codeOf.size === MAX_LABELS) return undefined;
      codeOf.set(value, (code = codeOf.size));
    }
    codes[i] = code;
  }
  return sortedCategory(name, codes, [...codeOf.keys()].map(String));
}

/** Texts → a category. */
export function textsAsCategory(name: string, texts: readonly string[]): Column {
  const codeOf = new Map<string, number>();
  const codes = Int32Array.from(texts, (text) => {
    if (text === '') return -1;
    if (!codeOf.has(text)) codeOf.set(text, codeOf.size);
    return codeOf.get(text)!;
  });
  return sortedCategory(name, codes, [...codeOf.keys()]);
}

/** Categories in the order people expect: numbers by value, texts by their letters. */
function sortedCategory(name: string, codes: Int32Array, found: readonly string[]): Column {
  const numeric = found.every((text) => numberOf(text) !== undefined);
  const order = found.map((_, code) => code);
  order.sort((a, b) => (numeric ? Number(found[a]) - Number(found[b]) : compareTexts(found[a], found[b])));
  const place = new Int32Array(found.length);
  order.forEach((code, i) => (place[code] = i));
  return {
    name,
    type: 'category',
    codes: codes.map((code) => (code < 0 ? -1 : place[code])),
    categories: order.map((code) => found[code]),
  };
}

/** By code point, but runs of digits by their value: `img2` before `img10`. The same on every machine. */
export function compareTexts(a: string, b: string): number {
  const parts = /\d+|\D+/g;
  const left = a.match(parts) ?? [];
  const right = b.match(parts) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const byValue = Number(left[i]) - Number(right[i]);
    if (byValue) return byValue;
    if (left[i] !== right[i]) return left[i] < right[i] ? -1 : 1;
  }
  return left.length - right.length;
}
