/**
 * Named float32 tensors and a few strings in one blob, in the safetensors format: eight bytes of header length,
 * a JSON header, the numbers, little-endian.
 */
import { FormatError } from '../base/index.ts';
import type { Parameter } from './scope.ts';

const LIMIT = 100_000_000;

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export function writeSafetensors(tensors: readonly Parameter[], metadata: Record<string, string> = {}): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, value } of tensors) {
    const end = offset + value.byteLength;
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(8 + headerBytes + offset).fill(0x20, 8, 8 + headerBytes);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerBytes), true);
  out.set(text, 8);
  let at = 8 + headerBytes;
  for (const { value } of tensors) {
    out.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), at);
    at += value.byteLength;
  }
  return out;
}

/** @throws FormatError, with name and offset, when the bytes are not float32 safetensors, or cut short */
export function readSafetensors(
  bytes: Uint8Array,
  name: string,
): { tensors: Map<string, Parameter>; metadata: Record<string, string> } {
  const fail = (what: string, offset: number, cause?: unknown): FormatError =>
    new FormatError(`${name}: ${what}`, { details: { name, offset }, cause });
  if (bytes.length < 8) throw fail(`${bytes.length} bytes, too short for a safetensors file`, bytes.length);
  const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (headerBytes > Math.min(LIMIT, bytes.length - 8))
    throw fail('its header is cut short, or this is no safetensors file', 8);
  let header: Record<string, unknown>;
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
    if (typeof parsed !== 'object' || parsed === null) throw new TypeError('not an object');
    header = parsed as Record<string, unknown>;
  } catch (cause) {
    throw fail('its header is not JSON', 8, cause);
  }
  const { __metadata__: metadata = {}, ...entries } = header;
  const start = 8 + headerBytes;
  const tensors = new Map<string, Parameter>();
  for (const [key, entry] of Object.entries(entries)) {
    if (!isEntry(entry)) throw fail(`tensor ${key} has no proper dtype, shape and data_offsets`, 8);
    const { dtype, shape, data_offsets } = entry;
    const [from, to] = data_offsets;
    const size = shape.reduce((product, dim) => product * dim, 4);
    if (dtype !== 'F32') throw fail(`tensor ${key} is ${dtype}, expected F32`, start + from);
    if (to - from !== size) throw fail(`tensor ${key} has ${to - from} bytes, expected ${size}`, start + from);
    if (start + to > bytes.length) throw fail(`tensor ${key} ends beyond the file; it is cut short`, bytes.length);
    tensors.set(key, { name: key, shape, value: new Float32Array(bytes.slice(start + from, start + to).buffer) });
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { dtype, shape, data_offsets: offsets } = value as Partial<Entry>;
  return (
    typeof dtype === 'string' &&
    Array.isArray(shape) &&
    shape.every(whole) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    offsets.every(whole) &&
    offsets[0] <= offsets[1]
  );
}

function whole(n: unknown): boolean {
  return Number.isSafeInteger(n) && (n as number) >= 0;
}
