/** How far apart the codes of a space are by its own geometry, for who asks by no distance in particular. */
import type { Matrix, Options } from '../base/index.ts';
import type { MapMethod } from '../maps/index.ts';
import type { Distance } from '../neighbors/index.ts';
import { geometryOf } from '../spaces/index.ts';
import type { ItemInfo } from './workbench.ts';

/** The distance that an item's rows are compared by: a space's own, else the Euclidean one. */
export function distanceOf(item: ItemInfo): Distance {
  return item.kind === 'space' && item.geometry ? geometryOf(item.geometry).neighborDistance : 'euclidean';
}

/** The options that were given for a map, and the item's own distance where none was and the method can take it. */
export function withDistance(
  method: MapMethod,
  item: ItemInfo,
  given: Partial<Options> = {},
): { options: Partial<Options>; told: string[] } {
  const own = distanceOf(item);
  if (own === 'euclidean' || given.distance !== undefined || method.name === 'coordinates')
    return { options: given, told: [] };
  const choices = method.options.find(({ name }) => name === 'distance')?.choices ?? [];
  if (choices.includes(own)) return { options: { ...given, distance: own }, told: [] };
  return { options: given, told: [`${item.id} is curved, and this method maps it as if it were flat`] };
}

/** Codes that are a map already: those of two or three dimensions, of a space that is asked for its coordinates. */
export function ownCoordinates(item: ItemInfo, x: Matrix): Matrix | undefined {
  return item.kind === 'space' && (x.cols === 2 || x.cols === 3) ? x : undefined;
}
