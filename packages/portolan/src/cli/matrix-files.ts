/** Rows and codes from a file the person names, and to one; the ending of its name says the format. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import {
  columnNames,
  matrix,
  matrixColumns,
  readDataset,
  readNpy,
  readRows,
  writeNpy,
  writeTable,
} from '@portolan/core';
import type { JobOptions, Matrix, Medium } from '@portolan/core';
import { explain } from '../store/explain.ts';
import { makeFolder } from '../store/flushed.ts';
import { lazyDecoder } from '../open-project.ts';
import { contactSheet } from './contact-sheet.ts';
import { UsageError } from './usage-error.ts';
import { sourceOf, sources } from './verbs/data.ts';

/**
 * @param medium  what the rows are: images are resized to it, and bytes brought to 0 … 1. Codes have none
 */
export async function readMatrixFile(path: string, medium: Medium | undefined, job: JobOptions): Promise<Matrix> {
  const image = medium?.kind === 'image' ? medium : undefined;
  if (extname(path).toLowerCase() === '.npy') {
    const { shape, data } = await readNpy(await (await sourceOf(path)).slice(0), path);
    const rows = shape[0] ?? 1;
    const out = Float32Array.from(data);
    if (image && data instanceof Uint8Array) for (let i = 0; i < out.length; i++) out[i] /= 255;
    return matrix(rows, rows === 0 ? 0 : out.length / rows, out);
  }
  const dataset = await readDataset(await sources(path), { image, decoder: lazyDecoder, minSamples: 1 }, job);
  return readRows(dataset.rows);
}

const WRITERS = ['.npy', '.csv', '.jsonl', '.parquet'];

/** Whether a file of that name can be written, asked before the work begins. @throws UsageError */
export function checkOut(path: string, medium?: Medium): void {
  const known = medium?.kind === 'image' ? [...WRITERS, '.png'] : WRITERS;
  if (known.includes(extname(path).toLowerCase())) return;
  const why = extname(path).toLowerCase() === '.png' ? ' (.png is for images)' : '';
  throw new UsageError(`--out is ${path}; its name must end in ${known.join(', ')}${why}`);
}

/** Images go to a .png as one contact sheet. */
export async function writeMatrixFile(path: string, x: Matrix, prefix: 'x' | 'z', medium?: Medium): Promise<void> {
  const ending = extname(path).toLowerCase();
  if (ending === '.npy') return writeOut(path, writeNpy(x));
  if (ending === '.png' && medium?.kind === 'image') return writeOut(path, await contactSheet(x, medium));
  const format = ending.slice(1) as 'csv' | 'jsonl' | 'parquet';
  return writeOut(path, writeTable(matrixColumns(x, columnNames(prefix, x.cols)), format));
}

/** Writes a file whole or not at all. */
export async function writeOut(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    await makeFolder(dirname(path));
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw explain(error, { place: path, doing: 'writing', bytes: bytes.byteLength });
  }
}
