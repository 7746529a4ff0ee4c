/** An item as files for other programs: as it is kept, or as a table in a format of the reader's choice. */
import { InputError, matrix, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { columnValue, npyPieces, readRows } from '../data/index.ts';
import type { Column } from '../data/index.ts';
import { writeColumns } from './columns.ts';
import { datasetFiles, rowShape } from './datasets.ts';
import { joined } from './store.ts';
import type { ItemInfo, Workbench } from './workbench.ts';

/**
 * `npy`: the numbers alone. The others: the numbers beside the data's columns, a row for each sample; those of a map
 * with the share of its neighbours that each point keeps.
 */
export const TABLE_FORMATS = ['npy', 'csv', 'jsonl', 'parquet'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/**
 * The numbers of an item as one file, piece by piece: a data set's rows, a space's codes, a map's coordinates.
 * @param rows  only these, in this order; their numbers are then a column `row` of the table
 * @throws InputError when there is no such item, or a space that keeps no codes
 */
export async function exportTable(
  workbench: Workbench,
  { id, format, rows }: { id: string; format: TableFormat; rows?: Uint32Array },
): Promise<Iterable<Uint8Array>> {
  const info = await workbench.show({ id });
  if (format === 'npy') return exportNpy(workbench, info, rows);
  const table = await numbers(workbench, info);
  const beside = await columnsBeside(workbench, info, table.matrix.rows);
  if (info.kind === 'map' && info.keepNeighbors !== undefined) beside.push(await keptColumn(workbench, info.id));
  if (!rows) return tablePieces({ ...table, beside }, format);
  const some = { matrix: takeRows(table.matrix, rows), beside: [...takeColumns(beside, rows), rowColumn(rows)] };
  return tablePieces({ ...some, names: table.names }, format);
}

/** The files that an item is kept in; a pack gives those it would be kept in. */
export async function exportFiles(workbench: Workbench, { id }: { id: string }): Promise<Record<string, Uint8Array>> {
  const info = await workbench.show({ id });
  if (info.kind === 'data' && info.pack) {
    const [rows, columns] = await Promise.all([workbench.rows({ data: id }), workbench.columns({ data: id })]);
    const kept = await datasetFiles({ name: id, rows, columns, medium: info.medium, warnings: [] });
    return Object.fromEntries(Object.entries(kept).map(([name, file]) => [name, joined(file)]));
  }
  const files: Record<string, Uint8Array> = {};
  for (const { name } of await workbench.files({ id })) files[name] = await workbench.file({ id, name });
  return files;
}

/** A matrix with names for its columns, and columns beside it. */
export interface NumberTable {
  matrix: Matrix;
  names: readonly string[];
  beside?: readonly Column[];
}

/** Characters of text in a piece. */
const PIECE = 2 ** 16;

/** A table in text or Parquet, piece by piece: text is made as it is asked for. */
export function tablePieces(table: NumberTable, format: Exclude<TableFormat, 'npy'>): Iterable<Uint8Array> {
  return format === 'parquet' ? [writeColumns(allColumns(table))] : textPieces(table, format);
}

function* textPieces({ matrix, names, beside = [] }: NumberTable, format: 'csv' | 'jsonl'): Generator<Uint8Array> {
  const { data, rows, cols } = matrix;
  const all = [...names, ...beside.map((column) => column.name)];
  const keys = all.map((name) => `${JSON.stringify(name)}:`);
  let text = format === 'csv' ? `${all.map(csvCell).join(',')}\n` : '';
  for (let i = 0; i < rows; i++) {
    const row: (string | number | null)[] = Array.from(data.subarray(i * cols, (i + 1) * cols), shortest);
    for (const column of beside) row.push(columnValue(column, i));
    text +=
      format === 'csv'
        ? `${row.map((value) => csvCell(value ?? '')).join(',')}\n`
        : `{${row.map((value, j) => keys[j] + JSON.stringify(value)).join(',')}}\n`;
    if (text.length < PIECE && i < rows - 1) continue;
    yield new TextEncoder().encode(text);
    text = '';
  }
}

function allColumns({ matrix: { data, rows, cols }, names, beside = [] }: NumberTable): Column[] {
  const own = names.map((name, j): Column => {
    const values = new Float64Array(rows);
    for (let i = 0; i < rows; i++) values[i] = shortest(data[i * cols + j]);
    return { name, type: 'number', values };
  });
  return [...own, ...beside];
}

/** A map's columns. */
export const coordinateNames = (nComponents: number): string[] => ['x', 'y', 'z'].slice(0, nComponents);

/** Of a table the columns that are named so, where there are; else the table as it is. */
export function coordinatesIn(table: Matrix, names: readonly string[] | undefined): Matrix {
  const at = coordinateNames(3).map((name) => names?.indexOf(name) ?? -1);
  if (at[0] < 0 || at[1] < 0) return table;
  const taken = at.filter((j) => j >= 0);
  const out = matrix(table.rows, taken.length);
  for (let i = 0; i < table.rows; i++) {
    taken.forEach((j, c) => (out.data[i * taken.length + c] = table.data[i * table.cols + j]));
  }
  return out;
}

/** `z1`, `z2`, …; a map's are `x`, `y`, `z`. */
export function columnNames(prefix: 'x' | 'z', count: number): string[] {
  return Array.from({ length: count }, (_, j) => `${prefix}${j + 1}`);
}

async function exportNpy(workbench: Workbench, info: ItemInfo, indices?: Uint32Array): Promise<Iterable<Uint8Array>> {
  if (info.kind !== 'data') {
    const { matrix } = await numbers(workbench, info);
    return npyPieces(indices ? takeRows(matrix, indices) : matrix);
  }
  const { data, nSamples, nFeatures } = await workbench.rows({ data: info.id, ...(indices && { indices }) });
  return npyPieces({ shape: [nSamples, ...rowShape(info.medium, nFeatures)], data });
}

export async function numbers(workbench: Workbench, info: ItemInfo): Promise<{ matrix: Matrix; names: string[] }> {
  const { id } = info;
  if (info.kind === 'data') {
    return {
      matrix: readRows(await workbench.rows({ data: id })),
      names: info.featureNames ?? columnNames('x', info.nFeatures),
    };
  }
  if (info.kind === 'map') {
    return { matrix: await workbench.coordinates({ map: id }), names: coordinateNames(info.nComponents) };
  }
  if (!(info.coded ?? info.encodes))
    throw new InputError(`${id} has no encoder, so it keeps no codes to export`, { code: 'no-encode' });
  return { matrix: await workbench.codes({ space: id }), names: columnNames('z', info.latentDim) };
}

/** The columns of the data that an item was made from; none when it is gone or has other rows by now. */
export async function columnsBeside(workbench: Workbench, info: ItemInfo, n: number): Promise<Column[]> {
  const data = info.kind === 'data' ? info.id : info.data;
  const there = (await workbench.list({ kind: 'data' })).find((item) => item.id === data);
  return there?.kind === 'data' && there.nSamples === n ? [...(await workbench.columns({ data }))] : [];
}

/** The name of the column that says which share of its neighbours each point keeps. */
export const KEPT = 'neighbours kept';

/** Of a map that was measured point by point. */
export async function keptColumn(workbench: Workbench, map: string): Promise<Column> {
  return keptOf(await workbench.keep({ map }));
}

/** Shares of neighbours kept, as a column. */
export function keptOf(shares: ArrayLike<number>): Column {
  return { name: KEPT, type: 'number', values: Float64Array.from(shares, shortest) };
}

/** Which rows these are, as a column. */
export function rowColumn(rows: Uint32Array): Column {
  return { name: 'row', type: 'number', values: Float64Array.from(rows) };
}

/** The values of some rows. */
export function takeColumns(columns: readonly Column[], rows: ArrayLike<number>): Column[] {
  return columns.map((column): Column => {
    switch (column.type) {
      case 'category':
        return { ...column, codes: Int32Array.from(rows, (i) => column.codes[i]) };
      case 'text':
        return { ...column, values: Array.from(rows, (i) => column.values[i]) };
      default:
        return { ...column, values: Float64Array.from(rows, (i) => column.values[i]) };
    }
  });
}

function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The number with the fewest digits that is this single-precision one. */
export function shortest(value: number): number {
  for (const digits of [6, 7, 8]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}
