/** Samples as a table: search by what columns say, and rows as CSV. */
import type { Column } from '@portolan/core/data';
import { valueText } from './coloring.ts';

/**
 * The first rows in which a column says `text`, exact values before parts of one; a number also names a row.
 * @param nRows  how many rows there are
 */
export function search(columns: readonly Column[], nRows: number, text: string, limit = 50): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const exact: number[] = [];
  const partial: number[] = [];
  const index = Number(wanted.replace(/^#/, ''));
  if (Number.isInteger(index) && index >= 0 && index < nRows) exact.push(index);
  const matchers = columns.map((column) => matcher(column, wanted));
  for (let row = 0; row < nRows && exact.length < limit; row++) {
    let best = 0;
    for (const match of matchers) best = Math.max(best, match(row));
    if (best === 2 && row !== index) exact.push(row);
    else if (best === 1 && partial.length < limit) partial.push(row);
  }
  return [...exact, ...partial].slice(0, limit);
}

/** How well a row of the column fits: 2 exactly, 1 in part, 0 not. Categories are looked up once, not per row. */
function matcher(column: Column, wanted: string): (row: number) => number {
  const score = (text: string): number => {
    const lower = text.toLowerCase();
    return lower === wanted ? 2 : lower.includes(wanted) ? 1 : 0;
  };
  if (column.type !== 'category') return (row) => score(valueText(column, row));
  const scores = column.categories.map(score);
  return (row) => scores[column.codes[row]] ?? 0;
}

/** Rows in the order of what a column says, missing values last either way; equal ones stay in the order they were. */
export function sortRows(rows: Uint32Array, column: Column, descending = false): Uint32Array<ArrayBuffer> {
  const sign = descending ? -1 : 1;
  const sorted = Uint32Array.from(rows);
  if (column.type === 'text') {
    const { compare } = new Intl.Collator(undefined, { numeric: true });
    const texts = column.values;
    return sorted.sort(
      (a, b) => Number(texts[a] === '') - Number(texts[b] === '') || sign * compare(texts[a], texts[b]),
    );
  }
  const values = column.type === 'category' ? Float64Array.from(column.codes, (c) => (c < 0 ? NaN : c)) : column.values;
  return sorted.sort((a, b) => {
    const [p, q] = [values[a], values[b]];
    return Number.isNaN(p) || Number.isNaN(q) ? Number(Number.isNaN(p)) - Number(Number.isNaN(q)) : sign * (p - q);
  });
}

/** CSV (RFC 4180) of the given rows: their index, then every column. */
export function toCsv(columns: readonly Column[], rows: ArrayLike<number>): string {
  const lines = [['row', ...columns.map((c) => c.name)].map(cell).join(',')];
  for (let i = 0; i < rows.length; i++) {
    lines.push([String(rows[i]), ...columns.map((c) => valueText(c, rows[i]))].map(cell).join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
