/** Seeded corruptions of a buffer, for denoising autoencoders (Vincent et al. 2010). */
import type { Random } from '../base/index.ts';

/** Sets each value to `value` with probability `share`. */
export function maskAtRandom(out: Float32Array, rng: Random, share: number, value = 0): Float32Array {
  const limit = share * 2 ** 32;
  for (let i = 0; i < out.length; i++) if (rng.uint32() < limit) out[i] = value;
  return out;
}

/** Sets each value with probability `share` to `low` or `high`, evenly. */
export function saltAndPepper(out: Float32Array, rng: Random, share: number, low = 0, high = 1): Float32Array {
  const half = share * 2 ** 31;
  for (let i = 0; i < out.length; i++) {
    const u = rng.uint32();
    if (u < half) out[i] = low;
    else if (u < 2 * half) out[i] = high;
  }
  return out;
}
