/** `place`: new points on a map, and how well they are placed among the fitted ones. */
import { FormatError, InputError, checkFinite, isAbort, permutation, random, takeRows } from '../base/index.ts';
import type { JobOptions, Matrix } from '../base/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { loadProjection } from '../maps/index.ts';
import type { Projection } from '../maps/index.ts';
import { findNeighbors } from '../neighbors/index.ts';
import { encode, readMatrix } from './apply.ts';
import type { Desk } from './desk.ts';
import { KEEP } from './map-files.ts';
import { labelCodes, numbersOf } from './map-inputs.ts';
import { INFO_FILE } from './store.ts';
import type { MapInfo, PlaceArgs, Placed, PlacedQuality } from './workbench.ts';

const N_NEIGHBORS = 15;
const SAMPLE_SIZE = 2000;

export async function place(desk: Desk, args: PlaceArgs, job: JobOptions = {}): Promise<Placed> {
  const info = await desk.items.findKind(args.map, 'map');
  const news = await newNumbers(desk, info, args, job);
  const { labels } = args;
  if (labels && labels.length !== news.rows) {
    throw new InputError(`there are ${labels.length} labels for ${news.rows} rows`, { code: 'labels' });
  }
  return desk.projections.with(
    info.id,
    info.created,
    () => openProjection(desk, info),
    async (projection) => {
      if (!projection.transform) {
        throw new InputError(`${info.id} (${info.method}) has no way to place new points; map all the rows anew`, {
          code: 'no-transform',
        });
      }
      const plain = { signal: job.signal, onProgress: job.onProgress, kernels: desk.kernels };
      const coordinates = await projection.transform(news, plain);
      const placed = { news, coordinates, labels };
      const quality = await placedQuality(desk, info, projection.coordinates, placed, plain);
      return { coordinates, ...(quality && { quality }) };
    },
  );
}

/** What the map was made of, for the new points. */
async function newNumbers(desk: Desk, info: MapInfo, { rows, codes }: PlaceArgs, job: JobOptions): Promise<Matrix> {
  const given = rows ?? codes;
  if (!given || (rows && codes)) throw new InputError('give the rows to place, or their codes');
  if (codes && info.space === undefined) {
    throw new InputError(`${info.id} is a map of rows, not of codes; give rows`, { code: 'wrong-kind' });
  }
  checkFinite(given, `the ${rows ? 'rows' : 'codes'} to place`);
  return rows && info.space !== undefined ? encode(desk, { space: info.space, rows }, job) : given;
}

export async function openProjection({ store }: Desk, { id }: MapInfo): Promise<Projection> {
  const files: Record<string, Uint8Array> = {};
  for (const { name } of await store.files('maps', id)) {
    if ([INFO_FILE, 'coordinates.npy', KEEP].includes(name)) continue;
    files[name] = await (await store.open('maps', id, name)).slice(0);
  }
  try {
    return loadProjection(files, await readMatrix({ store } as Desk, 'maps', id, 'coordinates.npy'));
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    const { code, message, details } = cause;
    const way = code === 'newer-version' ? '' : '; restore it from a copy, or map anew';
    throw new FormatError(`maps/${id}: ${message}${way}`, { code, details, cause });
  }
}

/** By the nearest fitted points, in the data and on the map; undefined when what was mapped is gone. */
async function placedQuality(
  desk: Desk,
  info: MapInfo,
  y: Matrix,
  { news, coordinates, labels }: { news: Matrix; coordinates: Matrix; labels?: Int32Array },
  job: KernelJob,
): Promise<PlacedQuality | undefined> {
  const x = await stillThere(desk, info, y.rows);
  const k = Math.min(N_NEIGHBORS, y.rows);
  if (!x || news.rows === 0) return undefined;
  const sample = permutation(news.rows, random(0)).slice(0, SAMPLE_SIZE).sort();
  const inData = await findNeighbors(x, k, { ...job, queries: takeRows(news, sample) });
  const onMap = await findNeighbors(y, k, { ...job, queries: takeRows(coordinates, sample) });
  const fitted = labels && (await labelCodes(desk, info.data, y.rows, info.label));
  let kept = 0;
  let right = 0;
  let known = 0;
  for (let i = 0; i < sample.length; i++) {
    const near = onMap.indices.subarray(i * k, (i + 1) * k);
    const truly = new Set(inData.indices.subarray(i * k, (i + 1) * k));
    for (const index of near) if (truly.has(index)) kept++;
    const own = labels?.[sample[i]] ?? -1;
    if (own < 0 || !fitted) continue;
    known++;
    if (commonest(near, fitted) === own) right++;
  }
  return {
    neighborRecall: kept / (sample.length * k),
    ...(known > 0 && { labelAccuracy: right / known }),
    nNeighbors: k,
    sampleSize: sample.length,
  };
}

/** What was mapped. */
async function stillThere(desk: Desk, info: MapInfo, n: number): Promise<Matrix | undefined> {
  try {
    const x = await numbersOf(desk, await desk.items.find(info.space ?? info.data));
    return x.rows === n ? x : undefined;
  } catch (error) {
    if (isAbort(error) || !(error instanceof InputError)) throw error;
    return undefined;
  }
}

/** The label that most of the rows have, of equally common ones the nearest; −1 when none has any. */
function commonest(rows: Uint32Array, labels: Int32Array): number {
  const votes = new Map<number, number>();
  for (const row of rows) if (labels[row] >= 0) votes.set(labels[row], (votes.get(labels[row]) ?? 0) + 1);
  // a map keeps the order of insertion, which is that of nearness
  return [...votes].reduce((best, vote) => (vote[1] > best[1] ? vote : best), [-1, 0])[0];
}
