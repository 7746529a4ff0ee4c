/** What the kernels need to know of each distance. */
import { InputError, didYouMean } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { inStretches } from './stretches.ts';

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
  /** the weight in the double-precision distance of the row that lies at from … to − 1 */
  weight?(data: Float32Array, from: number, to: number): number;
  /** what the kernels give → the distance */
  finish?(value: number): number;
}

function squares(data: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += data[at] * data[at];
  return sum;
}

export const METRICS: Record<Distance, Metric> = {
  euclidean: { exact: 0, whole: 0, floats: 1 },
  cosine: { exact: 1, whole: 0, floats: 1, weight: (data, from, to) => Math.sqrt(squares(data, from, to)) },
  inner: { exact: 2, whole: 0, floats: 3 },
  manhattan: { exact: 3, floats: 2 },
  hyperbolic: {
    exact: 4,
    floats: 1,
    weight: (data, from, to) => 1 / (1 - squares(data, from, to)),
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
 * @param what  how the message names the rows
 * @throws InputError when a row lies outside the Poincaré ball
 */
export async function rowWeights(
  x: Matrix,
  distance: Distance,
  { what = 'neighbours', signal }: { what?: string; signal?: AbortSignal } = {},
): Promise<Float64Array | undefined> {
  const { weight } = metricOf(distance);
  if (!weight) return undefined;
  const out = new Float64Array(x.rows);
  await inStretches(x, (from, to) => weigh(x, distance, weight, what, out, from, to), signal);
  return out;
}

/** As `rowWeights`, at once. */
export function rowWeightsNow(x: Matrix, distance: Distance, what = 'neighbours'): Float64Array | undefined {
  const { weight } = metricOf(distance);
  if (!weight) return undefined;
  const out = new Float64Array(x.rows);
  weigh(x, distance, weight, what, out, 0, x.rows);
  return out;
}

function weigh(
  { data, cols }: Matrix,
  distance: Distance,
  weight: NonNullable<Metric['weight']>,
  what: string,
  out: Float64Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    out[i] = weight(data, i * cols, (i + 1) * cols);
    if (distance === 'hyperbolic' && !(out[i] > 0 && out[i] < Infinity)) {
      throw new InputError(
        `${what}: row ${i} has length ${Math.sqrt(1 - 1 / out[i]).toPrecision(4)}, expected less than 1 in the Poincaré ball`,
        { code: 'outside-ball', details: { row: i } },
      );
    }
  }
}
