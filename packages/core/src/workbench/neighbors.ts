/** `neighbors`: who is near whom, in a data set, a space or on a map. */
import { InputError, row as rowOf } from '../base/index.ts';
import type { JobOptions } from '../base/index.ts';
import { readRows, rowsOf } from '../data/index.ts';
import { findNeighbors, neighborIndex } from '../neighbors/index.ts';
import type { Distance, Nearest, NeighborIndex, Neighbors } from '../neighbors/index.ts';
import { distanceOf } from './by-geometry.ts';
import { useDataset } from './datasets.ts';
import type { Desk, Surroundings } from './desk.ts';
import { checkNumbers, checkScale, numbersOf } from './map-inputs.ts';
import type { ItemInfo, NeighborTableArgs, NeighborsArgs } from './workbench.ts';

const DEFAULT_K = 10;

/** Answers at once after the first question about an item, whose index is then kept. */
export async function neighbors(
  desk: Desk,
  { of, row, point, k = DEFAULT_K, distance: asked }: NeighborsArgs,
): Promise<Nearest> {
  if ((row === undefined) === (point === undefined)) {
    throw new InputError('neighbours are those of a row or of a point; give one of them');
  }
  if (!Number.isInteger(k) || k < 1) throw new InputError(`k is ${k}, expected a whole number of at least 1`);
  const item = await desk.items.find(of);
  const distance = asked ?? distanceOf(item);
  return desk.surroundings.with(
    item.id,
    item.created,
    () => surroundingsOf(desk, item),
    ({ rows, index }) => {
      if (point !== undefined) {
        if (point.length !== rows.nFeatures) {
          throw new InputError(`the point has ${point.length} numbers, expected ${rows.nFeatures} as in ${of}`, {
            code: 'wrong-width',
          });
        }
        return index(distance).query(point, k);
      }
      if (!Number.isInteger(row) || row! < 0 || row! >= rows.nSamples) {
        throw new InputError(
          `row ${row} of ${of} was asked for, which has ${rows.nSamples}: 0 to ${rows.nSamples - 1}`,
        );
      }
      return index(distance).query(rowOf(readRows(rows, [row!]), 0), k, { except: row });
    },
  );
}

export async function neighborTable(
  desk: Desk,
  { of, k = DEFAULT_K, distance: asked, recall }: NeighborTableArgs,
  { signal, onProgress }: JobOptions = {},
): Promise<Neighbors> {
  const item = await desk.items.find(of);
  const x = await numbersOf(desk, item);
  checkScale(x, of);
  const distance = asked ?? distanceOf(item);
  return findNeighbors(x, k, { distance, recall, signal, onProgress, kernels: desk.kernels });
}

async function surroundingsOf(desk: Desk, item: ItemInfo): Promise<Surroundings> {
  if (item.kind === 'data') checkNumbers(item);
  const rows =
    item.kind === 'data'
      ? await useDataset(desk, item, (dataset) => dataset.rows)
      : rowsOf(await numbersOf(desk, item));
  const indexes = new Map<Distance, NeighborIndex>();
  return {
    rows,
    index(distance) {
      const known = indexes.get(distance) ?? neighborIndex(rows, { distance });
      indexes.set(distance, known);
      return known;
    },
  };
}
