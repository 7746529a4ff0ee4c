/**
 * safetensors: the length of a JSON head (8 bytes), the head (name → dtype, shape, data_offsets), then the data.
 * @see https://github.com/huggingface/safetensors#format
 */
import { FormatError, InputError } from './errors.ts';

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A tensor by the format's own names. F16 and BF16 come as Float32Array, BOOL as Uint8Array of 0 and 1. */
export interface SavedTensor {
  dtype: SafetensorsDType;
  shape: number[];
  data: TensorData;
}

export interface Safetensors {
  tensors: Record<string, SavedTensor>;
  /** free text by key, `__metadata__` in the file */
  metadata: Record<string, string>;
}

const TYPES = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U64: BigUint64Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

export type SafetensorsDType = keyof typeof TYPES;

/** What the head says of a tensor; offsets count from the end of the head. */
export interface TensorEntry {
  dtype: SafetensorsDType;
  shape: number[];
  start: number;
  end: number;
}

/** The head of a file: what is in it and where its data begins. */
export interface SafetensorsHead {
  entries: Map<string, TensorEntry>;
  metadata: Record<string, string>;
  dataStart: number;
}

const MAX_HEAD_BYTES = 100e6;

/**
 * All tensors of a file in memory. Little-endian data that lies aligned is seen in place, not copied.
 * @throws FormatError with name and offset
 */
export function readSafetensors(bytes: Uint8Array, name = 'tensors.safetensors'): Safetensors {
  const headBytes = safetensorsHeadBytes(bytes.subarray(0, 8), bytes.byteLength, name);
  const head = parseSafetensorsHead(bytes.subarray(8, 8 + headBytes), bytes.byteLength, name);
  const tensors: Record<string, SavedTensor> = Object.create(null);
  for (const [key, entry] of head.entries) {
    tensors[key] = decodeTensor(entry, bytes.subarray(head.dataStart + entry.start, head.dataStart + entry.end));
  }
  return { tensors, metadata: head.metadata };
}

/** Bytes of one tensor → its values. */
export function decodeTensor({ dtype, shape }: Pick<TensorEntry, 'dtype' | 'shape'>, bytes: Uint8Array): SavedTensor {
  const Type = TYPES[dtype];
  const aligned = bytes.byteOffset % Type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  const raw = new Type(aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.byteLength / Type.BYTES_PER_ELEMENT);
  if (dtype === 'F16') return { dtype, shape, data: Float32Array.from(raw as Uint16Array, halfToNumber) };
  if (dtype === 'BF16') {
    const wide = Uint32Array.from(raw as Uint16Array, (bits) => bits << 16);
    return { dtype, shape, data: new Float32Array(wide.buffer) };
  }
  return { dtype, shape, data: raw };
}

function bytesPerItem(dtype: SafetensorsDType): number {
  return TYPES[dtype].BYTES_PER_ELEMENT;
}

/** How long the head is, by the first eight bytes of a file. @throws FormatError when it can't be */
export function safetensorsHeadBytes(first: Uint8Array, byteLength: number, name: string): number {
  if (first.byteLength < 8) throw bad(name, byteLength, 'ends before the length of its head');
  const view = new DataView(first.buffer, first.byteOffset, 8);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > MAX_HEAD_BYTES || length < 2) throw bad(name, 0, `claims a head of ${length} bytes`);
  if (8 + length > byteLength) throw bad(name, byteLength, `ends inside its head, that goes to byte ${8 + length}`);
  return length;
}

/** The head from its bytes. @throws FormatError when it is not one, or tensors lie beyond the file's `byteLength` */
export function parseSafetensorsHead(bytes: Uint8Array, byteLength: number, name: string): SafetensorsHead {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw bad(name, 8, 'has a head that is not JSON', cause);
  }
  if (!isRecord(json)) throw bad(name, 8, 'has a head that is not an object');
  const dataStart = 8 + bytes.byteLength;
  const entries = new Map<string, TensorEntry>();
  let metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(json)) {
    if (key === '__metadata__') {
      if (!isRecord(value) || !Object.values(value).every((text) => typeof text === 'string')) {
        throw bad(name, 8, 'has metadata that is not text');
      }
      metadata = value as Record<string, string>;
      continue;
    }
    entries.set(key, checkEntry(key, value, dataStart, byteLength, name));
  }
  return { entries, metadata, dataStart };
}

function checkEntry(key: string, value: unknown, dataStart: number, byteLength: number, name: string): TensorEntry {
  if (!isRecord(value)) throw bad(name, 8, `says nothing of tensor ${key}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(TYPES, dtype)) {
    throw bad(name, 8, `has tensor ${key} of type ${JSON.stringify(dtype)}, expected ${Object.keys(TYPES).join(', ')}`);
  }
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw bad(name, 8, `has tensor ${key} without a readable shape or place`);
  }
  const [start, end] = offsets;
  const bytes = shape.reduce((product, dim) => product * dim, 1) * bytesPerItem(dtype as SafetensorsDType);
  if (end - start !== bytes) {
    throw bad(name, 8, `has ${end - start} bytes for tensor ${key}, expected ${bytes} for shape (${shape.join(', ')})`);
  }
  if (dataStart + end > byteLength) {
    throw bad(name, byteLength, `ends inside tensor ${key}, that goes to byte ${dataStart + end}: is it cut off?`);
  }
  return { dtype: dtype as SafetensorsDType, shape, start, end };
}

/**
 * Tensors → the bytes of a file, in the order given, data aligned to 8 bytes. A typed array's own type decides the
 * dtype when it is left out.
 * @throws InputError when a shape or dtype does not fit its data
 */
export function writeSafetensors(
  tensors: Record<string, { shape: readonly number[]; data: TensorData; dtype?: SafetensorsDType }>,
  metadata?: Record<string, string>,
): Uint8Array<ArrayBuffer> {
  const head: Record<string, unknown> = Object.create(null);
  if (metadata) head.__metadata__ = metadata;
  let end = 0;
  // the format wants each tensor aligned: widest items first, as its own writer does
  const ordered = Object.entries(tensors).sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  for (const [key, { shape, data, dtype = dtypeOf(data) }] of ordered) {
    const length = shape.reduce((product, dim) => product * dim, 1);
    if (length !== data.length || TYPES[dtype] !== data.constructor || key === '__metadata__') {
      throw new InputError(
        `safetensors: tensor ${key} of type ${dtype} and shape (${shape.join(', ')}) does not fit ${data.length} numbers of ${data.constructor.name}`,
      );
    }
    head[key] = { dtype, shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(head));
  const headBytes = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + headBytes + end).fill(0x20, 8, 8 + headBytes);
  new DataView(out.buffer).setUint32(0, headBytes, true);
  out.set(json, 8);
  let at = 8 + headBytes;
  for (const [, { data }] of ordered) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}

const WRITTEN = ['F64', 'F32', 'I64', 'I32', 'I16', 'I8', 'U64', 'U32', 'U16', 'U8'] as const;

function dtypeOf(data: TensorData): SafetensorsDType {
  return WRITTEN.find((dtype) => TYPES[dtype] === data.constructor) ?? 'F32';
}

function bad(name: string, offset: number, why: string, cause?: unknown): FormatError {
  return new FormatError(`${name} ${why} (byte ${offset})`, { details: { name, offset }, cause });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** IEEE 754 binary16 → number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
