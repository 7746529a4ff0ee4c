import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { random } from '../base/index.ts';
import { add, compile, constant, gemm, gradients, input, mul, sigmoid, tanh } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import {
  covarianceGap,
  jacobianNorm,
  klParts,
  maximumMeanDiscrepancy,
  neighborGap,
  sparsityGap,
  squaredDistances,
} from './regularisers.ts';

interface Case {
  name: string;
  inputs: Record<string, { shape: number[]; values: number[] }>;
  parts: Record<string, number>;
  gradients: Record<string, number[]>;
}

const { tool, cases } = JSON.parse(
  readFileSync(new URL('regularisers-golden/golden.json', import.meta.url), 'utf8'),
) as {
  tool: string;
  cases: Case[];
};
const runtime = nodeRuntime();

const BUILD: Record<string, (t: Record<string, Tensor>) => object> = {
  klParts: ({ z, zMean, logVar }) => klParts(z, zMean, logVar, 50),
  'covarianceGap I': ({ zMean }) => covarianceGap(zMean),
  'covarianceGap II': ({ zMean, logVar }) => covarianceGap(zMean, logVar),
  maximumMeanDiscrepancy: ({ z, prior }) => ({ mmd: maximumMeanDiscrepancy(z, prior) }),
  jacobianNorm: ({ weight, x, direction }) => ({ slope: jacobianNorm(tanh(gemm(x, weight)), x, direction) }),
  sparsityGap: ({ logits }) => ({ sparsity: sparsityGap(sigmoid(logits), 0.1) }),
  neighborGap: ({ z, near }) => ({ neighbors: neighborGap(z, near) }),
};

async function values(
  outputs: Record<string, Tensor>,
  feeds: Case['inputs'] = {},
): Promise<Record<string, Float32Array>> {
  const executable = await compile(runtime, outputs);
  const fed = executable.inputs.map(({ name }) => {
    const { shape, values } = feeds[name];
    return [name, { dtype: 'float32', shape, data: Float32Array.from(values) } as const];
  });
  const got = await executable.run(Object.fromEntries(fed));
  await executable.dispose();
  return Object.fromEntries(Object.entries(got).map(([name, { data }]) => [name, data as Float32Array]));
}

describe(`as in ${tool}`, () => {
  test.each(cases)('$name and its gradients', async ({ name, inputs, parts, gradients: expected }) => {
    // sizes known, as they are while learning
    const tensors = Object.fromEntries(Object.entries(inputs).map(([key, { shape }]) => [key, input(key, shape)]));
    const built = BUILD[name](tensors) as Record<string, Tensor>;
    const wanted = Object.keys(expected);
    const total = Object.keys(parts)
      .map((part, i) => mul(built[part], i + 1))
      .reduce((a, b) => add(a, b));
    const slopes = gradients(
      total,
      wanted.map((key) => tensors[key]),
    );
    const named = Object.fromEntries(wanted.map((key, i) => [`d ${key}`, slopes[i]]));
    const got = await values({ ...built, ...named }, inputs);
    for (const [part, value] of Object.entries(parts)) expect(got[part][0]).toBeCloseTo(value, 4);
    for (const key of wanted) {
      expect(got[`d ${key}`].length).toBe(expected[key].length);
      expected[key].forEach((value, i) => expect(Math.abs(got[`d ${key}`][i] - value)).toBeLessThan(2e-4));
    }
  });

  test.each(cases)('$name of a batch whose size is not known', async ({ name, inputs, parts }) => {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([key, { shape }]) => [
        key,
        input(key, key === 'weight' ? shape : ['batch', ...shape.slice(1)]),
      ]),
    );
    const got = await values(BUILD[name](tensors) as Record<string, Tensor>, inputs);
    for (const [part, value] of Object.entries(parts)) expect(got[part][0]).toBeCloseTo(value, 4);
  });
});

describe('what they mean', () => {
  const sample = (n: number, k: number, seed: number, shift = 0): Tensor => {
    const numbers = random(seed).fillNormal(new Float32Array(n * k));
    return constant(
      numbers.map((v) => v + shift),
      [n, k],
    );
  };

  it('MMD is about 0 for two samples of one distribution, and grows with the distance between two', async () => {
    const prior = sample(400, 2, 1);
    const { same, near, far } = await values({
      same: maximumMeanDiscrepancy(sample(400, 2, 2), prior),
      near: maximumMeanDiscrepancy(sample(400, 2, 3, 0.5), prior),
      far: maximumMeanDiscrepancy(sample(400, 2, 4, 3), prior),
    });
    expect(Math.abs(same[0])).toBeLessThan(5e-3);
    expect(near[0]).toBeGreaterThan(5 * Math.abs(same[0]));
    expect(far[0]).toBeGreaterThan(5 * near[0]);
  });

  it('of one row each is a number', async () => {
    const one = constant([0.3, -1], [1, 2]);
    const parts = { ...klParts(one, one, one, 1), ...covarianceGap(one), mmd: maximumMeanDiscrepancy(one, one) };
    const got = await values({ ...parts, near: neighborGap(one, one) });
    expect(Object.values(got).map(([value]) => Number.isFinite(value))).not.toContain(false);
  });

  it('the total correlation of latents that are one and the same is above that of independent ones', async () => {
    const n = 256;
    const a = random(1).fillNormal(new Float32Array(n));
    const twice = constant(
      Float32Array.from({ length: 2 * n }, (_, i) => a[i >> 1]),
      [n, 2],
    );
    const logVar = constant(new Float32Array(2 * n).fill(-4), [n, 2]);
    const apart = sample(n, 2, 5);
    const { together, separate } = await values({
      together: klParts(twice, twice, logVar, n).totalCorrelation,
      separate: klParts(apart, apart, logVar, n).totalCorrelation,
    });
    expect(together[0]).toBeGreaterThan(separate[0] + 0.5);
  });

  it('distances are those of the definition, never below 0', async () => {
    const [a, b] = [sample(5, 3, 1), sample(4, 3, 2)];
    const { d, own } = await values({ d: squaredDistances(a, b), own: squaredDistances(a, a) });
    const [x, y] = [a, b].map((t) => t.attributes.data as Float32Array);
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 4; j++) {
        const exact = [0, 1, 2].reduce((sum, c) => sum + (x[3 * i + c] - y[3 * j + c]) ** 2, 0);
        expect(d[4 * i + j]).toBeCloseTo(exact, 5);
      }
      expect(own[6 * i]).toBeCloseTo(0, 5);
    }
    expect(Math.min(...own)).toBeGreaterThanOrEqual(0);
  });

  it('the slope along random directions has the Jacobian norm as its mean', async () => {
    const x = constant(new Float32Array(4000), [2000, 2]);
    const weight = constant([1, 2, 3, 4, 5, 6], [2, 3]);
    const { slope } = await values({ slope: jacobianNorm(gemm(x, weight), x, sample(2000, 3, 8)) });
    expect(slope[0] / 91).toBeGreaterThan(0.9);
    expect(slope[0] / 91).toBeLessThan(1.1);
  });
});
