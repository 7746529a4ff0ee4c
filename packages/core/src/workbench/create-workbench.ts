/** The Workbench in this process, over a store and a runtime; the CLI, the server and a Worker each hold one. */
import { InputError } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import type { Column, Dataset, ImageDecoder, Rows } from '../data/index.ts';
import { columnNamed } from '../data/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { Kernels } from '../kernels/index.ts';
import type { Projection } from '../maps/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { LatentSpace } from '../spaces/index.ts';
import { addData } from './add-data.ts';
import { codes, decode, encode, sample } from './apply.ts';
import { cacheOf } from './cache.ts';
import { useDataset } from './datasets.ts';
import type { Desk, Surroundings } from './desk.ts';
import type { PublicData, Zoo } from './host.ts';
import { createItems } from './items.ts';
import { coordinates, keep } from './map-files.ts';
import type { Packs } from './packs.ts';
import { PROJECT_VERSION, readProject } from './project.ts';
import { SHELVES } from './store.ts';
import type { Store } from './store.ts';
import type { Workbench } from './workbench.ts';
import { exportProject, importProject } from './zip.ts';

export interface WorkbenchOptions {
  store: Store;
  runtime: Runtime;
  /** for maps and neighbours; by default those of one thread */
  kernels?: Kernels;
  /** for images; without it only numbers can be added */
  decoder?: ImageDecoder;
  packs?: Packs;
  /** spaces that come with the program */
  zoo?: Zoo;
  /** where public data sets are downloaded from */
  publicData?: PublicData;
  /** milliseconds of CPU time of this process so far, all threads */
  cpuTime?: () => number;
  now?: () => Date;
}

/**
 * Nothing is read or written before the first verb is called. What learns and maps is loaded with the first verb that
 * needs it: a page should not wait for it.
 */
export function createWorkbench({
  store,
  runtime,
  kernels = singleThread(),
  decoder,
  packs,
  zoo,
  publicData,
  cpuTime,
  now = () => new Date(),
}: WorkbenchOptions): Workbench {
  const items = createItems({ store, packs, now });
  const datasets = cacheOf<Dataset>(2);
  const spaces = cacheOf<LatentSpace>(4, (space) => space.dispose());
  const projections = cacheOf<Projection>(2);
  const surroundings = cacheOf<Surroundings>(4);
  const caches = { datasets, spaces, projections, surroundings };
  const desk: Desk = { store, runtime, kernels, decoder, packs, zoo, publicData, items, ...caches, cpuTime, now };

  return {
    async project() {
      const mark = await readProject(store);
      const { warnings } = await items.list();
      const { name, place } = store;
      return { name, place, runtime: runtime.name, version: mark?.version ?? PROJECT_VERSION, warnings };
    },
    methods: async () => ({
      ...(await import('./methods.ts')).methods(),
      ...(publicData && { publicData: [...publicData.list] }),
    }),

    list: async ({ kind } = {}) => (await items.list(kind)).items,
    show: ({ id }) => items.find(id),
    async remove({ id }) {
      await items.remove(id);
      for (const cache of Object.values(caches)) cache.drop(id);
    },

    addData: (args, job) => addData(desk, args, job),
    fetchData: async (args, job) => (await import('./public-data.ts')).fetchData(desk, args, job),
    zoo: async () => (await import('./zoo.ts')).zooEntries(desk),
    openZoo: async (args, job) => (await import('./zoo.ts')).openZoo(desk, args, job),
    makeData: async (args, job) => (await import('./make-data.ts')).makeData(desk, args, job),
    rows: (args) => rows(desk, args),
    columns: (args) => columns(desk, args),

    addSpace: async (args, job) => (await import('./add-space.ts')).addSpace(desk, args, job),
    learn: async (args, job) => (await import('./learn.ts')).learn(desk, args, job),
    codes: (args) => codes(desk, args),
    encode: (args, job) => encode(desk, args, job),
    decode: (args, job) => decode(desk, args, job),
    sample: (args) => sample(desk, args),
    attention: async (args) => (await import('./attention.ts')).attention(desk, args),
    recommend: async (args, job) => (await import('./recommend.ts')).recommend(desk, args, job),

    map: async (args, job) => (await import('./map.ts')).map(desk, args, job),
    coordinates: (args) => coordinates(desk, args),
    keep: (args) => keep(desk, args),
    place: async (args, job) => (await import('./place.ts')).place(desk, args, job),

    neighbors: async (args) => (await import('./neighbors.ts')).neighbors(desk, args),
    neighborTable: async (args, job) => (await import('./neighbors.ts')).neighborTable(desk, args, job),

    async files({ id }) {
      const info = await items.find(id);
      return info.kind === 'data' && info.pack ? [] : store.files(SHELVES[info.kind], id);
    },
    async file({ id, name }) {
      const info = await items.find(id);
      if (info.kind === 'data' && info.pack) {
        throw new InputError(`${id} comes with Portolan and has no files in the project`, { code: 'pack' });
      }
      const there = (await store.files(SHELVES[info.kind], id)).map((file) => file.name);
      if (!there.includes(name)) {
        throw new InputError(`${id} has no file ${JSON.stringify(name)}; it has: ${there.join(', ')}`, {
          code: 'no-such-file',
        });
      }
      return (await store.open(SHELVES[info.kind], id, name)).slice(0);
    },

    exportProject: (args, job) => exportProject(desk, args, job),
    importProject: (args, job) => importProject(desk, args, job),
  };
}

/** Rows as they are kept, copied. */
async function rows(desk: Desk, { data, indices, from = 0, count }: Parameters<Workbench['rows']>[0]): Promise<Rows> {
  const info = await desk.items.findKind(data, 'data');
  return useDataset(desk, info, ({ rows }) => {
    const { nSamples, nFeatures, scale } = rows;
    if (indices === undefined) {
      const to = count === undefined ? nSamples : from + count;
      if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to < from || to > nSamples) {
        throw new InputError(`rows ${from} to ${to} of ${data} were asked for, which has ${nSamples}`);
      }
      return { data: rows.data.slice(from * nFeatures, to * nFeatures), nSamples: to - from, nFeatures, scale };
    }
    const wrong = indices.find((index) => index >= nSamples);
    if (wrong !== undefined) throw new InputError(`row ${wrong} of ${data} was asked for, which has ${nSamples}`);
    const taken = readRows({ ...rows, scale: 1 }, indices).data;
    const Kept = rows.data.constructor as new (values: ArrayLike<number>) => Rows['data'];
    const out = rows.data instanceof Float32Array ? taken : new Kept(taken);
    return { data: out, nSamples: indices.length, nFeatures, scale };
  });
}

async function columns(desk: Desk, { data, names }: Parameters<Workbench['columns']>[0]): Promise<Column[]> {
  const info = await desk.items.findKind(data, 'data');
  return useDataset(desk, info, (dataset) =>
    names ? names.map((name) => columnNamed(dataset, name)) : [...dataset.columns],
  );
}
