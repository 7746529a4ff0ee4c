/**
 * An index as bytes, little-endian: magic, version, distance, probes (32-bit words), recall (double), rows, columns, lists,
 * and the checksum of what follows: rows, centres (floats), starts, order (32-bit words).
 */
import { FormatError, matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { crc32 } from '../data/index.ts';
import { distanceNames } from './metric.ts';
import type { Distance } from './metric.ts';

export interface IndexParts {
  readonly x: Matrix;
  readonly distance: Distance;
  readonly recall: number;
  /** lists that a question visits */
  readonly probes: number;
  /** [lists, d] */
  readonly centres: Matrix;
  /** rows of list i are order[starts[i]] … order[starts[i + 1] − 1] */
  readonly starts: Uint32Array;
  readonly order: Uint32Array;
}

export const INDEX_FILE = 'neighbors.index';
/** 'PNIX' */
const MAGIC = 0x58494e50;
const VERSION = 1;
const HEAD = 40;

export function writeIndex({
  x,
  distance,
  recall,
  probes,
  centres,
  starts,
  order,
}: IndexParts): Record<string, Uint8Array> {
  const body = [x.data, centres.data, starts, order].map(
    (part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
  );
  const bytes = new Uint8Array(HEAD + body.reduce((sum, part) => sum + part.length, 0));
  let at = HEAD;
  for (const part of body) {
    bytes.set(part, at);
    at += part.length;
  }
  const head = new DataView(bytes.buffer);
  head.setUint32(0, MAGIC, true);
  head.setUint32(4, VERSION, true);
  head.setUint32(8, distanceNames.indexOf(distance), true);
  head.setUint32(12, probes, true);
  head.setFloat64(16, recall, true);
  [x.rows, x.cols, centres.rows].forEach((value, i) => head.setUint32(24 + 4 * i, value, true));
  head.setUint32(36, crc32(bytes.subarray(HEAD)), true);
  return { [INDEX_FILE]: bytes };
}

/** @throws FormatError when the bytes are not those of an index, are cut short or changed */
export function readIndex(files: Record<string, Uint8Array>): IndexParts {
  const bytes = files[INDEX_FILE];
  const fail = (what: string, details: Record<string, unknown> = {}): never => {
    throw new FormatError(`${INDEX_FILE}: ${what}`, { details: { name: INDEX_FILE, ...details } });
  };
  if (!bytes) return fail('there is no such file; build the index anew');
  if (bytes.length < HEAD) return fail(`${bytes.length} bytes are too few for an index`);
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (head.getUint32(0, true) !== MAGIC) return fail('this is no index of Portolan', { offset: 0 });
  const version = head.getUint32(4, true);
  if (version !== VERSION)
    return fail(`its version is ${version}, expected ${VERSION}; build the index anew`, { version });
  const distance = distanceNames[head.getUint32(8, true)];
  const probes = head.getUint32(12, true);
  const recall = head.getFloat64(16, true);
  const [rows, cols, lists] = [24, 28, 32].map((at) => head.getUint32(at, true));
  const expected = HEAD + 4 * (rows * cols + lists * cols + lists + 1 + rows);
  if (bytes.length !== expected)
    return fail(`got ${bytes.length} bytes, expected ${expected}: it was cut short or added to`);
  if (crc32(bytes.subarray(HEAD)) !== head.getUint32(36, true)) return fail('its checksum differs: bytes were changed');
  if (!distance || !(recall > 0 && recall <= 1)) return fail(`distance or recall (${recall}) are none that there are`);
  const copy = bytes.slice(HEAD).buffer;
  let at = 0;
  const take = <T>(make: new (buffer: ArrayBuffer, at: number, length: number) => T, length: number): T => {
    const part = new make(copy, at, length);
    at += 4 * length;
    return part;
  };
  const x = matrix(rows, cols, take(Float32Array, rows * cols));
  const centres = matrix(lists, cols, take(Float32Array, lists * cols));
  const starts = take(Uint32Array, lists + 1);
  const order = take(Uint32Array, rows);
  const seen = new Uint8Array(rows);
  for (const row of order) if (row >= rows || seen[row]++ > 0) return fail(`row ${row} is in no list or in two`);
  if (starts[0] !== 0 || starts[lists] !== rows || starts.some((start, i) => i > 0 && start < starts[i - 1])) {
    return fail('its lists do not hold each row once');
  }
  return { x, distance, recall, probes, centres, starts, order };
}
