/**
 * Packs: small real data sets that ship with Portolan. A pack is a folder with pack.json, the rows as .npy or .npy.gz,
 * one file per column, and a NOTICE. A pack of texts or of links has rows without features, and needs no file for them. Core gets the bytes; who runs it knows where they are.
 */
import { FormatError } from '../base/index.ts';
import type { Column, Dataset, Medium, Rows } from './dataset.ts';
import { readNpyStream } from './formats/npy.ts';
import { gunzipStream, gunzipped, isGzip } from './gzip.ts';
import { bytesSource } from './source.ts';
import { streamOf } from './stream.ts';

/** Codes or numbers as .npy(.gz); texts one a line, UTF-8, also gzipped. */
export type PackColumn =
  | { name: string; type: 'category'; file: string; categories: string[] }
  | { name: string; type: 'number'; file: string }
  | { name: string; type: 'text'; file: string };

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
  /** left out where rows have no features */
  rows?: string;
  columns: PackColumn[];
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
  for (const key of ['name', 'medium', 'nSamples', 'nFeatures', 'scale', 'columns', 'files'] as const) {
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
  const data = manifest.rows ? await arrayNamed(files, manifest.rows, [nSamples, nFeatures]) : new Float32Array(0);
  const rows: Rows = { data: data as Rows['data'], nSamples, nFeatures, scale };
  const columns: Column[] = [];
  for (const column of manifest.columns) columns.push(await readColumn(files, column, nSamples));
  return { name, rows, columns, medium, label, warnings: [] };
}

async function readColumn(files: Record<string, Uint8Array>, column: PackColumn, nSamples: number): Promise<Column> {
  const { name, file } = column;
  if (column.type === 'text') return { name, type: 'text', values: await linesNamed(files, file, nSamples) };
  const array = await arrayNamed(files, file, [nSamples]);
  if (column.type === 'number') return { name, type: 'number', values: Float64Array.from(array) };
  const { categories } = column;
  const codes = Int32Array.from(array);
  const wrong = codes.findIndex((code) => code < -1 || code >= categories.length);
  if (wrong >= 0) {
    throw new FormatError(`${file}: code ${codes[wrong]} in row ${wrong}, expected less than ${categories.length}`, {
      details: { name: file, row: wrong },
    });
  }
  return { name, type: 'category', codes, categories };
}

async function linesNamed(files: Record<string, Uint8Array>, name: string, nSamples: number): Promise<string[]> {
  const source = await gunzipped(bytesSource(name, fileNamed(files, name)));
  const lines = new TextDecoder().decode(await source.slice(0)).split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length !== nSamples) {
    throw new FormatError(`${name} has ${lines.length} lines, expected ${nSamples}`, { details: { name } });
  }
  return lines;
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
