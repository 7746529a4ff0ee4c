/**
 * Distances from a block of rows to all rows, in double precision.
 *
 * Through inner products (|a − b|² = |a|² + |b|² − 2 a·b). Columns are centred first, so that a large mean does not
 * cancel the digits of small distances; equal rows come out at exactly zero, because norms are summed in the order of the
 * products.
 */
import { InputError } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { addProducts, columnMoments } from '../linalg/index.ts';
import { metricOf, rowWeightsNow } from './metric.ts';
import type { Distance } from './metric.ts';

/** Rows in a block of queries. */
export const QUERY_BLOCK = 64;
const DATA_BLOCK = 64;

/** Distances between the rows of two matrices, a block of queries at a time. */
export interface DistanceRows {
  readonly nQueries: number;
  readonly nSamples: number;
  /**
   * Fills `out` [to − from, nSamples] with what orders as the distances do (squared for Euclidean); to − from is at
   * most QUERY_BLOCK.
   */
  fill(from: number, to: number, out: Float64Array): void;
  /** what `fill` gave → the distance */
  finish(value: number): number;
}

/** @throws InputError when the widths differ */
export function distanceRows(x: Matrix, queries: Matrix = x, distance: Distance = 'euclidean'): DistanceRows {
  if (queries.cols !== x.cols) {
    throw new InputError(`neighbours: queries have ${queries.cols} columns, expected ${x.cols}`, { code: 'width' });
  }
  const { rows: n, cols: d } = x;
  if (distance !== 'euclidean' && distance !== 'cosine') return pairByPair(x, queries, distance);
  const euclidean = distance === 'euclidean';
  const shift = euclidean ? roundedMeans(x) : new Float64Array(d);
  const norms = squaredNorms(x, shift);
  const queryNorms = queries === x ? norms : squaredNorms(queries, shift);
  const left = new Float64Array(QUERY_BLOCK * d);
  const right = new Float64Array(DATA_BLOCK * d);
  return {
    nQueries: queries.rows,
    nSamples: n,
    fill(from, to, out) {
      toDoubles(left, queries, from, to, shift);
      out.fill(0, 0, (to - from) * n);
      for (let start = 0; start < n; start += DATA_BLOCK) {
        const end = Math.min(n, start + DATA_BLOCK);
        toDoubles(right, x, start, end, shift);
        const factors = { a: left, m: to - from, b: right, n: end - start, depth: d };
        addProducts(out, factors, { at: start, stride: n });
      }
      for (let i = from; i < to; i++) {
        const at = (i - from) * n;
        const q = queryNorms[i];
        if (euclidean) for (let j = 0; j < n; j++) out[at + j] = Math.max(0, q + norms[j] - 2 * out[at + j]);
        else {
          for (let j = 0; j < n; j++) {
            const both = q * norms[j];
            out[at + j] = both > 0 ? Math.max(0, 1 - out[at + j] / Math.sqrt(both)) : 1;
          }
        }
      }
    },
    finish: euclidean ? Math.sqrt : (value) => value,
  };
}

/** The distances that are no matter of inner products alone. */
function pairByPair(x: Matrix, queries: Matrix, distance: Distance): DistanceRows {
  const { rows: n, cols: d } = x;
  const { finish = (value: number): number => value } = metricOf(distance);
  const weights = rowWeightsNow(x, distance);
  const queryWeights = queries === x ? weights : rowWeightsNow(queries, distance);
  return {
    nQueries: queries.rows,
    nSamples: n,
    fill(from, to, out) {
      for (let i = from, at = 0; i < to; i++) {
        for (let j = 0; j < n; j++, at++) {
          let sum = 0;
          for (let c = 0; c < d; c++) {
            const [a, b] = [queries.data[i * d + c], x.data[j * d + c]];
            sum += distance === 'inner' ? -a * b : distance === 'manhattan' ? Math.abs(a - b) : (a - b) ** 2;
          }
          out[at] = weights && queryWeights ? sum * queryWeights[i] * weights[j] : sum;
        }
      }
    },
    finish,
  };
}

/**
 * The columns' means, each rounded to a power of two no greater than its deviation: as good for keeping digits, and
 * whole numbers stay whole, so that distances which are equal come out equal.
 */
function roundedMeans(x: Matrix): Float64Array {
  const { mean, variance } = columnMoments(x);
  return mean.map((value, j) => {
    if (variance[j] === 0) return value;
    const grid = 2 ** Math.floor(Math.log2(variance[j]) / 2);
    return Math.round(value / grid) * grid;
  });
}

function squaredNorms({ data, rows, cols }: Matrix, shift: Float64Array): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < cols; j++) {
      const value = data[i * cols + j] - shift[j];
      sum += value * value;
    }
    out[i] = sum;
  }
  return out;
}

function toDoubles(to: Float64Array, { data, cols }: Matrix, from: number, end: number, shift: Float64Array): void {
  for (let i = from, at = 0; i < end; i++) {
    for (let j = 0; j < cols; j++, at++) to[at] = data[i * cols + j] - shift[j];
  }
}
