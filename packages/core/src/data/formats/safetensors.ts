/** Tensors of large safetensors files, one at a time; files in memory are read and written in base. */
import { InputError, decodeTensor, parseSafetensorsHead, safetensorsHeadBytes } from '../../base/index.ts';
import type { SafetensorsHead, SavedTensor } from '../../base/index.ts';
import type { ByteSource } from '../source.ts';

/** The head alone, read from a large file; tensors are then read by `readTensor`. */
export async function readSafetensorsHead(source: ByteSource): Promise<SafetensorsHead> {
  const headBytes = safetensorsHeadBytes(await source.slice(0, 8), source.byteLength, source.name);
  return parseSafetensorsHead(await source.slice(8, 8 + headBytes), source.byteLength, source.name);
}

/** One tensor of a file. */
export async function readTensor(source: ByteSource, head: SafetensorsHead, key: string): Promise<SavedTensor> {
  const entry = head.entries.get(key);
  if (!entry) {
    throw new InputError(`${source.name} has no tensor ${key}; it has ${[...head.entries.keys()].join(', ')}`);
  }
  return decodeTensor(entry, await source.slice(head.dataStart + entry.start, head.dataStart + entry.end));
}
