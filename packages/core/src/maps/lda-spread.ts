/**
 * The covariance within classes, for LDA: as it is, [d, d], or where there are fewer rows than columns by the inner
 * products of the rows alone, [n, n], from which the same comes out by Woodbury's identity.
 */
import { breathe } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { addProducts, kernelMoments, matrix64, slabsOf, solveCholesky } from '../linalg/index.ts';
import type { Matrix64 } from '../linalg/index.ts';

export interface Spread {
  trace: number;
  /** sum of the squares of all entries */
  norm: number;
  /** S v, [d] */
  times(v: ArrayLike<number>): Float64Array;
  /** ((1 − shrinkage) S + ridge · 1)⁻¹ a, [d, m]; ridge > 0 */
  solved(a: Matrix64, shrinkage: number, ridge: number): Promise<Matrix64>;
}

type Job = Required<Pick<KernelJob, 'kernels'>> & Pick<KernelJob, 'signal'>;

/** @param residuals  rows less the mean of their class, [n, d]; S = residualsᵀ residuals / n */
export function spreadWithin(residuals: Matrix, job: Job): Promise<Spread> {
  return residuals.rows < residuals.cols ? spreadOfFew(residuals, job) : spreadOfMany(residuals, job);
}

async function spreadOfMany(residuals: Matrix, { kernels, signal }: Job): Promise<Spread> {
  const { rows: n, cols: d } = residuals;
  const spread = matrix64(d, d);
  const space = await kernels.open('matrix');
  try {
    const { covariance, columns } = await kernelMoments(space, residuals, slabsOf(space, residuals), { signal });
    const scale = (n - 1) / n;
    columns.forEach((i, a) =>
      columns.forEach((j, b) => (spread.data[i * d + j] = scale * covariance.data[a * covariance.cols + b])),
    );
  } finally {
    space.close();
  }
  let trace = 0;
  for (let j = 0; j < d; j++) trace += spread.data[j * (d + 1)];
  return {
    trace,
    norm: spread.data.reduce((sum, value) => sum + value * value, 0),
    times(v) {
      const out = new Float64Array(d);
      for (let i = 0; i < d; i++) {
        if (v[i] !== 0) for (let j = 0; j < d; j++) out[j] += v[i] * spread.data[i * d + j];
      }
      return out;
    },
    async solved(a, shrinkage, ridge) {
      const shrunk = matrix64(d, d, spread.data.map((value) => (1 - shrinkage) * value)); // prettier-ignore
      for (let j = 0; j < d; j++) shrunk.data[j * (d + 1)] += ridge;
      return solveCholesky(shrunk, a);
    },
  };
}

/** Columns of a block of inner products, so that a cancel is heard between two. */
const BLOCK = 64;

async function spreadOfFew(residuals: Matrix, { signal }: Job): Promise<Spread> {
  const { rows: n, cols: d } = residuals;
  const r = Float64Array.from(residuals.data);
  const inner = matrix64(n, n); // r rᵀ
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(n, from + BLOCK);
    const few = { a: r.subarray(from * d, to * d), m: to - from, b: r, n, depth: d };
    addProducts(inner.data, few, { at: from * n });
    await breathe();
    signal?.throwIfAborted();
  }
  let trace = 0;
  for (let i = 0; i < n; i++) trace += inner.data[i * (n + 1)] / n;

  /** r a, [n, m] */
  const along = ({ data, cols: m }: Matrix64): Matrix64 => {
    const out = matrix64(n, m);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < d; j++) {
        for (let c = 0; c < m; c++) out.data[i * m + c] += r[i * d + j] * data[j * m + c];
      }
    }
    return out;
  };
  /** rᵀ b, [d, m] */
  const back = ({ data, cols: m }: Matrix64): Matrix64 => {
    const out = matrix64(d, m);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < d; j++) {
        for (let c = 0; c < m; c++) out.data[j * m + c] += r[i * d + j] * data[i * m + c];
      }
    }
    return out;
  };

  return {
    trace,
    norm: inner.data.reduce((sum, value) => sum + value * value, 0) / (n * n),
    times: (v) => back(along(matrix64(d, 1, Float64Array.from(v)))).data.map((value) => value / n),
    async solved(a, shrinkage, ridge) {
      const share = (1 - shrinkage) / n;
      if (share === 0) return matrix64(d, a.cols, a.data.map((value) => value / ridge)); // prettier-ignore
      const small = matrix64(n, n, inner.data.slice());
      for (let i = 0; i < n; i++) small.data[i * (n + 1)] += ridge / share;
      const inside = back(solveCholesky(small, along(a)));
      return matrix64(d, a.cols, a.data.map((value, i) => (value - inside.data[i]) / ridge)); // prettier-ignore
    },
  };
}
