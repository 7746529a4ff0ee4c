/**
 * How far LDA should take the spread within classes for round, so that new rows stand where the fitted ones do.
 *
 * Directions that were fitted to rows are narrower on those rows than on new ones. By how much follows from their
 * effective degrees of freedom, df = tr S' (S' + ρ)⁻¹: a new row's square is larger by about 1 / (1 − df / n)² (Golub,
 * Heath & Wahba 1979, generalised cross-validation); and the means of classes are apart by chance too, as much as
 * df / n tells. That gives the separation to be expected of new rows for each shrinkage. It is flat about its greatest value, so the greatest shrinkage is taken whose separation is within a standard error
 * of it, √(2 / n), that of a variance (the rule of Breiman et al. 1984 for the pruning of trees).
 *
 * Neither needs the matrix to be inverted: directions for all shrinkages are found in the Krylov space of the class
 * means, df by Lanczos' quadrature from random vectors (Ubaru, Chen & Saad 2017).
 */
import { random } from '../base/index.ts';
import { matrix64, multiply, symmetricEigen, transposed } from '../linalg/index.ts';
import type { Eigen, Matrix64 } from '../linalg/index.ts';
import type { Spread } from './lda-spread.ts';

const SHRINKAGES = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9];
/** Of the Krylov space: at most so many class means, so many times multiplied. */
const MEANS = 10;
const DEPTH = 6;
const PROBES = 4;
const PROBE_DEPTH = 16;

/**
 * @param apart  [d, classes]: √(share of the class) · (its mean − the mean)
 * @param n  rows
 * @param k  directions that are shown
 */
export async function chosenShrinkage(spread: Spread, apart: Matrix64, n: number, k: number): Promise<number> {
  const { d, trace } = spread;
  if (!(trace > 0)) return 0;
  const size = trace / d;
  const span = await krylov(spread, leading(apart));
  const { values, vectors } = symmetricEigen(span.inside);
  const means = multiply(multiply(vectors, span.basis), apart); // [r, classes], along the eigenvectors
  const freedom = await freedomOf(spread);
  let best = 0;
  const expected = SHRINKAGES.map((shrinkage) => {
    const [share, ridge] = [1 - shrinkage, shrinkage * size];
    const df = freedom(share, ridge) / n;
    const kept = Math.max(1e-3, 1 - df);
    const value = kept ** 2 * separation(values, means, { share, ridge, k, chance: df / (share * kept) });
    best = Math.max(best, value);
    return value;
  });
  const enough = best * (1 - Math.sqrt(2 / n));
  return SHRINKAGES[expected.findLastIndex((value) => value >= enough)] ?? 0;
}

/**
 * Σ over the k leading directions of the scatter of the means over that within, in the basis of eigenvectors of S.
 * @param chance  the scatter that means of equal classes would have along such directions
 */
function separation(
  values: Float64Array,
  means: Matrix64,
  { share, ridge, k, chance }: { share: number; ridge: number; k: number; chance: number },
): number {
  const { rows: r, cols: c } = means;
  const solved = matrix64(r, c);
  for (let i = 0; i < r; i++) {
    for (let a = 0; a < c; a++)
      solved.data[i * c + a] = means.data[i * c + a] / (share * Math.max(0, values[i]) + ridge);
  }
  const between = symmetricEigen(multiply(transposed(means), solved));
  let sum = 0;
  for (let e = 0; e < Math.min(k, c - 1); e++) {
    if (!(between.values[e] > 1e-10 * between.values[0])) break;
    const signal = Math.max(0, between.values[e] - chance) ** 2 / between.values[e];
    let within = 0; // of the direction whose scatter of means is the value
    for (let i = 0; i < r; i++) {
      let along = 0;
      for (let a = 0; a < c; a++) along += solved.data[i * c + a] * between.vectors.data[e * c + a];
      within += (Math.max(0, values[i]) * along * along) / between.values[e];
    }
    sum += signal / Math.max(within, Number.MIN_VALUE);
  }
  return sum;
}

/** The columns of a, as rows, or where there are many the directions that most of them lie along. */
function leading(a: Matrix64): Matrix64 {
  const rows = transposed(a);
  if (rows.rows <= MEANS) return rows;
  const { vectors } = symmetricEigen(multiply(rows, a));
  return multiply(matrix64(MEANS, rows.rows, vectors.data.slice(0, MEANS * rows.rows)), rows);
}

/** An orthonormal basis [r, d] of the rows given and what S makes of them again and again, and S in it, [r, r]. */
async function krylov(spread: Spread, rows: Matrix64): Promise<{ basis: Matrix64; inside: Matrix64 }> {
  const { d } = spread;
  const most = Math.min(d, rows.rows * DEPTH);
  const basis = new Float64Array(most * d);
  const products = new Float64Array(most * d);
  let [r, next] = [0, rows];
  while (next.rows > 0) {
    const before = r;
    for (let i = 0; i < next.rows && r < most; i++) {
      const v = next.data.slice(i * d, (i + 1) * d);
      const length = Math.sqrt(dot(v, v));
      // twice is enough (Giraud et al. 2005)
      for (let pass = 0; pass < 2; pass++) for (let e = 0; e < r; e++) remove(v, basis.subarray(e * d, (e + 1) * d));
      const left = Math.sqrt(dot(v, v));
      if (!(left > 1e-8 * length)) continue;
      for (let j = 0; j < d; j++) basis[r * d + j] = v[j] / left;
      r++;
    }
    if (r === before) break;
    next = await spread.times(matrix64(r - before, d, basis.slice(before * d, r * d)));
    products.set(next.data, before * d);
    if (r === most) break;
  }
  const inside = matrix64(r, r);
  for (let a = 0; a < r; a++) {
    for (let b = 0; b <= a; b++) {
      const value = dot(basis.subarray(a * d, (a + 1) * d), products.subarray(b * d, (b + 1) * d));
      inside.data[a * r + b] = inside.data[b * r + a] = value;
    }
  }
  return { basis: matrix64(r, d, basis.slice(0, r * d)), inside };
}

/** tr share S (share S + ridge)⁻¹, by Lanczos' quadrature. */
async function freedomOf(spread: Spread): Promise<(share: number, ridge: number) => number> {
  const { d } = spread;
  const rng = random(0);
  const probes: Lanczos[] = Array.from({ length: PROBES }, () => {
    const start = Float64Array.from({ length: d }, () => (rng.uniform() < 0.5 ? -1 : 1) / Math.sqrt(d));
    return { vectors: [start], diagonal: [], beside: [] };
  });
  for (let depth = 0; depth < Math.min(d, PROBE_DEPTH); depth++) {
    const going = probes.filter(({ vectors }) => vectors.length > depth);
    if (going.length === 0) break;
    const rows = matrix64(going.length, d);
    going.forEach(({ vectors }, p) => rows.data.set(vectors[depth], p * d));
    const { data } = await spread.times(rows);
    going.forEach((probe, p) => advance(probe, data.slice(p * d, (p + 1) * d)));
  }
  const nodes = probes.map(quadrature);
  return (share, ridge) => {
    let sum = 0;
    for (const { values, vectors } of nodes) {
      values.forEach((value, i) => {
        const weight = vectors.data[i * values.length] ** 2;
        const along = share * Math.max(0, value);
        sum += (weight * along) / (along + ridge);
      });
    }
    return (d * sum) / PROBES;
  };
}

interface Lanczos {
  vectors: Float64Array[];
  diagonal: number[];
  beside: number[];
}

/** @param v  what S makes of the last vector; overwritten */
function advance({ vectors, diagonal, beside }: Lanczos, v: Float64Array): void {
  diagonal.push(dot(v, vectors[vectors.length - 1]));
  const length = Math.sqrt(dot(v, v));
  for (let pass = 0; pass < 2; pass++) for (const other of vectors) remove(v, other);
  const left = Math.sqrt(dot(v, v));
  if (!(left > 1e-10 * length)) return;
  beside.push(left);
  vectors.push(v.map((value) => value / left));
}

function quadrature({ diagonal, beside }: Lanczos): Eigen {
  const m = diagonal.length;
  const a = matrix64(m, m);
  diagonal.forEach((value, i) => (a.data[i * (m + 1)] = value));
  for (let i = 1; i < m; i++) a.data[i * m + i - 1] = a.data[(i - 1) * m + i] = beside[i - 1];
  return symmetricEigen(a);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

/** v less its part along the unit vector. */
function remove(v: Float64Array, unit: Float64Array): void {
  const along = dot(v, unit);
  for (let j = 0; j < v.length; j++) v[j] -= along * unit[j];
}
