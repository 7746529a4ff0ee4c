/**
 * Bayesian personalised ranking (Rendle, Freudenthaler, Gantner & Schmidt-Thieme 2009): vectors of users and items by
 * which what somebody chose comes before what they did not, by stochastic gradient on triples of a user, an item of
 * theirs and one that is not. Items have a bias beside their vector.
 */
import { drive, random, resolveOptions } from '../base/index.ts';
import type { JobOptions, OptionSpec } from '../base/index.ts';
import { foldPairs } from './factors-fold.ts';
import type { Float64Matrix } from './factors-fold.ts';
import type { SpaceMethod } from './latent-space.ts';
import { iterate, seedOption } from './linear-space.ts';
import type { Iterations } from './linear-space.ts';
import { FACTOR_OPTION, finishedFactors, settleRank } from './ratings-fit.ts';
import { heldOutSteps } from './ratings-sparse.ts';
import type { Sparse } from './ratings-sparse.ts';
import { RATINGS_OPTIONS, ratingsSteps } from './ratings.ts';

/** Triples between two steps. */
const STEP = 20_000;

const OPTIONS: readonly OptionSpec[] = [
  FACTOR_OPTION,
  {
    name: 'learningRate',
    type: 'number',
    default: 0.05,
    min: 1e-6,
    max: 10,
    main: true,
    summary: 'The length of each update at first; it falls to nothing.',
  },
  {
    name: 'ridge',
    type: 'number',
    default: 0.03,
    min: 1e-6,
    max: 10,
    main: true,
    summary: 'How strongly vectors are held short at each update; more helps where there are few ratings.',
  },
  { name: 'nIter', type: 'integer', default: 40, min: 1, max: 10_000, summary: 'Passes over the ratings.' },
  ...RATINGS_OPTIONS,
  seedOption('Start of all random numbers.'),
];

export const bpr: SpaceMethod = {
  name: 'bpr',
  title: 'BPR',
  summary: 'Users and items in one space, learned so that what a user chose comes before what they did not.',
  family: 'ratings',
  takes: 'ratings',
  options: OPTIONS,
  async fit(dataset, given, _, job = {}) {
    const options = resolveOptions('bpr', OPTIONS, given);
    const { learningRate, ridge, nIter, seed } = options as Record<string, number>;
    job.signal?.throwIfAborted();
    const ratings = await drive('reading', ratingsSteps(dataset, options), job as JobOptions<never>);
    const latentDim = settleRank('BPR', ratings, options);
    const held = heldOutSteps(ratings.given, options.heldOut as number, seed);
    const { train, test } = await drive('reading', held, job as JobOptions<never>);
    const steps = bprSteps(train, { latentDim, learningRate, ridge, nIter, seed });
    const { items, bias, loss } = await iterate(steps, nIter, train.places.length, job);
    const factors = { ...items, data: Float32Array.from(items.data) };
    const fold = { kind: 'pairs', ridge } as const;
    // where `encode` places them: the last triples of a stochastic walk would leave users elsewhere each time
    const place = foldPairs(factors, Float32Array.from(bias), fold);
    const users = { rows: train.rows, cols: latentDim, data: new Float64Array(train.rows * latentDim) };
    const placed = (function* (): Iterations<void> {
      for (let i = 0; i < train.rows; i++) {
        users.data.set(place(train, i), i * latentDim);
        if (i % 4 === 3) yield { done: i };
      }
    })();
    await iterate(placed, train.rows, train.rows, { ...job, control: undefined }, 'placing users');
    const parts = { method: 'bpr', names: ratings.items, factors, bias: Float32Array.from(bias), fold };
    return finishedFactors({ dataset, ratings, train, test, parts, users, options, figures: { loss } }, job);
  },
};

export interface BprOptions {
  latentDim?: number;
  learningRate?: number;
  ridge?: number;
  nIter?: number;
  seed?: number;
}

export interface BprFactors {
  users: Float64Matrix;
  items: Float64Matrix;
  /** [nItems] */
  bias: Float64Array;
  /** −ln σ(margin), mean over the triples of the last pass, in nats */
  loss: number;
}

export function* bprSteps(
  given: Sparse,
  { latentDim: k = 32, learningRate = 0.05, ridge = 0.03, nIter = 40, seed = 0 }: BprOptions = {},
): Iterations<BprFactors> {
  const rng = random(seed);
  const start = (rows: number): Float64Matrix => ({
    rows,
    cols: k,
    data: Float64Array.from({ length: rows * k }, () => 0.1 * rng.normal()),
  });
  const [users, items] = [start(given.rows), start(given.cols)];
  const bias = new Float64Array(given.cols);
  const { starts, places } = given;
  const n = places.length;
  const userOf = new Int32Array(n);
  for (let i = 0; i < given.rows; i++) userOf.fill(i, starts[i], starts[i + 1]);
  const total = n * nIter;
  let loss = 0;
  for (let t = 0, sum = 0, count = 0; t < total; t++) {
    const e = rng.below(n);
    const i = userOf[e];
    const size = starts[i + 1] - starts[i];
    if (size < given.cols) {
      let other = rng.below(given.cols);
      while (has(places, starts[i], starts[i + 1], other)) other = rng.below(given.cols);
      const [u, a, b] = [i * k, places[e] * k, other * k];
      let margin = bias[places[e]] - bias[other];
      for (let c = 0; c < k; c++) margin += users.data[u + c] * (items.data[a + c] - items.data[b + c]);
      const wrong = 1 / (1 + Math.exp(margin));
      const rate = learningRate * (1 - t / total);
      for (let c = 0; c < k; c++) {
        const [user, good, bad] = [users.data[u + c], items.data[a + c], items.data[b + c]];
        users.data[u + c] += rate * (wrong * (good - bad) - ridge * user);
        items.data[a + c] += rate * (wrong * user - ridge * good);
        items.data[b + c] += rate * (-wrong * user - ridge * bad);
      }
      bias[places[e]] += rate * (wrong - ridge * bias[places[e]]);
      bias[other] += rate * (-wrong - ridge * bias[other]);
      sum -= Math.log(Math.max(1e-300, 1 - wrong));
      count++;
    }
    const passes = (t + 1) / n;
    const whole = (t + 1) % n === 0;
    if (whole) {
      loss = sum / Math.max(1, count);
      sum = count = 0;
    }
    if (!whole && (t + 1) % STEP !== 0) continue;
    if (yield whole ? { done: passes, losses: { loss } } : { done: passes }) break;
  }
  return { users, items, bias, loss };
}

/** Whether a sorted stretch holds a value. */
function has(sorted: Int32Array, from: number, to: number, value: number): boolean {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low < to && sorted[low] === value;
}
