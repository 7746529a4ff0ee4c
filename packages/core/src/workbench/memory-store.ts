/** A store in memory: for tests, and for a page whose browser keeps no files. Gone when the program ends. */
import { StoreError } from '../base/index.ts';
import { bytesSource } from '../data/index.ts';
import { FILE_NAME, INFO_FILE, ITEM_NAME, SHELVES, joined } from './store.ts';
import type { FileBytes, Shelf, Store } from './store.ts';

type Item = ReadonlyMap<string, Uint8Array>;

export function memoryStore(name = 'memory'): Store {
  let mark: Uint8Array | undefined;
  const shelves: Record<Shelf, Map<string, Item>> = { data: new Map(), spaces: new Map(), maps: new Map() };

  function item(shelf: Shelf, id: string): Item {
    const found = shelves[shelf].get(id);
    if (!found) throw new StoreError(`${shelf}/${id} is not in the project`, { code: 'no-such-item' });
    return found;
  }

  return {
    name,
    place: 'memory',
    readMark: () => Promise.resolve(mark),
    writeMark(bytes) {
      mark ??= bytes.slice();
      return Promise.resolve();
    },
    list: (shelf) => Promise.resolve([...shelves[shelf].keys()]),
    async files(shelf, id) {
      const entries = [...item(shelf, id)].map(([name, bytes]) => ({ name, bytes: bytes.byteLength }));
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async open(shelf, id, name) {
      const bytes = item(shelf, id).get(name);
      if (!bytes) throw new StoreError(`${shelf}/${id} has no file ${name}`, { code: 'no-such-item' });
      return bytesSource(name, bytes);
    },
    async put(shelf, id, files) {
      checkItem(id, files);
      if (Object.values(SHELVES).some((other) => shelves[other].has(id))) {
        throw new StoreError(`the id ${id} is taken`, { code: 'exists' });
      }
      shelves[shelf].set(id, new Map(Object.entries(files).map(([name, file]) => [name, joined(file)])));
    },
    async remove(shelf, id) {
      item(shelf, id);
      shelves[shelf].delete(id);
    },
    sweep: () => Promise.resolve(),
  };
}

/**
 * What every store checks before it writes.
 * @throws StoreError when a name could leave its folder, or `info.json` is missing
 */
export function checkItem(id: string, files: Readonly<Record<string, FileBytes>>): void {
  if (!ITEM_NAME.test(id)) throw new StoreError(`${JSON.stringify(id)} can't be an id`, { code: 'bad-name' });
  for (const name of Object.keys(files)) {
    if (!FILE_NAME.test(name)) throw new StoreError(`${JSON.stringify(name)} can't be a file`, { code: 'bad-name' });
  }
  if (!Object.hasOwn(files, INFO_FILE)) throw new StoreError(`${id}: ${INFO_FILE} is missing`);
}
