/** The map that is looked at as a file: a table, the pair of tables that projectors read, or a page of its own. */
import { takeRows, type Matrix } from '@portolan/core/base';
import { npyPieces, readRows, type Column, type Medium, type Rows } from '@portolan/core/data';
import { mapToHtml, thumbnailSheet } from '@portolan/core/pictures';
import { coordinateNames, projectorPieces, rowColumn, tablePieces, takeColumns } from '@portolan/core/workbench';
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
  const own = points ?? Uint32Array.from({ length: places.rows }, (_, i) => i);
  const columns = [rowColumn(own), ...(points ? takeColumns(args.columns, points) : args.columns)];
  switch (format) {
    case 'npy':
      return { '.npy': blob(npyPieces(shown), 'application/octet-stream') };
    case 'csv':
    case 'parquet': {
      const type = format === 'csv' ? 'text/csv' : 'application/octet-stream';
      return {
        [`.${format}`]: blob(
          tablePieces({ matrix: shown, names: coordinateNames(places.cols), beside: columns }, format),
          type,
        ),
      };
    }
    case 'projector': {
      const vectors = codes ? (points ? takeRows(codes, points) : codes) : rows ? readRows(rows, own) : shown;
      const pieces = projectorPieces({ vectors, coordinates: shown, columns });
      return {
        '-vectors.tsv': blob(pieces.vectors, 'text/tab-separated-values'),
        '-metadata.tsv': blob(pieces.metadata, 'text/tab-separated-values'),
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
