/** Values of columns as people read them. */
import type { Column } from '@portolan/core/data';

/** The value of a row as text; empty where it is missing. */
export function cellText(column: Column, row: number): string {
  if (column.type === 'category') return column.categories[column.codes[row]] ?? '';
  if (column.type === 'text') return column.values[row] ?? '';
  const value = column.values[row];
  if (!Number.isFinite(value)) return '';
  if (column.type === 'time') {
    const text = new Date(value).toISOString();
    return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 19)}`;
  }
  return numberText(value);
}

/** Whole numbers in full, others to five digits. */
export function numberText(value: number): string {
  if (Number.isInteger(value)) return String(value).replace('-', '−');
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-4 ? value.toExponential(3) : String(Number(value.toPrecision(5)));
  return text.replaceAll('-', '−');
}

/** Rows and columns as CSV (RFC 4180), with the row's number first. */
export function rowsToCsv(rows: ArrayLike<number>, columns: readonly Column[]): string {
  const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const exact = (column: Column, row: number): string =>
    column.type === 'number'
      ? Number.isNaN(column.values[row])
        ? ''
        : String(column.values[row])
      : cellText(column, row);
  const lines = [['row', ...columns.map(({ name }) => name)].map(quoted).join(',')];
  for (let k = 0; k < rows.length; k++) {
    lines.push([String(rows[k]), ...columns.map((column) => quoted(exact(column, rows[k])))].join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}
