/** The map that stands in the page, unpacked. */
import { unpackMap } from '@portolan/core/pictures';
import type { MapData } from '@portolan/core/pictures';

/** @throws Error when the page holds no map */
export async function readMap(): Promise<MapData> {
  const text = document.querySelector('#portolan-map')?.textContent;
  if (!text) throw new Error('This page holds no map.');
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return unpackMap(new Uint8Array(await new Response(stream).arrayBuffer()));
}
