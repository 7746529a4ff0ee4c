/** Rows and codes from a file the person names, and to one; the ending of its name says the format. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import {
  FormatError,
  columnNames,
  matrixColumns,
  readDataset,
  readNpyMatrix,
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
 * Images are read by the rules of `data add`, so that a file gives the codes that the data set made of it has; but their
 * values are not stretched, as that would depend on the file. Other arrays are taken as they are.
 * @param medium  what the rows are; codes have none
 */
export async function readMatrixFile(path: string, medium: Medium | undefined, job: JobOptions): Promise<Matrix> {
  const image = medium?.kind === 'image' ? medium : undefined;
  if (!image && extname(path).toLowerCase() === '.npy') {
    const x = await readNpyMatrix(await (await sourceOf(path)).slice(0), path);
    if (x.data.length === 0) throw new FormatError(`${path} is empty: it has no rows`, { code: 'empty' });
    return x;
  }
  const options = { image, decoder: lazyDecoder, minSamples: 1, stretch: false };
  return readRows((await readDataset(await sources(path), options, job)).rows);
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
