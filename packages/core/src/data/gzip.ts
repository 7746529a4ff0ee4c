/**
 * Bounded decompression. The declared size is believed only as far as deflate can reach (1,032 : 1) and up to a limit;
 * what comes out is counted against it and checked by CRC, so that a bomb or a damaged file is refused early.
 */
import { Gunzip, Inflate } from 'fflate';
import { FormatError } from '../base/index.ts';
import { crc32 } from './crc32.ts';
import { bytesSource } from './source.ts';
import type { ByteSource } from './source.ts';
import { readAll } from './stream.ts';
import type { ByteStream, OnBytes } from './stream.ts';

/** Bytes that decompression may give, unless told otherwise. */
export const INFLATE_LIMIT = 4 * 2 ** 30;

/** The best that deflate can do; a declared size beyond it is false. */
const MAX_RATIO = 1032;
/** Compressed bytes a call: at most 32 MB come out of one. */
const PUSH_BYTES = 32 * 1024;

/** Whether the bytes begin as a gzip file does. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/**
 * A gzip file as the stream of what is in it, without the `.gz` of its name.
 * @throws FormatError when the declared size is over the limit or beyond what deflate can do
 */
export async function gunzipStream(
  source: ByteSource,
  { limit = INFLATE_LIMIT, onBytes }: { limit?: number; onBytes?: OnBytes } = {},
): Promise<ByteStream> {
  const { name } = source;
  if (source.byteLength < 18) {
    throw new FormatError(`${name} ends at byte ${source.byteLength}, a gzip file has at least 18: is it cut off?`, {
      code: 'truncated',
      details: { name, offset: source.byteLength },
    });
  }
  const trailer = await source.slice(source.byteLength - 8);
  const view = new DataView(trailer.buffer, trailer.byteOffset, 8);
  const declared = view.getUint32(4, true);
  refuseBomb(name, declared, source.byteLength, limit);
  return {
    name: name.replace(/\.(gz|gzip)$/i, ''),
    byteLength: declared,
    async *open() {
      let out: Uint8Array[] = [];
      let crc = 0;
      let size = 0;
      let total = 0;
      const gunzip = new Gunzip((chunk) => {
        if (chunk.byteLength === 0) return;
        out.push(chunk);
        crc = crc32(chunk, crc);
        size += chunk.byteLength;
        total += chunk.byteLength;
        if (total > limit) throw overLimit(name, limit);
      });
      gunzip.onmember = () => {
        crc = 0;
        size = 0;
      };
      for (let at = 0; at < source.byteLength; at += PUSH_BYTES) {
        const chunk = await source.slice(at, Math.min(at + PUSH_BYTES, source.byteLength));
        await onBytes?.(chunk.byteLength);
        guarded(name, at, () => gunzip.push(chunk, at + PUSH_BYTES >= source.byteLength));
        yield* out;
        out = [];
      }
      if (crc !== view.getUint32(0, true) || size % 2 ** 32 !== declared) {
        throw damaged(name, source.byteLength - 8, `its check sum or size is not what its end says`);
      }
    },
  };
}

/**
 * Raw deflate, as a zip holds it.
 * @param declared  size and CRC that the result must have
 */
export function inflateStream(
  source: ByteSource,
  declared: { size: number; crc: number },
  { limit = INFLATE_LIMIT, onBytes }: { limit?: number; onBytes?: OnBytes } = {},
): ByteStream {
  const { name } = source;
  refuseBomb(name, declared.size, source.byteLength, limit);
  return {
    name,
    byteLength: declared.size,
    async *open() {
      let out: Uint8Array[] = [];
      let crc = 0;
      let size = 0;
      const inflate = new Inflate((chunk) => {
        if (chunk.byteLength === 0) return;
        out.push(chunk);
        crc = crc32(chunk, crc);
        size += chunk.byteLength;
        if (size > declared.size) throw damaged(name, 0, `it holds more than the ${declared.size} bytes it declares`);
      });
      for (let at = 0; at < source.byteLength; at += PUSH_BYTES) {
        const chunk = await source.slice(at, Math.min(at + PUSH_BYTES, source.byteLength));
        await onBytes?.(chunk.byteLength);
        guarded(name, at, () => inflate.push(chunk, at + PUSH_BYTES >= source.byteLength));
        yield* out;
        out = [];
      }
      if (crc !== declared.crc || size !== declared.size) {
        throw damaged(name, 0, 'its check sum or size is not what the archive says');
      }
    },
  };
}

/**
 * The source itself, or, when it is a gzip file, a source over what is in it, in memory.
 */
export async function gunzipped(
  source: ByteSource,
  options: { limit?: number; onBytes?: OnBytes } = {},
): Promise<ByteSource> {
  if (!isGzip(await source.slice(0, 3))) return source;
  const stream = await gunzipStream(source, options);
  return bytesSource(stream.name, await readAll(stream));
}

function refuseBomb(name: string, declared: number, compressed: number, limit: number): void {
  if (declared > limit) throw overLimit(name, limit);
  if (declared <= compressed * MAX_RATIO) return;
  throw damaged(name, compressed, `it declares ${declared} bytes in ${compressed}, more than deflate can hold`);
}

function overLimit(name: string, limit: number): FormatError {
  return new FormatError(
    `${name} decompresses to more than the limit of ${limit} bytes; decompress it first, or raise the limit`,
    {
      code: 'too-large',
      details: { name, limit },
    },
  );
}

function damaged(name: string, offset: number, why: string): FormatError {
  return new FormatError(`${name} is damaged: ${why} (byte ${offset})`, { details: { name, offset } });
}

/** Errors of the decompressor are ours: they mean bad bytes near here. */
function guarded(name: string, offset: number, work: () => void): void {
  try {
    work();
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`${name} is damaged or cut off: ${why} (near byte ${offset})`, {
      details: { name, offset },
      cause,
    });
  }
}
