/** The packs: below the repository's root in a clone, inside the package when it is installed. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FILE_NAME, ITEM_NAME, StoreError } from '@portolan/core';
import type { Packs } from '@portolan/core';

const PLACES = ['../packs/', '../../../packs/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

export function folderPacks(places: readonly string[] = PLACES): Packs {
  let found: Promise<Map<string, string>> | undefined;

  /** id → folder; the first place that has a pack wins */
  async function look(): Promise<Map<string, string>> {
    const packs = new Map<string, string>();
    for (const place of places) {
      const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        if (!entry.isDirectory() || !ITEM_NAME.test(entry.name) || packs.has(entry.name)) continue;
        const names = await readdir(join(place, entry.name));
        if (names.includes('pack.json')) packs.set(entry.name, join(place, entry.name));
      }
    }
    return packs;
  }

  return {
    list: async () => [...(await (found ??= look())).keys()].sort(),
    async stamp(pack) {
      const folder = (await (found ??= look())).get(pack);
      const info = folder && (await stat(join(folder, 'pack.json')).catch(() => undefined));
      return info ? `${info.mtimeMs} ${info.size}` : '';
    },
    async file(pack, name) {
      const folder = (await (found ??= look())).get(pack);
      if (!folder || !FILE_NAME.test(name)) throw new StoreError(`there is no file ${name} in a pack ${pack}`);
      try {
        return new Uint8Array(await readFile(join(folder, name)));
      } catch (cause) {
        throw new StoreError(`the pack ${pack} has no readable ${name}; install Portolan again`, { cause });
      }
    },
  };
}
