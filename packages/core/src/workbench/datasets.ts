/** A data set ⇄ the files it is kept in: rows.npy as they are, columns.parquet, and info.json that says the rest. */
import { FormatError } from '../base/index.ts';
import { npyPieces, readNpyFrom } from '../data/index.ts';
import type { ByteSource, Column, Dataset, Medium, Rows } from '../data/index.ts';
import type { Desk } from './desk.ts';
import { packDataset } from './packs.ts';
import type { FileBytes } from './store.ts';
import type { ColumnInfo, DataInfo } from './workbench.ts';

const ROWS = 'rows.npy';
const COLUMNS = 'columns.parquet';

/** Parquet is loaded with the first columns that are kept so: a pack has none. */
const parquet = () => import('./columns.ts');

export function columnInfo(column: Column): ColumnInfo {
  const { name, type } = column;
  return type === 'category' ? { name, type, categories: [...column.categories] } : { name, type };
}

/** What is told of a data set, without id and age. */
export function datasetInfo(dataset: Dataset, bytes: number): Omit<DataInfo, 'id' | 'created'> {
  const { rows, medium, range, featureNames, columns, label, warnings } = dataset;
  return {
    kind: 'data',
    nSamples: rows.nSamples,
    nFeatures: rows.nFeatures,
    medium,
    ...(range && { range }),
    featureNames: featureNames && [...featureNames],
    scale: rows.scale,
    columns: columns.map(columnInfo),
    label,
    warnings: [...warnings],
    bytes,
  };
}

/** The files beside info.json. Images are kept as [n, height, width, channels], so that NumPy shows them as such. */
export async function datasetFiles({ rows, columns, medium }: Dataset): Promise<Record<string, FileBytes>> {
  return {
    [ROWS]: npyPieces({ shape: [rows.nSamples, ...rowShape(medium, rows.nFeatures)], data: rows.data }),
    ...(columns.length > 0 && { [COLUMNS]: (await parquet()).writeColumns(columns) }),
  };
}

/** The shape of a row as an array. */
export function rowShape(medium: Medium, nFeatures: number): number[] {
  return medium.kind === 'image' ? [medium.height, medium.width, medium.channels] : [nFeatures];
}

/** Loads the data set, from the project or its pack, unless it was used lately. */
export function useDataset<R>(desk: Desk, info: DataInfo, use: (dataset: Dataset) => Promise<R> | R): Promise<R> {
  const load = (): Promise<Dataset> => (info.pack ? packDataset(desk.packs!, info.id) : readStored(desk, info));
  return desk.datasets.with(info.id, info.created, load, use);
}

async function readStored({ store }: Desk, info: DataInfo): Promise<Dataset> {
  const { id, nSamples, nFeatures, scale = 1, columns, medium, range, featureNames, label, warnings } = info;
  const open = async (name: string): Promise<ByteSource> => {
    const { byteLength, slice } = await store.open('data', id, name);
    return { name: `data/${id}/${name}`, byteLength, slice };
  };
  const { data } = await readNpyFrom(await open(ROWS));
  if (data.length !== nSamples * nFeatures) {
    throw new FormatError(`data/${id}/${ROWS} has ${data.length} numbers, expected ${nSamples} × ${nFeatures}`, {
      details: { name: ROWS },
    });
  }
  const rows: Rows = { data: keepable(data), nSamples, nFeatures, scale };
  if (columns.length === 0) return { name: id, rows, columns: [], medium, range, featureNames, label, warnings };
  const file = await open(COLUMNS);
  const table = await (await parquet()).readColumns(await file.slice(0), columns, nSamples, file.name);
  return { name: id, rows, columns: table, medium, range, featureNames, label, warnings };
}

/** The types that rows have; an array that somebody put there by hand may have another. */
function keepable(data: ArrayLike<number>): Rows['data'] {
  const kept = data instanceof Uint8Array || data instanceof Int8Array || data instanceof Float32Array;
  return kept ? data : Float32Array.from(data);
}
