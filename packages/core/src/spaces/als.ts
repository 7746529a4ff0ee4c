/**
 * Matrix factorisation of implicit ratings by alternating least squares (Hu, Koren & Volinsky 2008): that something was
 * given at all says it is liked, how much says how sure that is. Users and items are solved for in turn, each exactly.
 */
import { drive, random, resolveOptions } from '../base/index.ts';
import type { JobOptions, OptionSpec, Steps } from '../base/index.ts';
import { gramSteps, ridgeFold } from './factors-fold.ts';
import type { Float64Matrix } from './factors-fold.ts';
import type { SpaceMethod } from './latent-space.ts';
import { iterate, seedOption } from './linear-space.ts';
import type { Iterations } from './linear-space.ts';
import { FACTOR_OPTION, finishedFactors, settleRank } from './ratings-fit.ts';
import { heldOutSteps, turned } from './ratings-sparse.ts';
import type { Sparse } from './ratings-sparse.ts';
import { RATINGS_OPTIONS, ratingsSteps } from './ratings.ts';

/** Operations between two steps. */
const STEP = 4e6;
/** Share of an iteration that its loss takes. */
const LAST = 0.1;

const OPTIONS: readonly OptionSpec[] = [
  FACTOR_OPTION,
  {
    name: 'alpha',
    type: 'number',
    default: 1,
    min: 0,
    main: true,
    summary: 'How much surer a rating makes: what was given weighs 1 + alpha × rating, what was not weighs 1.',
  },
  {
    name: 'ridge',
    type: 'number',
    default: 20,
    min: 1e-6,
    main: true,
    summary: 'How strongly vectors are held short; more helps where there are few ratings.',
  },
  {
    name: 'nIter',
    type: 'integer',
    default: 15,
    min: 1,
    max: 10_000,
    summary: 'How often users and items are solved for.',
  },
  ...RATINGS_OPTIONS,
  seedOption('Start of the random numbers of the first vectors and of what is held out.'),
];

export const als: SpaceMethod = {
  name: 'als',
  title: 'Implicit ALS',
  summary: 'Users and items in one space, so that users lie towards what they choose; new users are placed at once.',
  family: 'ratings',
  takes: 'ratings',
  options: OPTIONS,
  async fit(dataset, given, _, job = {}) {
    const options = resolveOptions('als', OPTIONS, given);
    const { alpha, ridge, nIter, seed } = options as Record<string, number>;
    job.signal?.throwIfAborted();
    const ratings = await drive('reading', ratingsSteps(dataset, options), job as JobOptions<never>);
    const latentDim = settleRank('ALS', ratings, options);
    const held = heldOutSteps(ratings.given, options.heldOut as number, seed);
    const { train, test } = await drive('reading', held, job as JobOptions<never>);
    const steps = alsSteps(train, { latentDim, alpha, ridge, nIter, seed });
    const { users, items, loss } = await iterate(steps, nIter, train.places.length, job);
    const parts = {
      method: 'als',
      names: ratings.items,
      factors: { ...items, data: Float32Array.from(items.data) },
      bias: new Float32Array(items.rows),
      fold: { kind: 'ridge', alpha, ridge } as const,
    };
    return finishedFactors({ dataset, ratings, train, test, parts, users, options, figures: { loss } }, job);
  },
};

export interface AlsOptions {
  latentDim?: number;
  alpha?: number;
  ridge?: number;
  nIter?: number;
  seed?: number;
}

export interface AlsFactors {
  /** [nUsers, latentDim] */
  users: Float64Matrix;
  /** [nItems, latentDim] */
  items: Float64Matrix;
  /** mean over all pairs of user and item of the weighted squared error; without the ridge */
  loss: number;
}

/** Vectors of users and items. */
export function* alsSteps(
  given: Sparse,
  { latentDim: k = 32, alpha = 1, ridge = 20, nIter = 15, seed = 0 }: AlsOptions = {},
): Iterations<AlsFactors> {
  const rng = random(seed);
  const start = (rows: number): Float64Matrix => ({
    rows,
    cols: k,
    data: Float64Array.from({ length: rows * k }, () => rng.normal() / Math.sqrt(k)),
  });
  const [users, items] = [start(given.rows), start(given.cols)];
  yield { done: 0 };
  const back = turned(given);
  yield { done: 0 };
  let loss = NaN;
  for (let iteration = 0; iteration < nIter; iteration++) {
    for (const [half, from, to, of] of [
      [0, items, users, given],
      [0.5, users, items, back],
    ] as const) {
      const gram = yield* within(iteration + (1 - LAST) * half, gramSteps(from, ridge));
      const place = ridgeFold(from, gram, alpha);
      let work = 0;
      for (let i = 0; i < of.rows; i++) {
        to.data.set(place(of, i), i * k);
        work += workOf(of, i, k);
        if (work < STEP) continue;
        work = 0;
        // users and items must be of one kind: a stop waits for the end of the round
        yield { done: iteration + (1 - LAST) * (half + (0.5 * (i + 1)) / (of.rows + 1)) };
      }
    }
    loss = yield* within(iteration + 1 - LAST, lossSteps(given, users, items, alpha));
    if (yield { done: iteration + 1, losses: { loss } }) break;
  }
  // users once more, so that they lie where `encode` would place them
  const place = ridgeFold(items, yield* within(nIter, gramSteps(items, ridge)), alpha);
  for (let i = 0, work = 0; i < given.rows; i++) {
    users.data.set(place(given, i), i * k);
    work += workOf(given, i, k);
    if (work < STEP) continue;
    work = 0;
    yield { done: nIter };
  }
  return { users, items, loss };
}

/** Operations that placing one row takes. */
const workOf = ({ starts }: Sparse, i: number, k: number): number => (starts[i + 1] - starts[i]) * k * k + k ** 3 / 3;

/** Steps that are part of an iteration. */
function* within<R>(done: number, steps: Steps<R>): Generator<{ done: number }, R, boolean> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    yield { done };
  }
}

/** By the Gram matrices, as zeros are too many to be visited. */
function* lossSteps(given: Sparse, users: Float64Matrix, items: Float64Matrix, alpha: number): Steps<number> {
  const k = users.cols;
  const [a, b] = [yield* gramSteps(users, 0), yield* gramSteps(items, 0)];
  let sum = 0;
  for (let c = 0; c < k; c++) {
    for (let d = 0; d <= c; d++) sum += (c === d ? 1 : 2) * a[c * k + d] * b[c * k + d];
  }
  for (let i = 0, work = 0; i < given.rows; i++) {
    for (let e = given.starts[i]; e < given.starts[i + 1]; e++) {
      let score = 0;
      for (let c = 0; c < k; c++) score += users.data[i * k + c] * items.data[given.places[e] * k + c];
      sum += (1 + alpha * given.values[e]) * (1 - score) ** 2 - score * score;
    }
    work += (given.starts[i + 1] - given.starts[i]) * k;
    if (work < STEP) continue;
    work = 0;
    yield i / given.rows;
  }
  return sum / (given.rows * given.cols);
}
