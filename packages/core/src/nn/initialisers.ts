/**
 * First values of parameters, all from a seeded stream.
 *
 * Fans are given, not guessed from the shape, because a dense weight is [in, out], a convolution's [out, in, h, w]
 * and a transposed convolution's [in, out, h, w].
 * @see Glorot & Bengio 2010; He et al. 2015; Saxe et al. 2014 (orthogonal)
 */
import type { Random } from '../base/index.ts';

/** How many values feed one output, and how many outputs one value feeds. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

export type Initialiser = (shape: readonly number[], fans: Fans, rng: Random) => Float32Array;

export const zeros: Initialiser = (shape) => new Float32Array(sizeOf(shape));

/** Every value the same. */
export function filled(value: number): Initialiser {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

/** U(±√(6 / (fanIn + fanOut))): keeps the variance of activations and gradients where activations are near linear. */
export const glorotUniform: Initialiser = (shape, { fanIn, fanOut }, rng) =>
  uniform(shape, Math.sqrt(6 / (fanIn + fanOut)), rng);

/** N(0, 2 / (fanIn + fanOut)). */
export const glorotNormal: Initialiser = (shape, { fanIn, fanOut }, rng) =>
  rng.fillNormal(new Float32Array(sizeOf(shape)), Math.sqrt(2 / (fanIn + fanOut)));

/** U(±√(6 / fanIn)): keeps the variance of activations behind a rectifier. */
export const heUniform: Initialiser = (shape, { fanIn }, rng) => uniform(shape, Math.sqrt(6 / fanIn), rng);

/** N(0, 2 / fanIn). */
export const heNormal: Initialiser = (shape, { fanIn }, rng) =>
  rng.fillNormal(new Float32Array(sizeOf(shape)), Math.sqrt(2 / fanIn));

/** U(±1 / √fanIn): what PyTorch gives weights and biases of a linear or convolution layer. */
export const fanInUniform: Initialiser = (shape, { fanIn }, rng) => uniform(shape, 1 / Math.sqrt(fanIn), rng);

/**
 * A random orthogonal matrix × gain, the shape read as [first, the rest]; rows or columns are orthonormal, whichever
 * are fewer. By modified Gram–Schmidt, twice, on a normal matrix.
 */
export function orthogonal(gain = 1): Initialiser {
  return (shape, _fans, rng) => {
    const first = shape[0];
    const rest = sizeOf(shape) / first;
    const count = Math.min(first, rest);
    const length = Math.max(first, rest);
    const q = new Float64Array(count * length);
    for (let i = 0; i < q.length; i++) q[i] = rng.normal();
    for (let i = 0; i < count; i++) {
      const v = q.subarray(i * length, (i + 1) * length);
      for (let pass = 0; pass < 2; pass++) {
        for (let j = 0; j < i; j++) {
          const u = q.subarray(j * length, (j + 1) * length);
          const d = dot(u, v);
          for (let k = 0; k < length; k++) v[k] -= d * u[k];
        }
      }
      const norm = Math.sqrt(dot(v, v));
      for (let k = 0; k < length; k++) v[k] /= norm;
    }
    const out = new Float32Array(first * rest);
    for (let i = 0; i < first; i++) {
      for (let j = 0; j < rest; j++) out[i * rest + j] = gain * (first <= rest ? q[i * length + j] : q[j * length + i]);
    }
    return out;
  };
}

function uniform(shape: readonly number[], bound: number, rng: Random): Float32Array {
  return rng.fillUniform(new Float32Array(sizeOf(shape)), -bound, bound);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
