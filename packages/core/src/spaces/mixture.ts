/**
 * A mixture of Gaussians by expectation–maximisation (Dempster, Laird & Rubin 1977), started by k-means++ (Arthur &
 * Vassilvitskii 2007). Covariances are full; a little is added to their diagonals, so that no component shrinks to a
 * point. In double precision, the same for the same seed.
 */
import { InputError, random } from '../base/index.ts';
import type { Matrix, Random, Steps } from '../base/index.ts';

/** Σ weight · N(mean, L Lᵀ); `choleskys` are lower, row-major, [k, k]. */
export interface Mixture {
  readonly weights: Float64Array;
  readonly means: Float64Array[];
  readonly choleskys: Float64Array[];
}

export interface FittedMixture extends Mixture {
  /** mean log density of the rows, nats */
  readonly logDensity: number;
  readonly nIter: number;
}

export interface MixtureOptions {
  /** fewer where there are not so many distinct rows */
  components?: number;
  nIter?: number;
  /** stops when the mean log density grows by less, nats */
  tolerance?: number;
  seed?: number;
}

/** What is added to the diagonals, as a share of the rows' mean variance. */
const FLOOR = 1e-4;

/**
 * A mixture fitted to rows, an iteration a step.
 * @param x  [n, k]
 * @throws InputError when there are no rows
 */
export function* mixtureSteps(
  x: Matrix,
  { components = 10, nIter = 100, tolerance = 1e-3, seed = 0 }: MixtureOptions = {},
): Steps<FittedMixture> {
  const { rows: n, cols: k } = x;
  if (n === 0 || k === 0) throw new InputError(`a mixture is fitted to rows; got ${n} × ${k}`, { code: 'empty' });
  const floor = FLOOR * meanVariance(x) + 1e-12;
  const starts = spreadStarts(x, Math.min(components, n), random(seed));
  const m = starts.length;
  // first each row belongs to its nearest start
  const shares = new Float64Array(n * m);
  for (let i = 0; i < n; i++) shares[i * m + nearest(x, i, starts)] = 1;
  let mixture = maximise(x, shares, m, floor);
  let before = -Infinity;
  let logDensity = -Infinity;
  let iteration = 0;
  for (; iteration < nIter; iteration++) {
    logDensity = expect(x, mixture, shares);
    if (logDensity - before < tolerance && iteration > 0) break;
    before = logDensity;
    mixture = maximise(x, shares, m, floor);
    yield (iteration + 1) / nIter;
  }
  return { ...mixture, logDensity, nIter: iteration };
}

/** log Σ weight · N(z) of each row, nats. */
export function mixtureLogDensity(x: Matrix, mixture: Mixture): Float64Array {
  const m = mixture.weights.length;
  const logs = new Float64Array(m);
  return Float64Array.from({ length: x.rows }, (_, i) => {
    for (let c = 0; c < m; c++) logs[c] = componentLog(x, i, mixture, c);
    return logSum(logs);
  });
}

/** Shares of each component in each row; gives the mean log density. */
function expect(x: Matrix, mixture: Mixture, shares: Float64Array): number {
  const m = mixture.weights.length;
  let total = 0;
  for (let i = 0; i < x.rows; i++) {
    const logs = shares.subarray(i * m, (i + 1) * m);
    for (let c = 0; c < m; c++) logs[c] = componentLog(x, i, mixture, c);
    const whole = logSum(logs);
    for (let c = 0; c < m; c++) logs[c] = Math.exp(logs[c] - whole);
    total += whole;
  }
  return total / x.rows;
}

/** The mixture of greatest likelihood for given shares. */
function maximise(x: Matrix, shares: Float64Array, m: number, floor: number): Mixture {
  const { rows: n, cols: k } = x;
  const weights = new Float64Array(m);
  const means = Array.from({ length: m }, () => new Float64Array(k));
  const covariances = Array.from({ length: m }, () => new Float64Array(k * k));
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < m; c++) {
      const share = shares[i * m + c];
      weights[c] += share;
      for (let j = 0; j < k; j++) means[c][j] += share * x.data[i * k + j];
    }
  }
  for (let c = 0; c < m; c++) for (let j = 0; j < k; j++) means[c][j] /= Math.max(weights[c], 1e-300);
  const centred = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < m; c++) {
      const share = shares[i * m + c];
      if (share < 1e-12) continue;
      for (let j = 0; j < k; j++) centred[j] = x.data[i * k + j] - means[c][j];
      for (let a = 0; a < k; a++) {
        const scaled = share * centred[a];
        for (let b = 0; b <= a; b++) covariances[c][a * k + b] += scaled * centred[b];
      }
    }
  }
  for (let c = 0; c < m; c++) {
    const own = covariances[c];
    for (let a = 0; a < k; a++) {
      for (let b = 0; b <= a; b++) own[a * k + b] /= Math.max(weights[c], 1e-300);
      own[a * k + a] += floor;
    }
    factorInPlace(own, k);
    weights[c] /= n;
  }
  return { weights, means, choleskys: covariances };
}

/** log(weight · N(row i)). */
function componentLog(x: Matrix, i: number, { weights, means, choleskys }: Mixture, c: number): number {
  const k = x.cols;
  const factor = choleskys[c];
  const solved = new Float64Array(k);
  let log = Math.log(weights[c]) - 0.5 * k * Math.log(2 * Math.PI);
  for (let a = 0; a < k; a++) {
    let value = x.data[i * k + a] - means[c][a];
    for (let b = 0; b < a; b++) value -= factor[a * k + b] * solved[b];
    solved[a] = value / factor[a * k + a];
    log -= Math.log(factor[a * k + a]) + 0.5 * solved[a] ** 2;
  }
  return log;
}

/** A symmetric matrix, of which the lower half is given → its lower Cholesky factor, zeros above. */
function factorInPlace(a: Float64Array, k: number): void {
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * k + j];
      for (let c = 0; c < j; c++) sum -= a[i * k + c] * a[j * k + c];
      a[i * k + j] = i === j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / a[j * k + j];
    }
    a.fill(0, i * k + i + 1, (i + 1) * k);
  }
}

/** Rows far from each other, each drawn by its squared distance from those before; as many as differ. */
function spreadStarts(x: Matrix, count: number, rng: Random): Float64Array[] {
  const { rows: n, cols: k } = x;
  const row = (i: number): Float64Array => Float64Array.from(x.data.subarray(i * k, (i + 1) * k));
  const starts = [row(rng.below(n))];
  const gaps = new Float64Array(n).fill(Infinity);
  while (starts.length < count) {
    let total = 0;
    for (let i = 0; i < n; i++) total += gaps[i] = Math.min(gaps[i], squaredGap(x, i, starts[starts.length - 1]));
    if (!(total > 0)) break;
    let left = rng.uniform() * total;
    let chosen = n - 1;
    for (let i = 0; i < n; i++) {
      left -= gaps[i];
      if (left <= 0 && gaps[i] > 0) {
        chosen = i;
        break;
      }
    }
    if (!(gaps[chosen] > 0)) chosen = gaps.indexOf(gaps.reduce((a, b) => Math.max(a, b)));
    starts.push(row(chosen));
  }
  return starts;
}

function nearest(x: Matrix, i: number, points: readonly Float64Array[]): number {
  let best = 0;
  let least = Infinity;
  points.forEach((point, c) => {
    const gap = squaredGap(x, i, point);
    if (gap < least) [best, least] = [c, gap];
  });
  return best;
}

function squaredGap(x: Matrix, i: number, point: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < x.cols; j++) sum += (x.data[i * x.cols + j] - point[j]) ** 2;
  return sum;
}

function meanVariance({ data, rows, cols }: Matrix): number {
  const mean = new Float64Array(cols);
  for (let i = 0; i < data.length; i++) mean[i % cols] += data[i] / rows;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += (data[i] - mean[i % cols]) ** 2;
  return sum / data.length;
}

function logSum(logs: ArrayLike<number>): number {
  let top = -Infinity;
  for (let c = 0; c < logs.length; c++) top = Math.max(top, logs[c]);
  let sum = 0;
  for (let c = 0; c < logs.length; c++) sum += Math.exp(logs[c] - top);
  return top + Math.log(sum);
}
