import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { random } from '../base/index.ts';
import { add, compile, constant, gradients, input, matmul, mul, sum, tanh } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import {
  discriminatorLoss,
  generatorLoss,
  gradientPenalty,
  minibatchFeatures,
  packed,
  spectralScope,
  zeroCenteredPenalty,
} from './adversarial-losses.ts';
import type { GanLoss } from './adversarial-losses.ts';
import { conv, dense } from './layers.ts';
import { boundScope, declaringScope } from './scope.ts';
import type { Change } from './scope.ts';

interface Golden {
  tool: string;
  real: number[];
  fake: number[];
  losses: { name: GanLoss; discriminator: number; generator: number; gradients: number[][] }[];
  critic: Record<string, { shape: number[]; values: number[] }>;
  penalties: { name: string; value: number; gradients: Record<string, number[]> }[];
  spectral: Record<'matrix' | 'coefficients' | 'gradient' | 'kernel', number[]> & {
    sigma: number;
    kernelSigma: number;
  };
}

const golden = JSON.parse(readFileSync(new URL('adversarial-golden/golden.json', import.meta.url), 'utf8')) as Golden;
const runtime = nodeRuntime();

/** The values of tensors that need no feeding. */
async function valuesOf(tensors: Record<string, Tensor>): Promise<Record<string, number[]>> {
  const executable = await compile(runtime, tensors);
  const out = await executable.run({});
  await executable.dispose();
  return Object.fromEntries(Object.entries(out).map(([name, { data }]) => [name, Array.from(data, Number)]));
}

function near(got: number[], expected: number[], tolerance = 1e-5): void {
  expect(got.length).toBe(expected.length);
  got.forEach((value, i) =>
    expect(Math.abs(value - expected[i])).toBeLessThan(tolerance * (1 + Math.abs(expected[i]))),
  );
}

describe(`losses and penalties are those of ${golden.tool}`, () => {
  test.each(golden.losses)('$name', async ({ name, ...expected }) => {
    const [d, f] = [golden.real, golden.fake].map((values) => constant(values, [6, 1]));
    const ofDiscriminator = discriminatorLoss(name, d, f);
    const ofGenerator = generatorLoss(name, f);
    const [byD, byF] = gradients(ofDiscriminator, [d, f]);
    const [alone] = gradients(ofGenerator, [f]);
    const got = await valuesOf({ ofDiscriminator, ofGenerator, byD, byF, alone });
    near(got.ofDiscriminator, [expected.discriminator]);
    near(got.ofGenerator, [expected.generator]);
    [got.byD, got.byF, got.alone].forEach((values, i) => near(values, expected.gradients[i]));
  });

  test.each(golden.penalties)('$name', async ({ name, value, gradients: expected }) => {
    const [a, b, c, x, y, share] = ['a', 'b', 'c', 'x', 'y', 'share'].map((key) => {
      const { values, shape } = golden.critic[key];
      return constant(values, shape);
    });
    const critic = (v: Tensor): Tensor => matmul(tanh(add(matmul(v, a), b)), c);
    const penalty = name === 'r1' ? zeroCenteredPenalty(critic, x) : gradientPenalty(critic, x, y, share);
    const found = gradients(penalty, [a, b, c]);
    const got = await valuesOf({ penalty, a: found[0], b: found[1], c: found[2] });
    near(got.penalty, [value]);
    for (const key of ['a', 'b', 'c']) near(got[key], expected[key], 1e-4);
  });
});

describe('spectral normalisation', () => {
  /** Runs a layer again and again, its vector each time the one that the time before left; the last run's tensors. */
  async function settled(
    weight: { shape: number[]; values: number[] },
    layer: (scope: Parameters<typeof spectralScope>[0]) => Record<string, Tensor>,
    times = 60,
  ): Promise<Record<string, number[]>> {
    const { scope, parameters } = declaringScope(random(3));
    layer(scope);
    const spectral = parameters.find(({ name }) => name === 'spectral')!;
    let u = spectral.value;
    let out: Record<string, number[]> = {};
    for (let i = 0; i < times; i++) {
      const tensors = new Map(parameters.map(({ name, shape, value }) => [name, constant(value, shape)]));
      tensors.set('weight', constant(weight.values, weight.shape));
      tensors.set('spectral', constant(u, spectral.shape));
      const changes = new Map<string, Change>();
      const made = layer(boundScope(tensors, changes));
      out = await valuesOf({ ...made, next: changes.get('spectral')!(tensors.get('spectral')!) });
      u = Float32Array.from(out.next);
    }
    return out;
  }
  const { matrix, coefficients, sigma, gradient, kernel, kernelSigma } = golden.spectral;

  it('divides by the largest singular value, and has the gradient that goes with it', async () => {
    let own: Tensor | undefined;
    const out = await settled({ shape: [5, 3], values: matrix }, (scope) => {
      const seen: typeof scope = {
        ...scope,
        parameter: (name, ...rest) => {
          const tensor = scope.parameter(name, ...rest);
          if (name === 'weight') own = tensor;
          return tensor;
        },
      };
      const w = spectralScope(seen).parameter('weight', [5, 3], () => new Float32Array(15), { fanIn: 5, fanOut: 3 });
      const [byWeight] = gradients(sum(mul(w, constant(coefficients, [5, 3]))), [own!]);
      return { w: mul(w, 1), byWeight };
    });
    near(
      out.w,
      matrix.map((value) => value / sigma),
    );
    near(out.byWeight, gradient, 1e-4);
  });

  it('takes a convolution for the matrix of its output channels', async () => {
    const image = constant(new Float32Array(2 * 9).fill(0).fill(1, 4, 5), [1, 2, 3, 3]);
    // the first input channel is a single point in the middle: what comes out is its kernel, turned about
    const out = await settled({ shape: [4, 2, 3, 3], values: kernel }, (scope) => ({
      y: conv(spectralScope(scope), image, 4),
    }));
    const plain = await valuesOf({
      y: conv(
        boundScope(
          new Map([
            ['weight', constant(kernel, [4, 2, 3, 3])],
            ['bias', constant([0, 0, 0, 0])],
          ]),
        ),
        image,
        4,
      ),
    });
    // biases are as they were drawn, so compare what two places of a channel differ by
    for (let o = 0; o < 4; o++) {
      for (let p = 1; p < 9; p++) {
        const [a, b] = [out.y[9 * o + p] - out.y[9 * o], plain.y[9 * o + p] - plain.y[9 * o]];
        expect(a * kernelSigma).toBeCloseTo(b, 4);
      }
    }
  });
});

describe('remedies for collapse', () => {
  it('packed rows lie side by side', async () => {
    const x = constant([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
    const { y } = await valuesOf({ y: mul(packed(x, 2), 1) });
    expect(y).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(packed(x, 2).shape).toEqual([2, 4]);
    expect(() => packed(x, 3)).toThrow('a batch that 3 divides');
  });

  it('minibatch features count the rows that are near, each but itself', async () => {
    const x = input('x', [3, 2]);
    const { scope, parameters } = declaringScope(random(0));
    minibatchFeatures(scope, x, 2, 1);
    // two projections: the first and the second feature
    const bound = boundScope(new Map(parameters.map(({ name }) => [name, constant([1, 0, 0, 1], [2, 2])])));
    const rows = [0, 0, 1, 0, 1, 5];
    const { y } = await valuesOf({ y: minibatchFeatures(bound, constant(rows, [3, 2]), 2, 1) });
    const e = Math.exp;
    near(y, [0, 0, 2 * e(-1), 1 + e(-5), 1, 0, e(-1) + 1, 1 + e(-5), 1, 5, e(-1) + 1, 2 * e(-5)]);
  });

  it('a dense layer of a spectral scope keeps its bias', () => {
    const { scope, parameters } = declaringScope(random(0));
    dense(spectralScope(scope.child('a')), input('x', ['batch', 3]), 2);
    expect(parameters.map(({ name }) => name).sort()).toEqual(['a.bias', 'a.spectral', 'a.weight']);
  });
});
