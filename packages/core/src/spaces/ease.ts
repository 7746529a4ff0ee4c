/**
 * EASE, the shallow linear autoencoder of ratings (Steck 2019): each item is predicted from all others by weights B that
 * a closed formula gives, B = 1 − P / diag(P) with P = (Xᵀ X + ridge)⁻¹ and X who chose what, 0 or 1.
 *
 * Scaled by s = √diag(P) on both sides, B is symmetric: 1 − P / (s sᵀ). Its leading eigenvectors make vectors of items,
 * and a user is the sum of theirs, so that both lie in one space. That is the best approximation of so few dimensions;
 * with as many as there are items, and the spectrum lifted above 0, it would be B itself but for items that were given.
 */
import { InputError, drive, finish, matrix, resolveOptions } from '../base/index.ts';
import type { JobOptions, Matrix, OptionSpec, Steps } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import { leadingEigen, matrix64 } from '../linalg/index.ts';
import type { Matrix64 } from '../linalg/index.ts';
import type { Float64Matrix } from './factors-fold.ts';
import { foldOf } from './factors-space.ts';
import type { FactorsParts } from './factors-space.ts';
import type { LearnJob, SpaceMethod } from './latent-space.ts';
import { seedOption } from './linear-space.ts';
import { FACTOR_OPTION, finishedFactors, settleRank } from './ratings-fit.ts';
import { rankingFigures } from './ratings-quality.ts';
import { heldOutSteps } from './ratings-sparse.ts';
import type { Sparse } from './ratings-sparse.ts';
import { RATINGS_OPTIONS, ratingsSteps } from './ratings.ts';

/** A table of items by items larger than this would take minutes to invert. */
const MOST_ITEMS = 3000;
/** Products between two steps. */
const STEP = 1e7;
/** Rows of a table of items by items that are gone through between two steps. */
const LINES = 256;

const OPTIONS: readonly OptionSpec[] = [
  FACTOR_OPTION,
  {
    name: 'ridge',
    type: 'number',
    default: 100,
    min: 1e-3,
    main: true,
    summary: 'How many users more than there are it takes to believe that two items go together.',
  },
  ...RATINGS_OPTIONS,
  seedOption('Start of the random numbers of what is held out.'),
];

export const ease: SpaceMethod = {
  name: 'ease',
  title: 'EASE',
  summary: 'Items by which other items they go with, users as the sum of theirs: solved at once, hard to beat.',
  family: 'ratings',
  takes: 'ratings',
  options: OPTIONS,
  async fit(dataset, given, _, job = {}) {
    const options = resolveOptions('ease', OPTIONS, given);
    const { ridge, seed } = options as Record<string, number>;
    job.signal?.throwIfAborted();
    const ratings = await drive('reading', ratingsSteps(dataset, options), job as JobOptions<never>);
    const latentDim = settleRank('EASE', ratings, options);
    const nItems = ratings.items.length;
    if (nItems > MOST_ITEMS) {
      throw new InputError(
        `EASE inverts a table of ${nItems} × ${nItems} items; it takes at most ${MOST_ITEMS}: raise minCount, or take als`,
        { code: 'too-many-items', details: { items: nItems, most: MOST_ITEMS } },
      );
    }
    const held = heldOutSteps(ratings.given, options.heldOut as number, seed);
    const { train, test } = await drive('reading', held, job as JobOptions<never>);
    const quiet = job as JobOptions<never>;
    const inverse = await drive('learning', inverseSteps(train, ridge), quiet);
    const scale = Float64Array.from({ length: nItems }, (_, j) => Math.sqrt(inverse.data[j * (nItems + 1)]));
    const { factors, weights } = await factorsOf(train, scale, ridge, latentDim, job);
    const bias = new Float32Array(nItems);
    const parts: FactorsParts = {
      method: 'ease',
      names: ratings.items,
      factors,
      weights,
      bias,
      fold: { kind: 'sum', binary: true },
    };
    const users = await drive('measuring', placesSteps(train, foldOf(parts), latentDim), quiet);
    // what the weights themselves would reach, of which the factors are an approximation
    const full = await drive('measuring', weightsSteps(inverse), quiet);
    const exact = await drive('measuring', rankingFigures(train, test, weightedScores(full, train)), quiet);
    const figures = Object.fromEntries(Object.entries(exact).map(([name, value]) => [`${name}OfAllWeights`, value]));
    return finishedFactors(
      { dataset, ratings, train, test, parts, users, options, figures: {}, validation: figures },
      job,
    );
  },
};

/**
 * (Xᵀ X + ridge)⁻¹ of who chose what, by the sweep operator (Beaton 1964, Goodnight 1979) on the lower triangle: half the
 * work of solving for every column.
 */
export function* inverseSteps(given: Sparse, ridge: number): Steps<Matrix64> {
  const n = given.cols;
  const a = yield* shared(together(given, ridge), 0, 0.1);
  const { data } = a;
  const column = new Float64Array(n);
  const pause = Math.max(1, Math.floor(STEP / (n * n)));
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) column[i] = i > k ? data[i * n + k] : data[k * n + i];
    const pivot = column[k];
    for (let i = 0; i < n; i++) {
      const factor = column[i] / pivot;
      if (i === k || factor === 0) continue;
      for (let j = 0, at = i * n; j <= i; j++, at++) data[at] -= factor * column[j];
    }
    for (let i = 0; i < n; i++) data[i > k ? i * n + k : k * n + i] = column[i] / pivot;
    data[k * (n + 1)] = -1 / pivot;
    if (k % pause === 0) yield 0.1 + (0.9 * k) / n;
  }
  // some rows at a time, as the other half of the table is written across its rows
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) data[i * n + j] = data[j * n + i] = -data[i * n + j];
    if (i % LINES === LINES - 1) yield 1;
  }
  return a;
}

/** Steps whose share done goes `from` … `to`. */
function* shared<R>(steps: Steps<R>, from: number, to: number): Steps<R> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    yield from + value * (to - from);
  }
}

/** How many users chose both of two items, plus the ridge. */
function* together({ rows, cols: n, starts, places }: Sparse, ridge: number): Steps<Matrix64> {
  const gram = matrix64(n, n);
  let work = 0;
  for (let i = 0; i < rows; i++) {
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      for (let f = starts[i]; f < starts[i + 1]; f++) gram.data[places[e] * n + places[f]]++;
    }
    work += (starts[i + 1] - starts[i]) ** 2;
    if (work > STEP / 8) {
      work = 0;
      yield i / rows;
    }
  }
  for (let j = 0; j < n; j++) gram.data[j * (n + 1)] += ridge;
  return gram;
}

/** B: row i says what item i tells of all others; its diagonal is 0. */
export function easeWeights(inverse: Matrix64): Matrix64 {
  return finish(weightsSteps(inverse));
}

function* weightsSteps(inverse: Matrix64): Steps<Matrix64> {
  const n = inverse.rows;
  const weights = matrix64(n, n);
  const own = Float64Array.from({ length: n }, (_, j) => inverse.data[j * (n + 1)]);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) if (i !== j) weights.data[i * n + j] = -inverse.data[i * n + j] / own[j];
    if (i % LINES === LINES - 1) yield i / n;
  }
  return weights;
}

/** Where each user lies, [users, k]. */
function* placesSteps(
  given: Sparse,
  place: (given: Sparse, i: number) => ArrayLike<number>,
  k: number,
): Steps<Float64Matrix> {
  const users = { rows: given.rows, cols: k, data: new Float64Array(given.rows * k) };
  for (let i = 0; i < given.rows; i++) {
    users.data.set(Float64Array.from(place(given, i)), i * k);
    if (i % LINES === LINES - 1) yield i / given.rows;
  }
  return users;
}

function weightedScores(weights: Matrix64, { starts, places }: Sparse): (user: number, out: Float64Array) => void {
  const n = weights.rows;
  return (user, out) => {
    out.fill(0);
    for (let e = starts[user]; e < starts[user + 1]; e++) {
      for (let j = 0, at = places[e] * n; j < n; j++, at++) out[j] += weights.data[at];
    }
  };
}

/** s A s, with zeros below and beside it. */
function* scaledSteps(a: Matrix64, s: Float64Array, size: number): Steps<Matrix64> {
  const n = s.length;
  const out = matrix64(size, size);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) out.data[i * size + j] = a.data[i * n + j] * s[i] * s[j];
    if (i % LINES === LINES - 1) yield i / n;
  }
  return out;
}

/**
 * Vectors by the eigenvectors of 1 − P / (s sᵀ): those of s (Xᵀ X + ridge) s, its inverse, whose values μ are 1 / (1 − λ).
 * A user's vector is Σ s v √λ over their items, an item's score v √λ / s times it.
 */
async function factorsOf(
  given: Sparse,
  scale: Float64Array,
  ridge: number,
  k: number,
  job: LearnJob,
): Promise<{ factors: Matrix; weights: Matrix }> {
  const { kernels = singleThread(), signal } = job;
  const quiet = job as JobOptions<never>;
  const n = scale.length;
  const padded = 4 * Math.ceil(n / 4);
  const gram = await drive('finding directions', together(given, ridge), quiet);
  const scaled = await drive('finding directions', scaledSteps(gram, scale, padded), quiet);
  const space = await kernels.open('matrix');
  try {
    const { values, vectors } = await leadingEigen(space, scaled, k, { signal, tolerance: 1e-8, maxRounds: 200 });
    const [factors, weights] = [matrix(n, k), matrix(n, k)];
    for (let c = 0; c < k; c++) {
      const length = Math.sqrt(Math.max(0, 1 - 1 / Math.max(values[c], 1e-30)));
      for (let j = 0; j < n; j++) {
        const along = vectors.data[c * padded + j] * length;
        factors.data[j * k + c] = along / scale[j];
        weights.data[j * k + c] = along * scale[j];
      }
    }
    return { factors, weights };
  } finally {
    space.close();
  }
}
