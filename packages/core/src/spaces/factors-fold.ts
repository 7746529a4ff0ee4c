/** Where a person lies among given items: solved for that person alone, the items staying where they are. */
import { finish } from '../base/index.ts';
import type { Matrix, Steps } from '../base/index.ts';
import type { Sparse } from './ratings-sparse.ts';

/** Items that those given are held against, and Newton's steps, of `foldPairs`. */
const OTHERS = 64;
const STEPS = 8;

type Place = (given: Sparse, i: number) => Float64Array;

/**
 * The least squares of Hu, Koren & Volinsky 2008: 1 for what was given, 0 for all else, the former with weight
 * 1 + alpha · rating: z = (Yᵀ Y + Yᵀ (C − 1) Y + ridge)⁻¹ Yᵀ C p.
 */
export function foldRidge(y: Matrix | Float64Matrix, { alpha, ridge }: { alpha: number; ridge: number }): Place {
  return ridgeFold(y, finish(gramSteps(y, ridge)), alpha);
}

/** As `foldRidge`. @param gram  Yᵀ Y + ridge */
export function ridgeFold(y: Matrix | Float64Matrix, gram: Float64Array, alpha: number): Place {
  const k = y.cols;
  return ({ starts, places, values }, i) => {
    const a = gram.slice();
    const b = new Float64Array(k);
    // two items at a time, so that each sum is read and written half as often
    for (let e = starts[i], end = starts[i + 1]; e < end; e += 2) {
      const pair = e + 1 < end;
      const [first, second] = [alpha * values[e], pair ? alpha * values[e + 1] : 0];
      const [at, other] = [places[e] * k, places[pair ? e + 1 : e] * k];
      for (let c = 0; c < k; c++) {
        const [p, q] = [y.data[at + c], y.data[other + c]];
        b[c] += (1 + first) * p + (pair ? 1 + second : 0) * q;
        const [u, v] = [first * p, second * q];
        for (let d = 0, to = c * k; d <= c; d++) a[to + d] += u * y.data[at + d] + v * y.data[other + d];
      }
    }
    solveInPlace(a, b, k);
    return b;
  };
}

/** A matrix in double precision. */
export interface Float64Matrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly cols: number;
}

/** Products between two steps. */
const GRAM_STEP = 4e6;

/** Yᵀ Y + ridge, lower triangle. */
export function* gramSteps({ data, rows, cols: k }: Matrix | Float64Matrix, ridge: number): Steps<Float64Array> {
  const gram = new Float64Array(k * k);
  const pause = Math.ceil((2 * GRAM_STEP) / (k * k));
  for (let j = 0, at = 0; j < rows; j++, at += k) {
    for (let c = 0; c < k; c++) {
      const along = data[at + c];
      for (let d = 0, to = c * k; d <= c; d++) gram[to + d] += along * data[at + d];
    }
    if (j % pause === pause - 1) yield j / rows;
  }
  for (let c = 0; c < k; c++) gram[c * (k + 1)] += ridge;
  return gram;
}

/** b ← a⁻¹ b by Cholesky's method, in place: thousands of small systems, so nothing is allocated. */
export function solveInPlace(a: Float64Array, b: Float64Array, k: number): void {
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * k + j];
      for (let c = 0; c < j; c++) sum -= a[i * k + c] * a[j * k + c];
      a[i * k + j] = i === j ? Math.sqrt(Math.max(sum, 1e-30)) : sum / a[j * (k + 1)];
    }
    let sum = b[i];
    for (let c = 0; c < i; c++) sum -= a[i * k + c] * b[c];
    b[i] = sum / a[i * (k + 1)];
  }
  for (let i = k - 1; i >= 0; i--) {
    let sum = b[i];
    for (let c = i + 1; c < k; c++) sum -= a[c * k + i] * b[c];
    b[i] = sum / a[i * (k + 1)];
  }
}

/**
 * The likelihood of BPR (Rendle et al. 2009) for one person: each given item before others not given, a fixed choice of
 * them spread over all; by Newton's method, as it is convex.
 */
export function foldPairs(y: Matrix, bias: Float32Array, { ridge }: { ridge: number }): Place {
  const { rows: n, cols: k } = y;
  const stride = Math.max(1, Math.floor(n / OTHERS));
  return ({ starts, places }, i) => {
    const z = new Float64Array(k);
    const own = places.subarray(starts[i], starts[i + 1]);
    const given = new Set(own);
    const others: number[] = [];
    for (let j = 0; j < n; j += stride) if (!given.has(j)) others.push(j);
    const count = others.length;
    if (own.length === 0 || count === 0) return z;
    const scoreOf = (j: number): number => {
      let sum = bias[j];
      for (let c = 0; c < k; c++) sum += y.data[j * k + c] * z[c];
      return sum;
    };
    /** a += weight · u yⱼᵀ, lower triangle */
    const addOuter = (a: Float64Array, weight: number, j: number, u: ArrayLike<number>, from: number): void => {
      for (let c = 0; c < k; c++) {
        const along = weight * u[from + c];
        for (let d = 0; d <= c; d++) a[c * k + d] += along * y.data[j * k + d];
      }
    };
    for (let step = 0; step < STEPS; step++) {
      const hessian = new Float64Array(k * k);
      const slope = new Float64Array(k);
      for (let c = 0; c < k; c++) {
        hessian[c * (k + 1)] = ridge * own.length;
        slope[c] = -ridge * own.length * z[c];
      }
      const scores = Float64Array.from(others, scoreOf);
      const otherWrong = new Float64Array(count);
      const otherCurve = new Float64Array(count);
      for (const a of own) {
        const score = scoreOf(a);
        const mixed = new Float64Array(k); // Σ curve · y of the others
        let [wrongs, curves] = [0, 0];
        for (let at = 0; at < count; at++) {
          const wrong = 1 / (1 + Math.exp(score - scores[at]));
          const curve = (wrong * (1 - wrong)) / count;
          wrongs += wrong / count;
          curves += curve;
          otherWrong[at] += wrong / count;
          otherCurve[at] += curve;
          for (let c = 0, from = others[at] * k; c < k; c++) mixed[c] += curve * y.data[from + c];
        }
        for (let c = 0; c < k; c++) slope[c] += wrongs * y.data[a * k + c];
        addOuter(hessian, curves, a, y.data, a * k);
        // both mixed terms, y mixedᵀ and mixed yᵀ, lower triangle
        addOuter(hessian, -1, a, mixed, 0);
        for (let c = 0; c < k; c++) {
          for (let d = 0; d <= c; d++) hessian[c * k + d] -= y.data[a * k + c] * mixed[d];
        }
      }
      others.forEach((b, at) => {
        for (let c = 0; c < k; c++) slope[c] -= otherWrong[at] * y.data[b * k + c];
        addOuter(hessian, otherCurve[at], b, y.data, b * k);
      });
      solveInPlace(hessian, slope, k);
      let size = 0;
      for (let c = 0; c < k; c++) {
        z[c] += slope[c];
        size = Math.max(size, Math.abs(slope[c]));
      }
      if (size < 1e-4) break;
    }
    return z;
  };
}
