/** The programs that folder-store.test.ts runs beside itself, to kill them, race them and starve them. */
import { INFO_FILE, errorToMessage } from '@portolan/core';
import type { Shelf } from '@portolan/core';
import { folderStore } from './folder-store.ts';

const [task, folder, name] = process.argv.slice(2);
const store = folderStore(folder);
const SHELVES: readonly Shelf[] = ['data', 'spaces', 'maps'];

/** Each file is filled with one byte, and info.json says which and how many: so a reader can tell half an item. */
function item(byte: number, length: number): Record<string, Uint8Array> {
  const info = new TextEncoder().encode(JSON.stringify({ byte, length }));
  const bytes = new Uint8Array(length).fill(byte);
  return { [INFO_FILE]: info, 'a.bin': bytes, 'b.bin': bytes };
}

function print(value: unknown): void {
  process.stdout.write(JSON.stringify(value));
}

async function outcome(work: Promise<unknown>): Promise<unknown> {
  return work.then(() => 'done', errorToMessage);
}

switch (task) {
  case 'churn':
    for (let i = 0; i < Infinity; i++) {
      await store.put(SHELVES[i % 3], `item-${name}-${i}`, item(i % 256, 50_000));
      if (i === 0) process.stdout.write('ready');
      if (i % 3 === 2) await store.remove(SHELVES[1], `item-${name}-${i - 1}`);
    }
    break;
  case 'race': {
    const won: string[] = [];
    for (let i = 0; i < 60; i++) {
      const result = await outcome(store.put('data', `item-${i}`, item(Number(name), 1000)));
      if (result === 'done') won.push(`item-${i}`);
      else if ((result as { code: string }).code !== 'exists') throw new Error(JSON.stringify(result));
    }
    print(won);
    break;
  }
  case 'full':
    process.on('SIGXFSZ', () => {}); // then the write fails instead, as on a full disk
    print(await outcome(store.put('data', 'large', item(1, 1_000_000))));
    break;
  case 'readonly':
    print({
      put: await outcome(store.put('data', 'new', item(1, 10))),
      remove: await outcome(store.remove('data', 'before')),
      list: await store.list('data'),
    });
    break;
}
