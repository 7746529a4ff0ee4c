/** Writing so that it survives a power cut: the file's bytes and the folder's entry are both flushed. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { piecesOf } from '@portolan/core/workbench';
import type { FileBytes } from '@portolan/core/workbench';
import { codeOf } from './explain.ts';

/** Writes a new file and flushes it. */
export async function writeFlushed(path: string, bytes: FileBytes): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for (const piece of piecesOf(bytes)) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Flushes the entries of a folder; Windows has no such thing and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Makes a folder and those above it, unless they are there. (Node's recursive mkdir says ENOENT where a disk is
 * read-only.)
 * @returns whether it was made
 */
export async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    return makeFolder(path);
  }
}
