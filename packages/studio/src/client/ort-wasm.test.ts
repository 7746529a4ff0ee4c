import { createRequire } from 'node:module';
import { join, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile, input, add, cast, mul, not, sum, toOnnx, where } from '@portolan/core/graph';
import { ortRuntime } from '@portolan/core/runtime';
import type { Runtime, TensorValue } from '@portolan/core/runtime';
import { beforeAll, describe, expect, test } from 'vitest';
import { ortWasm } from './ort-wasm.ts';
import type { OrtFactory } from './ort-wasm.ts';

const dist = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
const file = (name: string): string => join(dist, `ort-wasm-simd-threaded.${name}`);

let runtime: Runtime;
beforeAll(async () => {
  const { default: factory } = (await import(pathToFileURL(file('mjs')).href)) as { default: OrtFactory };
  const ort = await ortWasm(factory, { wasmUrl: file('wasm'), threads: 1 });
  runtime = ortRuntime(ort, { name: 'wasm', writesInPlace: true, memory: ort.memory });
});

const f32 = (shape: number[], data: Float32Array): TensorValue => ({ dtype: 'float32', shape, data });

describe('ONNX Runtime by its C functions', () => {
  test('reads and writes buffers of its own memory where they are, run after run', async () => {
    const memory = runtime.memory!();
    const p = input('p', [3]);
    const model = await compile(runtime, { next: mul(p, 2) });
    let [from, to] = [f32([3], memory.float32(3)), f32([3], memory.float32(3))];
    expect([...to.data]).toEqual([0, 0, 0]);
    (from.data as Float32Array).set([1, 2, 3]);
    for (let i = 0; i < 5; i++) {
      const out = await model.run({ p: from }, { next: to });
      expect(out.next).toBe(to);
      [from, to] = [to, from];
    }
    expect([...from.data]).toEqual([32, 64, 96]);
    expect([...to.data]).toEqual([16, 32, 48]);
    memory.release();
    await model.dispose();
  });

  test('copies all others: into what is given, else into new arrays', async () => {
    const [x, y] = [input('x', ['batch', 2]), input('y', ['batch', 1])];
    const model = await compile(runtime, { z: add(x, y), total: sum(x) });
    const z = f32([2, 2], new Float32Array(4));
    const feeds = { x: f32([2, 2], Float32Array.of(1, 2, 3, 4)), y: f32([2, 1], Float32Array.of(10, 20)) };
    const out = await model.run(feeds, { z });
    expect(out.z).toBe(z);
    expect([...z.data]).toEqual([11, 12, 23, 24]);
    expect(out.total).toEqual(f32([], Float32Array.of(10)));
    await model.dispose();
  });

  test('a buffer that was released is refused, as input and as output', async () => {
    const memory = runtime.memory!();
    const data = memory.float32(2);
    memory.release();
    const model = await compile(runtime, { y: add(input('x', [2]), 1) });
    const [fresh, stale] = [f32([2], Float32Array.of(1, 2)), f32([2], data)];
    await expect(model.run({ x: stale })).rejects.toThrow(/used after its memory was released/);
    await expect(model.run({ x: fresh }, { y: stale })).rejects.toThrow(/used after its memory was released/);
    expect([...(await model.run({ x: fresh })).y.data]).toEqual([2, 3]);
    await model.dispose();
  });

  test('bool, int64 and int32 pass', async () => {
    const [b, i] = [input('b', [2], 'bool'), input('i', [2], 'int64')];
    const model = await compile(runtime, { w: where(b, i, 0), n: not(b), c: cast(i, 'int32') });
    const out = await model.run({
      b: { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
      i: { dtype: 'int64', shape: [2], data: BigInt64Array.of(5n, -6n) },
    });
    expect(out.w).toEqual({ dtype: 'int64', shape: [2], data: BigInt64Array.of(5n, 0n) });
    expect(out.n).toEqual({ dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) });
    expect(out.c).toEqual({ dtype: 'int32', shape: [2], data: Int32Array.of(5, -6) });
    await model.dispose();
  });

  test('grows, and reads what it had before', async () => {
    const memory = runtime.memory!();
    const small = memory.float32(4).fill(1);
    const large = memory.float32(32 * 2 ** 20);
    const model = await compile(runtime, { total: sum(input('x', ['n'])) });
    expect((await model.run({ x: f32([4], small) })).total.data[0]).toBe(4);
    large[large.length - 1] = 7;
    expect((await model.run({ x: f32([large.length], large) })).total.data[0]).toBe(7);
    memory.release();
    await model.dispose();
  });

  test('says why a model is refused', async () => {
    await expect(runtime.load(Uint8Array.of(1, 2, 3))).rejects.toThrow();
    const bytes = toOnnx({ y: add(input('x', [2]), 1) });
    const text = new TextDecoder('latin1').decode(bytes);
    for (let at = text.indexOf('Add'); at >= 0; at = text.indexOf('Add', at + 1)) bytes.set([0x58, 0x78, 0x70], at);
    await expect(runtime.load(bytes)).rejects.toThrow(/^wasm does not accept the model: .*Xxp/);
  });
});
