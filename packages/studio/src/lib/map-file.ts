/** The map that is looked at as a file: a table, the pair of tables that projectors read, or a page of its own. */
import { matrix, takeRows, type Matrix } from '@portolan/core/base';
import { columnValue, npyPieces, type Column, type Medium, type Rows } from '@portolan/core/data';
import { mapToHtml, thumbnailSheet } from '@portolan/core/pictures';
import { tablePieces } from '@portolan/core/workbench';
import type { MapFile } from './map-files.ts';

export interface MapFileArgs {
  format: MapFile;
  columns: readonly Column[];
  /** only these points, in this order; null for all */
  points: Uint32Array | null;
  title: string;
  about: string;
  colorBy?: string;
  medium: Medium | null;
  /** of the page: the viewer's script */
  viewer?: string;
}

/** What the map is of. */
export interface Mapped {
  places: Matrix;
  codes: Matrix | null;
  rows: Rows | null;
}

/** Files by the ending of their name. */
export function mapFiles(args: MapFileArgs, { places, codes, rows }: Mapped): Record<string, Blob> {
  const { format, points } = args;
  const shown = points ? takeRows(places, points) : places;
  const names = ['x', 'y', 'z'].slice(0, places.cols);
  const own = points ?? Uint32Array.from({ length: places.rows }, (_, i) => i);
  const row: Column = { name: 'row', type: 'number', values: Float64Array.from(own) };
  const columns = [row, ...args.columns.map((column) => picked(column, points))];
  switch (format) {
    case 'npy':
      return { '.npy': blob(npyPieces(shown), 'application/octet-stream') };
    case 'csv':
    case 'parquet': {
      const type = format === 'csv' ? 'text/csv' : 'application/octet-stream';
      return { [`.${format}`]: blob(tablePieces({ matrix: shown, names, beside: columns }, format), type) };
    }
    case 'projector': {
      const vectors = codes ? (points ? takeRows(codes, points) : codes) : rows ? valuesOf(rows, own) : shown;
      return {
        '-vectors.tsv': blob(
          lines(vectors.rows, (i) => [...rowOf(vectors, i)]),
          'text/tab-separated-values',
        ),
        '-metadata.tsv': blob(
          lines(shown.rows, (i) => [...columns.map((c) => columnValue(c, i)), ...rowOf(shown, i)], [
            ...columns.map((c) => c.name),
            ...names,
          ]),
          'text/tab-separated-values',
        ),
      };
    }
    case 'html': {
      const { viewer = '', title, about, colorBy, medium } = args;
      const sheet = rows && medium ? thumbnailSheet(rows, medium, { indices: own }) : null;
      const page = mapToHtml({
        viewer,
        title,
        about,
        coordinates: shown.data,
        nComponents: places.cols === 3 ? 3 : 2,
        columns: columns.slice(1),
        colorBy,
        ...(sheet && { thumbnails: sheet }),
      });
      return { '.html': new Blob([page], { type: 'text/html' }) };
    }
  }
}

const blob = (pieces: Iterable<Uint8Array>, type: string): Blob => new Blob([...pieces] as BlobPart[], { type });

const rowOf = ({ data, cols }: Matrix, i: number): Float32Array => data.subarray(i * cols, (i + 1) * cols);

function valuesOf({ data, nFeatures, scale }: Rows, which: Uint32Array): Matrix {
  const out = matrix(which.length, nFeatures);
  which.forEach((from, i) => {
    for (let j = 0; j < nFeatures; j++) out.data[i * nFeatures + j] = data[from * nFeatures + j] * scale;
  });
  return out;
}

function picked(column: Column, points: Uint32Array | null): Column {
  if (!points) return column;
  if (column.type === 'category') return { ...column, codes: Int32Array.from(points, (i) => column.codes[i]) };
  if (column.type === 'text') return { ...column, values: Array.from(points, (i) => column.values[i]) };
  return { ...column, values: Float64Array.from(points, (i) => column.values[i]) };
}

/** Tab-separated values have no quotes: what would break a line becomes a space. */
const cell = (value: string | number | null): string => String(value ?? '').replaceAll(/[\t\r\n]+/g, ' ');
const PIECE = 512;

function* lines(
  n: number,
  cells: (i: number) => readonly (string | number | null)[],
  head?: readonly string[],
): Generator<Uint8Array> {
  let text = head ? `${head.map(cell).join('\t')}\n` : '';
  for (let i = 0; i < n; i++) {
    text += `${cells(i).map(cell).join('\t')}\n`;
    if ((i + 1) % PIECE !== 0 && i < n - 1) continue;
    yield new TextEncoder().encode(text);
    text = '';
  }
}
