/**
 * Maps of several tables of the same rows in one frame, so that what differs between them is change and not mere
 * rotation: checkpoints of a learning, or spaces of the same samples. A method that can lays them out together
 * (UMAP: aligned-umap.ts); by any other each is made alone and turned to the one before it (align-maps.ts).
 */
import { InputError } from '../base/index.ts';
import type { Matrix, OptionSpec, Options } from '../base/index.ts';
import type { Distance } from '../neighbors/index.ts';
import { ALIGNED_OPTIONS, alignedUmap } from './aligned-umap.ts';
import type { MapJob, MapMethod, Projection } from './projection.ts';
import { turnedTo } from './turned-map.ts';
import { umap } from './umap.ts';

/** What making maps together takes; labels are those of the rows, which all tables have in common. */
export interface TogetherJob extends Omit<MapJob, 'neighbors' | 'start'> {
  /** what near means in each table, where that is not the option `distance` */
  distances?: readonly (Distance | undefined)[];
}

/** The options of a method for several tables. */
export const togetherOptions = (method: MapMethod): readonly OptionSpec[] =>
  method.name === umap.name ? ALIGNED_OPTIONS : method.options;

/**
 * @param tables  [n, dᵢ] each, row i the same thing in all
 * @throws InputError unless there are two tables and more, of as many rows
 */
export async function mapsTogether(
  method: MapMethod,
  tables: readonly Matrix[],
  given: Partial<Options> = {},
  { labels, distances, ...job }: TogetherJob = {},
): Promise<Projection[]> {
  const counts = tables.map(({ rows }) => rows);
  if (tables.length < 2 || new Set(counts).size > 1) {
    throw new InputError(
      `maps together need two tables and more of the same rows, got ${tables.length === 1 ? 'one' : `tables of ${counts.join(', ')} rows`}`,
      { code: 'together' },
    );
  }
  if (method.name === umap.name) {
    const all = distances?.map((distance) => distance ?? (given.distance as Distance | undefined) ?? 'euclidean');
    return alignedUmap(tables, given, { ...job, distances: all });
  }
  const maps: Projection[] = [];
  for (const [t, x] of tables.entries()) {
    const distance = distances?.[t];
    const made = await method.fit(x, { ...given, ...(distance && { distance }) }, { ...job, labels });
    const before = maps[t - 1]?.coordinates;
    maps.push(before ? turnedTo(before, made) : made);
  }
  return maps;
}
