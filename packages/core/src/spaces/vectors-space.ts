/**
 * A space that is its vectors: a code is the row itself, or the row brought to length 1. It is how tables of vectors
 * (word2vec's, GloVe's, of any model) are taken as they are, and how a method whose result is a table keeps its space:
 * the words, nodes or users that it places are `items`, rows of the codes themselves, which encode and decode to
 * themselves.
 */
import { FormatError, InputError, checkFinite, matrix, resolveOptions, row } from '../base/index.ts';
import type { JobOptions, Matrix, OptionSpec } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import type { Medium } from '../data/index.ts';
import { gaussianOf } from './gaussian-prior.ts';
import { euclidean, geometryOf, geometrySpec } from './geometry.ts';
import type { Geometry } from './geometry.ts';
import type { LatentSpace, Prior, SpaceFiles, SpaceMethod } from './latent-space.ts';
import { writeManifest } from './manifest.ts';
import type { SpaceManifest } from './manifest.ts';
import { makePrior } from './prior.ts';
import type { PriorSpec } from './prior.ts';

/** The form's name in space.json. */
export const VECTORS_FORM = 'vectors';

export interface VectorsSpaceOptions {
  /** the method that made it */
  method: string;
  latentDim: number;
  geometry?: Geometry;
  medium?: Medium;
  /** whether encoding brings a row to length 1; rows of zeros stay */
  normalise?: boolean;
  prior?: PriorSpec;
}

/** The space whose codes are the rows themselves; see the head of this file. */
export function vectorsSpace({
  method,
  latentDim,
  geometry = euclidean,
  medium = { kind: 'vector' },
  normalise = false,
  prior,
}: VectorsSpaceOptions): LatentSpace {
  const check = (verb: string, x: Matrix): void => {
    if (x.cols === latentDim) return;
    throw new InputError(`${verb}: got rows of ${x.cols} numbers, expected ${latentDim}`, { code: 'width' });
  };
  return {
    method,
    latentDim,
    nFeatures: latentDim,
    geometry,
    medium,
    encode(x) {
      check('encode', x);
      const z = matrix(x.rows, x.cols, x.data.slice());
      if (normalise) unitRows(z);
      if (geometry !== euclidean) projectRows(z, geometry);
      return Promise.resolve(z);
    },
    decode(z) {
      check('decode', z);
      return Promise.resolve(matrix(z.rows, z.cols, z.data.slice()));
    },
    prior: prior && priorOn(makePrior(prior, latentDim), geometry),
    toFiles: () => ({
      'space.json': writeManifest({
        form: VECTORS_FORM,
        method,
        latentDim,
        nFeatures: latentDim,
        geometry: geometrySpec(geometry),
        medium,
        prior,
        parameters: { normalise },
      }),
    }),
    dispose: () => Promise.resolve(),
  };
}

/** A space of this form from its space.json. */
export function loadVectorsSpace(_: SpaceFiles, manifest: SpaceManifest): Promise<LatentSpace> {
  const { method, latentDim, nFeatures, medium, prior, parameters = {} } = manifest;
  if (!(Number.isInteger(latentDim) && latentDim > 0 && nFeatures === latentDim)) {
    throw new FormatError(
      `space.json says ${String(latentDim)} latents and ${String(nFeatures)} features, expected the same number of both`,
      { details: { name: 'space.json' } },
    );
  }
  const normalise = parameters.normalise === true;
  return Promise.resolve(
    vectorsSpace({ method, latentDim, geometry: geometryOf(manifest.geometry), medium, normalise, prior }),
  );
}

/** A distribution whose draws are brought into the space. */
function priorOn(prior: Prior, geometry: Geometry): Prior {
  if (geometry === euclidean) return prior;
  return {
    name: prior.name,
    sample(n, seed) {
      const z = prior.sample(n, seed);
      projectRows(z, geometry);
      return z;
    },
  };
}

/** Brings each row into its space, in place. */
function projectRows(z: Matrix, { project }: Geometry): void {
  for (let i = 0; i < z.rows; i++) row(z, i).set(project(row(z, i)));
}

/** Brings each row to length 1, in place; a row of zeros stays. Returns how many such there are. */
export function unitRows(x: Matrix): number {
  let zeros = 0;
  for (let i = 0; i < x.rows; i++) {
    const values = row(x, i);
    let squares = 0;
    for (const value of values) squares += value * value;
    if (squares === 0) zeros++;
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let j = 0; j < values.length; j++) values[j] *= scale;
  }
  return zeros;
}

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'normalise',
    type: 'boolean',
    default: false,
    main: true,
    summary: 'Brings each vector to length 1, so that distances compare directions alone, as cosine similarity does.',
  },
  {
    name: 'geometry',
    type: 'choice',
    default: 'euclidean',
    choices: ['euclidean', 'sphere'],
    summary: 'Whether paths between codes go straight or along the sphere of vectors of length 1.',
  },
];

/** Rows that are vectors of some model already: the space is the vectors. */
export const vectors: SpaceMethod = {
  name: 'vectors',
  title: 'The vectors as they are',
  summary: 'Takes the rows themselves as the codes: word vectors, embeddings of another program, any table.',
  family: 'vectors',
  takes: 'rows',
  options: OPTIONS,
  async fit({ name, rows, medium }, given, _, job = {}) {
    const options = resolveOptions('vectors', OPTIONS, given);
    const geometry = geometryOf({ name: options.geometry as 'euclidean' | 'sphere' });
    const normalise = options.normalise === true || geometry !== euclidean;
    if (rows.nSamples < 2 || rows.nFeatures === 0) {
      throw new InputError(
        `${name} has ${rows.nSamples} rows of ${rows.nFeatures} numbers; a space of vectors needs at least two rows with numbers`,
        { code: 'too-few-rows' },
      );
    }
    job.signal?.throwIfAborted();
    const codes = readRows(rows);
    checkFinite(codes, name);
    const warnings: string[] = [];
    let mse = 0;
    if (normalise) {
      const zeros = unitRows(codes);
      if (zeros > 0) warnings.push(`${zeros} of ${codes.rows} vectors are all zeros and have no direction; they stay`);
      const x = readRows(rows);
      for (let i = 0; i < x.data.length; i++) mse += (x.data[i] - codes.data[i]) ** 2 / x.data.length;
    }
    const prior = await gaussianOf(codes, job as JobOptions);
    job.onProgress?.({ phase: 'reading', done: 1, total: 1, elapsed: 0 });
    job.signal?.throwIfAborted();
    const space = vectorsSpace({ method: 'vectors', latentDim: rows.nFeatures, geometry, medium, normalise, prior });
    return { space, metrics: { mse, train: { mse } }, history: [], warnings, options, stopped: false };
  },
};
