/**
 * Rhumb lines: from a sample to its true neighbours, solid where the map kept them near, dashed where it tore them
 * away. Near on the map means among the nearest `max(15, 1 %)` points there. What lies near it there but is not among as
 * many true neighbours is a false one.
 */

import type { Matrix } from '@portolan/core/base';
import { pairDistance } from '@portolan/core/maps';
import type { Distance } from '@portolan/core/neighbors';

export interface Rhumb {
  /** kept near by the map */
  kept: number[];
  /** true neighbours that the map put far away */
  torn: number[];
}

/** How many points are the neighbourhood of one. */
export function reachOf(n: number): number {
  return Math.min(n - 1, Math.max(15, Math.round(n / 100)));
}

/**
 * @param neighbors  true neighbours of point `i`, without itself
 * @param coordinates  [n, 2] or [n, 3], where the map put the points
 * @param mapDistance  what near means there, on a disc for instance
 */
export function rhumbLines(
  i: number,
  neighbors: ArrayLike<number>,
  coordinates: Matrix,
  mapDistance?: Distance,
): Rhumb {
  const n = coordinates.rows;
  const reach = reachOf(n);
  const apart = pairDistance(coordinates, mapDistance);
  const distance = (j: number): number => apart(i, j);
  const kept: number[] = [];
  const torn: number[] = [];
  for (let k = 0; k < neighbors.length; k++) {
    const j = neighbors[k];
    const far = distance(j);
    let nearer = 0;
    for (let m = 0; m < n && nearer <= reach; m++) if (m !== i && m !== j && distance(m) < far) nearer++;
    (nearer < reach ? kept : torn).push(j);
  }
  return { kept, torn };
}

/**
 * The points that only the map puts near point `i`.
 * @param onMap  its nearest on the map, without itself
 * @param inData  its nearest in the data, as many
 */
export function falseNeighbors(onMap: ArrayLike<number>, inData: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  const near = new Set(Array.from(inData));
  return Uint32Array.from(Array.from(onMap).filter((j) => !near.has(j)));
}
