/**
 * What "near", "straight on" and "between" mean in a latent space. Maps, neighbours and walks ask the space's geometry
 * and so work on curved spaces as on flat ones.
 */
import type { Distance } from '../neighbors/index.ts';

/** A geometry as space.json has it. */
export interface GeometrySpec {
  readonly name: 'euclidean' | 'sphere' | 'hyperbolic';
  /** of a hyperbolic space, −c: the ball has radius 1 / √c; 1 when left out */
  readonly c?: number;
}

/** Points and tangents are of `latentDim` numbers; what is given is never changed. */
export interface Geometry extends GeometrySpec {
  /** the distance by which neighbours are searched: it ranks as `distance` does */
  readonly neighborDistance: Distance;
  /** length of the shortest path */
  distance(a: ArrayLike<number>, b: ArrayLike<number>): number;
  /** where one gets from `base` along `tangent` */
  exp(base: ArrayLike<number>, tangent: ArrayLike<number>): Float32Array;
  /** the tangent at `base` that leads to `point` */
  log(base: ArrayLike<number>, point: ArrayLike<number>): Float32Array;
  /** the point at the share `t` of the shortest path from a to b; the midpoint at ½ */
  between(a: ArrayLike<number>, b: ArrayLike<number>, t: number): Float32Array;
  /** the point of the space nearest to z, which an arithmetic step may have left */
  project(z: ArrayLike<number>): Float32Array;
}

export const euclidean: Geometry = {
  name: 'euclidean',
  neighborDistance: 'euclidean',
  distance: (a, b) => Math.hypot(...subtract(b, a)),
  exp: (base, tangent) => Float32Array.from(base, (x, i) => x + tangent[i]),
  log: (base, point) => subtract(point, base),
  between: (a, b, t) => Float32Array.from(a, (x, i) => x + t * (b[i] - x)),
  project: (z) => Float32Array.from(z),
};

function subtract(a: ArrayLike<number>, b: ArrayLike<number>): Float32Array {
  return Float32Array.from(a, (x, i) => x - b[i]);
}
