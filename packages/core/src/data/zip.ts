/**
 * The entries of a zip by its central directory, without unpacking; Zip64 where it is used. Sizes are checked before
 * anything is inflated, and what comes out against its CRC.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { FormatError } from '../base/index.ts';
import { crc32 } from './crc32.ts';
import { INFLATE_LIMIT, inflateStream } from './gzip.ts';
import { bytesSource } from './source.ts';
import type { ByteSource } from './source.ts';
import { readAll, streamOf } from './stream.ts';
import type { ByteStream, OnBytes } from './stream.ts';

export interface ZipEntry {
  name: string;
  /** unpacked */
  size: number;
  /** reads it in order, checked by CRC */
  stream(onBytes?: OnBytes): Promise<ByteStream>;
  /** the same in memory */
  source(onBytes?: OnBytes): Promise<ByteSource>;
}

const MAX_ENTRIES = 2 ** 21;
const MAX_DIRECTORY = 512 * 2 ** 20;

/**
 * @param limit  bytes that all entries together may unpack to
 * @throws FormatError with name and offset
 */
export async function zipEntries(
  source: ByteSource,
  { limit = INFLATE_LIMIT }: { limit?: number } = {},
): Promise<ZipEntry[]> {
  const { name } = source;
  const { offset, size, count } = await findDirectory(source);
  const bytes = await source.slice(offset, offset + size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ZipEntry[] = [];
  let at = 0;
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || view.getUint32(at, true) !== 0x02014b50)
      throw bad(name, offset + at, 'its directory is damaged');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((k) => view.getUint16(at + k, true));
    const end = at + 46 + nameLength + extraLength + commentLength;
    if (end > size) throw bad(name, offset + at, 'its directory is cut off');
    const path = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const extra = new DataView(bytes.buffer, bytes.byteOffset + at + 46 + nameLength, extraLength);
    const [unpacked, packed, local] = zip64Fields(extra, [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]);
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const crc = view.getUint32(at + 16, true);
    at = end;
    if (path.endsWith('/')) continue;
    if (/(^|[/\\])\.\.([/\\]|$)/.test(path)) throw bad(name, offset + at, `${JSON.stringify(path)} leads out of it`);
    if (flags & 1) throw bad(name, offset + at, `${path} is encrypted`);
    if (method !== 0 && method !== 8)
      throw bad(name, offset + at, `${path} is packed by method ${method}, expected stored or deflate`);
    if (local + 30 + packed > source.byteLength || (method === 0 && packed !== unpacked)) {
      throw bad(name, local, `${path} claims ${packed} bytes past the end`);
    }
    total += unpacked;
    if (total > limit) {
      throw new FormatError(`${name} unpacks to more than the limit of ${limit} bytes`, {
        code: 'too-large',
        details: { name, limit },
      });
    }
    entries.push(entryOf(source, { path, size: unpacked, packed, local, crc, stored: method === 0 }));
  }
  return entries;
}

interface Place {
  path: string;
  size: number;
  packed: number;
  local: number;
  crc: number;
  stored: boolean;
}

function entryOf(zip: ByteSource, { path, size, packed, local, crc, stored }: Place): ZipEntry {
  async function stream(onBytes?: OnBytes): Promise<ByteStream> {
    const head = await zip.slice(local, local + 30);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (head.byteLength < 30 || view.getUint32(0, true) !== 0x04034b50)
      throw bad(zip.name, local, `${path} is not where it should be`);
    const from = local + 30 + view.getUint16(26, true) + view.getUint16(28, true);
    if (from + packed > zip.byteLength) throw bad(zip.name, from, `${path} goes past the end`);
    const raw: ByteSource = {
      name: path,
      byteLength: packed,
      slice: (start, end = packed) => zip.slice(from + Math.min(start, packed), from + Math.min(end, packed)),
    };
    return stored ? checkedStream(raw, crc, onBytes) : inflateStream(raw, { size, crc }, { onBytes });
  }
  return {
    name: path,
    size,
    stream,
    source: async (onBytes) => bytesSource(path, await readAll(await stream(onBytes))),
  };
}

function checkedStream(raw: ByteSource, crc: number, onBytes?: OnBytes): ByteStream {
  const plain = streamOf(raw, onBytes);
  return {
    ...plain,
    async *open() {
      let found = 0;
      for await (const chunk of plain.open()) {
        found = crc32(chunk, found);
        yield chunk;
      }
      if (found !== crc) throw bad(raw.name, 0, 'its check sum is not what the archive says');
    },
  };
}

/** Where the central directory is, by the record at the end of the file. */
async function findDirectory(source: ByteSource): Promise<{ offset: number; size: number; count: number }> {
  const { name, byteLength } = source;
  const tailStart = Math.max(0, byteLength - 65557);
  const tail = await source.slice(tailStart);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let at = tail.byteLength - 22;
  while (at >= 0 && view.getUint32(at, true) !== 0x06054b50) at--;
  if (at < 0) throw bad(name, byteLength, 'it has no directory at its end: is it cut off?');
  let count = view.getUint16(at + 10, true);
  let size = view.getUint32(at + 12, true);
  let offset = view.getUint32(at + 16, true);
  if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff) {
    const end = await source.slice(Math.max(0, tailStart + at - 20), tailStart + at);
    const locator = new DataView(end.buffer, end.byteOffset, end.byteLength);
    if (end.byteLength === 20 && locator.getUint32(0, true) === 0x07064b50) {
      const record = await source.slice(uint64(locator, 8), uint64(locator, 8) + 56);
      const wide = new DataView(record.buffer, record.byteOffset, record.byteLength);
      if (record.byteLength < 56 || wide.getUint32(0, true) !== 0x06064b50)
        throw bad(name, byteLength, 'its Zip64 directory is missing');
      [count, size, offset] = [uint64(wide, 32), uint64(wide, 40), uint64(wide, 48)];
    }
  }
  if (offset + size > byteLength || count > MAX_ENTRIES || size > MAX_DIRECTORY || count * 46 > size) {
    throw bad(name, byteLength, `its directory claims ${count} entries in ${size} bytes at ${offset}`);
  }
  return { offset, size, count };
}

/** Fields that read 0xffffffff stand, in this order, in the Zip64 extra field. */
function zip64Fields(extra: DataView, fields: number[]): number[] {
  if (!fields.includes(0xffffffff)) return fields;
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    let from = at + 4;
    return fields.map((field) => {
      if (field !== 0xffffffff || from + 8 > extra.byteLength) return field;
      from += 8;
      return uint64(extra, from - 8);
    });
  }
  return fields;
}

function uint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

function bad(name: string, offset: number, why: string): FormatError {
  return new FormatError(`${name} is not a readable zip: ${why} (byte ${offset})`, { details: { name, offset } });
}
