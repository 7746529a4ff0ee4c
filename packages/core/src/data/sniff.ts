/** The format of a file, by its content first and its name second. */
import { FormatError } from '../base/index.ts';
import { isIdx } from './formats/idx.ts';
import { isWordVectorsBinary, refuseFastText, wordVectorsHead } from './formats/word-vectors.ts';
import { isGzip } from './gzip.ts';
import { imageKind } from './image-head.ts';
import { numberOf } from './profile.ts';

export type Format =
  | 'npy'
  | 'zip'
  | 'gzip'
  | 'parquet'
  | 'idx'
  | 'safetensors'
  | 'image'
  | 'json'
  | 'jsonl'
  | 'csv'
  | 'text'
  | 'word-vectors'
  | 'word-vectors-binary';

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
  refuseFastText(head, name);
  const promise = PROMISES.find(([pattern]) => pattern.test(name));
  const bad = (why: string, offset: number): FormatError =>
    new FormatError(`${name} ${why} (byte ${offset})`, { code: 'unknown-format', details: { name, offset } });
  if (promise) throw bad(`is not ${promise[2]}, as its name says; is it damaged or cut off?`, 0);
  const utf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const zero = head.indexOf(0);
  if (zero >= 0 && !utf16) {
    throw bad(
      'is of no known format; read are npy, npz, csv, tsv, txt, json, jsonl, Parquet, IDX, safetensors, png, jpg, webp, zip and word vectors (vec, bin)',
      zero,
    );
  }
  const text = new TextDecoder(utf16 ? (head[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8').decode(head);
  return textFormat(text, name, head.byteLength < byteLength);
}

function byContent(head: Uint8Array, byteLength: number): Format | undefined {
  const text = String.fromCharCode(...head.subarray(0, 9));
  if (text.startsWith('\x93NUMPY')) return 'npy';
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return 'zip';
  if (isGzip(head)) return 'gzip';
  if (text.startsWith('PAR1')) return 'parquet';
  if (imageKind(head)) return 'image';
  if (text[8] === '{' && head[6] === 0 && head[7] === 0 && head[5] === 0) return 'safetensors';
  if (isIdx(head) && byteLength >= 4 + 4 * head[3]) return 'idx';
  return isWordVectorsBinary(head, byteLength) ? 'word-vectors-binary' : undefined;
}

function textFormat(text: string, name: string, cut: boolean): Format {
  if (/\.(csv|tsv|tab)$/i.test(name)) return 'csv';
  if (/\.(jsonl|ndjson)$/i.test(name)) return 'jsonl';
  if (/\.vec$/i.test(name)) return 'word-vectors';
  const isText = /\.(txt|text|md)$/i.test(name);
  const first = text.trimStart()[0];
  if (isText || (first !== '{' && first !== '[')) {
    if (/\.json$/i.test(name)) return 'json';
    if (wordVectorsHead(text, cut)) return 'word-vectors';
    return isText && !isTable(text) ? 'text' : 'csv';
  }
  // a whole object or array on the first line and another on the next: lines
  return /^\s*(\{.*\}|\[.*\])[ \t]*\r?\n\s*[{[]/.test(text) ? 'jsonl' : 'json';
}

/** Whether lines are parted by the same delimiter into as many fields each, and some field is a number throughout. */
function isTable(text: string): boolean {
  const lines = text.split(/\r\n?|\n/).filter((line) => line.trim() !== '').slice(0, 20); // prettier-ignore
  if (lines.length < 2) return false;
  return [',', '\t', ';', '|'].some((delimiter) => {
    const rows = lines.map((line) => line.split(delimiter));
    const wide = rows[0].length;
    const whole = rows.slice(0, Math.max(2, rows.length - 1)); // the last line may be cut off
    return (
      wide > 1 &&
      whole.every((fields) => fields.length === wide) &&
      (delimiter === '\t' ||
        rows[0].some((_, c) => whole.slice(1).every((fields) => numberOf(fields[c]) !== undefined)))
    );
  });
}
