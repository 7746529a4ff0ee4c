/** The hyperbolic VAE: wrapped normals against what must hold of them, and what it learns of digits. */
import { describe, expect, it } from 'vitest';
import { matrix, random } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { compile, constant, gradients, input, sub } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { boundScope } from '../nn/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { hyperbolic } from './geometry.ts';
import { hyperbolicPosterior } from './hyperbolic-posterior.ts';
import { hyperbolicVae } from './hyperbolic-vae.ts';
import { loadSpace } from './load-space.ts';

const runtime = nodeRuntime();
const N = 10_000;

/** Samples of a posterior whose mean the encoder puts at that step from the centre, of that deviation. */
async function drawn(step: number[], deviation: number, c = 1) {
  const d = step.length;
  const family = hyperbolicPosterior(d, c);
  const bias = input('bias', [d]);
  const zeros = constant(new Float32Array(d), [1, d]);
  const tensors = new Map<string, Tensor>([
    ['mean.weight', zeros],
    ['mean.bias', bias],
    ['logDeviation.weight', zeros],
    ['logDeviation.bias', constant(new Float32Array(d).fill(Math.log(deviation)), [d])],
  ]);
  const rows = input('rows', ['batch', 1]);
  const noise = input('noise', ['batch', d]);
  const posterior = family.infer(boundScope(tensors), rows);
  const z = posterior.sample(noise);
  const kl = posterior.kl!(z);
  const [slope] = gradients(kl, [bias]);
  const ratio = sub(family.prior!.logDensity(z), posterior.logDensity!(z));
  const executable = await compile(runtime, { z, kl, slope, ratio, mean: posterior.outputs.mean });
  const epsilon = random(2).fillNormal(new Float32Array(N * d));
  const out = await executable.run({
    rows: { dtype: 'float32', shape: [N, 1], data: new Float32Array(N) },
    noise: { dtype: 'float32', shape: [N, d], data: epsilon },
    bias: { dtype: 'float32', shape: [d], data: Float32Array.from(step) },
  });
  await executable.dispose();
  const data = (name: string): Float32Array => out[name].data as Float32Array;
  return {
    z: data('z'),
    kl: data('kl')[0],
    slope: data('slope'),
    ratio: data('ratio'),
    mean: data('mean').subarray(0, d),
    epsilon,
  };
}

describe('a wrapped normal', () => {
  it('lies as far from its mean as its steps are long', async () => {
    const { z, mean, epsilon } = await drawn([1.2, -0.7, 2], 0.6);
    const ball = hyperbolic();
    expect(ball.distance([0, 0, 0], mean)).toBeCloseTo(Math.hypot(1.2, -0.7, 2), 4);
    for (let i = 0; i < 300; i++) {
      const [point, steps] = [z, epsilon].map((data) => data.subarray(3 * i, 3 * i + 3));
      expect(ball.distance(mean, point)).toBeCloseTo(0.6 * Math.hypot(...steps), 2);
    }
  });

  it.each([1, 4, 0.25])('is the prior where it is wide as that and about the centre, of curvature −%f', async (c) => {
    const { kl, ratio } = await drawn([0, 0], Math.sqrt(c), c);
    expect(kl).toBeCloseTo(0, 4);
    expect(Math.max(...ratio.map(Math.abs))).toBeLessThan(1e-2);
  });

  it('has a density that adds up: the prior, weighed by it, is 1 on the mean', async () => {
    // wider than the prior, so that the weights are bounded
    for (const step of [
      [0.3, 0.2],
      [0.2, -0.4, 0.1],
    ]) {
      // prettier-ignore
      const { ratio, kl } = await drawn(step, 1.4);
      const total = ratio.reduce((sum, value) => sum + Math.exp(value), 0) / N;
      expect(Math.abs(total - 1)).toBeLessThan(0.03);
      expect(kl).toBeGreaterThan(0);
    }
  });

  it('costs more the further out it lies, and its gradient says so', async () => {
    const at = (x: number) => drawn([x, 0], 0.5);
    const [near, far] = [await at(1), await at(3)];
    expect(far.kl).toBeGreaterThan(near.kl + 1);
    const numeric = ((await at(1.01)).kl - (await at(0.99)).kl) / 0.02;
    expect(Math.abs(near.slope[0] / numeric - 1)).toBeLessThan(0.02);
    const { slope, z } = await at(50);
    expect([...slope, ...z].every(Number.isFinite)).toBe(true);
  });
});

describe('a hyperbolic VAE', async () => {
  const some = await digits(400);
  const QUICK = { epochs: 6, batchSize: 32, layers: [48], seed: 1, learningRate: 5e-3, batchesPerCall: 1 };

  it('puts digits into the ball, and decodes any point, outside too', async () => {
    const { space, metrics, warnings } = await hyperbolicVae.fit(some, { ...QUICK, curvature: 2 }, runtime);
    expect([space.geometry.name, space.geometry.c, warnings]).toEqual(['hyperbolic', 2, []]);
    expect(metrics.train.kl).toBeGreaterThan(1);
    const z = await space.encode!(readRows(some.rows));
    for (let i = 0; i < z.rows; i++) expect(Math.hypot(...z.data.subarray(2 * i, 2 * i + 2))).toBeLessThan(1);
    const out = matrix(1, 2, Float32Array.of(5, -3));
    const on = matrix(1, 2, space.geometry.project(out.data));
    const [a, b] = [(await space.decode!(out)).data, (await space.decode!(on)).data];
    a.forEach((value, i) => expect(value).toBeCloseTo(b[i], 2));
    expect((await space.decode!(matrix(1, 2))).data.every(Number.isFinite)).toBe(true);
    const sample = space.prior!.sample(100, 3);
    for (let i = 0; i < 100; i++) expect(Math.hypot(...sample.data.subarray(2 * i, 2 * i + 2))).toBeLessThan(1);
    const loaded = await loadSpace(space.toFiles(), runtime);
    expect(loaded.geometry.distance([0, 0], [0.5, 0])).toBeCloseTo(Math.log(3) / Math.SQRT2, 10);
    expect(loaded.prior!.sample(100, 3).data).toEqual(sample.data);
  });

  it('gives up the ball as β grows', async () => {
    const kl = async (beta: number): Promise<number> =>
      (await hyperbolicVae.fit(some, { ...QUICK, epochs: 3, beta }, runtime)).metrics.train.kl;
    expect(await kl(0.3)).toBeGreaterThan(3 * (await kl(30)));
  });
});
