import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { compile, constant, gradients, input } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { bernoulli, crossEntropy, gaussianKl, gaussianLikelihood, negativeElbo, squaredError } from './losses.ts';

interface LossCase {
  name: string;
  inputs: Record<string, { shape: number[]; values: number[] }>;
  loss: number;
  gradients: Record<string, number[]>;
}

const { tool, losses } = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as {
  tool: string;
  losses: LossCase[];
};
const runtime = nodeRuntime();

const LOSSES: Record<string, (t: Record<string, Tensor>) => { loss: Tensor }> = {
  squaredError: ({ xHat, x }) => squaredError(xHat, x),
  bernoulli: ({ logits, x }) => bernoulli(logits, x),
  gaussianLikelihood: ({ xMean, logVar, x }) => gaussianLikelihood(xMean, logVar, x),
  crossEntropy: ({ logits, x }) => crossEntropy(logits, x),
  gaussianKl: ({ zMean, logVar }) => gaussianKl(zMean, logVar),
};

/** Runs outputs that depend on inputs of these values; the first dimension is declared to vary. */
async function evaluate(
  { inputs }: Pick<LossCase, 'inputs'>,
  build: (t: Record<string, Tensor>) => Record<string, Tensor>,
): Promise<Record<string, Float32Array>> {
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape }]) => [name, input(name, ['batch', ...shape.slice(1)])]),
  );
  const executable = await compile(runtime, build(tensors));
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, values }]) => [
      name,
      { dtype: 'float32', shape, data: Float32Array.from(values) } as const,
    ]),
  );
  const outputs = await executable.run(feeds);
  await executable.dispose();
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]));
}

describe(`as in ${tool}`, () => {
  test.each(losses)('$name and its gradients', async (golden) => {
    const wanted = Object.keys(golden.gradients);
    const got = await evaluate(golden, (t) => {
      const { loss } = LOSSES[golden.name](t);
      const found = gradients(
        loss,
        wanted.map((name) => t[name]),
      );
      return { loss, ...Object.fromEntries(wanted.map((name, i) => [`d ${name}`, found[i]])) };
    });
    expect(got.loss[0]).toBeCloseTo(golden.loss, 4);
    for (const name of wanted) {
      golden.gradients[name].forEach((value, i) => expect(got[`d ${name}`][i]).toBeCloseTo(value, 5));
    }
  });
});

describe('by finite differences', () => {
  test.each(losses)('$name', async (golden) => {
    const loss = async (inputs: LossCase['inputs']): Promise<number> =>
      (await evaluate({ inputs }, (t) => ({ loss: LOSSES[golden.name](t).loss }))).loss[0];
    const h = 1e-2;
    for (const [name, gradient] of Object.entries(golden.gradients)) {
      for (const at of [0, gradient.length - 1]) {
        const moved = (by: number): LossCase['inputs'] => {
          const { shape, values } = golden.inputs[name];
          return { ...golden.inputs, [name]: { shape, values: values.map((v, i) => (i === at ? v + by : v)) } };
        };
        const slope = ((await loss(moved(h))) - (await loss(moved(-h)))) / (2 * h);
        expect(Math.abs(slope - gradient[at])).toBeLessThan(2e-3);
      }
    }
  });
});

describe('closed forms', () => {
  it('KL of N(1, 4) from N(0, 1) is ½ (4 + 1 − ln 4 − 1)', async () => {
    expect(await scalar(() => gaussianKl(rows(1), rows(Math.log(4))).kl)).toBeCloseTo(2 - Math.log(2), 6);
    expect(await scalar(() => gaussianKl(rows(0, 0), rows(0, 0)).kl)).toBe(0);
  });

  it('a Gaussian of variance 1 at its mean has density 1 / √2π per feature', async () => {
    const x = rows(3, -2);
    expect(await scalar(() => gaussianLikelihood(x, constant(0), x).loss)).toBeCloseTo(Math.log(2 * Math.PI), 6);
  });

  it('a sure and right Bernoulli costs nothing; logits of hundreds stay finite', async () => {
    expect(await scalar(() => bernoulli(rows(300, -300), rows(1, 0)).loss)).toBeCloseTo(0, 6);
    expect(await scalar(() => bernoulli(rows(-300), rows(1)).loss)).toBeCloseTo(300, 3);
  });

  it('−ELBO is reconstruction + β · kl', async () => {
    const parts = { reconstruction: constant(5) };
    expect(await scalar(() => negativeElbo(parts, { kl: constant(2) }, 4).loss)).toBe(13);
  });

  it('shapes that differ are refused', () => {
    expect(() => squaredError(rows(1, 2), rows(1))).toThrow(/squaredError: got shapes \[1, 2\] and \[1, 1\]/);
  });
});

async function scalar(build: () => Tensor): Promise<number> {
  return (await (await compile(runtime, { y: build() })).run({})).y.data[0] as number;
}

function rows(...values: number[]): Tensor {
  return constant(values, [1, values.length]);
}
