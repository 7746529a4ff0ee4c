/**
 * IDX, the format of MNIST's own files: two zero bytes, the item's type, the number of dimensions, each dimension and
 * then the items, big-endian.
 */
import { FormatError } from '../../base/index.ts';
import { readerOf } from '../stream.ts';
import type { ByteReader, ByteStream } from '../stream.ts';
import { readItems } from './npy.ts';
import type { NpyArray, NpyHeader, NpyTarget } from './npy.ts';

const TYPES: Record<number, { kind: string; itemBytes: number }> = {
  0x08: { kind: 'u', itemBytes: 1 },
  0x09: { kind: 'i', itemBytes: 1 },
  0x0b: { kind: 'i', itemBytes: 2 },
  0x0c: { kind: 'i', itemBytes: 4 },
  0x0d: { kind: 'f', itemBytes: 4 },
  0x0e: { kind: 'f', itemBytes: 8 },
};

/** Whether bytes begin as an IDX file does. */
export function isIdx(head: Uint8Array): boolean {
  return head[0] === 0 && head[1] === 0 && head[2] in TYPES && head[3] >= 1 && head[3] <= 8;
}

/** @throws FormatError with name and offset */
export async function readIdx(stream: ByteStream, as: (header: NpyHeader) => NpyTarget): Promise<NpyArray> {
  const reader = readerOf(stream);
  const header = await readIdxHeader(reader);
  const { name } = stream;
  const { shape, length, itemBytes } = header;
  const there = stream.byteLength - reader.offset;
  if (there !== length * itemBytes) {
    throw new FormatError(
      `${name} has ${there} bytes of items, expected ${length * itemBytes} for ${shape.join(' × ')}${there < length * itemBytes ? ': is it cut off?' : ''}`,
      { code: 'truncated', details: { name, offset: stream.byteLength, expected: reader.offset + length * itemBytes } },
    );
  }
  const data = new (as(header))(length);
  await readItems(reader, header, data);
  await reader.finish();
  return { shape, data };
}

export async function readIdxHeader(reader: ByteReader): Promise<NpyHeader> {
  const { name } = reader;
  const head = await reader.read(4, 'the head of an IDX file');
  if (!isIdx(head)) throw new FormatError(`${name} is not an IDX file (byte 0)`, { details: { name, offset: 0 } });
  const dims = await reader.read(4 * head[3], 'the dimensions');
  const view = new DataView(dims.buffer, dims.byteOffset, dims.byteLength);
  const shape = Array.from({ length: head[3] }, (_, k) => view.getUint32(4 * k));
  const length = shape.reduce((product, dim) => product * dim, 1);
  if (!Number.isSafeInteger(length * 8)) {
    throw new FormatError(`${name}: ${shape.join(' × ')} items are too many (byte 4)`, {
      details: { name, offset: 4 },
    });
  }
  return { shape, length, ...TYPES[head[2]], littleEndian: false, fortran: false };
}
