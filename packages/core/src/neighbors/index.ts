export { QUERY_BLOCK, distanceRows } from './distance-rows.ts';
export type { Distance, DistanceRows } from './distance-rows.ts';
export { smallest } from './smallest.ts';
export type { Smallest } from './smallest.ts';
export { nearestNeighbors, nearestNeighborSteps, selectRow } from './nearest-neighbors.ts';
export type { NeighborOptions, Neighbors } from './nearest-neighbors.ts';
export { neighborIndex } from './neighbor-index.ts';
export type { Nearest, NeighborIndex } from './neighbor-index.ts';
