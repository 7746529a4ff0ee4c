/**
 * NumPy's .npy: magic, version, a Python dictionary as text, then the items in C or Fortran order.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { FormatError, InputError, matrix, halfToNumber } from '../../base/index.ts';
import type { Matrix } from '../../base/index.ts';
import { bytesSource } from '../source.ts';
import type { ByteSource } from '../source.ts';
import { readerOf, streamOf } from '../stream.ts';
import type { ByteReader, ByteStream } from '../stream.ts';

export type NpyData =
  Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** An array in C order. Items of 8-byte integers become Float64Array, half floats Float32Array, booleans Uint8Array. */
export interface NpyArray {
  shape: number[];
  data: NpyData;
}

/** The same for strings (`<U8`, `|S8`), as labels are often kept. */
export interface NpyStrings {
  shape: number[];
  strings: string[];
}

/** What the head of a file says. */
export interface NpyHeader {
  shape: number[];
  /** number of items */
  length: number;
  /** f, i, u, b, or U and S for strings */
  kind: string;
  itemBytes: number;
  littleEndian: boolean;
  fortran: boolean;
}

const MAGIC = '\x93NUMPY';
/** Bytes converted at a time. */
const BLOCK_BYTES = 2 ** 20;

/**
 * Reads an array from memory, in the type nearest to the one it was saved in.
 * @throws FormatError with name and offset
 */
export async function readNpy(bytes: Uint8Array, name = 'array.npy'): Promise<NpyArray> {
  return readNpyFrom(bytesSource(name, bytes));
}

/** The same from a source, a piece at a time: no more is held than the array. */
export async function readNpyFrom(source: ByteSource): Promise<NpyArray> {
  const { name } = source;
  const array = await readNpyStream(streamOf(source));
  if ('strings' in array)
    throw new FormatError(`${name} holds text, expected numbers`, { details: { name, offset: 0 } });
  return array;
}

/**
 * Reads a table of numbers: n-d arrays are flattened to [n, d], 1-d ones are [n, 1]; float64 and integers are rounded
 * to float32.
 * @throws FormatError with name and offset
 */
export async function readNpyMatrix(bytes: Uint8Array, name = 'array.npy'): Promise<Matrix> {
  const array = await readNpyStream(streamOf(bytesSource(name, bytes)), { as: () => Float32Array });
  if ('strings' in array)
    throw new FormatError(`${name} holds text, expected numbers`, { details: { name, offset: 0 } });
  const rows = array.shape[0] ?? 1;
  return matrix(rows, rows === 0 ? 0 : array.data.length / rows, array.data as Float32Array<ArrayBuffer>);
}

/** The array types that items can be read into. */
export type NpyTarget = new (length: number) => NpyData;

/**
 * Reads an array a block at a time, straight into its final place.
 * @param as  chooses the array to read into; by default the nearest type
 */
export async function readNpyStream(
  stream: ByteStream,
  { as = nativeTarget }: { as?: (header: NpyHeader) => NpyTarget } = {},
): Promise<NpyArray | NpyStrings> {
  const reader = readerOf(stream);
  const header = await readNpyHeader(reader);
  const { name } = stream;
  const { shape, length, itemBytes } = header;
  const there = stream.byteLength - reader.offset;
  if (there < length * itemBytes) {
    throw new FormatError(
      `${name} has ${there} bytes of items, expected ${length * itemBytes} for shape (${shape.join(', ')}): is it cut off?`,
      { code: 'truncated', details: { name, offset: stream.byteLength, expected: reader.offset + length * itemBytes } },
    );
  }
  if (header.kind === 'U' || header.kind === 'S') return { shape, strings: await readStrings(reader, header) };
  const data = new (as(header))(length);
  await readItems(reader, header, data, header.fortran && shape.length > 1 ? fortranPlaces(shape) : undefined);
  await reader.finish();
  return { shape, data };
}

/**
 * Reads items into `data`, block by block.
 * @param place  gives each item's place when they don't come in order
 */
export async function readItems(
  reader: ByteReader,
  type: Pick<NpyHeader, 'kind' | 'itemBytes' | 'littleEndian'>,
  data: NpyData,
  place?: () => number,
): Promise<void> {
  const convert = converter(type, reader.name);
  const { itemBytes } = type;
  for (let i = 0; i < data.length;) {
    const left = (data.length - i) * itemBytes;
    const block = await reader.some(Math.min(left, BLOCK_BYTES), itemBytes, 'an item');
    if (!block) {
      const { name, offset } = reader;
      throw new FormatError(`${name} ends at byte ${offset}, ${left} bytes too early: is it cut off?`, {
        code: 'truncated',
        details: { name, offset, expected: offset + left },
      });
    }
    const items = convert(block);
    if (place) for (let k = 0; k < items.length; k++) data[place()] = items[k];
    else data.set(items, i);
    i += items.length;
  }
}

/** The head alone; the reader then stands at the first item. */
export async function readNpyHeader(reader: ByteReader): Promise<NpyHeader> {
  const { name } = reader;
  const bad = (why: string, offset: number): FormatError =>
    new FormatError(`${name}: ${why} (byte ${offset})`, { details: { name, offset } });
  const head = await reader.read(8, 'the head of an npy file');
  if (String.fromCharCode(...head.subarray(0, 6)) !== MAGIC) throw bad('not an npy file, expected \\x93NUMPY', 0);
  const version = head[6];
  if (version < 1 || version > 3) throw bad(`npy version ${version}, expected 1, 2 or 3`, 6);
  const sizeBytes = await reader.read(version === 1 ? 2 : 4, 'the head of an npy file');
  const size = sizeBytes.reduce((sum, byte, i) => sum + byte * 256 ** i, 0);
  if (size > 65536) throw bad(`its head claims ${size} bytes, expected at most 65536`, 8);
  const text = new TextDecoder().decode(await reader.read(size, 'the head of an npy file'));
  const at = reader.offset - size;

  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const dims = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined && /'descr'\s*:\s*\[/.test(text)) {
    throw bad('a structured array; save its columns as separate arrays, or as csv or Parquet', at);
  }
  if (descr === undefined || order === undefined || dims === undefined) throw bad('its head is not readable', at);
  if (/O/.test(descr)) throw bad('Python objects (pickle) are not read; save with a numeric dtype', at);
  const type = /^([<>|=]?)([fiubUS])(\d{1,6})$/.exec(descr);
  const size1 = type ? Number(type[3]) * (type[2] === 'U' ? 4 : 1) : 0;
  if (!type || !ITEM_BYTES[type[2]]?.includes(size1)) {
    if (!type || (type[2] !== 'U' && type[2] !== 'S')) throw bad(`items of type ${descr} are not read`, at);
  }
  const shape = dims.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number.parseInt(part, 10)]));
  const length = shape.reduce((product, dim) => product * dim, 1);
  if (shape.length > 32 || !Number.isSafeInteger(length * Math.max(size1, 1))) {
    throw bad(`shape (${shape.join(', ')}) is too large`, at);
  }
  return { shape, length, kind: type[2], itemBytes: size1, littleEndian: type[1] !== '>', fortran: order === 'True' };
}

/** The type that keeps every value, as far as there is one. */
function nativeTarget({ kind, itemBytes }: NpyHeader): NpyTarget {
  if (kind === 'f') return itemBytes === 8 ? Float64Array : Float32Array;
  if (kind === 'b') return Uint8Array;
  const signed = { 1: Int8Array, 2: Int16Array, 4: Int32Array, 8: Float64Array };
  const unsigned = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: Float64Array };
  return (kind === 'i' ? signed : unsigned)[itemBytes as 1 | 2 | 4 | 8];
}

const ITEM_BYTES: Record<string, number[]> = { f: [2, 4, 8], i: [1, 2, 4, 8], u: [1, 2, 4, 8], b: [1] };

/** Bytes → numbers, for whole items. Little-endian items are seen in place after one copy that aligns them. */
export function converter(
  { kind, itemBytes, littleEndian }: Pick<NpyHeader, 'kind' | 'itemBytes' | 'littleEndian'>,
  name: string,
): (bytes: Uint8Array) => ArrayLike<number> {
  if (itemBytes === 1)
    return (bytes) => (kind === 'i' ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes);
  return (bytes) => {
    const copy = new Uint8Array(bytes); // slice() of a Node Buffer would not copy
    if (!littleEndian) swapBytes(copy, itemBytes);
    const { buffer } = copy;
    if (kind === 'f') {
      if (itemBytes === 2) return Float32Array.from(new Uint16Array(buffer), halfToNumber);
      return itemBytes === 4 ? new Float32Array(buffer) : new Float64Array(buffer);
    }
    if (itemBytes === 2) return kind === 'i' ? new Int16Array(buffer) : new Uint16Array(buffer);
    if (itemBytes === 4) return kind === 'i' ? new Int32Array(buffer) : new Uint32Array(buffer);
    const wide = kind === 'i' ? new BigInt64Array(buffer) : new BigUint64Array(buffer);
    const out = new Float64Array(wide.length);
    for (let i = 0; i < out.length; i++) {
      out[i] = Number(wide[i]);
      if (BigInt(out[i]) !== wide[i]) {
        throw new FormatError(`${name}: integer ${wide[i]} is too large to be kept exactly, expected at most 2^53`, {
          details: { name, value: String(wide[i]) },
        });
      }
    }
    return out;
  };
}

function swapBytes(bytes: Uint8Array, itemBytes: number): void {
  for (let at = 0; at < bytes.length; at += itemBytes) bytes.subarray(at, at + itemBytes).reverse();
}

/** Gives, item after item of a column-major file, its place in row-major order. */
function fortranPlaces(shape: readonly number[]): () => number {
  const strides = shape.map((_, k) => shape.slice(k + 1).reduce((product, dim) => product * dim, 1));
  const index = shape.map(() => 0);
  let place = 0;
  return () => {
    const here = place;
    for (let k = 0; k < shape.length; k++) {
      place += strides[k];
      if (++index[k] < shape[k]) break;
      place -= strides[k] * shape[k];
      index[k] = 0;
    }
    return here;
  };
}

async function readStrings(
  reader: ByteReader,
  { kind, length, itemBytes, littleEndian, shape }: NpyHeader,
): Promise<string[]> {
  if (shape.length > 1) {
    throw new FormatError(`${reader.name}: text of shape (${shape.join(', ')}), expected one dimension`, {
      details: { name: reader.name, offset: reader.offset },
    });
  }
  if (itemBytes === 0) return Array.from({ length }, () => '');
  const out: string[] = [];
  const decoder = new TextDecoder();
  for (let i = 0; i < length; i++) {
    const bytes = await reader.read(itemBytes, 'a text');
    if (kind === 'S') {
      const end = bytes.indexOf(0);
      out.push(decoder.decode(end < 0 ? bytes : bytes.subarray(0, end)));
      continue;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, itemBytes);
    let text = '';
    for (let at = 0; at < itemBytes; at += 4) {
      const code = view.getUint32(at, littleEndian);
      if (code === 0) break;
      text += code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
    }
    out.push(text);
  }
  return out;
}

const DESCR = new Map<unknown, string>([
  [Int8Array, '|i1'],
  [Uint8Array, '|u1'],
  [Int16Array, '<i2'],
  [Uint16Array, '<u2'],
  [Int32Array, '<i4'],
  [Uint32Array, '<u4'],
  [Float32Array, '<f4'],
  [Float64Array, '<f8'],
]);

/**
 * An array in C order → the bytes of an .npy file (version 1.0, little-endian, items aligned to 64 bytes).
 * A matrix is written as [rows, cols].
 * @throws InputError when the shape does not fit the data
 */
export function writeNpy(array: Matrix | NpyArray): Uint8Array<ArrayBuffer> {
  const [head, items] = npyPieces(array);
  const out = new Uint8Array(head.byteLength + items.byteLength);
  out.set(head);
  out.set(items, head.byteLength);
  return out;
}

/** The same as head and items; the items are a view of the array, not a copy. */
export function npyPieces(array: Matrix | NpyArray): [head: Uint8Array, items: Uint8Array] {
  const { data } = array;
  const shape = 'shape' in array ? array.shape : [array.rows, array.cols];
  const length = shape.reduce((product, dim) => product * dim, 1);
  if (length !== data.length) {
    throw new InputError(`npy: shape (${shape.join(', ')}) holds ${length} numbers, got ${data.length}`);
  }
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '${DESCR.get(data.constructor)}', 'fortran_order': False, 'shape': (${dims}), }`;
  const headBytes = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const head = new Uint8Array(headBytes);
  const text = `${dict.padEnd(headBytes - 11)}\n`;
  for (let i = 0; i < 6; i++) head[i] = MAGIC.charCodeAt(i);
  head[6] = 1;
  new DataView(head.buffer).setUint16(8, text.length, true);
  head.set(new TextEncoder().encode(text), 10);
  return [head, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}
