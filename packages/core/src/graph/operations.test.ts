import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { random } from '../base/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import type { TensorValue } from '../runtime/index.ts';
import { cases } from './cases.fixture.ts';
import * as g from './index.ts';
import type { Tensor } from './index.ts';

const runtime = nodeRuntime();

/** Distinct values, evenly spread and shuffled: none lies near another or near a kink at 0. */
function spreadValues(count: number, [low, high]: [number, number], seed: number): Float32Array {
  const out = Float32Array.from({ length: count }, (_, i) => low + ((i + 0.3 + 0.17 * seed) / count) * (high - low));
  return random(seed).shuffle(out);
}

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const value = (shape: readonly number[], data: Float32Array): TensorValue => ({ dtype: 'float32', shape, data });
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((total, v, i) => total + v * b[i], 0);

/** Central differences of a function of several arrays, for every element of each. */
async function differences(xs: readonly Float32Array[], f: () => Promise<number>, h: number): Promise<number[][]> {
  const out: number[][] = [];
  for (const x of xs) {
    const slopes: number[] = [];
    for (let i = 0; i < x.length; i++) {
      const kept = x[i];
      x[i] = kept + h;
      const [up, above] = [x[i], await f()];
      x[i] = kept - h;
      const [down, below] = [x[i], await f()];
      x[i] = kept;
      slopes.push((above - below) / (up - down));
    }
    out.push(slopes);
  }
  return out;
}

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(expected.length);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  for (let i = 0; i < got.length; i++) {
    if (!(Math.abs(got[i] - expected[i]) <= tolerance * scale)) {
      expect.fail(`element ${i}: got ${got[i]}, expected ${expected[i]} ± ${tolerance * scale}`);
    }
  }
}

describe.each(cases)('$name', ({ shapes, build, range = [-2, 2] }) => {
  const inputs = shapes.map((shape, i) => g.input(`x${i}`, shape));
  const y = build(...inputs);
  const cotangent = g.input('c', y.shape);
  const grads = g.gradients(y, inputs, cotangent);
  const xs = shapes.map((shape, i) => spreadValues(size(shape), range, i));
  const feeds = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, value(shape, xs[i])]));
  const c = random(9).fillUniform(new Float32Array(size(y.shape as number[])), -1, 1);
  const c0 = value(y.shape as number[], c);

  test('gradient against finite differences', async () => {
    const forward = await g.compile(runtime, { y }, { inputs });
    const exe = await g.compile(runtime, named('d', grads), { inputs: [...inputs, cotangent] });
    const got = await exe.run({ ...feeds, c: c0 });
    const expected = await differences(xs, async () => dot((await forward.run(feeds)).y.data as Float32Array, c), 4e-3);
    expected.forEach((slopes, i) => {
      expect(got[`d${i}`].shape).toEqual(shapes[i]);
      expectClose(got[`d${i}`].data as Float32Array, slopes, 2e-3);
    });
  });

  test('forward mode is the transpose of reverse mode', async () => {
    const tangents = inputs.map((x, i) => g.input(`t${i}`, x.shape));
    const [dy] = g.jvp([y], inputs, tangents);
    const ts = shapes.map((shape, i) => random(20 + i).fillNormal(new Float32Array(size(shape))));
    const values = Object.fromEntries(ts.map((t, i) => [`t${i}`, value(shapes[i], t)]));
    const exe = await g.compile(runtime, { dy, ...named('d', grads) }, { inputs: [...inputs, cotangent, ...tangents] });
    const got = await exe.run({ ...feeds, c: c0, ...values });
    const backward = ts.reduce((total, t, i) => total + dot(t, got[`d${i}`].data as Float32Array), 0);
    expectClose([dot(got.dy.data as Float32Array, c)], [backward], 1e-4);
  });

  test('second derivative against finite differences', async () => {
    const vs = shapes.map((shape, i) => random(30 + i).fillUniform(new Float32Array(size(shape)), -1, 1));
    const along = grads.map((d, i) => g.sum(g.mul(d, g.constant(vs[i], shapes[i])))).reduce(g.add);
    const all = [...inputs, cotangent];
    const exe = await g.compile(runtime, named('h', g.gradients(along, inputs)), { inputs: all });
    const first = await g.compile(runtime, named('d', grads), { inputs: all });
    const got = await exe.run({ ...feeds, c: c0 });
    const expected = await differences(
      xs,
      async () => {
        const at = await first.run({ ...feeds, c: c0 });
        return vs.reduce((total, v, i) => total + dot(v, at[`d${i}`].data as Float32Array), 0);
      },
      4e-3,
    );
    expected.forEach((slopes, i) => expectClose(got[`h${i}`].data as Float32Array, slopes, 4e-3));
  });
});

interface Golden {
  inputs: { shape: number[]; data: number[] }[];
  cotangent: { shape: number[]; data: number[] };
  output: { shape: number[]; data: number[] };
  gradients: { shape: number[]; data: number[] }[];
}
const golden = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as {
  note: { tolerance: number };
  cases: Record<string, Golden>;
};

describe('against PyTorch', () => {
  test.each(Object.entries(golden.cases))('%s', async (name, { inputs, cotangent, output, gradients }) => {
    const found = cases.find((c) => c.name === name);
    if (!found) throw new Error(`golden.json has a case "${name}" that is not in the table`);
    const xs = inputs.map(({ shape }, i) => g.input(`x${i}`, shape));
    const y = found.build(...xs);
    const c = g.input('c', cotangent.shape);
    const exe = await g.compile(runtime, { y, ...named('d', g.gradients(y, xs, c)) }, { inputs: [...xs, c] });
    const feeds = Object.fromEntries(
      inputs.map(({ shape, data }, i) => [`x${i}`, value(shape, Float32Array.from(data))]),
    );
    const got = await exe.run({ ...feeds, c: value(cotangent.shape, Float32Array.from(cotangent.data)) });
    expect(got.y.shape).toEqual(output.shape);
    expectClose(got.y.data as Float32Array, output.data, golden.note.tolerance);
    gradients.forEach((d, i) => expectClose(got[`d${i}`].data as Float32Array, d.data, golden.note.tolerance));
  });
});

function named(prefix: string, tensors: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(tensors.map((t, i) => [`${prefix}${i}`, t]));
}
