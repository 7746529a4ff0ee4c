/** The digits pack as a Dataset, read without Portolan's readers, so that every peer sees the same bytes. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export const DIGITS = new URL('../../packs/digits/rows.npy.gz', import.meta.url);

export function digits() {
  const bytes = gunzipSync(readFileSync(DIGITS));
  const data = new Uint8Array(bytes.subarray(bytes.length - 10_000 * 784));
  return {
    name: 'digits',
    rows: { data, nSamples: 10_000, nFeatures: 784, scale: 1 / 255 },
    columns: [],
    medium: { kind: 'image', height: 28, width: 28, channels: 1 },
    warnings: [],
  };
}
