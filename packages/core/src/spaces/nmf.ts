/**
 * Non-negative matrix factorisation: rows of zeros and more as sums, never differences, of a few parts, X ≈ W H with
 * all of them ≥ 0 (Paatero & Tapper 1994; Lee & Seung 1999), the squared error made least by hierarchical alternating
 * least squares (HALS, Cichocki & Phan 2009) from the start of Boutsidis & Gallopoulos (NNDSVD, 2008).
 *
 * Parts are of length 1, so a code says how much of each there is, in units of the data. New rows are encoded by their
 * own non-negative least squares, unrolled into a graph (nmf-models.ts).
 */
import { InputError, drive, matrix, resolveOptions } from '../base/index.ts';
import type { JobOptions, Matrix, OptionSpec, Steps } from '../base/index.ts';
import { centredMap, matrix64, randomizedSvdSteps } from '../linalg/index.ts';
import type { Matrix64 } from '../linalg/index.ts';
import type { SpaceMethod } from './latent-space.ts';
import {
  classicalRows,
  finishedSpace,
  iterate,
  iterationOptions,
  latentDimOption,
  seedOption,
} from './linear-space.ts';
import type { Iterations } from './linear-space.ts';
import { nmfModels } from './nmf-models.ts';

/** Products between two steps. */
const STEP = 4e6;
/** Passes over the parts for each pass over the rows: products with the rows cost most, these next to nothing. */
const INNER = 3;

const OPTIONS: readonly OptionSpec[] = [
  latentDimOption('How many parts rows are put together from.'),
  {
    name: 'shift',
    type: 'boolean',
    default: false,
    summary: "Whether each column's least value is taken off first, so that data with negative values can be learned.",
  },
  ...iterationOptions(200, 1e-5, 'the squared error, as a share of itself,'),
  seedOption('Start of the random numbers of the singular vectors that are begun with.'),
];

/** NMF as a latent space: codes are amounts of parts. */
export const nmf: SpaceMethod = {
  name: 'nmf',
  title: 'NMF',
  summary: 'Puts rows together from parts that only add: strokes of digits, topics of texts, notes of chords.',
  family: 'linear',
  takes: 'rows',
  options: OPTIONS,
  async fit(dataset, given, runtime, job = {}) {
    const options = resolveOptions('nmf', OPTIONS, given);
    const { latentDim, nIter, tolerance, seed } = options as Record<string, number>;
    const { x, warnings } = classicalRows('NMF', dataset, latentDim);
    const least = options.shift ? leastOf(x) : new Float32Array(x.cols);
    if (!options.shift) checkNonNegative(dataset.name, x);
    const rows = options.shift ? matrix(x.rows, x.cols, x.data.map((value, i) => value - least[i % x.cols])) : x; // prettier-ignore
    const start = await drive('starting', startSteps(rows, latentDim, seed), job as JobOptions<never>);
    const found = await iterate(nmfSteps(rows, start, { nIter, tolerance }), nIter, x.rows, job);
    const { parts, iterations, settled, unused } = found;
    if (!settled && !job.control?.stopped) {
      warnings.push(`NMF had not settled after ${iterations} iterations; raise nIter for the last digits`);
    }
    if (unused > 0) {
      warnings.push(
        `${unused} of ${latentDim} parts are not needed: the rows are explained by the others; take fewer latent dimensions`,
      );
    }
    const models = nmfModels(parts, least);
    const done = { method: 'nmf', models, x, dataset, options, nonNegative: true, figures: { iterations }, warnings };
    return finishedSpace(done, runtime, job);
  },
};

function checkNonNegative(name: string, { data, cols }: Matrix): void {
  const at = data.findIndex((value) => value < 0);
  if (at < 0) return;
  throw new InputError(
    `NMF needs values of zero and more; ${name} has ${data[at]} in row ${Math.floor(at / cols)}, column ${at % cols}: ` +
      'turn on shift, or take a method that subtracts, such as pca',
    { code: 'negative', details: { row: Math.floor(at / cols), column: at % cols } },
  );
}

function leastOf({ data, cols }: Matrix): Float32Array {
  const least = data.slice(0, cols);
  data.forEach((value, i) => (least[i % cols] = Math.min(least[i % cols], value)));
  return least;
}

/** Parts to begin with: of each singular vector the side, positive or negative, that has more to it. [d, k] */
function* startSteps(x: Matrix, k: number, seed: number): Steps<Matrix64> {
  const d = x.cols;
  const { u, vt } = yield* rising(randomizedSvdSteps(centredMap(x, new Float64Array(d)), k, { seed, nPowers: 4 }));
  const parts = matrix64(d, k);
  for (let c = 0; c < k; c++) {
    const sides = [1, -1].map((sign) => {
      let [left, right] = [0, 0];
      for (let i = 0; i < x.rows; i++) left += Math.max(0, sign * u.data[i * k + c]) ** 2;
      for (let j = 0; j < d; j++) right += Math.max(0, sign * vt.data[c * d + j]) ** 2;
      return left * right;
    });
    const sign = sides[0] >= sides[1] ? 1 : -1;
    for (let j = 0; j < d; j++) parts.data[j * k + c] = Math.max(0, sign * vt.data[c * d + j]) + 1e-3 / Math.sqrt(d);
  }
  normalise(parts);
  return parts;
}

/** Steps whose share done never falls: that of the singular vectors begins anew for the small problem inside. */
function* rising<R>(steps: Steps<R>): Steps<R> {
  for (let most = 0; ;) {
    const { done, value } = steps.next();
    if (done) return value;
    yield (most = Math.max(most, value));
  }
}

export interface NmfParts {
  /** [k, d], of length 1; zeros where a part is not needed */
  parts: Matrix;
  iterations: number;
  settled: boolean;
  unused: number;
}

/**
 * Parts by HALS; codes are kept between iterations and not given back.
 * @param x  [n, d], ≥ 0
 * @param start  parts to begin with, [d, k]
 */
export function* nmfSteps(x: Matrix, start: Matrix64, { nIter = 200, tolerance = 1e-5 } = {}): Iterations<NmfParts> {
  const { data, rows: n, cols: d } = x;
  const k = start.cols;
  const h = start; // [d, k]
  const w = new Float64Array(n * k);
  let whole = 0;
  for (const value of data) whole += value * value;
  const block = Math.max(8, Math.floor(STEP / (2 * k * d)));
  let before = Infinity;
  let iterations = 0;
  let settled = false;
  while (iterations < nIter) {
    const inner = gramOf(h.data, k);
    const cross = new Float64Array(d * k); // xᵀ w
    const own = new Float64Array(k * k); // wᵀ w
    const along = new Float64Array(k);
    for (let from = 0; from < n; from += block) {
      const to = Math.min(n, from + block);
      for (let i = from; i < to; i++) {
        along.fill(0);
        for (let j = 0, at = i * d; j < d; j++, at++) {
          const value = data[at];
          if (value !== 0) for (let c = 0, to = j * k; c < k; c++) along[c] += value * h.data[to + c];
        }
        const code = w.subarray(i * k, (i + 1) * k);
        for (let pass = 0; pass < INNER; pass++) descend(code, along, inner, k);
        for (let j = 0, at = i * d; j < d; j++, at++) {
          const value = data[at];
          if (value !== 0) for (let c = 0, to = j * k; c < k; c++) cross[to + c] += value * code[c];
        }
        for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) own[a * k + b] += code[a] * code[b];
      }
      if (to < n && (yield { done: iterations + to / n })) return finished(h, { iterations, settled });
    }
    for (let pass = 0; pass < INNER; pass++) {
      for (let j = 0; j < d; j++) descend(h.data.subarray(j * k, (j + 1) * k), cross.subarray(j * k), own, k);
    }
    // |x − w h|² from the products that are there
    let error = whole;
    const gram = gramOf(h.data, k);
    for (let at = 0; at < d * k; at++) error -= 2 * cross[at] * h.data[at];
    for (let at = 0; at < k * k; at++) error += gram[at] * own[at];
    const lengths = normalise(h);
    for (let at = 0; at < w.length; at++) w[at] *= lengths[at % k];
    iterations++;
    const mse = Math.max(0, error) / data.length;
    settled = Number.isFinite(before) && before - mse <= tolerance * before;
    before = mse;
    if (settled || mse <= 1e-14 * (whole / data.length)) {
      settled = true;
      break;
    }
    if (yield { done: iterations, losses: { mse } }) break;
  }
  return finished(h, { iterations, settled });
}

/** One pass of coordinate descent for ½ z a z − b z, z ≥ 0. */
function descend(z: Float64Array, b: Float64Array, a: Float64Array, k: number): void {
  for (let c = 0; c < k; c++) {
    const curve = a[c * k + c];
    if (!(curve > 0)) continue;
    let slope = b[c];
    for (let e = 0; e < k; e++) slope -= a[c * k + e] * z[e];
    z[c] = Math.max(0, z[c] + slope / curve);
  }
}

/** hᵀ h of h [d, k]. */
function gramOf(h: Float64Array, k: number): Float64Array {
  const gram = new Float64Array(k * k);
  for (let at = 0; at < h.length; at += k) {
    for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) gram[a * k + b] += h[at + a] * h[at + b];
  }
  return gram;
}

/** Columns to length 1; gives the lengths they had, 0 for those without any. */
function normalise({ data, cols: k }: Matrix64): Float64Array {
  const lengths = new Float64Array(k);
  data.forEach((value, at) => (lengths[at % k] += value * value));
  lengths.forEach((square, c) => (lengths[c] = Math.sqrt(square)));
  for (let at = 0; at < data.length; at++) if (lengths[at % k] > 0) data[at] /= lengths[at % k];
  return lengths;
}

function finished(h: Matrix64, { iterations, settled }: { iterations: number; settled: boolean }): NmfParts {
  const { rows: d, cols: k } = h;
  const parts = matrix(k, d);
  for (let j = 0; j < d; j++) for (let c = 0; c < k; c++) parts.data[c * d + j] = h.data[j * k + c];
  let unused = 0;
  for (let c = 0; c < k; c++) if (parts.data.subarray(c * d, (c + 1) * d).every((value) => value === 0)) unused++;
  return { parts, iterations, settled, unused };
}
