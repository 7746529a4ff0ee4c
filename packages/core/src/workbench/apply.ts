/** `encode`, `decode`, `sample`: a space put to use, on rows and codes that the caller brings. */
import { FormatError, InputError, checkFinite, matrix } from '../base/index.ts';
import type { JobOptions, Matrix } from '../base/index.ts';
import { readNpyMatrix } from '../data/index.ts';
import { loadSpace } from '../spaces/index.ts';
import type { LatentSpace, SpaceFiles } from '../spaces/index.ts';
import type { Desk } from './desk.ts';
import { inBatches } from './batches.ts';
import { INFO_FILE } from './store.ts';
import type { SpaceInfo } from './workbench.ts';

/** [n, nFeatures] → [n, latentDim] */
export async function encode(
  desk: Desk,
  { space: id, rows }: { space: string; rows: Matrix },
  job: JobOptions = {},
): Promise<Matrix> {
  return useSpace(desk, id, (space) => {
    if (!space.encode) throw cannot(id, space, 'encode');
    checkWidth(`the rows to encode with ${id}`, rows, space.nFeatures, 'features');
    const batch = (from: number, to: number): Promise<Matrix> => space.encode!(rowsBetween(rows, from, to));
    return inBatches('encoding', rows.rows, space.latentDim, batch, job);
  });
}

/** [n, latentDim] → [n, nFeatures] */
export async function decode(
  desk: Desk,
  { space: id, codes }: { space: string; codes: Matrix },
  job: JobOptions = {},
): Promise<Matrix> {
  return useSpace(desk, id, (space) => {
    if (!space.decode) throw cannot(id, space, 'decode');
    checkWidth(`the codes to decode with ${id}`, codes, space.latentDim, 'latent dimensions');
    const batch = (from: number, to: number): Promise<Matrix> => space.decode!(rowsBetween(codes, from, to));
    return inBatches('decoding', codes.rows, space.nFeatures, batch, job);
  });
}

/** Codes drawn from the space's prior, and what they decode to. */
export async function sample(
  desk: Desk,
  { space: id, n, seed = 0 }: { space: string; n: number; seed?: number },
): Promise<{ codes: Matrix; rows?: Matrix }> {
  if (!Number.isInteger(n) || n < 1) throw new InputError(`n is ${n}, expected a whole number of at least 1`);
  return useSpace(desk, id, async (space) => {
    if (!space.prior) throw cannot(id, space, 'sample');
    const codes = space.prior.sample(n, seed);
    return space.decode ? { codes, rows: await decode(desk, { space: id, codes }) } : { codes };
  });
}

/** The codes that were kept when the space was learned. */
export async function codes(desk: Desk, { space: id }: { space: string }): Promise<Matrix> {
  await desk.items.findKind(id, 'space');
  return readMatrix(desk, 'spaces', id, 'codes.npy');
}

export async function readMatrix(desk: Desk, shelf: 'spaces' | 'maps', id: string, name: string): Promise<Matrix> {
  const source = await desk.store.open(shelf, id, name);
  return readNpyMatrix(await source.slice(0), `${shelf}/${id}/${name}`);
}

/** Loads the space unless it was used lately; another program may have removed it since, and put one in its place. */
async function useSpace<R>(desk: Desk, id: string, use: (space: LatentSpace) => Promise<R>): Promise<R> {
  const info: SpaceInfo = await desk.items.findKind(id, 'space');
  return desk.spaces.with(id, info.created, () => openSpace(desk, id), use);
}

/** What a space of the project is loaded from. */
export async function spaceFiles({ items, store }: Desk, id: string): Promise<SpaceFiles> {
  await items.findKind(id, 'space');
  const files: SpaceFiles = {};
  for (const { name } of await store.files('spaces', id)) {
    if (name === INFO_FILE || name === 'codes.npy') continue;
    files[name] = await (await store.open('spaces', id, name)).slice(0);
  }
  return files;
}

async function openSpace(desk: Desk, id: string): Promise<LatentSpace> {
  const files = await spaceFiles(desk, id);
  const { runtime } = desk;
  try {
    return await loadSpace(files, runtime);
  } catch (cause) {
    if (!(cause instanceof FormatError || cause instanceof InputError)) throw cause;
    const { code, message, details } = cause;
    const way = code === 'newer-version' ? '' : '; restore it from a copy, or learn it again';
    throw new FormatError(`spaces/${id}: ${message}${way}`, { code, details, cause });
  }
}

function rowsBetween(x: Matrix, from: number, to: number): Matrix {
  return matrix(to - from, x.cols, x.data.subarray(from * x.cols, to * x.cols));
}

function checkWidth(what: string, x: Matrix, expected: number, unit: string): void {
  if (x.cols !== expected) {
    throw new InputError(`${what} have ${x.cols} columns, expected ${expected} ${unit}`, { code: 'wrong-width' });
  }
  checkFinite(x, what);
}

function cannot(id: string, space: LatentSpace, verb: 'encode' | 'decode' | 'sample'): InputError {
  const lack = { encode: 'has no encoder', decode: 'has no decoder', sample: 'has no prior to sample from' }[verb];
  return new InputError(`${id} (${space.method}) ${lack}`, { code: `no-${verb}` });
}
