/**
 * Checks the pages of a Parquet row group before they are decoded. The decoder believes the counts in page heads and
 * in run lengths, so a damaged or hostile file could make it fill memory: here every count is held against the sizes.
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */
import type { ColumnMetaData, Compressors, FileMetaData, RowGroup } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getSchemaPath } from 'hyparquet/src/schema.js';
import { FormatError } from '../../base/index.ts';
import type { ByteSource } from '../source.ts';

/** Bytes of one page, values of one page: far beyond what writers make. */
const MAX_PAGE_BYTES = 256 * 2 ** 20;
const MAX_PAGE_VALUES = 2 ** 26;
/** Bit-packed runs may be padded to whole groups of eight. */
const PADDING = 512;

/** @throws FormatError with name and offset */
export async function checkPages(
  source: ByteSource,
  metadata: FileMetaData,
  group: RowGroup,
  compressors: Compressors,
): Promise<void> {
  const { name } = source;
  for (const { meta_data: meta } of group.columns) {
    if (!meta) throw bad(name, source.byteLength, 'a column has no description');
    const path = getSchemaPath(metadata.schema, meta.path_in_schema);
    const levels = {
      repetition: bitWidth(getMaxRepetitionLevel(path)),
      definition: bitWidth(getMaxDefinitionLevel(path)),
    };
    const column = meta.path_in_schema.join('.');
    const dataPage = Number(meta.data_page_offset);
    const from = Math.min(Number(meta.dictionary_page_offset || dataPage), dataPage);
    const size = Number(meta.total_compressed_size);
    if (!(from >= 4 && size >= 0 && from + size <= source.byteLength)) {
      throw bad(
        name,
        source.byteLength,
        `column ${column} claims bytes ${from} to ${from + size} of ${source.byteLength}`,
      );
    }
    const bytes = (await source.slice(from, from + size)).slice();
    const reader = { view: new DataView(bytes.buffer), offset: 0 };
    let values = 0;
    while (reader.offset < size - 1) {
      const at = reader.offset;
      try {
        values += checkPage(reader, bytes, { meta, levels, column, compressors });
      } catch (cause) {
        throw bad(name, from + at, cause instanceof Error ? cause.message : String(cause), cause);
      }
    }
    const flat = levels.repetition === 0;
    if (flat ? BigInt(values) !== group.num_rows : BigInt(values) < group.num_rows) {
      throw bad(name, from, `column ${column} has ${values} values, expected ${group.num_rows}`);
    }
  }
}

function bad(name: string, offset: number, why: string, cause?: unknown): FormatError {
  return new FormatError(`${name} is not a readable Parquet file: ${why} (byte ${offset})`, {
    details: { name, offset },
    cause,
  });
}

interface PageContext {
  meta: ColumnMetaData;
  /** bits of a repetition and of a definition level; 0 when there are none */
  levels: { repetition: number; definition: number };
  column: string;
  compressors: Compressors;
}

/** Checks the page at the reader, which moves past it, and gives the number of its values. */
function checkPage(
  reader: { view: DataView; offset: number },
  bytes: Uint8Array,
  { meta, levels, column, compressors }: PageContext,
): number {
  const header = parquetHeader(reader);
  const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
  const end = reader.offset + packed;
  if (!(packed >= 0 && end <= bytes.length)) throw new Error(`a page of column ${column} goes past its end`);
  const room = Math.min(Number(meta.total_uncompressed_size) + 1024, MAX_PAGE_BYTES);
  if (!(unpacked >= 0 && unpacked <= room)) throw new Error(`a page of column ${column} claims ${unpacked} bytes`);
  const body = bytes.subarray(reader.offset, end);
  reader.offset = end;
  const { data_page_header: data, data_page_header_v2: v2 } = header;
  if (header.type === 'DICTIONARY_PAGE') {
    const count = header.dictionary_page_header?.num_values ?? -1;
    if (!(count >= 0 && count <= unpacked * 8)) throw new Error(`the dictionary of ${column} claims ${count} values`);
    return 0;
  }
  if (data) {
    const count = checkedCount(data.num_values, column);
    const run = { bytes: decompressPage(body, unpacked, meta.codec, compressors), offset: 0, count, column };
    if (levels.repetition) skimPrefixed(run, levels.repetition);
    if (levels.definition) skimPrefixed(run, levels.definition);
    checkValues(run, data.encoding, meta.type);
    return count;
  }
  if (!v2) throw new Error(`a page of column ${column} is of no known kind`);
  const count = checkedCount(v2.num_values, column);
  const { repetition_levels_byte_length: first, definition_levels_byte_length: second, num_nulls: nulls } = v2;
  if (!(first >= 0 && second >= 0 && first + second <= packed)) {
    throw new Error(`the levels of a page of column ${column} go past its end`);
  }
  if (!(nulls >= 0 && nulls <= count)) throw new Error(`a page of column ${column} claims ${nulls} nulls`);
  const run = { bytes: body, offset: 0, count, column };
  if (levels.repetition) skimRuns({ ...run, bytes: body.subarray(0, first) }, levels.repetition);
  if (levels.definition) skimRuns({ ...run, bytes: body.subarray(first, first + second) }, levels.definition);
  const rest = body.subarray(first + second);
  const size = unpacked - first - second;
  const page = v2.is_compressed === false ? rest : decompressPage(rest, size, meta.codec, compressors);
  checkValues({ ...run, bytes: page, count: count - nulls }, v2.encoding, meta.type);
  return count;
}

interface Run {
  bytes: Uint8Array;
  offset: number;
  count: number;
  column: string;
}

function checkedCount(count: number, column: string): number {
  if (count >= 0 && count <= MAX_PAGE_VALUES) return count;
  throw new Error(`a page of column ${column} claims ${count} values`);
}

/** What the encodings say of themselves, as far as memory depends on it. */
function checkValues(run: Run, encoding: string, type: string): void {
  const rest = run.bytes.subarray(run.offset);
  if (encoding.endsWith('_DICTIONARY')) {
    if (rest.length === 0) {
      if (run.count === 0) return;
      throw new Error(`a page of column ${run.column} ends before its values`);
    }
    const width = rest[0];
    if (width > 32) throw new Error(`a page of column ${run.column} has values of ${width} bits`);
    if (width > 0) skimRuns({ ...run, bytes: rest.subarray(1), offset: 0 }, width);
  } else if (encoding === 'RLE') {
    if (type !== 'BOOLEAN') throw new Error(`column ${run.column} is encoded as booleans are`);
    skimPrefixed(run, 1);
  } else if (encoding.startsWith('DELTA_')) {
    const reader = { bytes: rest, offset: 0 };
    const block = varint(reader);
    const minis = varint(reader);
    if (!(minis > 0 && minis <= 4096 && block <= 2 ** 20 && block % minis === 0)) {
      throw new Error(`a page of column ${run.column} has blocks of ${block} values in ${minis} parts`);
    }
  }
}

/** Levels of a first-version page: their length in four bytes, then runs. */
function skimPrefixed(run: Run, width: number): void {
  if (run.offset + 4 > run.bytes.length) throw new Error(`a page of column ${run.column} ends inside its levels`);
  const view = new DataView(run.bytes.buffer, run.bytes.byteOffset + run.offset, 4);
  const end = run.offset + 4 + view.getUint32(0, true);
  if (end > run.bytes.length) throw new Error(`a page of column ${run.column} ends inside its levels`);
  skimRuns({ ...run, offset: run.offset + 4 }, width);
  run.offset = end;
}

/** Goes over the runs of the RLE and bit-packed hybrid; none may be longer than what is still to come. */
function skimRuns(run: Run, width: number): void {
  const reader = { bytes: run.bytes, offset: run.offset };
  for (let seen = 0; seen < run.count;) {
    const head = varint(reader);
    const packed = (head & 1) === 1;
    const count = packed ? (head >>> 1) * 8 : head >>> 1;
    if (count === 0 || count > run.count - seen + (packed ? PADDING : 0)) {
      throw new Error(`a run of ${count} values in column ${run.column}, ${run.count - seen} are to come`);
    }
    reader.offset += packed ? (head >>> 1) * width : (width + 7) >> 3;
    if (reader.offset > run.bytes.length + (packed ? PADDING : 0))
      throw new Error(`a run of column ${run.column} goes past its page`);
    seen += count;
  }
}

function varint(reader: { bytes: Uint8Array; offset: number }): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    if (reader.offset >= reader.bytes.length) throw new Error('a page ends inside a number');
    const byte = reader.bytes[reader.offset++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return value;
  }
  throw new Error('a number in a page is too long');
}

function bitWidth(value: number): number {
  return 32 - Math.clz32(value);
}
