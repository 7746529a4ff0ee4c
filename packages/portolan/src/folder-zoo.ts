/** The zoo: below the repository's root in a clone, inside the package when it is installed. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FILE_NAME, StoreError } from '@portolan/core';
import type { Zoo } from '@portolan/core';
import { fileSource } from './store/folder-store.ts';

const PLACES = ['../zoo/', '../../../zoo/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

export function folderZoo(places: readonly string[] = PLACES): Zoo {
  async function pathOf(name: string): Promise<string> {
    for (const place of FILE_NAME.test(name) ? places : []) {
      const path = join(place, name);
      if (
        await stat(path).then(
          (info) => info.isFile(),
          () => false,
        )
      )
        return path;
    }
    throw new StoreError(`the zoo has no ${name}; install Portolan again`, { code: 'zoo' });
  }

  return {
    async manifest() {
      return new Uint8Array(await readFile(await pathOf('zoo.json')));
    },
    async file(name) {
      const path = await pathOf(name);
      return fileSource(path, name, (await stat(path)).size);
    },
  };
}
