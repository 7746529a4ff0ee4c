/** Which column is the label, and how a separate table of labels joins the rows. */
import { InputError } from '../base/index.ts';
import { numbersAsCategory } from './columns.ts';
import type { Column } from './dataset.ts';

/** Names that labels go by, the likeliest first. */
const LABEL_NAMES = ['label', 'labels', 'class', 'target', 'category', 'digit', 'y'];

/** The name, among those given, that a label usually has. A `y` beside an `x` is a place, not a label. */
export function labelAmong(names: readonly string[]): string | undefined {
  const named = (wanted: string): string | undefined => names.find((name) => name.trim().toLowerCase() === wanted);
  for (const wanted of LABEL_NAMES) {
    const found = named(wanted);
    if (found !== undefined && !(wanted === 'y' && named('x') !== undefined)) return found;
  }
  return undefined;
}

/** The name that is to be the label: the one asked for, else one known by its name. */
export function chooseLabel(names: readonly string[], asked: string | undefined, of: string): string | undefined {
  if (asked === undefined) return labelAmong(names);
  if (names.includes(asked)) return asked;
  throw new InputError(`${of} has no column ${asked}; its columns: ${names.join(', ') || 'none'}`, {
    code: 'no-column',
    details: { column: asked },
  });
}

/**
 * Adds columns to those there are; a name that is taken gets a number.
 * @throws InputError with both numbers when the lengths differ
 */
export function joinColumns(
  columns: readonly Column[],
  added: readonly Column[],
  { nSamples, data, labels }: { nSamples: number; data: string; labels: string },
): Column[] {
  const out = [...columns];
  for (const column of added) {
    const n = columnLength(column);
    if (n !== nSamples) {
      throw new InputError(`${labels} has ${n} labels, ${data} has ${nSamples} samples: one label a sample is needed`, {
        code: 'labels-length',
        details: { labels: n, samples: nSamples },
      });
    }
    let { name } = column;
    for (let k = 2; out.some((other) => other.name === name); k++) name = `${column.name} ${k}`;
    out.push({ ...column, name });
  }
  return out;
}

export function columnLength(column: Column): number {
  return column.type === 'category' ? column.codes.length : column.values.length;
}

/** Numbers that came as an array beside the rows → the column `label`. */
export function labelColumn(name: string, values: ArrayLike<number>): Column {
  const numbers = Float64Array.from(values);
  const category = numbers.every((value) => Number.isNaN(value) || Number.isInteger(value))
    ? numbersAsCategory(name, numbers)
    : undefined;
  return category ?? { name, type: 'number', values: numbers };
}
