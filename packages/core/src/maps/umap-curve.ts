/**
 * The curve 1 / (1 + a d^(2b)) that says how near two points of the map are, fitted to what minDist and spread ask for:
 * 1 up to minDist, then falling as exp(−(d − minDist) / spread) (McInnes, Healy & Melville 2018, definition 11).
 */
import { exp, log, pow } from './portable-math.ts';

export interface UmapCurve {
  readonly a: number;
  readonly b: number;
}

const SAMPLES = 300;
const TURNS = 200;

/** Least squares over 300 distances up to three spreads, by Levenberg and Marquardt's method. */
export function fitUmapCurve(minDist: number, spread: number): UmapCurve {
  const distances = Float64Array.from({ length: SAMPLES }, (_, i) => (3 * spread * i) / (SAMPLES - 1));
  const wanted = distances.map((d) => (d < minDist ? 1 : exp(-(d - minDist) / spread)));
  const errorOf = (a: number, b: number): number =>
    distances.reduce((sum, d, i) => sum + (1 / (1 + a * pow(d, 2 * b)) - wanted[i]) ** 2, 0);

  let [a, b] = [1, 1];
  let error = errorOf(a, b);
  let damping = 1e-3;
  for (let turn = 0; turn < TURNS && damping < 1e12; turn++) {
    let [aa, ab, bb, ga, gb] = [0, 0, 0, 0, 0];
    for (let i = 1; i < SAMPLES; i++) {
      const power = pow(distances[i], 2 * b);
      const value = 1 / (1 + a * power);
      const da = -value * value * power;
      const db = a * da * 2 * log(distances[i]);
      const rest = wanted[i] - value;
      aa += da * da;
      ab += da * db;
      bb += db * db;
      ga += da * rest;
      gb += db * rest;
    }
    const determinant = aa * (1 + damping) * bb * (1 + damping) - ab * ab;
    const [nextA, nextB] = [
      a + (ga * bb * (1 + damping) - gb * ab) / determinant,
      b + (gb * aa * (1 + damping) - ga * ab) / determinant,
    ];
    const next = nextA > 0 && nextB > 0 ? errorOf(nextA, nextB) : Infinity;
    if (next < error) {
      const done = error - next < 1e-15 * error;
      [a, b, error] = [nextA, nextB, next];
      damping /= 10;
      if (done) break;
    } else damping *= 10;
  }
  return { a, b };
}
