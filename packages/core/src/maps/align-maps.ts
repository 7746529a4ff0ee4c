/**
 * One map laid over another, so that what changed is seen and not mere rotation: the rotation (reflected where that fits
 * better), optional scale and shift that bring common points closest (Schönemann 1966; Umeyama 1991).
 */
import { InputError, matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { matrix64, svd } from '../linalg/index.ts';

export interface AlignOptions {
  /** whether the map may be made larger or smaller */
  scale?: boolean;
  /** whether the map may be mirrored */
  reflection?: boolean;
  /** whether its middle may be moved; not that of a disc */
  shift?: boolean;
}

/** Points that are the same thing on both maps: `reference[i]` is `map[i]`. */
export interface CommonPoints {
  reference: ArrayLike<number>;
  map: ArrayLike<number>;
}

export interface AlignedMap {
  /** all points of the map, moved, [n, nComponents] */
  readonly coordinates: Matrix;
  /** y → scale · rotation y + shift; [nComponents, nComponents], row-major */
  readonly rotation: Float64Array;
  readonly scale: number;
  readonly shift: Float64Array;
  readonly mirrored: boolean;
  /** share of the reference's spread that is left between common points, in [0, 1] with `scale`: 0 is the same shape */
  readonly disparity: number;
  /** [common points]: how far each is from its place on the reference */
  readonly moved: Float32Array;
}

/**
 * @param reference  [m, nComponents]
 * @param map  [n, nComponents]
 * @param pairs  common points; by default the rows of the same number, of which there are then as many
 * @throws InputError when the widths differ, or there are no common points
 */
export function alignMaps(
  reference: Matrix,
  map: Matrix,
  pairs?: CommonPoints,
  { scale: scaled = true, reflection = true, shift: shifted = true }: AlignOptions = {},
): AlignedMap {
  const k = map.cols;
  const count = pairs ? pairs.map.length : map.rows;
  checkFit(reference, map, pairs);
  const rowOf = (i: number): number => (pairs ? pairs.map[i] : i);
  const targetOf = (i: number): number => (pairs ? pairs.reference[i] : i);
  const from = shifted ? meanOf(map, count, rowOf) : new Float64Array(k);
  const to = shifted ? meanOf(reference, count, targetOf) : new Float64Array(k);
  const cross = matrix64(k, k);
  let spread = 0;
  let targetSpread = 0;
  for (let i = 0; i < count; i++) {
    const [p, q] = [rowOf(i) * k, targetOf(i) * k];
    for (let a = 0; a < k; a++) {
      const target = reference.data[q + a] - to[a];
      targetSpread += target * target;
      for (let b = 0; b < k; b++) cross.data[a * k + b] += target * (map.data[p + b] - from[b]);
      spread += (map.data[p + a] - from[a]) ** 2;
    }
  }
  const { rotation, mirrored, fit } = rotationOf(cross.data, k, reflection);
  const scale = scaled && spread > 0 && fit > 0 ? fit / spread : 1;
  const shift = to.map((value, a) => {
    let sum = 0;
    for (let b = 0; b < k; b++) sum += rotation[a * k + b] * from[b];
    return value - scale * sum;
  });

  const coordinates = matrix(map.rows, k);
  for (let i = 0; i < map.rows; i++) {
    for (let a = 0; a < k; a++) {
      let sum = 0;
      for (let b = 0; b < k; b++) sum += rotation[a * k + b] * map.data[i * k + b];
      coordinates.data[i * k + a] = scale * sum + shift[a];
    }
  }
  const moved = new Float32Array(count);
  let left = 0;
  for (let i = 0; i < count; i++) {
    let squared = 0;
    for (let a = 0; a < k; a++) {
      squared += (coordinates.data[rowOf(i) * k + a] - reference.data[targetOf(i) * k + a]) ** 2;
    }
    moved[i] = Math.sqrt(squared);
    left += squared;
  }
  const disparity = targetSpread > 0 ? left / targetSpread : left > 0 ? Infinity : 0;
  return { coordinates, rotation, scale, shift, mirrored, disparity, moved };
}

function checkFit(reference: Matrix, map: Matrix, pairs?: CommonPoints): void {
  if (reference.cols !== map.cols) {
    throw new InputError(`align maps: got ${reference.cols} and ${map.cols} coordinates, expected as many`, {
      code: 'width',
    });
  }
  const counts = pairs ? [pairs.reference.length, pairs.map.length] : [reference.rows, map.rows];
  if (counts[0] !== counts[1] || counts[0] === 0) {
    throw new InputError(
      `align maps: got ${counts[0]} and ${counts[1]} points, expected as many, at least 1; name the pairs that belong together`,
      { code: 'pairs' },
    );
  }
  for (let i = 0; pairs && i < pairs.map.length; i++) {
    const [a, b] = [pairs.reference[i], pairs.map[i]];
    if (!(a >= 0 && a < reference.rows && b >= 0 && b < map.rows)) {
      throw new InputError(
        `align maps: pair ${i} is of points ${a} and ${b}, expected below ${reference.rows} and ${map.rows}`,
        { code: 'pairs' },
      );
    }
  }
}

function meanOf({ data, cols }: Matrix, count: number, rowOf: (i: number) => number): Float64Array {
  const sum = new Float64Array(cols);
  for (let i = 0; i < count; i++) for (let c = 0; c < cols; c++) sum[c] += data[rowOf(i) * cols + c];
  return sum.map((value) => value / count);
}

/** The orthogonal r that makes trace(rᵀ cross) greatest, and that trace. */
function rotationOf(cross: Float64Array, k: number, reflection: boolean) {
  const { u, singularValues, vt } = svd(matrix64(k, k, cross));
  completed(u.data, k);
  const mirrored = determinant(u.data, k) * determinant(vt.data, k) < 0;
  // no mirroring where it gains nothing: of a map that is a line either fits
  const flip = mirrored && (!reflection || singularValues[k - 1] <= 1e-12 * singularValues[0]);
  const rotation = new Float64Array(k * k);
  let fit = 0;
  for (let c = 0; c < k; c++) {
    const sign = flip && c === k - 1 ? -1 : 1;
    fit += sign * singularValues[c];
    for (let a = 0; a < k; a++) {
      for (let b = 0; b < k; b++) rotation[a * k + b] += sign * u.data[a * k + c] * vt.data[c * k + b];
    }
  }
  return { rotation, mirrored: mirrored && !flip, fit };
}

/** Puts unit columns orthogonal to the others where a singular value is zero. */
function completed(u: Float64Array, k: number): void {
  for (let c = 0; c < k; c++) {
    if (columnNorm(u, k, c) > 0.5) continue;
    for (let axis = 0; axis < k && columnNorm(u, k, c) < 0.5; axis++) {
      for (let a = 0; a < k; a++) u[a * k + c] = a === axis ? 1 : 0;
      for (let other = 0; other < k; other++) {
        if (other === c) continue;
        let inside = 0;
        for (let a = 0; a < k; a++) inside += u[a * k + c] * u[a * k + other];
        for (let a = 0; a < k; a++) u[a * k + c] -= inside * u[a * k + other];
      }
      const norm = columnNorm(u, k, c);
      for (let a = 0; a < k; a++) u[a * k + c] = norm > 0.3 ? u[a * k + c] / norm : 0;
    }
  }
}

const columnNorm = (u: Float64Array, k: number, c: number): number =>
  Math.sqrt(Array.from({ length: k }, (_, a) => u[a * k + c] ** 2).reduce((sum, value) => sum + value, 0));

function determinant(m: Float64Array, k: number): number {
  if (k === 1) return m[0];
  if (k === 2) return m[0] * m[3] - m[1] * m[2];
  let sum = 0;
  for (let c = 0; c < k; c++) {
    const minor = new Float64Array((k - 1) ** 2);
    for (let i = 1, at = 0; i < k; i++) for (let j = 0; j < k; j++) if (j !== c) minor[at++] = m[i * k + j];
    sum += (c % 2 === 0 ? 1 : -1) * m[c] * determinant(minor, k - 1);
  }
  return sum;
}
