/**
 * The covariance within classes, for LDA: as it is, [d, d], or where there are many more columns than rows by the inner
 * products of the rows alone, [n, n], from which the same comes out by Woodbury's identity. All in pieces between
 * which a cancel is heard.
 */
import { breathe, drive, matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { addProducts, kernelMoments, matrix64, slabsOf, solveCholeskySteps, transposed } from '../linalg/index.ts';
import type { Matrix64 } from '../linalg/index.ts';

export interface Spread {
  /** columns */
  d: number;
  trace: number;
  /** S v for each row v, [m, d] → [m, d] */
  times(rows: Matrix64): Promise<Matrix64>;
  /** ((1 − shrinkage) S + ridge · 1)⁻¹ a, [d, m]; ridge > 0 */
  solved(a: Matrix64, shrinkage: number, ridge: number): Promise<Matrix64>;
}

type Job = Required<Pick<KernelJob, 'kernels'>> & Pick<KernelJob, 'signal'>;

/** Multiplications between two looks at the signal. */
const STRIDE = 2 ** 23;

/** Calls `take` for bands of 0 … n, each of about STRIDE operations when one row has `cost`. */
export async function inBands(
  n: number,
  cost: number,
  take: (from: number, to: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const band = Math.max(1, Math.floor(STRIDE / Math.max(1, cost)));
  for (let from = 0; from < n; from += band) {
    take(from, Math.min(n, from + band));
    const pause = breathe();
    if (pause) await pause;
    signal?.throwIfAborted();
  }
}

/** @param residuals  rows less the mean of their class, [n, d]; S = residualsᵀ residuals / n */
export function spreadWithin(residuals: Matrix, job: Job): Promise<Spread> {
  return 2 * residuals.rows < residuals.cols ? spreadOfFew(residuals, job) : spreadOfMany(residuals, job);
}

async function spreadOfMany(residuals: Matrix, { kernels, signal }: Job): Promise<Spread> {
  const { rows: n, cols: d } = residuals;
  const spread = matrix64(d, d);
  const space = await kernels.open('matrix');
  try {
    const { covariance, columns } = await kernelMoments(space, residuals, slabsOf(space, residuals), { signal });
    const scale = (n - 1) / n;
    const take = (from: number, to: number): void => {
      for (let a = from; a < to; a++) {
        const at = columns[a] * d;
        for (let b = 0, p = a * covariance.cols; b < columns.length; b++, p++) {
          spread.data[at + columns[b]] = scale * covariance.data[p];
        }
      }
    };
    await inBands(columns.length, d, take, signal);
  } finally {
    space.close();
  }
  let trace = 0;
  for (let j = 0; j < d; j++) trace += spread.data[j * (d + 1)];
  return {
    d,
    trace,
    times: (rows) => rowsTimes(rows, spread.data, d, signal),
    async solved(a, shrinkage, ridge) {
      const shrunk = matrix64(d, d);
      const take = (from: number, to: number): void => {
        for (let p = from * d; p < to * d; p++) shrunk.data[p] = (1 - shrinkage) * spread.data[p];
        for (let j = from; j < to; j++) shrunk.data[j * (d + 1)] += ridge;
      };
      await inBands(d, d, take, signal);
      return drive('mapping', solveCholeskySteps(shrunk, a), { signal });
    },
  };
}

/** Inner products of rows [m, d] with rows [n, d], [m, n]. */
async function rowsTimes({ data, rows: m, cols: d }: Matrix64, b: Float64Array, n: number, signal?: AbortSignal) {
  const out = matrix64(m, n);
  const take = (from: number, to: number): void =>
    addProducts(
      out.data,
      { a: data, m, b: b.subarray(from * d, to * d), n: to - from, depth: d },
      { at: from, stride: n },
    );
  await inBands(n, m * d, take, signal);
  return out;
}

/** r rᵀ, [n, n]: the covariance of the rows as if they were columns, and the products of their means. */
async function innerProducts({ data, rows: n, cols: d }: Matrix, { kernels, signal }: Job): Promise<Matrix64> {
  const turned = matrix(d, n);
  const turn = (from: number, to: number): void => {
    for (let i = from; i < to; i++) for (let j = 0; j < d; j++) turned.data[j * n + i] = data[i * d + j];
  };
  await inBands(n, d, turn, signal);
  const out = matrix64(n, n);
  const space = await kernels.open('matrix');
  try {
    const { mean, covariance, columns } = await kernelMoments(space, turned, slabsOf(space, turned), { signal });
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out.data[i * n + j] = d * mean[i] * mean[j];
    const add = (from: number, to: number): void => {
      for (let a = from; a < to; a++) {
        const at = columns[a] * n;
        for (let b = 0, p = a * covariance.cols; b < columns.length; b++, p++) {
          out.data[at + columns[b]] += (d - 1) * covariance.data[p];
        }
      }
    };
    await inBands(columns.length, n, add, signal);
  } finally {
    space.close();
  }
  return out;
}

async function spreadOfFew(residuals: Matrix, job: Job): Promise<Spread> {
  const { rows: n, cols: d } = residuals;
  const { signal } = job;
  const r = new Float64Array(residuals.data);
  const inner = await innerProducts(residuals, job);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += inner.data[i * (n + 1)] / n;

  /** c r, [m, n] → [m, d] */
  const back = async ({ data, rows: m }: Matrix64): Promise<Matrix64> => {
    const out = matrix64(m, d);
    const take = (from: number, to: number): void => {
      for (let i = from; i < to; i++) {
        for (let c = 0; c < m; c++) {
          const factor = data[c * n + i];
          for (let j = 0; j < d; j++) out.data[c * d + j] += factor * r[i * d + j];
        }
      }
    };
    await inBands(n, m * d, take, signal);
    return out;
  };
  const times = async (rows: Matrix64): Promise<Matrix64> => {
    const out = await back(await rowsTimes(rows, r, n, signal));
    for (let i = 0; i < out.data.length; i++) out.data[i] /= n;
    return out;
  };

  return {
    d,
    trace,
    times,
    async solved(a, shrinkage, ridge) {
      const share = (1 - shrinkage) / n;
      if (share === 0) return matrix64(d, a.cols, a.data.map((value) => value / ridge)); // prettier-ignore
      const small = matrix64(n, n, inner.data.slice());
      for (let i = 0; i < n; i++) small.data[i * (n + 1)] += ridge / share;
      const along = transposed(await rowsTimes(transposed(a), r, n, signal));
      const inside = await drive('mapping', solveCholeskySteps(small, along), { signal });
      const { data } = transposed(await back(transposed(inside)));
      return matrix64(d, a.cols, a.data.map((value, i) => (value - data[i]) / ridge)); // prettier-ignore
    },
  };
}
