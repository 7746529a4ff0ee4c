/** The spherical VAE: von Mises–Fisher against closed forms on the circle and the sphere, and what it learns of digits. */
import { describe, expect, it } from 'vitest';
import { matrix, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { readRows } from '../data/index.ts';
import { digits } from '../data/digits.fixture.ts';
import { compile, constant, gradients, input, mean, mul, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { boundScope } from '../nn/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { sphere } from './geometry.ts';
import { loadSpace } from './load-space.ts';
import type { Posterior } from './posterior.ts';
import { logEven, sphericalPosterior } from './spherical-posterior.ts';
import { sphericalVae } from './spherical-vae.ts';

const runtime = nodeRuntime();

/** softplus of it, and 0.1, is the concentration. */
const rawOf = (concentration: number): number =>
  concentration > 30 ? concentration - 0.1 : Math.log(Math.expm1(concentration - 0.1));

/** A posterior about the first axis of that concentration, as weights that take one feature, always 1. */
function posteriorOf(d: number, concentration: number): { posterior: Posterior; raw: Tensor } {
  const raw = input('raw', [1]);
  const axis = constant(
    Float32Array.from({ length: d }, (_, j) => (j === 0 ? 1 : 0)),
    [1, d],
  );
  const zero = (n: number): Tensor => constant(new Float32Array(n), [n]);
  const tensors = new Map<string, Tensor>([
    ['direction.weight', axis],
    ['direction.bias', zero(d)],
    ['concentration.weight', constant(new Float32Array(1), [1, 1])],
    ['concentration.bias', raw],
  ]);
  const rows = input('rows', ['batch', 1]);
  expect(concentration).toBeGreaterThan(0.1);
  return { posterior: sphericalPosterior(d).infer(boundScope(tensors), rows), raw };
}

/** Even numbers in order, with random directions: a sample as even as can be. */
function noise(n: number, d: number): Matrix {
  const out = matrix(n, d + 1);
  random(3).fillNormal(out.data);
  for (let i = 0; i < n; i++) out.data[i * (d + 1)] = (i + 0.5) / n;
  return out;
}

async function evaluate(d: number, concentration: number, n = 2000) {
  const { posterior, raw } = posteriorOf(d, concentration);
  const drawn = input('noise', ['batch', d + 1]);
  const z = posterior.sample(drawn);
  const first = mean(
    sum(
      mul(
        z,
        constant(
          Float32Array.from({ length: d }, (_, j) => (j === 0 ? 1 : 0)),
          [1, d],
        ),
      ),
      { axes: [1] },
    ),
  );
  const [slope] = gradients(first, [raw]);
  const gap = mean(mul(posterior.logDensity!(z), 1));
  const executable = await compile(runtime, { z, kl: posterior.kl!(z), first, slope, gap });
  const { data } = noise(n, d);
  const out = await executable.run({
    rows: { dtype: 'float32', shape: [n, 1], data: new Float32Array(n).fill(1) },
    noise: { dtype: 'float32', shape: [n, d + 1], data },
    raw: { dtype: 'float32', shape: [1], data: Float32Array.of(rawOf(concentration)) },
  });
  await executable.dispose();
  const number = (name: string): number => (out[name].data as Float32Array)[0];
  const z2 = out.z.data as Float32Array;
  return { z: z2, kl: number('kl'), first: number('first'), slope: number('slope'), logDensity: number('gap') };
}

/** I_order(κ) e^−κ, by its integral. */
function bessel(order: number, k: number): number {
  const n = 20_000;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const angle = ((i + 0.5) / n) * Math.PI;
    total += (Math.exp(k * (Math.cos(angle) - 1)) * Math.cos(order * angle)) / n;
  }
  return total;
}

describe('von Mises–Fisher by quadrature', () => {
  it.each([0.2, 1, 5, 50, 1000, 1e5])('is that of the circle at concentration %f', async (k) => {
    const { kl, first, logDensity } = await evaluate(2, k);
    const [zeroth, one] = [bessel(0, k), bessel(1, k)];
    expect(first).toBeCloseTo(one / zeroth, 3);
    // the integral of the oracle is coarse where all lies within a hair
    if (k <= 1000) expect(kl).toBeCloseTo(k * (one / zeroth - 1) - Math.log(zeroth), 2);
    expect(logDensity + Math.log(2 * Math.PI)).toBeCloseTo(kl, 1);
  });

  it.each([0.2, 1, 5, 50, 1000, 1e5])('is that of the sphere at concentration %f', async (k) => {
    const { kl, first, logDensity } = await evaluate(3, k);
    const mean = 1 / Math.tanh(k) - 1 / k;
    expect(first).toBeCloseTo(mean, 3);
    // log(sinh κ / κ) without overflow
    const logStretch = k + Math.log(-Math.expm1(-2 * k) / (2 * k));
    expect(kl).toBeCloseTo(k * mean - logStretch, 2);
    expect(logDensity + Math.log(4 * Math.PI)).toBeCloseTo(kl, 1);
  });

  it.each([2, 3, 10, 64])('draws points of the sphere in %i dimensions, through which gradients pass', async (d) => {
    const { z, slope, kl } = await evaluate(d, 20);
    for (let i = 0; i < 2000; i++) expect(Math.hypot(...z.subarray(d * i, d * i + d))).toBeCloseTo(1, 4);
    const step = 0.05;
    const at = async (raw: number): Promise<number> => (await evaluate(d, Math.log1p(Math.exp(raw)) + 0.1)).first;
    const numeric = ((await at(rawOf(20) + step)) - (await at(rawOf(20) - step))) / (2 * step);
    expect(slope).toBeGreaterThan(0);
    expect(Math.abs(slope / numeric - 1)).toBeLessThan(0.02);
    expect(kl).toBeGreaterThan(0);
  });

  it('measures how even the sphere is: areas of 2-, 3- and 4-dimensional spheres', () => {
    expect([2, 3, 4, 5].map((d) => Math.exp(logEven(d)))).toEqual(
      [Math.PI, 2, Math.PI / 2, 4 / 3].map((x) => expect.closeTo(x, 12)),
    );
  });
});

describe('a spherical VAE', async () => {
  const some = await digits(400);
  const QUICK = { epochs: 6, batchSize: 32, layers: [48], seed: 1, learningRate: 5e-3, batchesPerCall: 1 };

  it('puts digits on a sphere, kinds together, and decodes any point', async () => {
    const { space, metrics, warnings } = await sphericalVae.fit(some, { ...QUICK, latentDim: 4 }, runtime);
    expect([space.geometry.name, space.prior!.name, warnings]).toEqual(['sphere', 'uniform on the sphere', []]);
    expect(metrics.train.kl).toBeGreaterThan(1);
    const x = readRows(some.rows);
    const z = await space.encode!(x);
    for (let i = 0; i < z.rows; i++) expect(Math.hypot(...z.data.subarray(4 * i, 4 * i + 4))).toBeCloseTo(1, 4);
    // any code decodes as its place on the sphere does
    const far = matrix(1, 4, Float32Array.of(3, -1, 2, 0.5));
    const on = matrix(1, 4, sphere.project(far.data));
    const [a, b] = [(await space.decode!(far)).data, (await space.decode!(on)).data];
    a.forEach((value, i) => expect(value).toBeCloseTo(b[i], 4));
    expect((await space.decode!(matrix(1, 4))).data.every(Number.isFinite)).toBe(true);
    const loaded = await loadSpace(space.toFiles(), runtime);
    expect(loaded.geometry.name).toBe('sphere');
    expect(loaded.prior!.sample(5, 1).data).toEqual(space.prior!.sample(5, 1).data);
  });

  it('gives up the sphere as β grows', async () => {
    const kl = async (beta: number): Promise<number> =>
      (await sphericalVae.fit(some, { ...QUICK, epochs: 3, beta }, runtime)).metrics.train.kl;
    expect(await kl(0.3)).toBeGreaterThan(3 * (await kl(30)));
  });

  it('needs two numbers for a code', async () => {
    await expect(sphericalVae.fit(some, { latentDim: 1 }, runtime)).rejects.toThrow(/at least 2 numbers.*got 1/);
  });
});
