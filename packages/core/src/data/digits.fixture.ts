/** The digits pack, read from the repository: for tests of any layer. */
import { readFile, readdir } from 'node:fs/promises';
import type { Dataset } from './dataset.ts';
import { readPack } from './packs.ts';

const FOLDER = new URL('../../../../packs/digits/', import.meta.url);

/** The pack's files, name → bytes, as a host hands them to `readPack`. */
export async function digitsFiles(): Promise<Record<string, Uint8Array>> {
  const names = (await readdir(FOLDER)).filter((name) => !name.endsWith('.mjs'));
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, new Uint8Array(await readFile(new URL(name, FOLDER)))] as const),
    ),
  );
}

/** 10,000 digits, 28 × 28, shuffled; or the first `count` of them. */
export async function digits(count?: number): Promise<Dataset> {
  const all = await readPack(await digitsFiles());
  if (count === undefined) return all;
  return {
    ...all,
    rows: { ...all.rows, nSamples: count, data: all.rows.data.slice(0, count * all.rows.nFeatures) },
    columns: all.columns.map((column) =>
      column.type === 'category' ? { ...column, codes: column.codes.slice(0, count) } : column,
    ),
  };
}
