import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
// @ts-expect-error a script without types
import { PAGES, sourceHash } from '../../../../scripts/kernels.mjs';
import { random } from '../base/index.ts';
import { createKernels, singleThread } from './index.ts';
import type { Kernels } from './index.ts';
import { spawn } from './threads.fixture.ts';

const fused = createKernels();
const reproducible = createKernels({ reproducible: true });
const threaded = createKernels({ threads: 3, spawn });

async function squaredNorms(kernels: Kernels, x: Float32Array, n: number, d: number): Promise<Float32Array> {
  const space = await kernels.open('norms');
  const [from, to] = [space.float32(x), space.float32(n)];
  await space.parallel('squaredNorms', Math.ceil(n / 256), [from, n, d, to]);
  const out = to.view.slice();
  space.close();
  return out;
}

test.each([
  [1, 1],
  [3, 5],
  [257, 4],
  [700, 31],
  [1025, 66],
])('squared norms of %i × %i, whichever the engine and the threads', async (n, d) => {
  const x = random(n).fillNormal(new Float32Array(n * d));
  const expected = Float32Array.from({ length: n }, (_, i) =>
    x.subarray(i * d, (i + 1) * d).reduce((sum, value) => sum + value * value, 0),
  );
  const got = await squaredNorms(fused, x, n, d);
  got.forEach((value, i) => expect(value / expected[i]).toBeCloseTo(1, 5));
  expect(await squaredNorms(threaded, x, n, d)).toEqual(got);
  const plain = await squaredNorms(reproducible, x, n, d);
  expect(await squaredNorms(createKernels({ reproducible: true, threads: 2, spawn }), x, n, d)).toEqual(plain);
});

test('the fixture switches relaxed SIMD on, and the reproducible kernels do without', () => {
  expect([fused.relaxed, reproducible.relaxed]).toEqual([true, false]);
  expect([threaded.threads, singleThread().threads]).toEqual([3, 1]);
});

test('many small tasks in a row lose no chunk', async () => {
  const space = await threaded.open('norms');
  const n = 256 * 7;
  const x = space.float32(Float32Array.from({ length: n }, (_, i) => i));
  const out = space.float32(n);
  for (let turn = 0; turn < 400; turn++) {
    out.view.fill(-1);
    await space.parallel('squaredNorms', 7, [x, n, 1, out]);
    expect(out.view[n - 1]).toBe(Math.fround((n - 1) ** 2));
    expect(out.view.indexOf(-1)).toBe(-1);
  }
  space.close();
});

test('stops between chunks when the signal is aborted, and can be used again', async () => {
  for (const kernels of [fused, threaded]) {
    const space = await kernels.open('norms');
    const [x, out] = [space.float32(256 * 4000), space.float32(256 * 4000)];
    const controller = new AbortController();
    const task = space.parallel('squaredNorms', 4000, [x, 256 * 4000, 1, out], {
      signal: controller.signal,
      onChunk: () => controller.abort(),
    });
    // events, and so the signal, are only looked at after a chunk
    await expect(task).rejects.toThrow(/abort/i);
    await space.parallel('squaredNorms', 4, [x, 256 * 4, 1, out]);
    space.close();
  }
});

test('memory grows, is given back and taken again; views stay true', async () => {
  const space = await singleThread().open('norms');
  const first = space.float32([1, 2, 3]);
  const large = space.uint8(40 * 2 ** 20);
  expect([...first.view]).toEqual([1, 2, 3]);
  const after = space.int32([7]);
  large.free();
  const again = space.float64(1000);
  expect(again.pointer).toBe(large.pointer);
  expect(again.view.every((value) => value === 0)).toBe(true);
  expect([...after.view]).toEqual([7]);
  expect(first.pointer % 64).toBe(0);
  expect(() => space.uint8(5 * 2 ** 30)).toThrow(/needs at least 5,162 MB of memory/);
});

test('an unknown kernel is refused', async () => {
  const space = await singleThread().open('norms');
  await expect(space.parallel('nothing', 1, [])).rejects.toThrow(/no kernel nothing; there are squaredNorms/);
});

test('the compiled kernels are those of the sources', () => {
  const folder = new URL('./wasm/', import.meta.url);
  expect(readdirSync(folder).sort()).toEqual(
    Object.keys(PAGES as object)
      .map((name) => `${name}.ts`)
      .sort(),
  );
  for (const name of Object.keys(PAGES as object)) {
    const committed = /source = '(\w+)'/.exec(readFileSync(new URL(`${name}.ts`, folder), 'utf8'))?.[1];
    expect(committed, `${name}: run npm run kernels`).toBe((sourceHash as (name: string) => string)(name));
  }
});
