/** The arrays of a file by name and shape, each loaded when it is wanted: npy and IDX have one, npz and safetensors many. */
import { FormatError } from '../base/index.ts';
import type { TensorData } from '../base/index.ts';
import { readIdx, readIdxHeader } from './formats/idx.ts';
import { readNpyHeader, readNpyStream } from './formats/npy.ts';
import type { NpyArray, NpyStrings } from './formats/npy.ts';
import { readSafetensorsHead, readTensor } from './formats/safetensors.ts';
import { rowsTarget } from './from-arrays.ts';
import type { Format } from './sniff.ts';
import type { ByteSource } from './source.ts';
import { readerOf } from './stream.ts';
import type { ByteStream, OnBytes } from './stream.ts';
import { zipEntries } from './zip.ts';

export interface NamedArray {
  name: string;
  shape: readonly number[];
}

export interface NamedArrays {
  arrays: NamedArray[];
  load(array: NamedArray): Promise<NpyArray | NpyStrings>;
}

/** @throws FormatError with name and offset */
export async function readArrays(
  format: Format,
  { stream, source }: { stream: ByteStream; source(): Promise<ByteSource> },
  { onBytes, limit }: { onBytes: OnBytes; limit: number },
): Promise<NamedArrays> {
  const { name } = stream;
  if (format === 'npy') {
    const { shape } = await readNpyHeader(readerOf(stream));
    return { arrays: [{ name, shape }], load: () => readNpyStream(stream, { as: rowsTarget }) };
  }
  if (format === 'idx') {
    const { shape } = await readIdxHeader(readerOf(stream));
    return { arrays: [{ name, shape }], load: () => readIdx(stream, rowsTarget) };
  }
  if (format === 'safetensors') return safetensorsArrays(await source(), onBytes);
  if (format === 'zip') return npzArrays(await source(), onBytes, limit);
  throw new FormatError(`${name} is a ${format} file, expected arrays`, { details: { name, offset: 0 } });
}

async function npzArrays(source: ByteSource, onBytes: OnBytes, limit: number): Promise<NamedArrays> {
  const entries = (await zipEntries(source, { limit })).filter((entry) => /\.npy$/i.test(entry.name));
  const streams = new Map<NamedArray, ByteStream>();
  for (const entry of entries) {
    const head = await readNpyHeader(readerOf(await entry.stream()));
    const stream = await entry.stream(onBytes);
    const name = entry.name.replace(/\.npy$/i, '');
    streams.set({ name, shape: head.shape }, { ...stream, name: `${source.name}: ${entry.name}` });
  }
  return {
    arrays: [...streams.keys()],
    load: (array) => readNpyStream(streams.get(array)!, { as: rowsTarget }),
  };
}

async function safetensorsArrays(source: ByteSource, onBytes: OnBytes): Promise<NamedArrays> {
  const head = await readSafetensorsHead(source);
  const arrays = [...head.entries].map(([name, { shape }]) => ({ name, shape }));
  return {
    arrays,
    async load({ name, shape }) {
      const { data } = await readTensor(source, head, name);
      await onBytes(data.byteLength);
      return { shape: [...shape], data: withoutBigInts(data) };
    },
  };
}

function withoutBigInts(data: TensorData): NpyArray['data'] {
  return data instanceof BigInt64Array || data instanceof BigUint64Array ? Float64Array.from(data, Number) : data;
}
