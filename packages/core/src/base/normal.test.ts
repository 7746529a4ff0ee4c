import { describe, expect, it } from 'vitest';
import { random } from './index.ts';

const N = 400_000;
const moment = (x: Float32Array, power: number): number => x.reduce((sum, v) => sum + v ** power, 0) / x.length;
const share = (x: Float32Array, test: (v: number) => boolean): number => x.filter(test).length / x.length;

describe('normals', () => {
  const x = random(1).fillNormal(new Float32Array(N));

  it('is normal: moments, tails and neighbours', () => {
    expect(moment(x, 1)).toBeCloseTo(0, 2);
    expect(moment(x, 2)).toBeCloseTo(1, 1.7);
    expect(Math.abs(moment(x, 3))).toBeLessThan(0.03);
    expect(Math.abs(moment(x, 4) - 3)).toBeLessThan(0.06);
    // beyond 1, 2, 3 and the first layer's edge, 3.4426
    for (const [edge, expected] of [
      [1, 0.317311],
      [2, 0.0455],
      [3, 0.0027],
      [3.442619855899, 0.000576],
    ]) {
      const deviation = Math.sqrt((expected * (1 - expected)) / N);
      expect(Math.abs(share(x, (v) => Math.abs(v) > edge) - expected)).toBeLessThan(4.5 * deviation);
    }
    let together = 0;
    for (let i = 1; i < N; i++) together += x[i] * x[i - 1];
    expect(Math.abs(together / N)).toBeLessThan(0.01);
  });

  it('follows the distribution function (Kolmogorov–Smirnov)', () => {
    const sorted = x.slice().sort();
    let worst = 0;
    for (let i = 0; i < N; i += 97) worst = Math.max(worst, Math.abs(normalCdf(sorted[i]) - i / N));
    expect(worst).toBeLessThan(1.95 / Math.sqrt(N));
  });
});

/** Φ by Simpson's rule. */
function normalCdf(x: number): number {
  const steps = 200;
  const h = x / steps;
  let sum = density(0) + density(x);
  for (let i = 1; i < steps; i++) sum += density(i * h) * (i % 2 === 1 ? 4 : 2);
  return 0.5 + (sum * h) / 3;
}

function density(t: number): number {
  return Math.exp(-0.5 * t * t) / Math.sqrt(2 * Math.PI);
}
