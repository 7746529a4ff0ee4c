/**
 * Bytes in order. Every sequential reader (npy, csv, idx, jsonl) works on a `ByteStream`, so that a plain file, a gzip
 * and an entry of a zip are read alike: a chunk at a time, cancellable between chunks, never held whole.
 */
import { FormatError, breathe, joinBytes, stopwatch } from '../base/index.ts';
import type { JobOptions } from '../base/index.ts';
import type { ByteSource } from './source.ts';

/** Bytes that can be read from the beginning, as often as needed. */
export interface ByteStream {
  readonly name: string;
  /** the size; for compressed bytes the declared size, checked against what comes */
  readonly byteLength: number;
  open(): AsyncGenerator<Uint8Array, void>;
}

/** Called with each piece of the raw source that was read, and awaited; throws AbortError when cancelled. */
export type OnBytes = (count: number) => Promise<void> | void;

/** Bytes in one slice of a large source. */
export const CHUNK_BYTES = 2 * 2 ** 20;

/** A source read in slices. */
export function streamOf(source: ByteSource, onBytes?: OnBytes, chunkBytes = CHUNK_BYTES): ByteStream {
  return {
    name: source.name,
    byteLength: source.byteLength,
    async *open() {
      for (let at = 0; at < source.byteLength; at += chunkBytes) {
        const chunk = await source.slice(at, Math.min(at + chunkBytes, source.byteLength));
        await onBytes?.(chunk.byteLength);
        yield chunk;
      }
    },
  };
}

/** The whole of a stream in one array. */
export async function readAll(stream: ByteStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.open()) chunks.push(chunk);
  return chunks.length === 1 ? chunks[0] : joinBytes(chunks);
}

/** Reads a stream by exact amounts; `offset` is where it stands. */
export interface ByteReader {
  readonly name: string;
  readonly offset: number;
  /**
   * The next `count` bytes.
   * @throws FormatError when the stream ends before
   */
  read(count: number, what: string): Promise<Uint8Array>;
  /** what is at hand, a multiple of `unit` bytes and at most `max`; undefined at the end */
  some(max: number, unit: number, what: string): Promise<Uint8Array | undefined>;
  /** reads on to the end, so that a compressed stream's check sum is checked */
  finish(): Promise<void>;
}

/** A reader over a stream, from its beginning. */
export function readerOf(stream: ByteStream): ByteReader {
  const chunks = stream.open();
  let held = new Uint8Array(0);
  let offset = 0;

  async function fill(count: number): Promise<boolean> {
    while (held.byteLength < count) {
      const { value, done } = await chunks.next();
      if (done || !value) return false;
      if (held.byteLength === 0) {
        held = value as Uint8Array<ArrayBuffer>;
      } else {
        const joined = new Uint8Array(held.byteLength + value.byteLength);
        joined.set(held);
        joined.set(value, held.byteLength);
        held = joined;
      }
    }
    return true;
  }
  function take(count: number): Uint8Array {
    const taken = held.subarray(0, count);
    held = held.subarray(count);
    offset += count;
    return taken;
  }
  return {
    name: stream.name,
    get offset() {
      return offset;
    },
    async read(count, what) {
      if (!(await fill(count))) throw truncated(stream.name, offset + held.byteLength, what, offset + count);
      return take(count);
    },
    async some(max, unit, what) {
      if (!(await fill(unit))) {
        if (held.byteLength === 0) return undefined;
        throw truncated(stream.name, offset + held.byteLength, what, offset + unit);
      }
      return take(Math.min(max, held.byteLength - (held.byteLength % unit)));
    },
    async finish() {
      while (!(await chunks.next()).done);
    },
  };
}

function truncated(name: string, offset: number, what: string, expected: number): FormatError {
  return new FormatError(
    `${name} ends at byte ${offset}, inside ${what} that goes to byte ${expected}: is it cut off?`,
    {
      code: 'truncated',
      details: { name, offset, expected },
    },
  );
}

/** An `OnBytes` that reports progress by bytes, looks at the signal and lets events in. */
export function byteProgress(phase: string, total: number, { signal, onProgress }: JobOptions): OnBytes {
  const clock = stopwatch();
  let done = 0;
  return (count) => {
    signal?.throwIfAborted();
    done += count;
    onProgress?.({ phase, ...clock.read(Math.min(done, total), total) });
    return breathe();
  };
}
