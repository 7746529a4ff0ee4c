/** The zoo, fetched from the site that this page came from. */
import { StoreError } from '@portolan/core/base';
import type { Zoo } from '@portolan/core/workbench';
import { blobSource } from './client.ts';

const FILES = import.meta.glob<string>('../../../../zoo/*.{json,zip}', {
  query: '?url',
  import: 'default',
  eager: true,
});

const addresses = new Map(Object.entries(FILES).map(([path, address]) => [path.split('/').at(-1) as string, address]));

async function fetched(name: string): Promise<Blob> {
  try {
    const response = await fetch(addresses.get(name) ?? '');
    if (!response.ok || !addresses.has(name)) throw new TypeError(`${response.status} ${response.statusText}`);
    return await response.blob();
  } catch (cause) {
    throw new StoreError(`${name} of the zoo could not be fetched: ${(cause as Error).message}`, { cause });
  }
}

export const siteZoo: Zoo = {
  manifest: async () => new Uint8Array(await (await fetched('zoo.json')).arrayBuffer()),
  file: async (name) => blobSource(await fetched(name), name),
};
