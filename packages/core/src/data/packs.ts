/**
 * Packs: small real data sets that ship with Portolan. A pack is a folder with pack.json, the rows as .npy or .npy.gz,
 * one array per column, and a NOTICE. Core gets the bytes; who runs it knows where they are.
 */
import { FormatError } from '../base/index.ts';
import type { Column, Dataset, Medium, Rows } from './dataset.ts';
import { readNpyStream } from './formats/npy.ts';
import { gunzipStream, isGzip } from './gzip.ts';
import { bytesSource } from './source.ts';
import { streamOf } from './stream.ts';

/** pack.json */
export interface PackManifest {
  name: string;
  title: string;
  summary: string;
  source: string;
  licence: string;
  medium: Medium;
  nSamples: number;
  nFeatures: number;
  /** what an item of the rows is multiplied by */
  scale: number;
  rows: string;
  columns: { name: string; type: 'category'; file: string; categories: string[] }[];
  label?: string;
  /** every file but pack.json itself, with its size and SHA-256 in hex */
  files: Record<string, { bytes: number; sha256: string }>;
}

/** A manifest without the data, to see which files to fetch. */
export function readPackManifest(bytes: Uint8Array): PackManifest {
  let manifest: Partial<PackManifest>;
  try {
    manifest = JSON.parse(new TextDecoder().decode(bytes)) as Partial<PackManifest>;
  } catch (cause) {
    throw badManifest('not JSON', cause);
  }
  for (const key of ['name', 'medium', 'nSamples', 'nFeatures', 'scale', 'rows', 'columns', 'files'] as const) {
    if (manifest?.[key] === undefined) throw badManifest(`${key} is missing`);
  }
  return manifest as PackManifest;
}

/**
 * A pack's files → the data set.
 * @param files  file name → bytes: pack.json and what it names
 * @throws FormatError when a file is missing or does not fit the manifest
 */
export async function readPack(files: Record<string, Uint8Array>): Promise<Dataset> {
  const manifest = readPackManifest(fileNamed(files, 'pack.json'));
  const { name, nSamples, nFeatures, scale, medium, label } = manifest;
  const data = await arrayNamed(files, manifest.rows, [nSamples, nFeatures]);
  const rows: Rows = { data: data as Rows['data'], nSamples, nFeatures, scale };
  const columns: Column[] = [];
  for (const { name, type, file, categories } of manifest.columns) {
    const codes = Int32Array.from(await arrayNamed(files, file, [nSamples]));
    const wrong = codes.findIndex((code) => code < -1 || code >= categories.length);
    if (wrong >= 0) {
      throw new FormatError(`${file}: code ${codes[wrong]} in row ${wrong}, expected less than ${categories.length}`, {
        details: { name: file, row: wrong },
      });
    }
    columns.push({ name, type, codes, categories });
  }
  return { name, rows, columns, medium, label, warnings: [] };
}

function badManifest(why: string, cause?: unknown): FormatError {
  return new FormatError(`pack.json: ${why}`, { details: { name: 'pack.json', offset: 0 }, cause });
}

function fileNamed(files: Record<string, Uint8Array>, name: string): Uint8Array {
  if (Object.hasOwn(files, name)) return files[name];
  throw new FormatError(`the pack has no ${name}; it has ${Object.keys(files).join(', ') || 'nothing'}`, {
    details: { name },
  });
}

async function arrayNamed(
  files: Record<string, Uint8Array>,
  name: string,
  shape: number[],
): Promise<ArrayLike<number>> {
  const bytes = fileNamed(files, name);
  const source = bytesSource(name, bytes);
  const array = await readNpyStream(isGzip(bytes) ? await gunzipStream(source) : streamOf(source), {
    as: ({ kind, itemBytes }) => (itemBytes > 1 || kind === 'f' ? Float32Array : kind === 'i' ? Int8Array : Uint8Array),
  });
  if ('strings' in array || array.shape.join() !== shape.join()) {
    throw new FormatError(`${name} has shape (${array.shape.join(', ')}), expected (${shape.join(', ')})`, {
      details: { name },
    });
  }
  return array.data;
}
