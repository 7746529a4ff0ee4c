/**
 * From a place on a map back to what lies there, for methods that have no way back of their own: a weighted mean of
 * the rows of the nearest points.
 *
 * The weights are Franke & Little's (Franke 1982), ((R − d) / (R d))², R being the distance of the first point that is
 * not taken: they fall to zero just where a point leaves the set, so the mean is continuous in the place, and at a
 * point it is the point's own row.
 */
import { InputError, matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Rows } from '../data/index.ts';
import { placeTree } from './place-tree.ts';
import type { PlaceTree } from './place-tree.ts';

/** Points that are mixed: enough to be smooth, few enough to stay sharp. */
const N_NEIGHBORS = 8;

/**
 * @param rows  what the points stand for, [n, d]
 * @param coordinates  where they are, [n, 2] or [n, 3]
 * @returns places, [m, 2 or 3] → rows, [m, d]; the tree over the coordinates is built at the first call
 */
export function neighborInverse(rows: Rows, coordinates: Matrix): (y: Matrix) => Matrix {
  const { data, nFeatures, scale } = rows;
  const k = Math.min(coordinates.rows, N_NEIGHBORS + 1);
  const indices = new Uint32Array(k);
  const distances = new Float64Array(k);
  const sums = new Float64Array(nFeatures);
  let tree: PlaceTree | undefined;
  return (y) => {
    if (y.cols !== coordinates.cols) {
      throw new InputError(`places on this map have ${coordinates.cols} coordinates, got ${y.cols}`, { code: 'width' });
    }
    tree ??= placeTree(coordinates);
    const out = matrix(y.rows, nFeatures);
    for (let i = 0; i < y.rows; i++) {
      const found = tree.nearest(y.data.subarray(i * y.cols, (i + 1) * y.cols), indices, distances);
      const weights = weightsOf(distances.subarray(0, found));
      sums.fill(0);
      for (let j = 0; j < found; j++) {
        if (weights[j] === 0) continue;
        const at = indices[j] * nFeatures;
        for (let c = 0; c < nFeatures; c++) sums[c] += weights[j] * data[at + c];
      }
      for (let c = 0; c < nFeatures; c++) out.data[i * nFeatures + c] = sums[c] * scale;
    }
    return out;
  };
}

/** Squared distances, rising → weights, that sum to 1; the last is the limit and gets none, unless all are equal. */
function weightsOf(squared: Float64Array): Float64Array {
  const n = squared.length;
  const weights = new Float64Array(n);
  const limit = Math.sqrt(squared[n - 1]);
  const near = squared.findIndex((value) => value > 0);
  if (near === -1 || squared[0] === limit * limit || n < 3) {
    // all in one place, all equally far, or too few to have a limit: the nearest alone where there is one
    const equal = n < 3 && squared[n - 1] > squared[0] ? 1 : n;
    return weights.fill(1 / equal, 0, equal);
  }
  if (near > 0) return weights.fill(1 / near, 0, near);
  let sum = 0;
  for (let j = 0; j < n; j++) {
    // over d as a share of the nearest, so that nothing overflows
    const distance = Math.sqrt(squared[j] / squared[0]);
    weights[j] = ((limit - Math.sqrt(squared[j])) / (limit * distance)) ** 2;
    sum += weights[j];
  }
  return weights.map((weight) => weight / sum);
}
