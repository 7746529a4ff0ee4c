/**
 * exp, log and pow from sums, products and quotients alone, which every engine rounds alike: Math.exp and its kin may
 * differ in their last digits from one engine to the next, and a layout makes that large. For tables and the like; an
 * error of a few units in the last place.
 */

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** eˣ; 0 below −745, Infinity above 709.78. */
export function exp(x: number): number {
  if (x < -745) return 0;
  if (x > 709.78) return Infinity;
  const k = Math.round(x / (LN2_HIGH + LN2_LOW));
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let term = 1;
  let sum = 1;
  for (let i = 1; i < 20; i++) {
    term *= r / i;
    sum += term;
  }
  return timesPowerOfTwo(sum, k);
}

/** ln x, x > 0. */
export function log(x: number): number {
  let m = x;
  let k = 0;
  for (; m > Math.SQRT2; k++) m /= 2;
  for (; m < Math.SQRT1_2; k--) m *= 2;
  const s = (m - 1) / (m + 1);
  let power = s;
  let sum = 0;
  for (let i = 1; i < 32; i += 2) {
    sum += power / i;
    power *= s * s;
  }
  return k * LN2_HIGH + (k * LN2_LOW + 2 * sum);
}

/** xʸ, x ≥ 0. */
export function pow(x: number, y: number): number {
  if (x === 0) return y === 0 ? 1 : y > 0 ? 0 : Infinity;
  return exp(y * log(x));
}

export const log2 = (x: number): number => log(x) / (LN2_HIGH + LN2_LOW);

function timesPowerOfTwo(x: number, k: number): number {
  let out = x;
  for (let i = 0; i < k; i++) out *= 2;
  for (let i = 0; i > k; i--) out /= 2;
  return out;
}
