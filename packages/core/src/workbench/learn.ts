/**
 * `learn`: a data set → a space, with the codes of all its rows. A space that places other things than the rows (the
 * words of a text, users and items) brings them as a data set of its own, and is a space of that one.
 */
import { InputError, inBatches } from '../base/index.ts';
import type { JobOptions, Matrix } from '../base/index.ts';
import { classesOf, rangeOfKept, readRows, streamedDataset, textsOf, writeNpy } from '../data/index.ts';
import type { ByteSource, Dataset } from '../data/index.ts';
import { encodeAllTexts, geometrySpec, knowsItems, spaceMethods } from '../spaces/index.ts';
import type { FittedSpace, LatentSpace, LearnJob, SpaceMethod, Takes, TextsEncoder } from '../spaces/index.ts';
import { keepDataset } from './add-data.ts';
import { spaceFiles } from './apply.ts';
import { atState, stateKeeper } from './checkpoints.ts';
import { useDataset } from './datasets.ts';
import { startClock } from './desk.ts';
import type { Desk } from './desk.ts';
import { slug } from './items.ts';
import { named } from './named.ts';
import type { LearnArgs, SpaceInfo } from './workbench.ts';

/** Nothing is kept unless it comes to its end, or is stopped by its control. */
export async function learn(desk: Desk, args: LearnArgs, job: LearnJob = {}): Promise<SpaceInfo> {
  const { data, options = {}, name } = args;
  const method = named(spaceMethods, args.method, 'space');
  await desk.items.checkName(name);
  if (args.texts) return learnStream(desk, method, args.texts, args, job);
  const info = await desk.items.findKind(data, 'data');
  if ((method.takes ?? 'rows') === 'rows' && info.nFeatures === 0) {
    const able = spaceMethods.filter(({ takes }) => takes === 'texts').map((other) => other.name);
    throw new InputError(
      `${data} holds no numbers, which ${method.name} learns from; for texts take ${able.join(' or ')}, for links poincare or node2vec`,
      { code: 'no-numbers' },
    );
  }
  return useDataset(desk, info, async (dataset) => {
    if (!args.checkpoints) return fitAndKeep(desk, method, { dataset, data, options, name }, job);
    return learnWithStates(desk, method, { dataset, data, options, name }, args.checkpoints, job);
  });
}

/** From a text file as it is, which may be larger than memory: it is not kept. */
function learnStream(
  desk: Desk,
  method: SpaceMethod,
  texts: ByteSource,
  { options, name, checkpoints }: LearnArgs,
  job: LearnJob,
): Promise<SpaceInfo> {
  if (!method.streams) {
    throw new InputError(
      `${method.name} cannot learn from a file that is streamed, as word2vec can; add ${texts.name} as data first`,
      { code: 'no-stream' },
    );
  }
  if (checkpoints) {
    throw new InputError('checkpoints are kept of what was added as data, not of a file that is streamed', {
      code: 'option',
    });
  }
  const base = `${slug(texts.name)}-${method.name}`;
  return fitAndKeep(desk, method, { dataset: streamedDataset(texts), options, name, base }, job);
}

/** The space, and each state on the way to it. */
async function learnWithStates(
  desk: Desk,
  method: SpaceMethod,
  fitting: Fitting,
  wanted: number,
  job: LearnJob,
): Promise<SpaceInfo> {
  const keeper = stateKeeper(method, fitting.options, wanted, job);
  const onCheckpoint = async (checkpoint: Uint8Array): Promise<void> => {
    keeper.onCheckpoint(checkpoint);
    await job.onCheckpoint?.(checkpoint);
  };
  const notes = (): string[] => keeper.notes();
  const space = await fitAndKeep(desk, method, { ...fitting, notes }, { ...job, onCheckpoint });
  const kept = [space.id];
  try {
    for (const state of keeper.states) {
      const { epoch } = state;
      const base = `${space.id}-epoch-${epoch}`;
      const of = { ...fitting, name: undefined, base, checkpoint: { of: space.id, epoch }, items: space.data };
      kept.push((await fitAndKeep(desk, method, of, atState(state, job))).id);
    }
  } catch (error) {
    for (const id of kept) await desk.items.remove(id);
    if (space.learnedFrom !== undefined) await desk.items.remove(space.data);
    throw error;
  }
  return space;
}

/** What a fit is of, and how the space is to be called. */
export interface Fitting {
  dataset: Dataset;
  /** the data set's id; without one what is fitted brings items of its own */
  data?: string;
  options?: LearnArgs['options'];
  name?: string;
  /** the id where none is wanted; by default of data and method */
  base?: string;
  /** the space that it is a state on the way to, and the data set that this one's items are kept as */
  checkpoint?: SpaceInfo['checkpoint'];
  items?: string;
  /** what else to say, asked when learning has ended */
  notes?: () => string[];
}

/** What a space brings as items, by what it learned from; one of rows brings what it drew. */
const ITEMS: Record<Takes, string> = {
  rows: 'samples',
  pictures: 'samples',
  texts: 'words',
  links: 'nodes',
  ratings: 'users and items',
};

/** Fits, encodes all rows and keeps what came of it. */
export async function fitAndKeep(
  desk: Desk,
  method: Pick<SpaceMethod, 'name' | 'fit'> & Partial<Pick<SpaceMethod, 'takes'>>,
  { dataset, data, options = {}, name, base = `${data}-${method.name}`, checkpoint, items: known, notes }: Fitting,
  job: LearnJob = {},
): Promise<SpaceInfo> {
  const clock = startClock(desk);
  let pace: number | undefined; // of learning alone, as the method measures it
  const onProgress: LearnJob['onProgress'] = (progress) => {
    pace = progress.detail?.samplesPerSecond ?? pace;
    job.onProgress?.(progress);
  };
  const previews = job.previews ?? job.onProgress !== undefined;
  const fitted = await method.fit(dataset, options, desk.runtime, {
    ...job,
    onProgress,
    previews,
    kernels: desk.kernels,
    files: (id) => spaceFiles(desk, id),
  });
  const { space, metrics, history } = fitted;
  try {
    const { seconds, cpuSeconds } = clock();
    const codes = await codesOf(fitted, dataset, job);
    const files = { ...space.toFiles(), ...(codes && { 'codes.npy': writeNpy(codes) }) };
    job.signal?.throwIfAborted();
    const made: Omit<SpaceInfo, 'id'> = {
      kind: 'space',
      created: desk.now().toISOString(),
      data: data ?? '',
      ...(fitted.items && data !== undefined && { learnedFrom: data }),
      method: space.method,
      latentDim: space.latentDim,
      nFeatures: space.nFeatures,
      medium: space.medium,
      range: space.medium.kind === 'image' ? rangeOfKept({ ...dataset, scale: dataset.rows.scale }) : undefined,
      encodes: space.encode !== undefined,
      coded: codes !== undefined,
      decodes: space.decode !== undefined,
      samples: space.prior !== undefined,
      ...(space.encodeTexts && { encodesTexts: true }),
      ...(knowsItems(space) && { recommends: true }),
      ...(space.conditions && { conditions: space.conditions }),
      ...(space.geometry.name !== 'euclidean' && { geometry: geometrySpec(space.geometry) }),
      options: fitted.options,
      metrics,
      history: [...history],
      seconds,
      cpuSeconds,
      samplesPerSecond: pace ?? dataset.rows.nSamples / seconds,
      stopped: fitted.stopped && !checkpoint,
      ...(checkpoint && { checkpoint }),
      warnings: [...fitted.warnings, ...(notes?.() ?? [])],
      runtime: desk.runtime.name,
    };
    if (!fitted.items) return await desk.items.add<SpaceInfo>(made, files, { name, base });
    if (checkpoint && known !== undefined) {
      return await desk.items.add<SpaceInfo>({ ...made, data: known }, files, { name, base });
    }
    const what = ITEMS[method.takes ?? 'rows'];
    const items = await keepDataset(desk, fitted.items, { base: `${name ?? base}-items` }, { what });
    try {
      return await desk.items.add<SpaceInfo>({ ...made, data: items.id }, files, { name, base });
    } catch (error) {
      await desk.items.remove(items.id);
      throw error;
    }
  } finally {
    await space.dispose();
  }
}

/** Where each row lies, or each thing that the space places instead; undefined when it cannot tell. */
async function codesOf(
  { space, items, codes, options }: FittedSpace,
  dataset: Dataset,
  job: LearnJob,
): Promise<Matrix | undefined> {
  if (codes ?? items) return codes ?? readRows(items!.rows);
  if (space.encode && dataset.rows.nFeatures > 0) return encodeAll(space, dataset, job);
  const { column = '' } = options as { column?: string };
  if (!space.encodeTexts) return undefined;
  return encodeAllTexts(space as TextsEncoder, textsOf(dataset, column), job as JobOptions);
}

/** Rows read, turned to numbers and encoded a thousand at a time. */
async function encodeAll(space: LatentSpace, dataset: Dataset, job: LearnJob): Promise<Matrix> {
  const { rows } = dataset;
  // what was learned given classes is encoded by its own
  const classes = space.conditions && classesOf(dataset, space.conditions.column).codes;
  const take = (from: number, to: number): Matrix =>
    readRows(
      rows,
      Uint32Array.from({ length: to - from }, (_, i) => from + i),
    );
  return inBatches(
    { phase: 'encoding', n: rows.nSamples, cols: space.latentDim },
    (from, to) => space.encode!(take(from, to), classes?.subarray(from, to)),
    job as JobOptions,
  );
}
