/** What the verbs work with: the items, the engine, and the data sets, spaces and maps used last. */
import type { ImageDecoder, Dataset, Rows } from '../data/index.ts';
import type { Kernels } from '../kernels/index.ts';
import type { Projection } from '../maps/index.ts';
import type { Distance, NeighborIndex } from '../neighbors/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { LatentSpace } from '../spaces/index.ts';
import type { Cache } from './cache.ts';
import type { PublicData, Zoo } from './host.ts';
import type { Items } from './items.ts';
import type { Packs } from './packs.ts';
import type { Store } from './store.ts';

/** An item's rows, and an index of them for each distance that was asked for. */
export interface Surroundings {
  readonly rows: Rows;
  index(distance: Distance): NeighborIndex;
}

export interface Desk {
  readonly store: Store;
  readonly runtime: Runtime;
  /** for maps and neighbours */
  readonly kernels: Kernels;
  readonly decoder?: ImageDecoder;
  readonly packs?: Packs;
  readonly zoo?: Zoo;
  readonly publicData?: PublicData;
  readonly items: Items;
  readonly datasets: Cache<Dataset>;
  readonly spaces: Cache<LatentSpace>;
  readonly projections: Cache<Projection>;
  readonly surroundings: Cache<Surroundings>;
  /** milliseconds of CPU time of this process so far, all threads */
  readonly cpuTime?: () => number;
  readonly now: () => Date;
}

/** Starts a clock; calling it tells the wall time since, and the CPU time where the platform can tell, in seconds. */
export function startClock({ cpuTime }: Desk): () => { seconds: number; cpuSeconds?: number } {
  const wall = performance.now();
  const cpu = cpuTime?.();
  return () => ({
    seconds: (performance.now() - wall) / 1000,
    ...(cpu === undefined ? {} : { cpuSeconds: (cpuTime!() - cpu) / 1000 }),
  });
}
