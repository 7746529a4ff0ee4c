/** Data sets as text, for other tools: columns first, then a column per feature. */
import type { Column, Dataset } from './dataset.ts';

/** Rows written in one piece. */
const PIECE_ROWS = 256;

/** A column's value as a csv or JSON has it; what is missing is null. */
export function columnValue(column: Column, row: number): string | number | null {
  switch (column.type) {
    case 'category':
      return column.categories[column.codes[row]] ?? null;
    case 'number':
      return Number.isNaN(column.values[row]) ? null : column.values[row];
    case 'time':
      return Number.isNaN(column.values[row]) ? null : new Date(column.values[row]).toISOString();
    case 'text':
      return column.values[row];
  }
}

/** Names of the features: their own, else `pixel0` … for images, `x0` … for vectors. */
export function featureNames({ rows, medium, featureNames: own }: Dataset): string[] {
  if (own) return [...own];
  const stem = medium.kind === 'image' ? 'pixel' : 'x';
  return Array.from({ length: rows.nFeatures }, (_, j) => `${stem}${j}`);
}

/** A data set as csv, piece by piece, each in UTF-8; images as whole numbers from 0 to 255, as they are kept. */
export function* csvPieces(dataset: Dataset): Generator<Uint8Array> {
  const { rows, columns } = dataset;
  const names = [...columns.map((column) => column.name), ...featureNames(dataset)];
  yield encode(`${names.map(quoted).join(',')}\n`);
  yield* pieces(rows.nSamples, (i) => {
    const values = columns.map((column) => quoted(String(columnValue(column, i) ?? '')));
    return [...values, ...rowValues(dataset, i)].join(',');
  });
}

/** The same as JSON lines: the columns by name, the row as the array `row`. */
export function* jsonLinesPieces(dataset: Dataset): Generator<Uint8Array> {
  const { rows, columns } = dataset;
  yield* pieces(rows.nSamples, (i) =>
    JSON.stringify({
      ...Object.fromEntries(columns.map((column) => [column.name, columnValue(column, i)])),
      row: rowValues(dataset, i),
    }),
  );
}

function* pieces(n: number, line: (i: number) => string): Generator<Uint8Array> {
  for (let from = 0; from < n; from += PIECE_ROWS) {
    let text = '';
    for (let i = from; i < Math.min(from + PIECE_ROWS, n); i++) text += `${line(i)}\n`;
    yield encode(text);
  }
}

/** Numbers with as many digits as float32 has; bytes as they are. */
function rowValues({ rows }: Dataset, i: number): number[] {
  const { data, nFeatures } = rows;
  const row = data.subarray(i * nFeatures, (i + 1) * nFeatures);
  return data instanceof Float32Array ? Array.from(row, (value) => Number(value.toPrecision(9))) : Array.from(row);
}

function quoted(text: string): string {
  return /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
