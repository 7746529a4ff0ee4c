import { describe, expect, test } from 'vitest';
import { FormatError, InputError } from '../base/index.ts';
import * as g from '../graph/index.ts';
import type { TensorValue } from './index.ts';
import { nodeRuntime } from './node.fixture.ts';

const f32 = (shape: number[], data: ArrayLike<number>): TensorValue => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
});
const runtime = nodeRuntime();

async function step(runtime = nodeRuntime()) {
  const [x, y] = [g.input('x', ['batch', 2]), g.input('y', ['batch', 1])];
  return g.compile(runtime, { z: g.add(x, y), total: g.sum(x) });
}

describe('ortRuntime', () => {
  test('says what goes in and comes out', async () => {
    expect(runtime.name).toMatch(/^onnxruntime-node \d+\.\d+\.\d+, 1 thread$/);
    const { inputs, outputs } = await step();
    expect(inputs.map((i) => `${i.name} ${i.dtype} ${i.shape}`)).toEqual(['x float32 batch,2', 'y float32 batch,1']);
    expect(outputs.map((o) => o.name)).toEqual(['z', 'total']);
  });

  test.each([
    ['by the binding itself', true],
    ['by copying', false],
  ])('writes into the buffers that are given, and allocates the others: %s', async (_, writesInPlace) => {
    const exe = await step(nodeRuntime({ writesInPlace }));
    const z = f32([2, 2], [9, 9, 9, 9]);
    const feeds = { x: f32([2, 2], [1, 2, 3, 4]), y: f32([2, 1], [10, 20]) };
    const out = await exe.run(feeds, { z });
    expect(out.z).toBe(z);
    expect([...z.data]).toEqual([11, 12, 23, 24]);
    expect([...out.total.data]).toEqual([10]);
    // again, with new numbers in the same buffers
    (feeds.x.data as Float32Array).set([0, 0, 0, 1]);
    await exe.run(feeds, { z });
    expect([...z.data]).toEqual([10, 10, 20, 21]);
  });

  test('buffers may change places from run to run, as parameters do', async () => {
    const p = g.input('p', [3]);
    const exe = await g.compile(runtime, { next: g.mul(p, 2) });
    let [from, to] = [f32([3], [1, 2, 3]), f32([3], [0, 0, 0])];
    for (let i = 0; i < 5; i++) {
      await exe.run({ p: from }, { next: to });
      [from, to] = [to, from];
    }
    expect([...from.data]).toEqual([32, 64, 96]);
    expect([...to.data]).toEqual([16, 32, 48]);
  });

  test('bool, int64 and int32 pass', async () => {
    const [b, i] = [g.input('b', [2], 'bool'), g.input('i', [2], 'int64')];
    const exe = await g.compile(runtime, { w: g.where(b, i, 0), n: g.not(b), c: g.cast(i, 'int32') });
    const out = await exe.run({
      b: { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
      i: { dtype: 'int64', shape: [2], data: BigInt64Array.of(5n, -6n) },
    });
    expect(out.w).toEqual({ dtype: 'int64', shape: [2], data: BigInt64Array.of(5n, 0n) });
    expect(out.n).toEqual({ dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) });
    expect(out.c).toEqual({ dtype: 'int32', shape: [2], data: Int32Array.of(5, -6) });
  });

  test.each<[string, Record<string, TensorValue>, string]>([
    ['missing', { x: f32([1, 2], [1, 2]) }, 'run: input "y" float32 [batch, 1] is missing'],
    ['unknown', { q: f32([1], [1]) }, 'run: got input "q", expected one of x, y'],
    [
      'shape',
      { x: f32([1, 3], [1, 2, 3]) },
      'run: got input "x" float32 [1, 3] with 3 numbers, expected float32 [batch, 2]',
    ],
    ['count', { x: f32([2, 2], [1, 2, 3]) }, 'with 3 numbers'],
    ['batch', { x: f32([2, 2], [1, 2, 3, 4]), y: f32([3, 1], [1, 2, 3]) }, 'where batch = 2'],
  ])('refuses inputs: %s', async (_, feeds, message) => {
    const exe = await step();
    await expect(exe.run(feeds)).rejects.toThrow(InputError);
    await expect(exe.run(feeds)).rejects.toThrow(message);
  });

  test('refuses bytes that are no model, in one line', async () => {
    await expect(runtime.load(Uint8Array.of(1, 2, 3))).rejects.toThrow(FormatError);
    const x = g.input('x', [2]);
    const bytes = g.toOnnx({ y: g.exp(x) });
    const text = new TextDecoder('latin1').decode(bytes);
    const wrong = bytes.slice();
    // another operation of the same length, which there is not
    for (let at = text.indexOf('Exp'); at >= 0; at = text.indexOf('Exp', at + 1)) wrong.set([0x58, 0x78, 0x70], at);
    const failure = await runtime.load(wrong).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FormatError);
    expect((failure as FormatError).message).toMatch(/^onnxruntime-node .* does not accept the model: .*Xxp/);
    expect((failure as FormatError).message).not.toContain('\n');
  });

  test('a disposed model says so', async () => {
    const exe = await step();
    await exe.dispose();
    await exe.dispose();
    await expect(exe.run({})).rejects.toThrow('disposed');
  });
});
