/** Coordinates as the kernels of layouts keep them: two floats a point in the plane, four in space, the last unused. */
import { matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';

/** [n, 2] as it is, not copied; [n, 3] → [n, 4]. */
export function toPlaces(y: Matrix): Float32Array {
  if (y.cols === 2) return y.data;
  const out = new Float32Array(y.rows * 4);
  for (let i = 0; i < y.rows; i++) out.set(y.data.subarray(i * 3, i * 3 + 3), i * 4);
  return out;
}

/** The way back, always a copy. */
export function fromPlaces(places: Float32Array, n: number, dims: number): Matrix {
  if (dims === 2) return matrix(n, 2, places.slice(0, 2 * n));
  const out = matrix(n, 3);
  for (let i = 0; i < n; i++) out.data.set(places.subarray(i * 4, i * 4 + 3), i * 3);
  return out;
}
