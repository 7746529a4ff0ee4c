/** Manifests of packs are read once, and again when they change. */
import { expect, it } from 'vitest';
import { packInfo } from './packs.ts';
import type { Packs } from './packs.ts';

const manifest = (nSamples: number): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({
      name: 'dots',
      title: 'Dots',
      summary: '',
      source: '',
      licence: '',
      medium: { kind: 'vector' },
      nSamples,
      nFeatures: 2,
      scale: 1,
      rows: 'rows.npy',
      columns: [],
      files: { 'rows.npy': { bytes: 8, sha256: '' } },
    }),
  );

function counting({ stamped }: { stamped: boolean }): Packs & { reads: number; n: number; broken: boolean } {
  const packs = {
    reads: 0,
    n: 1,
    broken: false,
    list: () => Promise.resolve(['dots']),
    ...(stamped && { stamp: () => Promise.resolve(String(packs.n)) }),
    file: () => {
      packs.reads++;
      return packs.broken ? Promise.reject(new Error('gone')) : Promise.resolve(manifest(packs.n));
    },
  };
  return packs;
}

it('reads a manifest once', async () => {
  for (const stamped of [true, false]) {
    const packs = counting({ stamped });
    for (let i = 0; i < 3; i++) expect((await packInfo(packs, 'dots')).nSamples).toBe(1);
    expect(packs.reads).toBe(1);
  }
});

it('reads it again when its stamp is another', async () => {
  const packs = counting({ stamped: true });
  await packInfo(packs, 'dots');
  packs.n = 5;
  expect((await packInfo(packs, 'dots')).nSamples).toBe(5);
  expect(packs.reads).toBe(2);
});

it('does not keep a failure', async () => {
  const packs = counting({ stamped: false });
  packs.broken = true;
  await expect(packInfo(packs, 'dots')).rejects.toThrow('gone');
  packs.broken = false;
  expect((await packInfo(packs, 'dots')).nSamples).toBe(1);
});
