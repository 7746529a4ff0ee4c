/**
 * Checks the pages of a Parquet row group before they are decoded. The decoder believes the counts in page heads and
 * in run lengths, so a damaged or hostile file could make it fill memory: here every count is held against the sizes.
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */
import type { Compressors, FileMetaData, RowGroup } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getSchemaPath } from 'hyparquet/src/schema.js';
import type { ByteSource } from '../source.ts';

/** Bytes of one page, values of one page: far beyond what writers make. */
const MAX_PAGE_BYTES = 256 * 2 ** 20;
const MAX_PAGE_VALUES = 2 ** 26;
/** Bit-packed runs may be padded to whole groups of eight. */
const PADDING = 512;

/** @throws Error that says what is wrong */
export async function checkPages(
  source: ByteSource,
  metadata: FileMetaData,
  group: RowGroup,
  compressors: Compressors,
): Promise<void> {
  for (const { meta_data: meta } of group.columns) {
    if (!meta) throw new Error('a column has no description');
    const column = meta.path_in_schema.join('.');
    const path = getSchemaPath(metadata.schema, meta.path_in_schema);
    const widths = {
      repetition: bitWidth(getMaxRepetitionLevel(path)),
      definition: bitWidth(getMaxDefinitionLevel(path)),
    };
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const from = Math.min(start, Number(meta.data_page_offset));
    const size = Number(meta.total_compressed_size);
    if (!(from >= 4 && size >= 0 && from + size <= source.byteLength)) {
      throw new Error(`column ${column} claims bytes ${from} to ${from + size} of ${source.byteLength}`);
    }
    const bytes = (await source.slice(from, from + size)).slice();
    const reader = { view: new DataView(bytes.buffer), offset: 0 };
    const room = Number(meta.total_uncompressed_size) + 1024;
    let values = 0;
    while (reader.offset < size - 1) {
      const header = parquetHeader(reader);
      const { compressed_page_size: packed, uncompressed_page_size: unpacked, type } = header;
      const end = reader.offset + packed;
      if (!(packed >= 0 && end <= size)) throw new Error(`a page of column ${column} goes past its end`);
      if (!(unpacked >= 0 && unpacked <= Math.min(room, MAX_PAGE_BYTES))) {
        throw new Error(`a page of column ${column} claims ${unpacked} bytes`);
      }
      const data = header.data_page_header;
      const v2 = header.data_page_header_v2;
      const body = bytes.subarray(reader.offset, end);
      reader.offset = end;
      if (type === 'DICTIONARY_PAGE') {
        const count = header.dictionary_page_header?.num_values ?? -1;
        if (!(count >= 0 && count <= unpacked * 8))
          throw new Error(`the dictionary of ${column} claims ${count} values`);
      } else if (data) {
        checkCount(data.num_values, column);
        values += data.num_values;
        const page = decompressPage(body, unpacked, meta.codec, compressors);
        const run = { bytes: page, offset: 0, count: data.num_values, column };
        if (widths.repetition) skimPrefixed(run, widths.repetition);
        if (widths.definition) skimPrefixed(run, widths.definition);
        checkValues(run, data.encoding, meta.type);
      } else if (v2) {
        checkCount(v2.num_values, column);
        values += v2.num_values;
        const levels = v2.repetition_levels_byte_length + v2.definition_levels_byte_length;
        if (!(v2.repetition_levels_byte_length >= 0 && v2.definition_levels_byte_length >= 0 && levels <= packed)) {
          throw new Error(`the levels of a page of column ${column} go past its end`);
        }
        const run = { bytes: body, offset: 0, count: v2.num_values, column };
        if (widths.repetition)
          skimRuns({ ...run, bytes: body.subarray(0, v2.repetition_levels_byte_length) }, widths.repetition);
        if (widths.definition)
          skimRuns({ ...run, bytes: body.subarray(v2.repetition_levels_byte_length, levels) }, widths.definition);
        if (!(v2.num_nulls >= 0 && v2.num_nulls <= v2.num_values))
          throw new Error(`a page of column ${column} claims ${v2.num_nulls} nulls`);
        const rest = body.subarray(levels);
        const page =
          v2.is_compressed === false ? rest : decompressPage(rest, unpacked - levels, meta.codec, compressors);
        checkValues({ ...run, bytes: page, count: v2.num_values - v2.num_nulls }, v2.encoding, meta.type);
      } else {
        throw new Error(`a page of column ${column} is of no known kind`);
      }
    }
    const flat = widths.repetition === 0;
    if (flat ? BigInt(values) !== group.num_rows : BigInt(values) < group.num_rows) {
      throw new Error(`column ${column} has ${values} values, expected ${group.num_rows}`);
    }
  }
}

interface Run {
  bytes: Uint8Array;
  offset: number;
  count: number;
  column: string;
}

function checkCount(count: number, column: string): void {
  if (count >= 0 && count <= MAX_PAGE_VALUES) return;
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
  } else if (encoding === 'PLAIN' && type !== 'BOOLEAN') {
    // nulls take no room, so the count may be above what the bytes hold: the decoder stops at their end
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
