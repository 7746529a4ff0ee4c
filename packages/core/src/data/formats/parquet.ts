/** Apache Parquet as a table, a row group and a column at a time, by hyparquet; and data sets as Parquet. */
import { parquetMetadataAsync, parquetScan } from 'hyparquet';
import type { AsyncBuffer, FileMetaData, SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { FormatError } from '../../base/index.ts';
import type { Column, Dataset } from '../dataset.ts';
import { readRows } from '../dataset.ts';
import type { ByteSource } from '../source.ts';
import type { OnBytes } from '../stream.ts';
import type { Cell, Table } from '../table.ts';
import { checkPages } from './parquet-pages.ts';

/**
 * @throws FormatError with name; pages are checked before they are decoded, so that no count in them is believed
 */
export async function parquetTable(source: ByteSource, onBytes?: OnBytes): Promise<Table> {
  const { compressors } = await import('./parquet-compressors.ts');
  const { name } = source;
  const file: AsyncBuffer = {
    byteLength: source.byteLength,
    async slice(start, end) {
      const bytes = await source.slice(start, end);
      return bytes.slice().buffer;
    },
  };
  const metadata = await guarded(name, source.byteLength, async () => {
    if (source.byteLength < 12) throw new Error('a Parquet file has at least 12 bytes');
    const metadata = await parquetMetadataAsync(file);
    checkMetadata(metadata);
    return metadata;
  });
  const names = topColumns(metadata).map(({ name }) => name);
  let checked = false;
  return {
    name,
    names,
    textual: false,
    place: (row) => `row ${row}`,
    async scan(visit) {
      let first = 0;
      for (const group of metadata.row_groups) {
        const count = Number(group.num_rows);
        if (!checked) await checkPages(source, metadata, group, compressors);
        const one: FileMetaData = { ...metadata, row_groups: [group], num_rows: group.num_rows };
        const scan = await guarded(name, 4, () =>
          parquetScan({ file, metadata: one, compressors, useOffsetIndex: false }),
        );
        for (let c = 0; c < names.length; c++) {
          const values = await guarded(name, 4, async () => {
            const values = await scan.readColumn({ column: names[c], rowStart: 0, rowEnd: count });
            if (values.length !== count)
              throw new Error(`column ${names[c]} has ${values.length} values, expected ${count}`);
            return values;
          });
          visit({ first, count, columns: [c], cell: (r) => cellOf(values[r]) });
          await onBytes?.(chunkBytes(group, names[c]));
        }
        first += count;
      }
      checked = true;
      if (first === 0) throw new FormatError(`${name} has no rows`, { code: 'empty', details: { name, offset: 0 } });
    },
  };
}

function chunkBytes(group: FileMetaData['row_groups'][number], name: string): number {
  return group.columns.reduce(
    (sum, { meta_data: meta }) => (meta?.path_in_schema[0] === name ? sum + Number(meta.total_compressed_size) : sum),
    0,
  );
}

/** Counts and places that contradict each other mean damage. */
function checkMetadata({ num_rows: total, row_groups: groups, schema }: FileMetaData): void {
  if (!Array.isArray(schema) || schema.length < 2 || !Array.isArray(groups)) throw new Error('its schema is empty');
  let rows = 0n;
  for (const group of groups) {
    if (typeof group.num_rows !== 'bigint' || group.num_rows < 0n || group.num_rows > 2 ** 31)
      throw new Error('a row group claims an impossible number of rows');
    rows += group.num_rows;
  }
  if (rows !== total) throw new Error(`its row groups have ${rows} rows, its head says ${total}`);
}

/** The columns at the top of the schema: plain ones, and groups (a list is one). */
function topColumns({ schema }: FileMetaData): SchemaElement[] {
  const top: SchemaElement[] = [];
  let at = 1;
  const skip = (): void => {
    const children = schema[at++]?.num_children ?? 0;
    for (let i = 0; i < children && at < schema.length; i++) skip();
  };
  while (at < schema.length) {
    top.push(schema[at]);
    skip();
  }
  return top;
}

function cellOf(value: unknown): Cell {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value as Cell;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const numbers = Array.isArray(value) ? (value.flat(3) as unknown[]) : Array.from(value as unknown as number[]);
    if (numbers.every((item) => typeof item === 'number' || typeof item === 'bigint')) return numbers.map(Number);
    if (numbers.some((item) => typeof item === 'number'))
      return numbers.map((item) => (item === null ? NaN : Number(item)));
  }
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item));
}

async function guarded<T>(name: string, offset: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof FormatError || (cause instanceof Error && cause.name === 'AbortError')) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`${name} is not a readable Parquet file: ${why}`, { details: { name, offset }, cause });
  }
}

/**
 * A data set as Parquet: its columns, then the rows as one column of lists, `row`; numbers in [0, 1] for images.
 */
export function writeParquet({ rows, columns }: Dataset): Uint8Array {
  const x = readRows(rows);
  const vectors = Array.from({ length: x.rows }, (_, i) => Array.from(x.data.subarray(i * x.cols, (i + 1) * x.cols)));
  const schema: SchemaElement[] = [{ name: 'root', num_children: columns.length + 1 }];
  for (const column of columns) schema.push({ name: column.name, repetition_type: 'OPTIONAL', ...TYPES[column.type] });
  const name = columns.some((column) => column.name === 'row') ? 'vector' : 'row';
  schema.push(
    { name, repetition_type: 'REQUIRED', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'REQUIRED', type: 'FLOAT' },
  );
  const columnData = [
    ...columns.map((column) => ({ name: column.name, data: cells(column) })),
    { name, data: vectors },
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData, schema }));
}

const TYPES: Record<Column['type'], Partial<SchemaElement>> = {
  category: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  number: { type: 'DOUBLE' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
};

function cells(column: Column): unknown[] {
  switch (column.type) {
    case 'category':
      return Array.from(column.codes, (code) => column.categories[code] ?? null);
    case 'text':
      return column.values.map((text) => (text === '' ? null : text));
    case 'number':
      return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
    case 'time':
      return Array.from(column.values, (ms) => (Number.isNaN(ms) ? null : new Date(ms)));
  }
}
