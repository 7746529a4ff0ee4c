/** What the kernels need to know of each distance. */
import { InputError, didYouMean } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';

/**
 * euclidean: the plain (not squared) distance. cosine: 1 − cos; a row of zeros is at distance 1 from all.
 * inner: −a·b, the less the nearer. manhattan: Σ|a − b|. hyperbolic: of the Poincaré ball, whose rows are shorter
 * than 1.
 */
export type Distance = 'euclidean' | 'cosine' | 'inner' | 'manhattan' | 'hyperbolic';

export interface Metric {
  /** the number of the double-precision distance (assembly/neighbors.ts) */
  readonly exact: number;
  /** the way to measure without rounding beside that of the rows to whole numbers (assembly/distances.ts) */
  readonly whole?: 0;
  /** the way to measure by floats */
  readonly floats: 1 | 2 | 3;
  /** a row's weight in the double-precision distance */
  weight?(row: Float32Array): number;
  /** what the kernels give → the distance */
  finish?(value: number): number;
}

const squares = (row: Float32Array): number => {
  let sum = 0;
  for (const value of row) sum += value * value;
  return sum;
};

export const METRICS: Record<Distance, Metric> = {
  euclidean: { exact: 0, whole: 0, floats: 1 },
  cosine: { exact: 1, whole: 0, floats: 1, weight: (row) => Math.sqrt(squares(row)) },
  inner: { exact: 2, whole: 0, floats: 3 },
  manhattan: { exact: 3, floats: 2 },
  hyperbolic: {
    exact: 4,
    floats: 1,
    weight: (row) => 1 / (1 - squares(row)),
    // acosh(1 + 2t), without losing small t
    finish: (t) => Math.log1p(2 * (t + Math.sqrt(t * (t + 1)))),
  },
};

export const distanceNames = Object.keys(METRICS) as Distance[];

/** @throws InputError when there is no such distance */
export function metricOf(distance: Distance): Metric {
  if (Object.hasOwn(METRICS, distance)) return METRICS[distance];
  throw new InputError(`there is no distance ${distance}${didYouMean(distance, distanceNames)}`, { code: 'distance' });
}

/**
 * Weights of rows in the double-precision distance, or undefined where there are none.
 * @throws InputError when a row lies outside the Poincaré ball
 */
export function rowWeights(x: Matrix, distance: Distance, what = 'neighbours'): Float64Array | undefined {
  const { weight } = metricOf(distance);
  if (!weight) return undefined;
  const out = new Float64Array(x.rows);
  for (let i = 0; i < x.rows; i++) {
    out[i] = weight(x.data.subarray(i * x.cols, (i + 1) * x.cols));
    if (distance === 'hyperbolic' && !(out[i] > 0 && out[i] < Infinity)) {
      throw new InputError(
        `${what}: row ${i} has length ${Math.sqrt(1 - 1 / out[i]).toPrecision(4)}, expected less than 1 in the Poincaré ball`,
        { code: 'outside-ball', details: { row: i } },
      );
    }
  }
  return out;
}
