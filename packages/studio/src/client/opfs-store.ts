/**
 * A project in the browser's own file system (OPFS), laid out as the folder is. For a Worker.
 *
 *     projects/<name>/portolan.json
 *                     data/<id>/…  spaces/<id>/…  maps/<id>/…
 *                     done/<shelf>.<id>  empty: that item is whole
 *
 * A folder can't be renamed here, so an item is written in its place and its done-mark after it; making an entry is
 * atomic. What has no mark was left by a crash: nobody sees it, and it is swept. Ids are unique over the shelves, and
 * a lock lets one tab write at a time; the browser takes it from a tab that dies.
 */
import { StoreError } from '@portolan/core/base';
import { FILE_NAME, ITEM_NAME, SHELVES, checkItem, piecesOf } from '@portolan/core/workbench';
import type { FileBytes, Shelf, Store } from '@portolan/core/workbench';
import { blobSource } from './client.ts';

const MARK_FILE = 'portolan.json';
const MARK_DONE = 'project';

/** Only Workers have it; the page's types don't know it. */
interface SyncFileHandle {
  createSyncAccessHandle(): Promise<{
    truncate(size: number): void;
    write(bytes: Uint8Array, options: { at: number }): number;
    flush(): void;
    close(): void;
  }>;
}

/** @throws StoreError, code `no-opfs`, where the browser keeps no files for this page (some private windows) */
export async function opfsStore(name: string): Promise<Store> {
  if (!ITEM_NAME.test(name)) throw new StoreError(`${JSON.stringify(name)} can't be a project`, { code: 'bad-name' });
  const root = await openRoot(name);
  const folder = (path: string): Promise<FileSystemDirectoryHandle> => root.getDirectoryHandle(path, { create: true });
  const writing = async <T>(work: () => Promise<T>): Promise<T> =>
    navigator.locks.request(`portolan ${name} writing`, () => explained(work())) as Promise<T>;

  async function isWhole(shelf: Shelf, id: string): Promise<boolean> {
    return exists(await folder('done'), markOf(shelf, id));
  }

  async function item(shelf: Shelf, id: string): Promise<FileSystemDirectoryHandle> {
    const known = Object.values(SHELVES).includes(shelf) && ITEM_NAME.test(id) && (await isWhole(shelf, id));
    const found = known ? await found404(() => folderIn(shelf, id)) : undefined;
    if (!found) throw new StoreError(`${shelf}/${id} is not in the project`, { code: 'no-such-item' });
    return found;
  }

  async function folderIn(shelf: Shelf, id: string): Promise<FileSystemDirectoryHandle> {
    return (await folder(shelf)).getDirectoryHandle(id);
  }

  return {
    name,
    place: `this browser, project ${name}`,

    readMark: () =>
      explained(
        (async () => {
          if (!(await exists(await folder('done'), MARK_DONE))) return undefined;
          return bytesOf(await root.getFileHandle(MARK_FILE));
        })(),
      ),
    writeMark: (bytes) =>
      writing(async () => {
        const done = await folder('done');
        if (await exists(done, MARK_DONE)) return;
        await write(root, MARK_FILE, bytes);
        await done.getFileHandle(MARK_DONE, { create: true });
      }),

    list: (shelf) =>
      explained(
        (async () => {
          const done = new Set(await names(await folder('done')));
          return (await names(await folder(shelf))).filter((id) => done.has(markOf(shelf, id)));
        })(),
      ),
    files: (shelf, id) =>
      explained(
        (async () => {
          const place = await item(shelf, id);
          const files = (await names(place)).filter((file) => FILE_NAME.test(file)).sort();
          const sizeOf = async (file: string): Promise<number> =>
            (await (await place.getFileHandle(file)).getFile()).size;
          return Promise.all(files.map(async (file) => ({ name: file, bytes: await sizeOf(file) })));
        })(),
      ),
    open: (shelf, id, file) =>
      explained(
        (async () => {
          const place = await item(shelf, id);
          const handle = FILE_NAME.test(file) ? await found404(() => place.getFileHandle(file)) : undefined;
          if (!handle) {
            throw new StoreError(`${shelf}/${id} has no file ${JSON.stringify(file)}`, { code: 'no-such-item' });
          }
          return blobSource(await handle.getFile(), file);
        })(),
      ),

    async put(shelf, id, files) {
      checkItem(id, files);
      await writing(async () => {
        for (const other of Object.values(SHELVES)) {
          if (await isWhole(other, id)) throw new StoreError(`the id ${id} is taken`, { code: 'exists' });
        }
        const place = await folder(shelf);
        await removeIfThere(place, id); // left by a crash
        try {
          const target = await place.getDirectoryHandle(id, { create: true });
          for (const [file, bytes] of Object.entries(files)) await write(target, file, bytes);
          await (await folder('done')).getFileHandle(markOf(shelf, id), { create: true });
        } catch (error) {
          await removeIfThere(place, id);
          throw error;
        }
      });
    },
    remove: (shelf, id) =>
      writing(async () => {
        await item(shelf, id);
        await removeIfThere(await folder('done'), markOf(shelf, id));
        await removeIfThere(await folder(shelf), id);
      }),
    sweep: () =>
      writing(async () => {
        const done = new Set(await names(await folder('done')));
        for (const shelf of Object.values(SHELVES)) {
          const place = await folder(shelf);
          for (const id of await names(place)) if (!done.has(markOf(shelf, id))) await removeIfThere(place, id);
        }
      }),
  };
}

function markOf(shelf: Shelf, id: string): string {
  return `${shelf}.${id}`;
}

async function openRoot(name: string): Promise<FileSystemDirectoryHandle> {
  try {
    const top = await navigator.storage.getDirectory();
    const projects = await top.getDirectoryHandle('projects', { create: true });
    return await projects.getDirectoryHandle(name, { create: true });
  } catch (cause) {
    throw new StoreError('this browser keeps no files for this page; in a private window projects last as long as it', {
      code: 'no-opfs',
      cause,
    });
  }
}

/** Writes a file whole and flushes it. */
async function write(folder: FileSystemDirectoryHandle, name: string, bytes: FileBytes): Promise<void> {
  const handle = await folder.getFileHandle(name, { create: true });
  const access = await (handle as unknown as SyncFileHandle).createSyncAccessHandle();
  try {
    access.truncate(0);
    let at = 0;
    for (const piece of piecesOf(bytes)) {
      for (let from = 0; from < piece.byteLength;) {
        const written = access.write(piece.subarray(from), { at });
        if (written === 0) throw new DOMException('nothing more can be written', 'QuotaExceededError');
        from += written;
        at += written;
      }
    }
    access.flush();
  } finally {
    access.close();
  }
}

async function bytesOf(handle: FileSystemFileHandle): Promise<Uint8Array> {
  return new Uint8Array(await (await handle.getFile()).arrayBuffer());
}

async function names(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const found: string[] = [];
  for await (const name of folder.keys()) found.push(name);
  return found;
}

async function exists(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  return (await found404(() => folder.getFileHandle(name))) !== undefined;
}

async function found404<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isNamed(error, 'NotFoundError')) return undefined;
    throw error;
  }
}

async function removeIfThere(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  await found404(() => folder.removeEntry(name, { recursive: true }));
}

/** The browser's errors as ours. */
async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    if (isNamed(cause, 'QuotaExceededError')) {
      const message =
        'the browser gives this page no more room; remove something, or export the project and begin anew';
      throw new StoreError(message, { code: 'full', cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError(`the browser's files could not be used: ${reason}`, { cause });
  }
}

function isNamed(error: unknown, name: string): boolean {
  return (error as { name?: unknown } | null)?.name === name;
}
