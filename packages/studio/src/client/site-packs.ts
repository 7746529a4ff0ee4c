/** The packs, fetched from the site that this page came from. */
import { StoreError } from '@portolan/core/base';
import type { Packs } from '@portolan/core/workbench';

/** `../…/packs/digits/rows.npy.gz` → its address in the build */
const FILES = import.meta.glob<string>('../../../../packs/*/*.{json,gz}', {
  query: '?url',
  import: 'default',
  eager: true,
});

const addresses = new Map(
  Object.entries(FILES).map(([path, address]) => [path.split('/').slice(-2).join('/'), address]),
);

export const sitePacks: Packs = {
  list: () => Promise.resolve([...new Set([...addresses.keys()].map((path) => path.split('/')[0]))].sort()),
  async file(pack, name) {
    const address = addresses.get(`${pack}/${name}`);
    if (!address) throw new StoreError(`there is no file ${name} in a pack ${pack}`);
    let bytes: Uint8Array;
    try {
      const response = await fetch(address);
      if (!response.ok) throw new TypeError(`${response.status} ${response.statusText}`);
      bytes = new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw new StoreError(`the pack ${pack} could not be fetched: ${(cause as Error).message}`, { cause });
    }
    return name.endsWith('.gz') ? zipped(bytes) : bytes;
  },
};

/** Some hosts send a .gz file as if it were compressed on the way, and it arrives unpacked: packs it again. */
async function zipped(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return bytes;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
