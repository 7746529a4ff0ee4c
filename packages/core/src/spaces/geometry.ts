/**
 * What "near", "straight on" and "between" mean in a latent space. Maps, neighbours and walks ask the space's geometry
 * and so work on curved spaces as on flat ones.
 *
 * Everything is computed in double precision and rounded once. The formulas avoid differences of nearly equal numbers,
 * so that points close to each other, points opposite on a sphere, and points at the rim of the Poincaré ball are
 * measured as well as others (for the ball see Ungar 2008 and Ganea, Bécigneul & Hofmann 2018).
 */
import { FormatError } from '../base/index.ts';
import type { Distance } from '../neighbors/index.ts';

/** A geometry as space.json has it. */
export interface GeometrySpec {
  readonly name: 'euclidean' | 'sphere' | 'hyperbolic';
  /**
   * of a hyperbolic space: its curvature is −c, 1 when left out. Points lie in the ball of radius 1 whatever c is, and
   * distances are those of curvature −1 divided by √c.
   */
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

/** How far from the centre of the Poincaré ball a point may lie: nearer to the rim, floats no longer tell points apart. */
export const BALL_RADIUS = 1 - 1e-5;

/** What a geometry is made of, in double precision; the rest follows. */
interface Parts {
  exp(base: Float64Array, tangent: Float64Array): Float64Array;
  log(base: Float64Array, point: Float64Array): Float64Array;
  project(z: Float64Array): Float64Array;
}

export const euclidean: Geometry = {
  name: 'euclidean',
  neighborDistance: 'euclidean',
  distance: (a, b) => lengthOf(difference(b, a)),
  ...inSingles({
    exp: (base, tangent) => base.map((x, i) => x + tangent[i]),
    log: (base, point) => difference(point, base),
    project: (z) => z.slice(),
  }),
};

/**
 * The unit sphere in latentDim dimensions. Distances are angles, 0 to π. Points are taken for the directions they lie
 * in, so their lengths do not matter; what is 0 lies in the direction of the first axis. Of the many shortest paths
 * between opposite points, one is chosen, always the same.
 */
export const sphere: Geometry = {
  name: 'sphere',
  neighborDistance: 'cosine',
  distance: (a, b) => angle(toSphere(Float64Array.from(a)), toSphere(Float64Array.from(b))),
  ...inSingles({ exp: sphereExp, log: sphereLog, project: toSphere }),
};

/**
 * Hyperbolic space of curvature −c in the Poincaré ball. Points are those inside the ball of radius 1; what lies outside
 * or at its rim is taken for the nearest point at `BALL_RADIUS`.
 * @throws FormatError when c is not a positive number
 */
export function hyperbolic(c = 1): Geometry {
  if (!(c > 0 && c < Infinity)) {
    throw new FormatError(`a hyperbolic space of curvature −c needs a positive c, got ${c}`, { code: 'geometry' });
  }
  return {
    name: 'hyperbolic',
    c,
    neighborDistance: 'hyperbolic',
    distance: (a, b) => ballDistance(toBall(Float64Array.from(a)), toBall(Float64Array.from(b))) / Math.sqrt(c),
    ...inSingles({ exp: ballExp, log: ballLog, project: toBall }),
  };
}

/**
 * The geometry that space.json names.
 * @throws FormatError when there is none of that name
 */
export function geometryOf({ name, c }: GeometrySpec): Geometry {
  switch (name) {
    case 'euclidean':
      return euclidean;
    case 'sphere':
      return sphere;
    case 'hyperbolic':
      return hyperbolic(c);
    default:
      throw new FormatError(`there is no geometry ${String(name)}; there are euclidean, sphere and hyperbolic`, {
        code: 'geometry',
      });
  }
}

/** The spec of a geometry, for space.json. */
export const geometrySpec = ({ name, c }: GeometrySpec): GeometrySpec => ({ name, ...(c !== undefined && { c }) });

/** Points in, points out, in single precision; a path is walked from its nearer end. */
function inSingles({ exp, log, project }: Parts): Pick<Geometry, 'exp' | 'log' | 'between' | 'project'> {
  const inner = (z: ArrayLike<number>): Float64Array => project(Float64Array.from(z));
  const walk = (from: Float64Array, to: Float64Array, t: number): Float64Array =>
    exp(
      from,
      log(from, to).map((x) => t * x),
    );
  return {
    exp: (base, tangent) => Float32Array.from(project(exp(inner(base), Float64Array.from(tangent)))),
    log: (base, point) => Float32Array.from(log(inner(base), inner(point))),
    between(a, b, t) {
      const [from, to] = [inner(a), inner(b)];
      return Float32Array.from(project(t > 0.5 ? walk(to, from, 1 - t) : walk(from, to, t)));
    },
    project: (z) => Float32Array.from(inner(z)),
  };
}

function toSphere(z: Float64Array): Float64Array {
  const length = lengthOf(z);
  if (length > 0 && length < Infinity) return z.map((x) => x / length);
  return z.map((_, i) => (i === 0 ? 1 : 0));
}

/** Of unit vectors; exact near 0 and near π, where an arc cosine is not (Kahan 2006). */
function angle(a: Float64Array, b: Float64Array): number {
  const sum = a.map((x, i) => x + b[i]);
  return 2 * Math.atan2(lengthOf(difference(a, b)), lengthOf(sum));
}

function sphereExp(base: Float64Array, tangent: Float64Array): Float64Array {
  // what points along the radius leads nowhere on the sphere
  const outward = dot(base, tangent);
  const along = tangent.map((x, i) => x - outward * base[i]);
  const length = lengthOf(along);
  if (length === 0) return base.slice();
  return base.map((x, i) => Math.cos(length) * x + (Math.sin(length) / length) * along[i]);
}

function sphereLog(base: Float64Array, point: Float64Array): Float64Array {
  const far = angle(base, point);
  const apart = difference(point, base);
  const outward = dot(base, apart);
  const along = apart.map((x, i) => x - outward * base[i]);
  const length = lengthOf(along);
  if (far === 0) return along.fill(0);
  // at the opposite point every direction leads there
  const way = length > 1e-12 ? along.map((x) => x / length) : orthogonalTo(base);
  return way.map((x) => far * x);
}

/** A unit vector orthogonal to a unit vector: the axis it has least of, straightened. In one dimension there is none. */
function orthogonalTo(base: Float64Array): Float64Array {
  let least = 0;
  for (let i = 1; i < base.length; i++) if (Math.abs(base[i]) < Math.abs(base[least])) least = i;
  const out = base.map((x, i) => (i === least ? 1 : 0) - base[least] * x);
  const length = lengthOf(out);
  return length > 0 ? out.map((x) => x / length) : out;
}

function toBall(z: Float64Array): Float64Array {
  const length = lengthOf(z);
  if (length <= BALL_RADIUS) return z.slice();
  if (!(length < Infinity)) return z.map((_, i) => (i === 0 ? BALL_RADIUS : 0));
  return z.map((x) => (x * BALL_RADIUS) / length);
}

/** 1 − |x|². */
const gap = (x: Float64Array): number => 1 - dot(x, x);

/** acosh(1 + 2|a − b|² / ((1 − |a|²)(1 − |b|²))), by the half angle, which keeps small distances. */
function ballDistance(a: Float64Array, b: Float64Array): number {
  return 2 * Math.asinh(lengthOf(difference(a, b)) / Math.sqrt(gap(a) * gap(b)));
}

/** base ⊕ tanh(λ|v| / 2) v / |v|, with λ = 2 / (1 − |base|²). */
function ballExp(base: Float64Array, tangent: Float64Array): Float64Array {
  const length = lengthOf(tangent);
  if (length === 0) return base.slice();
  const room = gap(base);
  const reach = Math.tanh(length / room);
  const step = tangent.map((x) => (reach * x) / length);
  const inner = 2 * dot(base, step);
  const below = 1 + inner + dot(base, base) * reach * reach;
  return base.map((x, i) => ((1 + inner + reach * reach) * x + room * step[i]) / below);
}

/** The direction of (−base) ⊕ point, written with point − base, of length distance / λ. */
function ballLog(base: Float64Array, point: Float64Array): Float64Array {
  const apart = difference(point, base);
  const squared = dot(apart, apart);
  if (squared === 0) return apart;
  const room = gap(base);
  const way = apart.map((x, i) => room * x - squared * base[i]);
  const scale = (ballDistance(base, point) * room) / (2 * lengthOf(way));
  return way.map((x) => scale * x);
}

function difference(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from(a, (x, i) => x - b[i]);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

const lengthOf = (a: Float64Array): number => Math.sqrt(dot(a, a));
