/**
 * Where a project is kept: a mark, and three shelves of items. An item is a small folder of files that is written
 * whole or not at all, so that a crash or a full disk at any moment leaves a readable project.
 *
 *     portolan.json                      the mark: format, version, created
 *     data/<id>/…  spaces/<id>/…  maps/<id>/…
 *
 * A folder (packages/portolan), the browser's own file system (packages/studio) and memory implement it.
 */
import { joinBytes } from '../base/index.ts';
import type { ByteSource } from '../data/index.ts';

/** The shelf of each kind of item, and the kind of each shelf. */
export const SHELVES = { data: 'data', space: 'spaces', map: 'maps' } as const;
export type Shelf = (typeof SHELVES)[keyof typeof SHELVES];

/** Every item has it, written last; a folder without it is not an item. */
export const INFO_FILE = 'info.json';

/** The only names that items and their files have: no separators, no leading dot, at most 80 characters. */
export const ITEM_NAME = /^[a-z0-9][a-z0-9._-]{0,79}$/;
export const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

/** A file to be kept, whole or in pieces that follow each other: large rows need not be copied behind their head. */
export type FileBytes = Uint8Array | readonly Uint8Array[];

export function piecesOf(file: FileBytes): readonly Uint8Array[] {
  return file instanceof Uint8Array ? [file] : file;
}

export function byteLengthOf(file: FileBytes): number {
  return piecesOf(file).reduce((sum, piece) => sum + piece.byteLength, 0);
}

/** A file in one piece of its own. */
export function joined(file: FileBytes): Uint8Array<ArrayBuffer> {
  return joinBytes(piecesOf(file));
}

export interface StoredFile {
  name: string;
  bytes: number;
}

/**
 * Errors are StoreErrors, with a code:
 * `no-such-item` (no item, or no file, of that name), `exists` (the id is taken), `read-only`, `full`, `store` (the rest).
 */
export interface Store {
  /** the project's name: the folder's */
  readonly name: string;
  /** where it is, to be shown to a person */
  readonly place: string;

  /** the bytes of `portolan.json`; undefined in a place where no project has begun */
  readMark(): Promise<Uint8Array | undefined>;
  /** writes the mark, atomically; a mark that another program has just written is kept */
  writeMark(bytes: Uint8Array): Promise<void>;

  /** ids of the whole items on a shelf, in no order; empty when there is no shelf yet */
  list(shelf: Shelf): Promise<string[]>;
  /** the files of an item and their sizes, by name */
  files(shelf: Shelf, id: string): Promise<StoredFile[]>;
  /** a file of an item; its slices may be read until the item is removed */
  open(shelf: Shelf, id: string, name: string): Promise<ByteSource>;
  /**
   * Keeps an item whole: once this resolves it survives a crash, and until then nobody sees any of it.
   * @param files  with `info.json` among them
   * @throws StoreError `exists` when an item of any shelf has the id; whoever comes first has it, in all programs
   */
  put(shelf: Shelf, id: string, files: Readonly<Record<string, FileBytes>>): Promise<void>;
  /** removes an item, whole too: it is gone from the listing first. One that isn't there is an error */
  remove(shelf: Shelf, id: string): Promise<void>;
  /** removes what programs that died have left behind; never an item, never what a living one is writing */
  sweep(): Promise<void>;
}
