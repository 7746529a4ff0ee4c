import { expect, test } from 'vitest';
import { matrix, random } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import { matrix64 } from '../linalg/index.ts';
import { spreadWithin } from './lda-spread.ts';

test.each([
  ['more rows than columns', 30, 7],
  ['fewer', 20, 30],
  ['many fewer', 7, 30],
])('the spread of %s, and what undoes it', async (_, n, d) => {
  const rng = random(n);
  const residuals = matrix(n, d, rng.fillNormal(new Float32Array(n * d)));
  for (let j = 0; j < d; j++) {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += residuals.data[i * d + j] / n;
    for (let i = 0; i < n; i++) residuals.data[i * d + j] -= mean;
  }
  const s = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (residuals.data[i * d + a] * residuals.data[i * d + b]) / n;
    return sum;
  };
  const all = Array.from({ length: d * d }, (_, i) => s(Math.floor(i / d), i % d));
  const spread = await spreadWithin(residuals, { kernels: singleThread() });
  expect(spread.trace).toBeCloseTo(
    all.reduce((sum, value, i) => (i % (d + 1) === 0 ? sum + value : sum), 0),
    4,
  );
  const v = Float64Array.from({ length: d }, () => rng.normal());
  const times = (u: Float64Array, a: number): number => u.reduce((sum, value, b) => sum + all[a * d + b] * value, 0);
  const two = await spread.times(matrix64(2, d, Float64Array.of(...v, ...v.map((value) => -2 * value))));
  two.data.forEach((value, a) => expect(value).toBeCloseTo(a < d ? times(v, a) : -2 * times(v, a - d), 4));
  for (const shrinkage of [0, 0.3, 1]) {
    const x = await spread.solved(matrix64(d, 1, v), shrinkage, 0.2);
    v.forEach((value, a) => expect((1 - shrinkage) * times(x.data, a) + 0.2 * x.data[a]).toBeCloseTo(value, 4));
  }
});
