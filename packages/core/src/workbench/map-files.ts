/** What is kept of a map beside what its method needs. */
import { InputError } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { readNpyMatrix } from '../data/index.ts';
import { readMatrix } from './apply.ts';
import type { Desk } from './desk.ts';

/** [n]: the share of neighbours that each point keeps */
export const KEEP = 'keep.npy';

/** [n, nComponents] */
export async function coordinates(desk: Desk, { map: id }: { map: string }): Promise<Matrix> {
  await desk.items.findKind(id, 'map');
  return readMatrix(desk, 'maps', id, 'coordinates.npy');
}

/** [n] */
export async function keep(desk: Desk, { map: id }: { map: string }): Promise<Float32Array> {
  const info = await desk.items.findKind(id, 'map');
  if (info.keepNeighbors === undefined) {
    throw new InputError(`${id} was made before Portolan counted the neighbours that each point keeps; map anew`, {
      code: 'no-keep',
    });
  }
  const source = await desk.store.open('maps', id, KEEP);
  return (await readNpyMatrix(await source.slice(0), `maps/${id}/${KEEP}`)).data;
}
