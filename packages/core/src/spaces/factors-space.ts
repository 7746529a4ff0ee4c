/**
 * The space of a factorisation of ratings: an item is a vector, a person is a vector of the same space, and what somebody
 * thinks of something is their inner product. A row is what one person gave to each item, 0 where nothing is known;
 * encoding places that person by the items alone (folding in), so new people need no new learning; decoding scores all
 * items.
 */
import { FormatError, InputError, breathe, matrix, readSafetensors, writeSafetensors } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { foldPairs, foldRidge } from './factors-fold.ts';
import { euclidean } from './geometry.ts';
import type { LatentSpace, SpaceFiles } from './latent-space.ts';
import { writeManifest } from './manifest.ts';
import type { SpaceManifest } from './manifest.ts';
import { makePrior } from './prior.ts';
import type { PriorSpec } from './prior.ts';
import { sparseRows } from './ratings-sparse.ts';
import type { Sparse } from './ratings-sparse.ts';

export const FACTORS_FORM = 'factors';
const TENSORS = 'factors.safetensors';
/** Rows encoded or decoded between two breaths. */
const BLOCK = 64;

/** How a person is placed by what they gave: see factors-fold.ts. */
export type Fold =
  | { kind: 'ridge'; alpha: number; ridge: number }
  | { kind: 'pairs'; ridge: number }
  /** the sum of the given items' `weights`, each times what was given, or 1 */
  | { kind: 'sum'; binary: boolean };

export interface FactorsParts {
  method: string;
  /** of the items, in the order of a row */
  names: readonly string[];
  /** [nItems, latentDim]: an item's score is factors · z + bias */
  factors: Matrix;
  /** [nItems] */
  bias: Float32Array;
  /** [nItems, latentDim]; of the fold `sum` */
  weights?: Matrix;
  fold: Fold;
  prior?: PriorSpec;
}

/** A space over items, which knows their names. */
export interface FactorsSpace extends LatentSpace {
  readonly itemNames: readonly string[];
}

/** @throws InputError of `encode` when rows are not as wide as there are items, or a rating is negative */
export function factorsSpace(parts: FactorsParts): FactorsSpace {
  const { method, names, factors, bias, weights, fold, prior } = parts;
  const { rows: nItems, cols: latentDim } = factors;
  return {
    method,
    latentDim,
    nFeatures: nItems,
    geometry: euclidean,
    medium: { kind: 'vector' },
    itemNames: names,
    async encode(x) {
      check('encode', x, nItems, 'items');
      const z = matrix(x.rows, latentDim);
      const folded = foldOf(parts);
      for (let from = 0; from < x.rows; from += BLOCK) {
        const to = Math.min(x.rows, from + BLOCK);
        const given = sparseRows(matrix(to - from, nItems, x.data.subarray(from * nItems, to * nItems)));
        for (let i = from; i < to; i++) z.data.set(folded(given, i - from), i * latentDim);
        await breathe();
      }
      return z;
    },
    async decode(z) {
      check('decode', z, latentDim, 'latent dimensions');
      const x = matrix(z.rows, nItems);
      for (let i = 0; i < z.rows; i++) {
        for (let j = 0; j < nItems; j++) {
          let sum = bias[j];
          for (let c = 0; c < latentDim; c++) sum += z.data[i * latentDim + c] * factors.data[j * latentDim + c];
          x.data[i * nItems + j] = sum;
        }
        if (i % BLOCK === BLOCK - 1) await breathe();
      }
      return x;
    },
    prior: prior && makePrior(prior, latentDim),
    toFiles: () => ({
      'space.json': writeManifest({
        form: FACTORS_FORM,
        method,
        latentDim,
        nFeatures: nItems,
        geometry: { name: 'euclidean' },
        medium: { kind: 'vector' },
        prior,
        parameters: { fold },
      }),
      [TENSORS]: writeSafetensors(
        {
          factors: { shape: [nItems, latentDim], data: factors.data },
          bias: { shape: [nItems], data: bias },
          ...(weights && { weights: { shape: [nItems, latentDim], data: weights.data } }),
        },
        { items: JSON.stringify(names) },
      ),
    }),
    dispose: () => Promise.resolve(),
  };
}

/** Places row i of given ratings. */
export function foldOf({
  factors,
  bias,
  weights,
  fold,
}: FactorsParts): (given: Sparse, i: number) => ArrayLike<number> {
  if (fold.kind === 'ridge') return foldRidge(factors, fold);
  if (fold.kind === 'pairs') return foldPairs(factors, bias, fold);
  const k = factors.cols;
  return ({ starts, places, values }, i) => {
    const z = new Float64Array(k);
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      const value = fold.binary ? 1 : values[e];
      for (let c = 0; c < k; c++) z[c] += value * weights!.data[places[e] * k + c];
    }
    return z;
  };
}

/** A space of this form from its files. */
export function loadFactorsSpace(files: SpaceFiles, manifest: SpaceManifest): Promise<LatentSpace> {
  const details = { name: TENSORS };
  if (!files[TENSORS]) {
    throw new FormatError(`a space of factors needs ${TENSORS}; found ${Object.keys(files).join(', ')}`, { details });
  }
  const { tensors, metadata } = readSafetensors(files[TENSORS], TENSORS);
  const { nFeatures: n, latentDim: k, method, prior, parameters } = manifest;
  const fold = parameters?.fold as Fold | undefined;
  const table = (name: string): Matrix | undefined => {
    const { shape, data } = tensors[name] ?? {};
    const fits = data instanceof Float32Array && shape?.length === 2 && shape[0] === n && shape[1] === k;
    return fits ? matrix(n, k, data) : undefined;
  };
  const [factors, weights, bias] = [table('factors'), table('weights'), tensors.bias?.data];
  const known = fold?.kind === 'ridge' || fold?.kind === 'pairs' || (fold?.kind === 'sum' && weights);
  let names: unknown;
  try {
    names = JSON.parse(metadata.items);
  } catch {
    names = undefined;
  }
  const named = Array.isArray(names) && names.length === n && names.every((name) => typeof name === 'string');
  if (!factors || !(bias instanceof Float32Array) || bias.length !== n || !known || !named) {
    throw new FormatError(
      `${TENSORS} needs factors [${n}, ${k}], bias [${n}] and the names of ${n} items, space.json how people are placed (fold)`,
      { details },
    );
  }
  return Promise.resolve(
    factorsSpace({ method, names: names as string[], factors, bias, weights, fold: fold!, prior }),
  );
}

function check(verb: string, x: Matrix, expected: number, unit: string): void {
  if (x.cols === expected) return;
  throw new InputError(`${verb}: got rows of ${x.cols} numbers, expected ${expected} ${unit}`, { code: 'width' });
}
