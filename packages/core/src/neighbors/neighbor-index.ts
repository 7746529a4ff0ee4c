/**
 * Exact nearest rows of one point, quickly enough for a pointer that moves, over rows as they are stored. A row is given
 * up as soon as its norm, or the part of its distance summed so far, says that it can't be among the nearest.
 */
import { InputError } from '../base/index.ts';
import type { Rows } from '../data/index.ts';
import { metricOf } from './metric.ts';
import type { Distance } from './metric.ts';
import { ROW_DISTANCES, innerProduct, rowLengths, squaredDistance } from './row-distance.ts';
import { smallest } from './smallest.ts';

/** Rows by nearness; of equally near ones the smaller index comes first. */
export interface Nearest {
  readonly indices: Uint32Array;
  readonly distances: Float32Array;
}

export interface NeighborIndex {
  readonly nSamples: number;
  readonly nFeatures: number;
  /**
   * The k nearest rows, fewer when there are not as many.
   * @param point  nFeatures numbers, as the rows are after scaling
   * @param except  a row to leave out: the point itself
   * @throws InputError when the point's length is not nFeatures
   */
  query(point: ArrayLike<number>, k: number, options?: { except?: number }): Nearest;
}

/**
 * @param x  rows, kept as they are stored, not copied; of a matrix by `rowsOf`
 * @throws InputError when rows, or later a point, lie outside the Poincaré ball and the distance is hyperbolic
 */
export function neighborIndex(x: Rows, { distance = 'euclidean' }: { distance?: Distance } = {}): NeighborIndex {
  const { data, nSamples: rows, nFeatures: cols, scale } = x;
  const { finish } = metricOf(distance);
  const norms = rowLengths(data, rows, cols);
  if (distance === 'hyperbolic') {
    const outside = norms.findIndex((norm) => !(norm * scale < 1));
    if (outside >= 0) throw outsideBall(`row ${outside}`, norms[outside] * scale);
  }
  return {
    nSamples: rows,
    nFeatures: cols,
    query(point, k, { except = -1 } = {}) {
      const q = checkPoint(point, cols).map((value) => value / scale);
      const norm = Math.sqrt(innerProduct(q, 0, q));
      if (distance === 'hyperbolic' && !(norm * scale < 1)) throw outsideBall('the point', norm * scale);
      const best = smallest(Math.max(0, Math.min(k, rows - (except >= 0 && except < rows ? 1 : 0))));
      if (distance === 'euclidean') {
        let limit = best.limit;
        for (let i = 0; i < rows; i++) {
          const apart = norms[i] - norm;
          // a little slack, so that rounding in the norms never drops a row at the limit
          if (apart * apart > limit * (1 + 1e-9) + 1e-12 * norm * norm || i === except) continue;
          const squared = squaredDistance(data, i * cols, q, limit);
          if (squared >= limit) continue;
          best.offer(i, squared);
          limit = best.limit;
        }
        const distances = Float32Array.from(best.values, (value) => Math.sqrt(value) * scale);
        return { indices: best.indices, distances };
      }
      // in the stored unit, but where the distance is no matter of units
      const hyperbolic = distance === 'hyperbolic';
      const measure = ROW_DISTANCES[distance];
      const unit = hyperbolic ? scale : 1;
      for (let i = 0; i < rows; i++) {
        if (i !== except) best.offer(i, measure(data, i * cols, q, norms[i] * unit, norm * unit, Infinity));
      }
      const factor = distance === 'cosine' ? 1 : distance === 'manhattan' ? scale : scale * scale;
      const distances = Float32Array.from(best.values, (value) => (finish ? finish(value * factor) : value * factor));
      return { indices: best.indices, distances };
    },
  };
}

const outsideBall = (what: string, length: number): InputError =>
  new InputError(`neighbours: ${what} has length ${length.toPrecision(4)}, expected less than 1 in the Poincaré ball`, {
    code: 'outside-ball',
  });

/** @throws InputError when there are not as many numbers as columns */
export function checkPoint(point: ArrayLike<number>, cols: number): Float64Array {
  if (point.length === cols) return Float64Array.from(point);
  throw new InputError(`nearest rows: the point has ${point.length} numbers, expected ${cols}`, { code: 'width' });
}
