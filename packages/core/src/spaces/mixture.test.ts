import { describe, expect, it } from 'vitest';
import { finish, matrix, matrixOf, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { mixtureLogDensity, mixtureSteps } from './mixture.ts';
import { mixturePrior } from './mixture-prior.ts';

/** Three round clouds of 200 points each, at corners of a triangle; the third is as wide as the others together. */
function clouds(): Matrix {
  const rng = random(4);
  const x = matrix(600, 2);
  const places = [
    [0, 0, 0.3],
    [5, 0, 0.3],
    [0, 5, 0.6],
  ];
  for (let i = 0; i < 600; i++) {
    const [a, b, scale] = places[i % 3];
    x.data.set([a + scale * rng.normal(), b + scale * rng.normal()], 2 * i);
  }
  return x;
}

describe('a mixture of Gaussians', () => {
  it('finds clouds: their shares, places and widths', () => {
    const { weights, means, choleskys } = finish(mixtureSteps(clouds(), { components: 3, seed: 1 }));
    const order = [0, 1, 2].sort((a, b) => means[a][0] - means[a][1] - (means[b][0] - means[b][1]));
    const [c, a, b] = order;
    for (const [component, place, width] of [
      [a, [0, 0], 0.3],
      [b, [5, 0], 0.3],
      [c, [0, 5], 0.6],
    ] as const) {
      expect(weights[component]).toBeCloseTo(1 / 3, 2);
      place.forEach((value, j) => expect(Math.abs(means[component][j] - value)).toBeLessThan(0.15));
      expect(Math.abs(choleskys[component][0] - width)).toBeLessThan(0.08);
    }
  });

  it('of one component has the mean and covariance of the rows', () => {
    const x = clouds();
    const { weights, means, choleskys } = finish(mixtureSteps(x, { components: 1 }));
    const mean = [0, 1].map((j) => x.data.reduce((sum, v, i) => (i % 2 === j ? sum + v / 600 : sum), 0));
    const covariance = [0, 0, 1].map((_, which) => {
      const [a, b] = [[0, 0], [1, 0], [1, 1]][which]; // prettier-ignore
      let sum = 0;
      for (let i = 0; i < 600; i++) sum += ((x.data[2 * i + a] - mean[a]) * (x.data[2 * i + b] - mean[b])) / 600;
      return sum;
    });
    const [l00, , l10, l11] = choleskys[0];
    expect(weights[0]).toBeCloseTo(1, 10);
    mean.forEach((value, j) => expect(means[0][j]).toBeCloseTo(value, 5));
    expect((l00 * l00) / covariance[0]).toBeCloseTo(1, 3);
    expect(l10 * l00).toBeCloseTo(covariance[1], 3);
    expect((l10 * l10 + l11 * l11) / covariance[2]).toBeCloseTo(1, 3);
  });

  it('grows more likely with each iteration, and the density it gives is that of the definition', () => {
    const x = clouds();
    let before = -Infinity;
    for (let nIter = 1; nIter <= 8; nIter++) {
      const fitted = finish(mixtureSteps(x, { components: 4, nIter, tolerance: 0, seed: 3 }));
      const mean = mixtureLogDensity(x, fitted).reduce((a, b) => a + b) / 600;
      expect(mean).toBeGreaterThanOrEqual(before - 1e-9);
      before = mean;
    }
    const one = {
      weights: Float64Array.of(1),
      means: [Float64Array.of(1, 2)],
      choleskys: [Float64Array.of(2, 0, 1, 3)],
    };
    const [log] = mixtureLogDensity(matrixOf([[2, 4]]), one);
    // L⁻¹ (1, 2) = (½, ½)
    expect(log).toBeCloseTo(-Math.log(2 * Math.PI) - Math.log(6) - 0.25, 10);
  });

  it('bears rows that are all the same, fewer rows than components, and one row', () => {
    for (const x of [
      matrix(20, 3),
      matrixOf([[1, 2]]),
      matrixOf([
        [1, 2],
        [3, 4],
      ]),
    ]) {
      // prettier-ignore
      const { weights, logDensity } = finish(mixtureSteps(x, { components: 10 }));
      expect(weights.length).toBeLessThanOrEqual(x.rows);
      expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 10);
      expect(Number.isFinite(logDensity)).toBe(true);
    }
    expect(() => finish(mixtureSteps(matrix(0, 2)))).toThrow(/got 0 × 2/);
  });

  it('is the same for the same seed', () => {
    const fit = (seed: number): unknown => finish(mixtureSteps(clouds(), { components: 5, seed }));
    expect(fit(7)).toEqual(fit(7));
  });
});

describe('priors of many parts', () => {
  const moments = ({ data, rows, cols }: Matrix): { mean: number[]; variance: number[] } => {
    const mean = Array.from({ length: cols }, (_, j) =>
      data.reduce((s, v, i) => (i % cols === j ? s + v / rows : s), 0),
    );
    const variance = mean.map((m, j) => data.reduce((s, v, i) => (i % cols === j ? s + (v - m) ** 2 / rows : s), 0));
    return { mean, variance };
  };

  it('draw with the moments that their parts have', () => {
    const weights = [0.25, 0.75];
    const means = [[0, 0], [4, 8]]; // prettier-ignore
    const mixture = mixturePrior({ kind: 'mixture', weights, means, choleskys: [[1, 0, 2, 1], [1, 0, 0, 1]] }, 2); // prettier-ignore
    const a = moments(mixture.sample(40_000, 1));
    [3, 6].forEach((mean, j) => expect(Math.abs(a.mean[j] - mean)).toBeLessThan(0.08));
    // within + between: 1 + 3, 0.25 · 5 + 0.75 + 12
    [4, 14].forEach((variance, j) => expect(Math.abs(a.variance[j] / variance - 1)).toBeLessThan(0.05));
    const vamp = mixturePrior({ kind: 'vamp', weights, means, deviations: [[2, 0], [0, 1]] }, 2); // prettier-ignore
    const b = moments(vamp.sample(40_000, 1));
    [4, 12.75].forEach((variance, j) => expect(Math.abs(b.variance[j] / variance - 1)).toBeLessThan(0.05));
  });

  it('draw vectors of a codebook as often as they stand at each part', () => {
    const codebook = [[0], [1], [2]];
    const { data } = mixturePrior({ kind: 'codebook', codebook, frequencies: [[1, 0, 0], [0, 0.3, 0.7]] }, 2).sample(5000, 2); // prettier-ignore
    let twos = 0;
    for (let i = 0; i < data.length; i += 2) {
      expect(data[i]).toBe(0);
      expect([1, 2]).toContain(data[i + 1]);
      if (data[i + 1] === 2) twos++;
    }
    expect(Math.abs(twos / 5000 - 0.7)).toBeLessThan(0.03);
  });

  it('must fit the space', () => {
    expect(() => mixturePrior({ kind: 'vamp', weights: [1], means: [[0, 0]], deviations: [[1, 1]] }, 3)).toThrow(
      /has 2/,
    );
  });
});
