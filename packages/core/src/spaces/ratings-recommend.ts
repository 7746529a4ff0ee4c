/** What to recommend: the items of highest score for people, known or new. */
import { InputError, matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { columnNamed } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import type { FactorsSpace } from './factors-space.ts';
import type { LatentSpace } from './latent-space.ts';
import { ratingsRows, unknownName } from './ratings-new.ts';
import type { Given } from './ratings-new.ts';
import { bestOf } from './ratings-quality.ts';

/** An item and what the space thinks of it for somebody; scores of one person compare, those of two need not. */
export interface Recommendation {
  /** its place in a row */
  item: number;
  /** of spaces that know names */
  name?: string;
  score: number;
}

export interface RecommendOptions {
  /** how many for each person */
  n?: number;
  /** whether what the person gave already is left out */
  excludeSeen?: boolean;
}

/**
 * The best items for each person.
 * @param ratings  [people, nItems]: what each gave, 0 where nothing is known; people need not have been learned from
 */
export async function recommend(
  space: LatentSpace,
  ratings: Matrix,
  { n = 10, excludeSeen = true }: RecommendOptions = {},
): Promise<Recommendation[][]> {
  if (!space.encode || !space.decode) {
    throw new InputError(`recommending needs a space that encodes and decodes; ${space.method} does not do both`);
  }
  if (!Number.isInteger(n) || n < 1) throw new InputError(`recommend: n is ${n}, expected a whole number, at least 1`);
  const scores = await space.decode(await space.encode(ratings));
  const names = (space as Partial<FactorsSpace>).itemNames;
  return Array.from({ length: ratings.rows }, (_, i) => {
    const own = scores.data.slice(i * scores.cols, (i + 1) * scores.cols);
    if (excludeSeen) own.forEach((_, j) => ratings.data[i * ratings.cols + j] !== 0 && (own[j] = -Infinity));
    return bestOf(own, n).map((item) => ({ item, ...(names && { name: names[item] }), score: own[item] }));
  });
}

/**
 * What a person gave, by the names of items, as a row [1, nItems].
 * @throws InputError, code `unknown-item`, when the space does not know an item
 */
export function ratingsRow(space: FactorsSpace, given: Given): Matrix {
  return ratingsRows(space, [given]).rows;
}

/**
 * The code of a user that was learned from, [1, latentDim].
 * @param items  what the fit placed, users and items
 * @throws InputError, code `unknown-user`, when there is none of that name
 */
export function userCode(items: Dataset, user: string): Matrix {
  const [kinds, names] = [columnNamed(items, 'kind'), columnNamed(items, 'name')];
  if (kinds.type !== 'category' || names.type !== 'text') {
    throw new InputError(`${items.name} is no table of users and items: it needs columns kind and name`);
  }
  const known = names.values.filter((_, i) => kinds.categories[kinds.codes[i]] === 'user');
  const at = names.values.findIndex((name, i) => name === user && kinds.categories[kinds.codes[i]] === 'user');
  if (at < 0) throw unknownName('user', [user], known);
  const { data, nFeatures, scale } = items.rows;
  return matrix(
    1,
    nFeatures,
    Float32Array.from(data.subarray(at * nFeatures, (at + 1) * nFeatures), (v) => v * scale),
  );
}
