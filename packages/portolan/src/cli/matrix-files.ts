/** Rows and codes from a file the person names, and to one; the ending of its name says the format. */
import { open, rename, rm } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import {
  FormatError,
  columnNames,
  coordinateNames,
  coordinatesIn,
  npyPieces,
  readDataset,
  readNpyMatrix,
  readRows,
  tablePieces,
} from '@portolan/core';
import type { Column, JobOptions, Matrix, Medium, PixelRange } from '@portolan/core';
import { explain } from '../store/explain.ts';
import { makeFolder } from '../store/flushed.ts';
import { lazyDecoder } from '../open-project.ts';
import { contactSheet } from './contact-sheet.ts';
import { UsageError } from './usage-error.ts';
import { sourceOf, sources } from './verbs/data.ts';

/**
 * Images are read by the rules of `data add`, so that a file gives the codes that the data set made of it has; their
 * pixels in the range that the data had, never stretched by what a file holds. Other arrays are taken as they are.
 * @param medium  what the rows are; codes have none
 * @param range  the pixel values of black and white in the data that they join
 */
export async function readMatrixFile(
  path: string,
  medium: Medium | undefined,
  job: JobOptions,
  range?: PixelRange,
): Promise<Matrix> {
  const image = medium?.kind === 'image' ? medium : undefined;
  if (!image && extname(path).toLowerCase() === '.npy') {
    const x = await readNpyMatrix(await (await sourceOf(path)).slice(0), path);
    if (x.data.length === 0) throw new FormatError(`${path} is empty: it has no rows`, { code: 'empty' });
    return x;
  }
  const options = { image, decoder: lazyDecoder, minSamples: 1, stretch: false, ...(image && { range }) };
  return readRows((await readDataset(await sources(path), options, job)).rows);
}

/** Coordinates from a file: of a table with columns x and y (and z) those, of another all numbers. */
export async function readCoordinatesFile(path: string, job: JobOptions): Promise<Matrix> {
  if (extname(path).toLowerCase() === '.npy') return readMatrixFile(path, undefined, job);
  const options = { decoder: lazyDecoder, minSamples: 1, stretch: false };
  const { rows, featureNames } = await readDataset(await sources(path), options, job);
  return coordinatesIn(readRows(rows), featureNames);
}

/** The lines of a text file that hold something. @throws FormatError when none does */
export async function readLines(path: string): Promise<string[]> {
  const text = new TextDecoder().decode(await (await sourceOf(path)).slice(0));
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new FormatError(`${path} is empty: it has no texts`, { code: 'empty' });
  return lines;
}

const WRITERS = ['.npy', '.csv', '.jsonl', '.parquet'];

/** Whether a file of that name can be written, asked before the work begins. @throws UsageError */
export function checkOut(path: string, medium?: Medium): void {
  const known = medium?.kind === 'image' ? [...WRITERS, '.png'] : WRITERS;
  if (known.includes(extname(path).toLowerCase())) return;
  const why = extname(path).toLowerCase() === '.png' ? ' (.png is for images)' : '';
  throw new UsageError(`--out is ${path}; its name must end in ${known.join(', ')}${why}`);
}

/** Rows x, codes z, or places on a map y, tables with columns beside. Images go to a .png as one contact sheet. */
export async function writeMatrixFile(
  path: string,
  x: Matrix,
  {
    prefix,
    medium,
    signal,
    beside,
  }: { prefix: 'x' | 'y' | 'z'; medium?: Medium; signal?: AbortSignal; beside?: readonly Column[] },
): Promise<void> {
  const ending = extname(path).toLowerCase();
  let pieces: Iterable<Uint8Array>;
  if (ending === '.npy') pieces = npyPieces(x);
  else if (ending === '.png' && medium?.kind === 'image') pieces = [contactSheet(x, medium)];
  else
    pieces = tablePieces(
      { matrix: x, names: prefix === 'y' ? coordinateNames(x.cols) : columnNames(prefix, x.cols), beside },
      ending.slice(1) as TableEnding,
    );
  await writeOut(path, pieces, signal);
}

export type TableEnding = Parameters<typeof tablePieces>[1];

/**
 * Writes a file whole or not at all.
 * @returns its bytes
 */
export async function writeOut(path: string, pieces: Iterable<Uint8Array>, signal?: AbortSignal): Promise<number> {
  const temporary = `${path}.${process.pid}.part`;
  let bytes = 0;
  try {
    await makeFolder(dirname(path));
    const file = await open(temporary, 'w');
    try {
      for (const piece of pieces) {
        signal?.throwIfAborted();
        await file.writeFile(piece);
        bytes += piece.byteLength;
      }
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return bytes;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw explain(error, { place: path, doing: 'writing', bytes });
  }
}
