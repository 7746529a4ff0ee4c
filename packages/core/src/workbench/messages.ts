/**
 * Plain data ⇄ bytes, to cross HTTP: what structured cloning carries between threads, as far as the Workbench needs it.
 *
 *     "PTLN" | version u32 | JSON length u32 | number of arrays u32 | JSON | zeros to 8 | array | zeros to 8 | array …
 *
 * All little-endian. Typed arrays are lifted out of the JSON, which keeps `{"$array": [index, type, length]}` in their
 * place; what JSON can't say is `{"$number": "NaN"}` and `{"$undefined": 1}`; a plain key that begins with `$` gets a
 * second one. An array lies at the next multiple of 8 after the one before, so its place is known and never trusted.
 */
import { FormatError, InputError } from '../base/index.ts';

const TYPES = {
  Uint8Array,
  Int8Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
} as const;
type TypeName = keyof typeof TYPES;
type MessageArray = InstanceType<(typeof TYPES)[TypeName]>;

const MAGIC = 0x4e4c5450; // "PTLN"
const VERSION = 1;
const HEADER = 16;
const MAX_DEPTH = 64;

/**
 * @param value  plain data: null, booleans, numbers, strings, arrays, plain objects, typed arrays, undefined
 * @throws InputError for anything else, and for data that holds itself or nests deeper than 64
 */
export function encodeMessage(value: unknown): Uint8Array<ArrayBuffer> {
  const arrays: MessageArray[] = [];
  const json = new TextEncoder().encode(JSON.stringify(toJson(value, arrays, 0)));
  let end = HEADER + json.byteLength;
  for (const array of arrays) end = aligned(end) + array.byteLength;

  const bytes = new Uint8Array(end);
  const header = new DataView(bytes.buffer);
  [MAGIC, VERSION, json.byteLength, arrays.length].forEach((word, i) => header.setUint32(i * 4, word, true));
  bytes.set(json, HEADER);
  let at = HEADER + json.byteLength;
  for (const array of arrays) {
    at = aligned(at);
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return bytes;
}

/**
 * The value that was encoded; each typed array has a buffer of its own, so that it can be transferred.
 * Never takes more memory than a small multiple of the message.
 * @throws FormatError with the offset, when the bytes are not a message
 */
export function decodeMessage(bytes: Uint8Array): unknown {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < HEADER) throw malformed(`got ${bytes.byteLength} bytes, expected ${HEADER} or more`, 0);
  const [magic, version, jsonLength, count] = [0, 4, 8, 12].map((at) => header.getUint32(at, true));
  if (magic !== MAGIC) throw malformed('it does not begin with PTLN', 0);
  if (version !== VERSION) throw malformed(`version ${version}, expected ${VERSION}`, 4);
  if (jsonLength > bytes.byteLength - HEADER) throw malformed(`the JSON is cut off`, 8);

  const reader = { bytes, at: HEADER + jsonLength, next: 0, count };
  const value = fromJson(parse(bytes.subarray(HEADER, HEADER + jsonLength)), reader, 0);
  if (reader.next !== count) throw malformed(`${count} arrays announced, ${reader.next} found`, 12);
  if (reader.at !== bytes.byteLength) throw malformed(`${bytes.byteLength - reader.at} bytes too many`, reader.at);
  return value;
}

/** Where the arrays of a message are read from, in their order. */
interface Reader {
  readonly bytes: Uint8Array;
  readonly count: number;
  at: number;
  next: number;
}

function toJson(value: unknown, arrays: MessageArray[], depth: number): unknown {
  if (depth > MAX_DEPTH) throw new InputError(`a message nests deeper than ${MAX_DEPTH}, or holds itself`);
  if (value === undefined) return { $undefined: 1 };
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $number: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (typeof value !== 'object') throw new InputError(`a ${typeof value} can't be sent in a message`);
  if (Array.isArray(value)) return Array.from(value, (item) => toJson(item, arrays, depth + 1));
  if (ArrayBuffer.isView(value)) return lift(value, arrays);

  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new InputError(
      `a ${value.constructor?.name ?? 'class instance'} can't be sent in a message: plain data only`,
    );
  }
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') throw new InputError("__proto__ can't be a key in a message");
    if (item !== undefined) out[key.startsWith('$') ? `$${key}` : key] = toJson(item, arrays, depth + 1);
  }
  return out;
}

function lift(view: ArrayBufferView, arrays: MessageArray[]): unknown {
  const type = (view as MessageArray)[Symbol.toStringTag];
  if (!Object.hasOwn(TYPES, type)) throw new InputError(`a ${type} can't be sent in a message`);
  const array = view as MessageArray;
  return { $array: [arrays.push(array) - 1, type, array.length] };
}

function fromJson(value: unknown, reader: Reader, depth: number): unknown {
  if (depth > MAX_DEPTH) throw malformed(`it nests deeper than ${MAX_DEPTH}`, HEADER);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => fromJson(item, reader, depth + 1));

  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first[0].startsWith('$') && !first[0].startsWith('$$')) {
    return special(first[0], first[1], reader);
  }
  const out: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    if (key === '__proto__' || (key.startsWith('$') && !key.startsWith('$$'))) {
      throw malformed(`the key ${JSON.stringify(key.slice(0, 40))} can't be here`, HEADER);
    }
    out[key.startsWith('$$') ? key.slice(1) : key] = fromJson(item, reader, depth + 1);
  }
  return out;
}

function special(key: string, value: unknown, reader: Reader): unknown {
  if (key === '$array') return takeArray(value, reader);
  if (key === '$undefined' && value === 1) return undefined;
  if (key === '$number' && typeof value === 'string' && ['NaN', 'Infinity', '-Infinity', '-0'].includes(value)) {
    return Number(value);
  }
  throw malformed(`${JSON.stringify(key.slice(0, 40))} means nothing`, HEADER);
}

function takeArray(value: unknown, reader: Reader): MessageArray {
  const [index, type, length] = Array.isArray(value) && value.length === 3 ? (value as unknown[]) : [];
  if (index !== reader.next || reader.next >= reader.count) {
    throw malformed(`array ${String(index)} where ${reader.next} of ${reader.count} was expected`, reader.at);
  }
  if (typeof type !== 'string' || !Object.hasOwn(TYPES, type)) throw malformed('an array of no known type', reader.at);
  const arrayType = TYPES[type as TypeName];
  const start = aligned(reader.at);
  const room = Math.floor((reader.bytes.byteLength - start) / arrayType.BYTES_PER_ELEMENT);
  if (!Number.isSafeInteger(length) || (length as number) < 0 || (length as number) > room) {
    throw malformed(`array ${index} of ${String(length)} × ${type} is cut off`, reader.at);
  }
  for (let i = reader.at; i < start; i++) if (reader.bytes[i] !== 0) throw malformed('padding is not zero', i);
  const end = start + (length as number) * arrayType.BYTES_PER_ELEMENT;
  reader.next++;
  reader.at = end;
  const own = new Uint8Array(end - start);
  own.set(reader.bytes.subarray(start, end));
  return new arrayType(own.buffer);
}

function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw malformed('its JSON does not parse', HEADER, cause);
  }
}

function aligned(offset: number): number {
  return Math.ceil(offset / 8) * 8;
}

function malformed(what: string, offset: number, cause?: unknown): FormatError {
  return new FormatError(`not a message: ${what} (offset ${offset})`, { details: { name: 'message', offset }, cause });
}
