/**
 * One file from the net into the cache. What has come is kept as `NAME.part`, so that a download that broke goes on
 * where it was; a file has its own name only once it is whole and its checksum right.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StoreError } from '@portolan/core';
import { explain } from '../store/explain.ts';
import type { PublicFile } from './catalogue.ts';

export interface DownloadOptions {
  signal?: AbortSignal;
  /** bytes of this file that are here */
  onBytes?: (done: number) => void;
}

/**
 * @param path  where it is to be
 * @throws StoreError when no place has it, or what came is not what was published
 */
export async function downloadFile(
  { name, urls, md5 }: PublicFile,
  path: string,
  { signal, onBytes }: DownloadOptions = {},
): Promise<void> {
  if (await exists(path)) return;
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw explain(error, { place: path, doing: 'writing' });
  });
  const part = `${path}.part`;
  const problems: string[] = [];
  for (const url of urls) {
    try {
      await continueDownload(url, part, { signal, onBytes });
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof StoreError) throw error;
      problems.push(`${new URL(url).host}: ${reasonOf(error)}`);
      continue;
    }
    const found = await md5Of(part);
    if (found === md5) {
      await rename(part, path);
      return;
    }
    await rm(part, { force: true });
    problems.push(`${new URL(url).host} gave another file (MD5 ${found}, expected ${md5})`);
  }
  throw new StoreError(
    `${name} could not be downloaded: ${problems.join('; ')}. Try again later, or get it yourself and put it at ${path}`,
    { code: 'download' },
  );
}

/** Fetches what is missing of a file that may be here in part. */
async function continueDownload(url: string, part: string, { signal, onBytes }: DownloadOptions): Promise<void> {
  const have = await sizeOf(part);
  const headers: Record<string, string> = have > 0 ? { Range: `bytes=${have}-` } : {};
  const response = await fetch(url, { signal, headers });
  // nothing is missing: the part is as long as the file
  if (response.status === 416) return void (await response.body?.cancel());
  if (!response.ok || !response.body) throw new Error(`it answered ${response.status}`);
  const from = response.status === 206 ? have : 0;
  const file = await open(part, from > 0 ? 'a' : 'w').catch((error: unknown) => {
    throw explain(error, { place: part, doing: 'writing' });
  });
  try {
    let done = from;
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      await file.write(chunk).catch((error: unknown) => {
        throw explain(error, { place: part, doing: 'writing' });
      });
      done += chunk.length;
      onBytes?.(done);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (info) => info.size,
    () => 0,
  );
}
