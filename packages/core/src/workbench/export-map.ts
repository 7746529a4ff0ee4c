/** A map for people and for other programs: as a picture, and as the two tables that embedding projectors read. */
import { InputError, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { columnValue } from '../data/index.ts';
import type { Column } from '../data/index.ts';
import { mapToHtml, pointsToPngPieces, pointsToSvg, thumbnailSheet } from '../pictures/index.ts';
import { columnsBeside, coordinateNames, keptColumn, numbers, rowColumn, shortest, takeColumns } from './export.ts';
import type { MapInfo, Workbench } from './workbench.ts';

export interface MapTable {
  info: MapInfo;
  /** which rows of the data the points are */
  rows: Uint32Array;
  /** [n, nComponents] */
  coordinates: Matrix;
  /** of the data it was made from; none when that is gone */
  columns: Column[];
  /** the column that is its label */
  label?: string;
}

/** A map with what is known of its points. */
export async function mapTable(
  workbench: Workbench,
  { id, rows }: { id: string; rows?: Uint32Array },
): Promise<MapTable> {
  const info = await workbench.show({ id });
  if (info.kind !== 'map') throw new InputError(`${id} is no map; name a map`, { code: 'wrong-kind' });
  const whole = await workbench.coordinates({ map: id });
  const columns = await columnsBeside(workbench, info, whole.rows);
  if (info.keepNeighbors !== undefined) columns.push(await keptColumn(workbench, id));
  const data = (await workbench.list({ kind: 'data' })).find((item) => item.id === info.data);
  const label = info.label ?? (data?.kind === 'data' ? data.label : undefined);
  const all = { info, ...(label !== undefined && { label }) };
  if (!rows)
    return { ...all, rows: Uint32Array.from({ length: whole.rows }, (_, i) => i), coordinates: whole, columns };
  return { ...all, rows, coordinates: takeRows(whole, rows), columns: takeColumns(columns, rows) };
}

export interface MapPictureArgs {
  id: string;
  format: 'png' | 'svg';
  /** only these points */
  rows?: Uint32Array;
  /** the column that colours, null for none; by default the label */
  color?: string | null;
  /** CSS pixels; 96 are an inch */
  width?: number;
  height?: number;
  /** pixels of a PNG to each of these; by default 2 */
  density?: number;
  theme?: 'light' | 'dark';
  title?: string;
}

/** The picture in pieces, and what a person should be told of it. */
export async function exportMapPicture(
  workbench: Workbench,
  { id, format, rows, color, ...look }: MapPictureArgs,
): Promise<{ pieces: Iterable<Uint8Array>; warnings: string[] }> {
  const table = await mapTable(workbench, { id, rows });
  const column = color === null ? undefined : colorColumn(table, color);
  const places = flat(table.coordinates);
  const told = table.coordinates.cols > 2 ? [`${id} has three dimensions; the picture shows the first two.`] : [];
  const { title = id, density, ...rest } = look;
  if (format === 'png') return { pieces: pointsToPngPieces(places, { ...rest, column, density }), warnings: told };
  const { svg, warnings } = pointsToSvg(places, { ...rest, column, title });
  return { pieces: [new TextEncoder().encode(svg)], warnings: [...told, ...warnings] };
}

/** The column of that name, or the label; what can't colour is refused. */
export function colorColumn({ info, columns, label }: MapTable, name = label): Column | undefined {
  if (name === undefined) return undefined;
  const column = columns.find((other) => other.name === name);
  if (column && column.type !== 'text') return column;
  if (name === label && !column) return undefined;
  const there = columns.filter(({ type }) => type !== 'text').map((other) => other.name);
  const why = column ? 'is text, which has no colours' : 'is not there';
  throw new InputError(`the column ${name} of ${info.id} ${why}; there is: ${there.join(', ') || 'none'}`, {
    code: 'no-column',
  });
}

export interface MapHtmlArgs {
  id: string;
  /** the viewer's script, as text: of `@portolan/view/viewer` */
  viewer: string;
  rows?: Uint32Array;
  color?: string | null;
  theme?: 'auto' | 'light' | 'dark';
  title?: string;
}

/** One page in which the map moves, filters and shows its samples, with nothing else at hand. */
export async function exportMapHtml(workbench: Workbench, args: MapHtmlArgs): Promise<string> {
  const { id, viewer, rows, color, theme, title = id } = args;
  const table = await mapTable(workbench, { id, rows });
  const { info, coordinates, columns } = table;
  const data = (await workbench.list({ kind: 'data' })).find((item) => item.id === info.data);
  const pictured = data?.kind === 'data' && data.medium.kind === 'image' && table.rows.every((i) => i < data.nSamples);
  const sheet = pictured
    ? thumbnailSheet(await workbench.rows({ data: data.id, indices: table.rows }), data.medium)
    : null;
  const { trustworthiness, sampleSize } = info.quality;
  const trust = `trustworthiness ${trustworthiness.toFixed(3)}, measured on ${sampleSize}`;
  return mapToHtml({
    viewer,
    title,
    about: `${info.method} of ${info.space ?? `the rows of ${info.data}`}, ${coordinates.rows} points; ${trust}`,
    coordinates: coordinates.data,
    nComponents: coordinates.cols === 3 ? 3 : 2,
    columns,
    colorBy: color === null ? undefined : colorColumn(table, color)?.name,
    ...(sheet && { thumbnails: sheet }),
    theme,
  });
}

function flat({ data, rows, cols }: Matrix): Float32Array {
  if (cols === 2) return data;
  return Float32Array.from({ length: 2 * rows }, (_, i) => data[Math.floor(i / 2) * cols + (i % 2)]);
}

/**
 * What embedding projectors take: `vectors`, a line of numbers for each point, without a head, and `metadata`, the
 * columns with one. The vectors are what was mapped; where that is gone, the coordinates.
 */
export async function exportProjector(
  workbench: Workbench,
  { id, rows }: { id: string; rows?: Uint32Array },
): Promise<{ vectors: Iterable<Uint8Array>; metadata: Iterable<Uint8Array>; warnings: string[] }> {
  const { info, columns, coordinates, rows: shown } = await mapTable(workbench, { id, rows });
  const of = info.space ?? info.data;
  const source = (await workbench.list()).find((item) => item.id === of);
  const x = source && (await numbers(workbench, source)).matrix;
  const fits = x !== undefined && shown.every((i) => i < x.rows);
  const vectors = fits ? takeRows(x, shown) : coordinates;
  return {
    ...projectorPieces({ vectors, coordinates, columns: [rowColumn(shown), ...columns] }),
    warnings: fits ? [] : [`${of} is gone; the vectors are the map’s own coordinates.`],
  };
}

/** The two tables of a map: of its vectors, and of its columns with the coordinates behind them. */
export function projectorPieces({
  vectors,
  coordinates,
  columns,
}: {
  vectors: Matrix;
  coordinates: Matrix;
  columns: readonly Column[];
}): { vectors: Iterable<Uint8Array>; metadata: Iterable<Uint8Array> } {
  const names = [...columns.map((column) => column.name), ...coordinateNames(coordinates.cols)];
  return {
    vectors: lines(vectors.rows, (i) => numbersIn(vectors, i)),
    metadata: lines(
      coordinates.rows,
      (i) => [...columns.map((column) => columnValue(column, i)), ...numbersIn(coordinates, i)],
      names,
    ),
  };
}

const numbersIn = ({ data, cols }: Matrix, i: number): number[] =>
  Array.from(data.subarray(i * cols, (i + 1) * cols), shortest);

const PIECE_LINES = 512;

function* lines(
  n: number,
  cells: (i: number) => readonly (string | number | null)[],
  head?: readonly string[],
): Generator<Uint8Array> {
  let text = head ? `${head.map(tsvCell).join('\t')}\n` : '';
  for (let i = 0; i < n; i++) {
    text += `${cells(i).map(tsvCell).join('\t')}\n`;
    if ((i + 1) % PIECE_LINES !== 0 && i < n - 1) continue;
    yield new TextEncoder().encode(text);
    text = '';
  }
}

/** Tab-separated values have no quotes: what would break a line becomes a space. */
const tsvCell = (value: string | number | null): string => String(value ?? '').replaceAll(/[\t\r\n]+/g, ' ');
