/**
 * A project as a plain folder that a person can read.
 *
 * An item is written below `.writing/`, flushed, and renamed to its place: a rename is atomic, so a crash at any moment
 * leaves either the whole item or nothing but a left-over below `.writing/`, which is swept later. Removing goes the
 * other way. An id is claimed by making a folder, which only one program can do.
 */
import { randomBytes } from 'node:crypto';
import { copyFile, link, lstat, mkdir, open, readFile, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { constants } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join, resolve, sep } from 'node:path';
import { FILE_NAME, INFO_FILE, ITEM_NAME, SHELVES, StoreError, byteLengthOf, checkItem } from '@portolan/core';
import type { ByteSource, FileBytes, Shelf, Store } from '@portolan/core';
import { makeFolder, syncFolder, writeFlushed } from './flushed.ts';
import { codeOf, explain } from './explain.ts';

export const MARK_FILE = 'portolan.json';
const WRITING = '.writing';

/** A claim lasts for one rename; one this old was left by a program that died. */
const CLAIM_MS = 60_000;
/** Left-overs of a program that no longer runs here; of others we can't know, so they get a day. */
const DEAD_MS = 60_000;
const OLD_MS = 24 * 3600_000;

export function folderStore(folder: string): Store {
  const root = resolve(folder);
  const writing = join(root, WRITING);
  const shelfPath = (shelf: Shelf): string => join(root, shelf);

  /** Where an item or one of its files is. The names are checked, and so is where links lead. */
  async function inside(shelf: Shelf, id: string, name?: string): Promise<string> {
    if (
      !Object.values(SHELVES).includes(shelf) ||
      !ITEM_NAME.test(id) ||
      (name !== undefined && !FILE_NAME.test(name))
    ) {
      throw missing(shelf, id, name);
    }
    const path = name === undefined ? join(root, shelf, id) : join(root, shelf, id, name);
    try {
      const [real, top] = await Promise.all([realpath(path), realpath(root)]);
      if (real.startsWith(top.endsWith(sep) ? top : top + sep)) return real;
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) throw missing(shelf, id, name);
      throw explain(error, { place: root, doing: 'reading' });
    }
    throw new StoreError(`${path} is a link that leads out of the project; it is not followed`, { code: 'outside' });
  }

  async function has(shelf: Shelf, id: string): Promise<boolean> {
    try {
      const folder = await lstat(join(root, shelf, id));
      return folder.isDirectory() && (await lstat(join(root, shelf, id, INFO_FILE))).isFile();
    } catch {
      return false;
    }
  }

  /** Runs `use` while no other program may take the id. */
  async function claiming<R>(id: string, use: () => Promise<R>): Promise<R> {
    const claim = join(writing, `claim-${id}`);
    for (let retry = true; ; retry = false) {
      try {
        await mkdir(claim);
        break;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
        if (!retry || (await age(claim)) < CLAIM_MS) throw new StoreError(`the id ${id} is taken`, { code: 'exists' });
        await rmdir(claim).catch(() => {}); // if another program was faster then it has the claim
      }
    }
    try {
      return await use();
    } finally {
      await rmdir(claim).catch(() => {});
    }
  }

  return {
    name: basename(root) || root,
    place: root,

    async readMark() {
      try {
        return new Uint8Array(await readFile(join(root, MARK_FILE)));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw explain(error, { place: root, doing: 'reading' });
      }
    },

    async writeMark(bytes) {
      const temporary = join(writing, temporaryName());
      try {
        await makeFolder(writing);
        await writeFlushed(temporary, bytes);
        try {
          await placeNew(temporary, join(root, MARK_FILE));
          await syncFolder(root);
        } finally {
          await rm(temporary, { force: true });
        }
      } catch (error) {
        throw explain(error, { place: root, doing: 'writing' });
      }
    },

    async list(shelf) {
      try {
        const entries = await readdir(shelfPath(shelf), { withFileTypes: true });
        const ids = entries
          .filter((entry) => entry.isDirectory() && ITEM_NAME.test(entry.name))
          .map((entry) => entry.name);
        const whole = await Promise.all(ids.map((id) => has(shelf, id)));
        return ids.filter((_, i) => whole[i]);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return [];
        throw explain(error, { place: root, doing: 'reading' });
      }
    },

    async files(shelf, id) {
      const path = await inside(shelf, id);
      const entries = await readdir(path, { withFileTypes: true });
      const names = entries.filter((entry) => entry.isFile() && FILE_NAME.test(entry.name)).map((entry) => entry.name);
      return Promise.all(names.sort().map(async (name) => ({ name, bytes: (await lstat(join(path, name))).size })));
    },

    async open(shelf, id, name) {
      const path = await inside(shelf, id, name);
      const { size } = await lstat(path);
      return fileSource(path, name, size, () => missing(shelf, id, name));
    },

    async put(shelf, id, files) {
      checkItem(id, files);
      const temporary = join(writing, temporaryName());
      try {
        await makeFolder(temporary);
        const names = Object.keys(files).filter((name) => name !== INFO_FILE);
        for (const name of [...names, INFO_FILE]) await writeFlushed(join(temporary, name), files[name]);
        await syncFolder(temporary);
        await claiming(id, async () => {
          for (const other of Object.values(SHELVES)) {
            if (await has(other, id)) throw new StoreError(`the id ${id} is taken`, { code: 'exists' });
          }
          const made = await makeFolder(shelfPath(shelf));
          await refuseLink(shelfPath(shelf));
          await rename(temporary, join(shelfPath(shelf), id));
          await syncFolder(shelfPath(shelf));
          if (made) await syncFolder(root);
        });
      } catch (error) {
        await rm(temporary, { recursive: true, force: true }).catch(() => {}); // else swept later
        if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) {
          throw new StoreError(`the id ${id} is taken`, { code: 'exists', cause: error });
        }
        throw explain(error, { place: root, doing: `writing ${shelf}/${id}`, bytes: sizeOf(files) });
      }
    },

    async remove(shelf, id) {
      const path = await inside(shelf, id);
      const temporary = join(writing, temporaryName());
      try {
        await makeFolder(writing);
        await rename(path, temporary);
        await syncFolder(shelfPath(shelf));
        await rm(temporary, { recursive: true, force: true });
      } catch (error) {
        if (codeOf(error) === 'ENOENT') throw missing(shelf, id);
        throw explain(error, { place: root, doing: `removing ${shelf}/${id}` });
      }
    },

    async sweep() {
      const names = await readdir(writing).catch(() => []);
      for (const name of names) {
        const path = join(writing, name);
        const ms = await age(path);
        if (ms > OLD_MS || (ms > DEAD_MS && isOfTheDead(name))) {
          await rm(path, { recursive: true, force: true }).catch(() => {}); // read-only, or swept by another program
        }
      }
    },
  };
}

/** `host.pid.random`, so that a left-over tells whether its writer still runs. */
function temporaryName(): string {
  const host = hostname().replace(/[^a-zA-Z0-9-]/g, '-') || 'host';
  return `${host}.${process.pid}.${randomBytes(6).toString('hex')}`;
}

function isOfTheDead(name: string): boolean {
  if (name.startsWith('claim-')) return true;
  const [host, pid] = name.split('.');
  if (host !== temporaryName().split('.')[0]) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

/** Moves a file to a place where there is none yet; one that is there is kept. */
async function placeNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error))) throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
}

async function refuseLink(path: string): Promise<void> {
  if ((await lstat(path)).isSymbolicLink()) {
    throw new StoreError(`${path} is a link; a project keeps its items in its own folder`, { code: 'outside' });
  }
}

/** Milliseconds since it was last changed; 0 when it is gone. */
async function age(path: string): Promise<number> {
  const stat = await lstat(path).catch(() => undefined);
  return stat ? Date.now() - stat.mtimeMs : 0;
}

/** A file read by slices; it is open only while one is read. */
export function fileSource(path: string, name: string, byteLength: number, gone?: () => Error): ByteSource {
  return {
    name,
    byteLength,
    async slice(start, end = byteLength) {
      const from = Math.max(0, Math.min(start, byteLength));
      const bytes = new Uint8Array(Math.max(0, Math.min(end, byteLength) - from)); // not a Buffer: its slice() is a view
      try {
        const file = await open(path, 'r');
        try {
          let at = 0;
          while (at < bytes.length) {
            const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at);
            if (bytesRead === 0) throw new StoreError(`${path} became shorter while it was read`);
            at += bytesRead;
          }
        } finally {
          await file.close();
        }
      } catch (error) {
        if (gone && codeOf(error) === 'ENOENT') throw gone();
        throw explain(error, { place: path, doing: 'reading' });
      }
      return bytes;
    },
  };
}

function missing(shelf: Shelf, id: string, name?: string): StoreError {
  const what = name === undefined ? 'is not in the project' : `has no file ${JSON.stringify(name)}`;
  return new StoreError(`${shelf}/${id} ${what}`, { code: 'no-such-item' });
}

function sizeOf(files: Readonly<Record<string, FileBytes>>): number {
  return Object.values(files).reduce((sum, file) => sum + byteLengthOf(file), 0);
}
