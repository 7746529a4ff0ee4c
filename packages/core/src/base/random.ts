/**
 * Seeded random numbers, the same on every machine.
 *
 * The generator is xoshiro128** (Blackman & Vigna 2018, public domain), seeded through splitmix32 so that
 * neighbouring seeds give unrelated streams.
 */
import { standardNormal } from './normal.ts';

/** A stream of random numbers; its state can be saved, so that a run resumes bit-equal. */
export interface Random {
  /** uniform in [0, 2³²) */
  uint32(): number;
  /** uniform in [0, 1), 53 bits */
  uniform(): number;
  /** standard normal */
  normal(): number;
  /** uniform integer in [0, n) */
  below(n: number): number;
  /** fills with standard normals × scale */
  fillNormal(out: Float32Array, scale?: number): Float32Array;
  /** fills with uniforms in [low, high) */
  fillUniform(out: Float32Array, low?: number, high?: number): Float32Array;
  /** shuffles in place (Fisher–Yates) */
  shuffle<T extends { length: number; [i: number]: number }>(items: T): T;
  /** an independent stream named by a number: the same parent state and key give the same child */
  fork(key: number): Random;
  /** four 32-bit words */
  state(): number[];
}

/** A stream from a seed (a whole number; it is mixed down to 32 bits), or from a saved state. */
export function random(seed: number | readonly number[] = 0): Random {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  if (typeof seed === 'number') {
    const high = Math.floor(seed / 2 ** 32);
    let x = (seed ^ Math.imul(high ^ (high >>> 15), 0x9e3779b1)) >>> 0;
    const next = (): number => {
      x = (x + 0x9e3779b9) >>> 0;
      let z = x;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return (z ^ (z >>> 15)) >>> 0;
    };
    [a, b, c, d] = [next(), next(), next(), next()];
  } else {
    [a, b, c, d] = seed;
  }

  function uint32(): number {
    const m = Math.imul(b, 5);
    const result = Math.imul((m << 7) | (m >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  }
  const uniform = (): number => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992;
  const normal = (): number => standardNormal(uint32, uniform);
  const below = (n: number): number => Math.floor(uniform() * n);
  return {
    uint32,
    uniform,
    normal,
    below,
    fillNormal(out, scale = 1) {
      for (let i = 0; i < out.length; i++) out[i] = normal() * scale;
      return out;
    },
    fillUniform(out, low = 0, high = 1) {
      for (let i = 0; i < out.length; i++) out[i] = low + uniform() * (high - low);
      return out;
    },
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = below(i + 1);
        const kept = items[i];
        items[i] = items[j];
        items[j] = kept;
      }
      return items;
    },
    fork: (key) => random((Math.imul(a ^ (b >>> 7), 0x9e3779b1) ^ Math.imul(key + 1, 0x85ebca6b)) >>> 0),
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}

/** The numbers 0 … n − 1 in random order. */
export function permutation(n: number, rng: Random): Uint32Array {
  const out = new Uint32Array(n);
  for (let i = 0; i < n; i++) out[i] = i;
  return rng.shuffle(out);
}
