/** The format of a file, by its content first and its name second. */
import { FormatError } from '../base/index.ts';
import { isIdx } from './formats/idx.ts';
import { isGzip } from './gzip.ts';
import { imageKind } from './image-head.ts';

export type Format = 'npy' | 'zip' | 'gzip' | 'parquet' | 'idx' | 'safetensors' | 'image' | 'json' | 'jsonl' | 'csv';

/** Bytes that are looked at. */
export const SNIFF_BYTES = 4096;

/** Formats that a name promises and that can be told from their bytes. */
const PROMISES: [RegExp, Format, string][] = [
  [/\.npy$/i, 'npy', 'an npy file'],
  [/\.(npz|zip)$/i, 'zip', 'a zip archive'],
  [/\.(gz|gzip)$/i, 'gzip', 'a gzip file'],
  [/\.(parquet|pq)$/i, 'parquet', 'a Parquet file'],
  [/\.safetensors$/i, 'safetensors', 'a safetensors file'],
  [/[.-]idx\d?(-ubyte)?$/i, 'idx', 'an IDX file'],
  [/\.(png|jpe?g|webp)$/i, 'image', 'a png, jpg or webp image'],
];

/**
 * @param head  the first bytes
 * @throws FormatError when the file is empty, or not what its name says, or of no format that is read
 */
export function sniff(head: Uint8Array, name: string, byteLength: number): Format {
  if (byteLength === 0) throw new FormatError(`${name} is empty`, { code: 'empty', details: { name, offset: 0 } });
  const format = byContent(head, byteLength);
  if (format) return format;
  const promise = PROMISES.find(([pattern]) => pattern.test(name));
  const bad = (why: string, offset: number): FormatError =>
    new FormatError(`${name} ${why} (byte ${offset})`, { code: 'unknown-format', details: { name, offset } });
  if (promise) throw bad(`is not ${promise[2]}, as its name says; is it damaged or cut off?`, 0);
  const utf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const zero = head.indexOf(0);
  if (zero >= 0 && !utf16) {
    throw bad(
      'is of no known format; read are npy, npz, csv, tsv, json, jsonl, Parquet, IDX, safetensors, png, jpg, webp and zip',
      zero,
    );
  }
  return textFormat(new TextDecoder(utf16 ? (head[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8').decode(head), name);
}

function byContent(head: Uint8Array, byteLength: number): Format | undefined {
  const text = String.fromCharCode(...head.subarray(0, 9));
  if (text.startsWith('\x93NUMPY')) return 'npy';
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return 'zip';
  if (isGzip(head)) return 'gzip';
  if (text.startsWith('PAR1')) return 'parquet';
  if (imageKind(head)) return 'image';
  if (text[8] === '{' && head[6] === 0 && head[7] === 0 && head[5] === 0) return 'safetensors';
  return isIdx(head) && byteLength >= 4 + 4 * head[3] ? 'idx' : undefined;
}

function textFormat(text: string, name: string): Format {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[')
    return /\.(jsonl|ndjson)$/i.test(name) ? 'jsonl' : /\.json$/i.test(name) ? 'json' : 'csv';
  if (/\.(csv|tsv|tab)$/i.test(name)) return 'csv';
  if (/\.(jsonl|ndjson)$/i.test(name)) return 'jsonl';
  // a whole object or array on the first line and another on the next: lines
  return /^\s*(\{.*\}|\[.*\])[ \t]*\r?\n\s*[{[]/.test(text) ? 'jsonl' : 'json';
}
