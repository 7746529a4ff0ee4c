/**
 * The greatest eigenvalues of a dense symmetric matrix that has none below zero, and their vectors: subspace iteration
 * with Chebyshev filters that damp all below the smallest value carried along (Rutishauser 1969; Zhou & Saad 2007),
 * products by kernels. A few of many vectors cost a fraction of all of them.
 */
import { breathe, drive, random } from '../base/index.ts';
import type { JobOptions, Random } from '../base/index.ts';
import type { Block, Workspace } from '../kernels/index.ts';
import { eigenSteps, fixSigns } from './eigen.ts';
import { cholesky, qr } from './factor.ts';
import { matrix64 } from './matrix64.ts';
import type { Matrix64 } from './matrix64.ts';

export interface LeadingEigen {
  /** [k], greatest first */
  readonly values: Float64Array;
  /** [k, n]: unit vectors in rows, the greatest component of each by magnitude positive */
  readonly vectors: Matrix64;
  /** products with the matrix; 0 when it was solved directly */
  readonly nProducts: number;
}

export interface LeadingEigenOptions extends Pick<JobOptions, 'signal'> {
  seed?: number;
  /** |A v − λ v| at most this share of the k-th value, or of a thousandth of the first if that is more */
  tolerance?: number;
  maxRounds?: number;
}

/** Columns in a strip, rows in a chunk: assembly/matrix.ts. */
const STRIP = 4;
const PRODUCT_ROWS = 32;
/** Numbers that are copied between two breaths. */
const SLAB = 2 ** 20;
/** Matrices up to this size, and more than this share of the vectors, are solved directly. */
const DIRECT = 96;
const DIRECT_SHARE = 0.3;
/** A filter raises the first value by this much more than the smallest carried, or digits would be lost. */
const MOST_GROWTH = 1e9;
const MOST_DEGREE = 20;
/** Sine of the angle between a column and those before it from which one pass makes them orthogonal to 10 digits. */
const WELL_APART = 1e-3;

/**
 * @param space  a workspace with the module `matrix`
 * @param a  [n, n], symmetric, no eigenvalue below zero; n a multiple of four
 * @param k  1 … n
 */
export async function leadingEigen(
  space: Workspace,
  a: Matrix64,
  k: number,
  { seed = 0, tolerance = 1e-4, maxRounds = 60, signal }: LeadingEigenOptions = {},
): Promise<LeadingEigen> {
  const m = a.rows;
  if (m <= DIRECT || k > DIRECT_SHARE * m) {
    const { values, vectors } = await drive('eigenvectors', eigenSteps(a), { signal });
    const leading = matrix64(k, m, vectors.data.slice(0, k * m));
    return { values: values.slice(0, k), vectors: leading, nProducts: 0 };
  }
  const width = STRIP * Math.ceil((k + Math.max(6, 0.4 * k)) / STRIP);
  const blocks = {
    a: await placed(space, a.data, signal),
    v: space.float64(m * width),
    w: space.float64(m * width),
    u: space.float64(m * width),
    turn: space.float64(width * width),
  };
  let { v, w, u } = blocks;
  let nProducts = 0;
  const times = async (from: typeof v, to: typeof v, factor: number, shift = 0, back = 0): Promise<void> => {
    nProducts++;
    const args = [blocks.a, m, from, width / STRIP, to, to, factor, shift, back];
    await space.parallel('symmetricTimes', Math.ceil(m / PRODUCT_ROWS), args, { signal });
  };
  /** from ← from · turnᵀ; the memory of u is used, and given back as the old one of `from` */
  const rotate = async (from: typeof v, turn: Float64Array): Promise<typeof v> => {
    inStrips(blocks.turn.view, turn, width);
    const args = [from, m, width / STRIP, blocks.turn, u];
    await space.parallel('turnBlock', Math.ceil(m / PRODUCT_ROWS), args, { signal });
    const turned = u;
    u = from;
    return turned;
  };
  /** aᵀ b; right on and below the diagonal */
  const inner = async (a: typeof v, b: typeof v): Promise<Matrix64> => {
    const strips = width / STRIP;
    await space.parallel('innerStrips', strips, [a, b, m, strips, blocks.turn], { signal });
    return matrix64(width, width, blocks.turn.view.slice());
  };
  const orthonormalise = async (): Promise<void> => {
    for (let pass = 0, well = false; !well && pass < 3; pass++) {
      const found = orthonormalTurn(await inner(v, v));
      if (!found) return reflect(v.view, m, width);
      v = await rotate(v, found.turn);
      ({ well } = found);
    }
  };
  fillNormal(v.view, random(seed));
  for (let warm = 0; warm < 2; warm++) {
    await times(v, w, 1);
    [v, w] = [w, v];
  }
  await orthonormalise();
  let values: Float64Array;
  for (let round = 0; ; round++) {
    await times(v, w, 1);
    // eigenvectors within the span
    const inside = await drive('eigenvectors', eigenSteps(await inner(v, w)), { signal });
    ({ values } = inside);
    v = await rotate(v, inside.vectors.data);
    w = await rotate(w, inside.vectors.data);
    if (isGood(v.view, w.view, values, m, k, tolerance) || round === maxRounds || !(values[0] > 0)) break;
    const edge = Math.max(values[width - 1], 1e-12 * values[0]);
    const half = edge / 2;
    const rate = Math.acosh(Math.max(1, values[0] / half - 1));
    const degree = Math.max(2, Math.min(MOST_DEGREE, Math.floor(Math.log(2 * MOST_GROWTH) / rate)));
    // scaled so that the first value's growth is 1
    const sigma1 = half / (values[0] - half);
    let sigma = sigma1;
    combine(w.view, v.view, sigma / half, -sigma);
    for (let step = 2; step <= degree; step++) {
      const next = 1 / (2 / sigma1 - sigma);
      u.view.set(v.view);
      await times(w, u, (2 * next) / half, -2 * next, -sigma * next);
      [v, w, u] = [w, u, v];
      sigma = next;
    }
    [v, w] = [w, v];
    await orthonormalise();
  }
  const vectors = columnsOf(v.view, m, k);
  fixSigns(vectors);
  for (const block of Object.values(blocks)) block.free();
  return { values: values.slice(0, k), vectors, nProducts };
}

/** A copy in the workspace, some numbers at a time: memory that was never touched costs more. */
async function placed(space: Workspace, data: Float64Array, signal?: AbortSignal): Promise<Block<Float64Array>> {
  const block = space.float64(data.length);
  for (let from = 0; from < data.length; from += SLAB) {
    signal?.throwIfAborted();
    block.view.set(data.subarray(from, from + SLAB), from);
    await breathe();
  }
  return block;
}

// engines compile a small function soon and once, but a long asynchronous one over and over

function fillNormal(out: Float64Array, rng: Random): void {
  for (let i = 0; i < out.length; i++) out[i] = rng.normal();
}

/** a ← a · alpha + b · beta */
function combine(a: Float64Array, b: Float64Array, alpha: number, beta: number): void {
  for (let i = 0; i < a.length; i++) a[i] = a[i] * alpha + b[i] * beta;
}

/** The rows of `turn` [width, width] as columns in strips. */
function inStrips(out: Float64Array, turn: Float64Array, width: number): void {
  for (let c = 0; c < width; c++) {
    const at = Math.floor(c / STRIP) * width * STRIP + (c % STRIP);
    for (let j = 0; j < width; j++) out[at + j * STRIP] = turn[c * width + j];
  }
}

/** The first k columns of a block in strips, as rows. */
function columnsOf(v: Float64Array, m: number, k: number): Matrix64 {
  const out = matrix64(k, m);
  for (let c = 0; c < k; c++) {
    const at = Math.floor(c / STRIP) * m * STRIP + (c % STRIP);
    for (let i = 0; i < m; i++) out.data[c * m + i] = v[at + i * STRIP];
  }
  return out;
}

/** Whether the first k vectors are within the tolerance. */
function isGood(
  v: Float64Array,
  w: Float64Array,
  values: Float64Array,
  m: number,
  k: number,
  tolerance: number,
): boolean {
  const most = (tolerance * Math.max(values[k - 1], 1e-3 * values[0])) ** 2;
  for (let c = k - 1; c >= 0; c--) {
    const at = Math.floor(c / STRIP) * m * STRIP + (c % STRIP);
    let sum = 0;
    for (let i = 0, p = at; i < m; i++, p += STRIP) sum += (w[p] - values[c] * v[p]) ** 2;
    if (!(sum <= most)) return false;
  }
  return true;
}

/**
 * What makes columns orthonormal, by Cholesky of their inner products, of which the lower triangle is read, and whether it does so to ten digits at once;
 * nothing where the columns depend on each other.
 */
function orthonormalTurn(gram: Matrix64): { turn: Float64Array; well: boolean } | undefined {
  const width = gram.rows;
  const scale = Float64Array.from({ length: width }, (_, c) => 1 / Math.sqrt(gram.data[c * (width + 1)] || 1));
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) gram.data[i * width + j] *= scale[i] * scale[j];
  }
  let l: Matrix64;
  try {
    l = cholesky(gram);
  } catch {
    return undefined;
  }
  // rows of L⁻¹, times the scale
  const turn = new Float64Array(width * width);
  let least = 1;
  for (let i = 0; i < width; i++) least = Math.min(least, l.data[i * (width + 1)]);
  for (let c = 0; c < width; c++) {
    for (let i = c; i < width; i++) {
      let sum = i === c ? 1 : 0;
      for (let p = c; p < i; p++) sum -= l.data[i * width + p] * turn[p * width + c];
      turn[i * width + c] = sum / l.data[i * (width + 1)];
    }
  }
  for (let i = 0; i < width; i++) for (let c = 0; c <= i; c++) turn[i * width + c] *= scale[c];
  return { turn, well: least >= WELL_APART };
}

/** Makes the columns orthonormal by reflections, whatever they are. */
function reflect(v: Float64Array, m: number, width: number): void {
  const rows = matrix64(m, width);
  const place = (i: number, c: number): number => (Math.floor(c / STRIP) * m + i) * STRIP + (c % STRIP);
  for (let i = 0; i < m; i++) for (let c = 0; c < width; c++) rows.data[i * width + c] = v[place(i, c)];
  const { q } = qr(rows);
  for (let i = 0; i < m; i++) for (let c = 0; c < width; c++) v[place(i, c)] = q.data[i * width + c];
}
