/** What the methods of ratings share: options, the table of users and items, figures of what was held out. */
import { InputError, drive, matrix } from '../base/index.ts';
import type { JobOptions, Options, OptionSpec } from '../base/index.ts';
import { rowsOf } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import type { Float64Matrix } from './factors-fold.ts';
import { factorsSpace } from './factors-space.ts';
import type { FactorsParts } from './factors-space.ts';
import type { Figures, FittedSpace, LearnJob } from './latent-space.ts';
import { fitPrior } from './gaussian-prior.ts';
import { rankingFigures } from './ratings-quality.ts';
import { turned } from './ratings-sparse.ts';
import type { Sparse } from './ratings-sparse.ts';
import type { Ratings } from './ratings.ts';

export const FACTOR_OPTION: OptionSpec = {
  name: 'latentDim',
  type: 'integer',
  default: 0,
  min: 0,
  max: 1024,
  main: true,
  summary:
    'How many dimensions tastes have. More tell finer tastes apart and need more ratings; 0 takes 16, fewer of small tables.',
};

/** Dimensions of tastes where none are asked for. */
const USUAL = 16;

/**
 * The dimensions to learn, kept in the options: as asked, or as many as suit the table.
 * @throws InputError when there are fewer users or items than dimensions asked for
 */
export function settleRank(title: string, { users, items }: Ratings, options: Options): number {
  const most = Math.min(users.length, items.length);
  const latentDim = (options.latentDim as number) || Math.max(1, Math.min(USUAL, most));
  if (latentDim > most) {
    throw new InputError(
      `${title}: latentDim ${latentDim} is more than ${users.length} users and ${items.length} items allow; try at most ${most}`,
      { code: 'latent-dim', details: { latentDim, most } },
    );
  }
  options.latentDim = latentDim;
  return latentDim;
}

export interface FactorsFit {
  dataset: Dataset;
  ratings: Ratings;
  train: Sparse;
  test: Sparse;
  parts: FactorsParts;
  /** [nUsers, latentDim] */
  users: Float64Matrix;
  options: Options;
  figures: Figures;
  validation?: Figures;
}

/** The space, with users and items in one table, and how well it recommends what was held out. */
export async function finishedFactors(
  { dataset, ratings, train, test, parts, users, options, figures, validation }: FactorsFit,
  job: LearnJob,
): Promise<FittedSpace> {
  const { factors, bias } = parts;
  const k = users.cols;
  const [nUsers, nItems] = [users.rows, factors.rows];
  const counts = turned(ratings.given);
  const scores = (user: number, out: Float64Array): void => {
    for (let j = 0; j < nItems; j++) {
      let sum = bias[j];
      for (let c = 0; c < k; c++) sum += users.data[user * k + c] * factors.data[j * k + c];
      out[j] = sum;
    }
  };
  const known = turned(train);
  const popular = (_: number, out: Float64Array): void => {
    for (let j = 0; j < nItems; j++) out[j] = known.starts[j + 1] - known.starts[j];
  };
  const quiet = job as JobOptions<never>;
  const own = await drive('measuring recommendations', rankingFigures(train, test, scores), quiet);
  const plain = await drive('measuring popularity', rankingFigures(train, test, popular), quiet);
  const byPopularity = Object.fromEntries(Object.entries(plain).map(([name, value]) => [`${name}ByPopularity`, value]));

  const codes = matrix(nUsers + nItems, k);
  codes.data.set(users.data);
  codes.data.set(factors.data, nUsers * k);
  const prior = fitPrior(matrix(nUsers, k, codes.data.slice(0, nUsers * k)));
  const countOf = ({ starts }: Sparse): number[] =>
    Array.from({ length: starts.length - 1 }, (_, i) => starts[i + 1] - starts[i]);
  const kinds = Int32Array.from({ length: nUsers + nItems }, (_, i) => (i < nUsers ? 0 : 1));
  const items: Dataset = {
    name: `${dataset.name} users and items`,
    rows: rowsOf(codes),
    columns: [
      { name: 'kind', type: 'category', codes: kinds, categories: ['user', 'item'] },
      { name: 'name', type: 'text', values: [...ratings.users, ...ratings.items] },
      { name: 'count', type: 'number', values: Float64Array.from([...countOf(ratings.given), ...countOf(counts)]) },
    ],
    medium: { kind: 'vector' },
    label: 'kind',
    warnings: [],
  };
  const judged = Object.keys(own).length > 0;
  const meanRating = ratings.given.values.reduce((sum, value) => sum + value, 0) / ratings.given.values.length;
  return {
    space: factorsSpace({ ...parts, prior }),
    items,
    metrics: {
      train: { ...figures, users: nUsers, items: nItems, ratings: train.places.length, meanRating },
      ...(judged && { validation: { ...own, ...byPopularity, ...validation } }),
    },
    history: [],
    warnings: ratings.warnings,
    options,
    stopped: job.control?.stopped === true,
  };
}
