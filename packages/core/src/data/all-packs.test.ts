/** What every pack must keep: files as the manifest describes them, readable, with its licence beside it. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readPack, readPackManifest } from './index.ts';

const PACKS = new URL('../../../../packs/', import.meta.url);
const names = (await readdir(PACKS, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe.each(names)('the %s pack', (pack) => {
  const home = new URL(`${pack}/`, PACKS);

  it('holds what its manifest says', async () => {
    const files: Record<string, Uint8Array> = {};
    for (const name of await readdir(home)) files[name] = new Uint8Array(await readFile(new URL(name, home)));
    const manifest = readPackManifest(files['pack.json']);
    expect(manifest).toMatchObject({ name: pack, title: expect.any(String), source: expect.any(String) });
    expect(manifest.licence).not.toMatch(/GPL|NonCommercial|-NC/i);
    for (const [name, { bytes, sha256 }] of Object.entries(manifest.files)) {
      expect([name, files[name].length]).toEqual([name, bytes]);
      expect(createHash('sha256').update(files[name]).digest('hex')).toBe(sha256);
    }
    expect(Object.keys(files).sort()).toEqual(
      ['NOTICE', 'pack.json', 'rebuild.mjs', ...Object.keys(manifest.files)].sort(),
    );
    const { rows, columns, label } = await readPack(files);
    expect([rows.nSamples, rows.nFeatures]).toEqual([manifest.nSamples, manifest.nFeatures]);
    expect(rows.data.length).toBe(rows.nSamples * rows.nFeatures);
    if (label !== undefined) expect(columns.map(({ name }) => name)).toContain(label);
    for (const column of columns) {
      const values: ArrayLike<unknown> = column.type === 'category' ? column.codes : column.values;
      expect([column.name, values.length]).toEqual([column.name, rows.nSamples]);
      expect(new Set(Array.from(values)).size).toBeGreaterThan(1);
    }
  });
});

it('finds the packs', () => {
  expect(names).toEqual(expect.arrayContaining(['colors', 'digits', 'emoji', 'drawn-faces']));
});
