/**
 * A data set's columns ⇄ Parquet, so that any tool reads them: categories and texts as strings, numbers as doubles,
 * times as timestamps, what is missing as null. Types and the order of categories stand in info.json.
 */
import { parquetRead } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { FormatError } from '../base/index.ts';
import type { Column } from '../data/index.ts';
import type { ColumnInfo } from './workbench.ts';

export function writeColumns(columns: readonly Column[]): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: columns.map((column) => ({ name: column.name, nullable: true, ...cells(column) })),
      codec: 'SNAPPY',
    }),
  );
}

type ParquetType = 'STRING' | 'DOUBLE' | 'TIMESTAMP';

function cells(column: Column): { type: ParquetType; data: unknown[] } {
  switch (column.type) {
    case 'category':
      return { type: 'STRING', data: Array.from(column.codes, (code) => column.categories[code] ?? null) };
    case 'number':
      return { type: 'DOUBLE', data: Array.from(column.values, (value) => (Number.isNaN(value) ? null : value)) };
    case 'time':
      return { type: 'TIMESTAMP', data: Array.from(column.values, (ms) => (Number.isNaN(ms) ? null : new Date(ms))) };
    case 'text':
      return { type: 'STRING', data: column.values };
  }
}

/**
 * @param infos  what was written, as `columnInfo` told it
 * @throws FormatError when the bytes are not that table
 */
export async function readColumns(
  bytes: Uint8Array,
  infos: readonly ColumnInfo[],
  nSamples: number,
  name: string,
): Promise<Column[]> {
  const read = new Map<string, unknown[]>(
    infos.map((info) => [info.name, Array.from({ length: nSamples }, () => null)]),
  );
  let cellsRead = 0;
  const { buffer } = bytes.slice();
  try {
    await parquetRead({
      file: { byteLength: bytes.byteLength, slice: (start, end) => buffer.slice(start, end) },
      onChunk({ columnName, columnData, rowStart }) {
        const values = read.get(columnName);
        if (!values) return;
        for (let i = 0; i < columnData.length && rowStart + i < nSamples; i++, cellsRead++) {
          values[rowStart + i] = columnData[i];
        }
      },
    });
  } catch (cause) {
    throw new FormatError(`${name} can't be read: ${cause instanceof Error ? cause.message : cause}`, {
      details: { name },
      cause,
    });
  }
  if (cellsRead !== infos.length * nSamples) {
    throw new FormatError(`${name} has ${cellsRead} values, expected ${infos.length} columns of ${nSamples}`, {
      details: { name },
    });
  }
  return infos.map((info) => columnFrom(info, read.get(info.name)!));
}

function columnFrom({ name, type, categories = [] }: ColumnInfo, values: unknown[]): Column {
  switch (type) {
    case 'category': {
      const codes = new Map(categories.map((category, code) => [category, code]));
      return { name, type, categories, codes: Int32Array.from(values, (value) => codes.get(value as string) ?? -1) };
    }
    case 'number':
      return { name, type, values: Float64Array.from(values, (value) => (value === null ? NaN : Number(value))) };
    case 'time':
      return { name, type, values: Float64Array.from(values, (value) => (value instanceof Date ? +value : NaN)) };
    case 'text':
      return { name, type, values: values.map((value) => (value === null ? '' : String(value))) };
  }
}
