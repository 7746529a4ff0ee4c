/** `encode`, `decode`, `sample`: a space put to use, on rows and codes that the caller brings. */
import { FormatError, InputError, checkFinite, inBatches, matrix } from '../base/index.ts';
import type { JobOptions, Matrix } from '../base/index.ts';
import { readNpyMatrix } from '../data/index.ts';
import { encodeAllTexts, loadSpace } from '../spaces/index.ts';
import type { LatentSpace, SpaceFiles, TextsEncoder } from '../spaces/index.ts';
import type { Desk } from './desk.ts';
import { INFO_FILE } from './store.ts';
import type { DecodeArgs, EncodeArgs, SpaceInfo, Workbench } from './workbench.ts';

/** Rows [n, nFeatures], n texts, or what n people gave → [n, latentDim] */
export async function encode(
  desk: Desk,
  { space: id, rows, texts, people, classes }: EncodeArgs,
  job: JobOptions = {},
): Promise<Matrix> {
  if ([rows, texts, people].filter((given) => given !== undefined).length !== 1) {
    throw new InputError('encode takes rows, texts or people; give one of them');
  }
  return useSpace(desk, id, async (space) => {
    if (people) {
      const { rowsOfPeople } = await import('./people.ts');
      const { rows: x } = rowsOfPeople(space, await desk.items.findKind(id, 'space'), people);
      return encodeIn(space, x, job);
    }
    if (texts) {
      if (!space.encodeTexts) throw new InputError(`${id} takes rows of numbers, not texts`, { code: 'no-texts' });
      return encodeAllTexts(space as TextsEncoder, texts, job);
    }
    if (!space.encode) throw cannot(id, space, 'encode');
    const x = rows as Matrix;
    checkWidth(`the rows to encode with ${id}`, x, space.nFeatures, 'features');
    checkClasses(id, space, x, classes);
    return encodeIn(space, x, job, classes);
  });
}

/** Rows that fit the space, some at a time. */
export function encodeIn(space: LatentSpace, x: Matrix, job: JobOptions, classes?: Int32Array): Promise<Matrix> {
  const batch = (from: number, to: number): Promise<Matrix> =>
    space.encode!(rowsBetween(x, from, to), classes?.subarray(from, to));
  return inBatches({ phase: 'encoding', n: x.rows, cols: space.latentDim }, batch, job);
}

/** [n, latentDim] → [n, nFeatures] */
export async function decode(
  desk: Desk,
  { space: id, codes, classes }: DecodeArgs,
  job: JobOptions = {},
): Promise<Matrix> {
  return useSpace(desk, id, (space) => {
    if (!space.decode) throw cannot(id, space, 'decode');
    checkWidth(`the codes to decode with ${id}`, codes, space.latentDim, 'latent dimensions');
    checkClasses(id, space, codes, classes);
    const batch = (from: number, to: number): Promise<Matrix> =>
      space.decode!(rowsBetween(codes, from, to), classes?.subarray(from, to));
    return inBatches({ phase: 'decoding', n: codes.rows, cols: space.nFeatures }, batch, job);
  });
}

/** Codes drawn from the space's prior, and what they decode to. */
export async function sample(
  desk: Desk,
  { space: id, n, seed = 0, class: wanted }: Parameters<Workbench['sample']>[0],
): Promise<{ codes: Matrix; rows?: Matrix }> {
  if (!Number.isInteger(n) || n < 1) throw new InputError(`n is ${n}, expected a whole number of at least 1`);
  return useSpace(desk, id, async (space) => {
    if (!space.prior) throw cannot(id, space, 'sample');
    const codes = space.prior.sample(n, seed);
    if (!space.decode) return { codes };
    const classes = wanted === undefined ? undefined : new Int32Array(n).fill(wanted);
    return { codes, rows: await decode(desk, { space: id, codes, classes }) };
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
export async function useSpace<R>(desk: Desk, id: string, use: (space: LatentSpace) => Promise<R>): Promise<R> {
  const info: SpaceInfo = await desk.items.findKind(id, 'space');
  return desk.spaces.with(id, info.created, () => openSpace(desk, id), use);
}

/** @throws InputError unless there is one class a row, of those that the space knows */
function checkClasses(id: string, { conditions }: LatentSpace, { rows }: Matrix, classes?: Int32Array): void {
  if (!classes) return;
  if (!conditions) throw new InputError(`${id} was not learned by classes, and takes none`, { code: 'no-conditions' });
  const { column, categories } = conditions;
  if (classes.length !== rows) {
    throw new InputError(`${classes.length} classes for ${rows} rows; one a row is needed`, { code: 'classes' });
  }
  const wrong = classes.find((code) => code >= categories.length);
  if (wrong !== undefined) {
    throw new InputError(
      `class ${wrong}: ${id} knows ${categories.length} of ${column}, from 0 to ${categories.length - 1}`,
      {
        code: 'classes',
      },
    );
  }
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
