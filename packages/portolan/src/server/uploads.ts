/**
 * Files that a page sends before it asks for something to be done with them. One request carries any number:
 *
 *     length of the JSON u32, little-endian | JSON [{name, bytes}, …] | the files, one after the other
 *
 * They go to one temporary file, are read from there in slices, and vanish when they have been used, when nobody has
 * used them for an hour, and when the server closes.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError, InputError } from '@portolan/core/base';
import type { ByteSource } from '@portolan/core/data';
import { bodyChunks } from './body.ts';

/** What stands for an uploaded file in the arguments of a verb. */
export interface UploadReference {
  upload: string;
  index: number;
}

export interface Uploads {
  /** @returns the id of the upload */
  receive(request: Request): Promise<{ upload: string; files: number }>;
  /** @throws InputError, code `no-such-upload` */
  source(reference: unknown): ByteSource;
  release(upload: string): Promise<void>;
  close(): Promise<void>;
}

interface Upload {
  readonly path: string;
  readonly handle: FileHandle;
  readonly sources: readonly ByteSource[];
  expiry: NodeJS.Timeout;
}

const MAX_NAMES = 64 * 2 ** 20;
const MAX_AGE = 60 * 60 * 1000;

export function createUploads({ limit }: { limit: number }): Uploads {
  const uploads = new Map<string, Upload>();
  let folder: Promise<string> | undefined;

  async function release(id: string): Promise<void> {
    const upload = uploads.get(id);
    if (!upload) return;
    uploads.delete(id);
    clearTimeout(upload.expiry);
    await upload.handle.close();
    await rm(upload.path, { force: true });
  }

  return {
    async receive(request) {
      folder ??= mkdtemp(join(tmpdir(), 'portolan-uploads-'));
      const id = randomUUID();
      const path = join(await folder, id);
      const handle = await open(path, 'wx+', 0o600);
      // without a name it vanishes with this program, however that ends; Windows keeps names of open files
      if (process.platform !== 'win32') await rm(path);
      try {
        const total = await spool(request, handle, limit);
        const sources = await layOut(handle, total);
        const expiry = setTimeout(() => void release(id), MAX_AGE).unref();
        uploads.set(id, { path, handle, sources, expiry });
        return { upload: id, files: sources.length };
      } catch (error) {
        await handle.close();
        await rm(path, { force: true });
        throw error;
      }
    },
    source(reference) {
      const { upload, index } = (reference ?? {}) as Partial<UploadReference>;
      const source = uploads.get(String(upload))?.sources[Number(index)];
      if (!source) throw new InputError('that file is not here any more; send it again', { code: 'no-such-upload' });
      return source;
    },
    release,
    async close() {
      await Promise.allSettled([...uploads.keys()].map(release));
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}

/** Body → file, at the pace of the disk. */
async function spool(request: Request, handle: FileHandle, limit: number): Promise<number> {
  let at = 0;
  for await (const chunk of bodyChunks(request, limit, 'an upload')) {
    for (let done = 0; done < chunk.byteLength;) {
      done += (await handle.write(chunk, done, chunk.byteLength - done, at + done)).bytesWritten;
    }
    at += chunk.byteLength;
  }
  return at;
}

/** The files of an upload as sources over it. */
async function layOut(handle: FileHandle, total: number): Promise<ByteSource[]> {
  const header = await readAt(handle, 0, Math.min(4, total));
  const length = header.byteLength === 4 ? new DataView(header.buffer).getUint32(0, true) : -1;
  if (length < 0 || length > MAX_NAMES || 4 + length > total) throw malformed('its list of files is cut off', 0);
  const files = parseNames(await readAt(handle, 4, length));
  let at = 4 + length;
  const sources = files.map(({ name, bytes }) => {
    const from = at;
    at += bytes;
    if (at > total) throw malformed(`${name} is cut off`, from);
    return rangeSource(handle, name, from, bytes);
  });
  if (at !== total) throw malformed(`${total - at} bytes too many`, at);
  return sources;
}

function parseNames(json: Uint8Array): { name: string; bytes: number }[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw malformed('its list of files does not parse', 4, cause);
  }
  if (!Array.isArray(value) || !value.every(isFile)) throw malformed('its list of files is none', 4);
  return value as { name: string; bytes: number }[];
}

function isFile(file: { name?: unknown; bytes?: unknown } | null): boolean {
  const { name, bytes } = file ?? {};
  return typeof name === 'string' && name.length <= 4096 && Number.isSafeInteger(bytes) && Number(bytes) >= 0;
}

function rangeSource(handle: FileHandle, name: string, from: number, byteLength: number): ByteSource {
  return {
    name,
    byteLength,
    slice(start, end = byteLength) {
      const first = Math.max(0, Math.min(start, byteLength));
      const last = Math.max(first, Math.min(end, byteLength));
      return readAt(handle, from + first, last - first);
    },
  };
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes;
}

function malformed(what: string, offset: number, cause?: unknown): FormatError {
  return new FormatError(`not an upload: ${what} (offset ${offset})`, { details: { name: 'upload', offset }, cause });
}
