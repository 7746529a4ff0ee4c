/** The parts that run in Workers only. Bytes go as arrays of numbers, so that a test reads easily. */
import type { FileBytes, Shelf, Store } from '@portolan/core/workbench';
import { pageImageDecoder } from '../../../packages/studio/src/client/image-decoder.ts';
import { opfsStore } from '../../../packages/studio/src/client/opfs-store.ts';
import { sitePacks } from '../../../packages/studio/src/client/site-packs.ts';

let opened: Promise<Store> | undefined;
const store = (): Promise<Store> => (opened ??= opfsStore('test'));
/** the bytes of each file, or of each of its pieces */
type Files = Record<string, number[] | number[][]>;
const bytesOf = (files: Files): Record<string, FileBytes> =>
  Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [
      name,
      bytes.every((item) => typeof item === 'number') ? Uint8Array.from(bytes) : bytes.map((x) => Uint8Array.from(x)),
    ]),
  );

const parts = {
  place: async () => (await store()).place,
  readMark: async () => {
    const bytes = await (await store()).readMark();
    return bytes && [...bytes];
  },
  writeMark: async (bytes: number[]) => (await store()).writeMark(Uint8Array.from(bytes)),
  list: async (shelf: Shelf) => (await (await store()).list(shelf)).sort(),
  files: async (shelf: Shelf, id: string) => (await store()).files(shelf, id),
  size: async (shelf: Shelf, id: string, name: string) => (await (await store()).open(shelf, id, name)).byteLength,
  read: async (shelf: Shelf, id: string, name: string, start: number, end?: number) => {
    const source = await (await store()).open(shelf, id, name);
    return Array.from(await source.slice(start, end));
  },
  put: async (shelf: Shelf, id: string, files: Files) => (await store()).put(shelf, id, bytesOf(files)),
  /** a large item, to be interrupted */
  putLarge: async (shelf: Shelf, id: string) => {
    const files: Record<string, Uint8Array> = { 'info.json': Uint8Array.of(1) };
    for (let i = 0; i < 40; i++) files[`part-${i}`] = new Uint8Array(2 ** 20);
    return (await store()).put(shelf, id, files);
  },
  remove: async (shelf: Shelf, id: string) => (await store()).remove(shelf, id),
  sweep: async () => (await store()).sweep(),
  /** every entry below the project's folder, as they are */
  tree: async () => {
    const found: string[] = [];
    const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const [name, handle] of folder.entries()) {
        found.push(path + name);
        if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle, `${path}${name}/`);
      }
    };
    await walk(await navigator.storage.getDirectory(), '');
    return found.sort();
  },
  image: async (bytes: number[]) => {
    const { width, height, channels, data } = await pageImageDecoder.decode(Uint8Array.from(bytes), 'a.png');
    return { width, height, channels, data: [...data] };
  },
  packs: async () => sitePacks.list(),
  packFile: async (pack: string, name: string) => [...(await sitePacks.file(pack, name)).subarray(0, 2)],
};

globalThis.onmessage = async ({ data: { number, part, args } }: MessageEvent): Promise<void> => {
  try {
    const run = parts[part as keyof typeof parts] as (...args: unknown[]) => Promise<unknown>;
    postMessage({ number, value: await run(...args) });
  } catch (error) {
    const { name, code, message } = error as { name: string; code?: string; message: string };
    postMessage({ number, error: `${name} ${code}: ${message}` });
  }
};
