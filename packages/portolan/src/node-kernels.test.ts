import { random } from '@portolan/core/base';
import type { Kernels } from '@portolan/core/kernels';
import { expect, test, vi } from 'vitest';
import { nodeKernels } from './node-kernels.ts';

const N = 700;
const D = 33;
const x = random(1).fillNormal(new Float32Array(N * D));

async function norms(kernels: Kernels): Promise<Float32Array> {
  const space = await kernels.open('norms');
  const [from, to] = [space.float32(x), space.float32(N)];
  await space.parallel('squaredNorms', Math.ceil(N / 256), [from, N, D, to]);
  const out = to.view.slice();
  space.close();
  return out;
}

test('run on as many threads as asked for, with the same result', async () => {
  const expected = Float32Array.from({ length: N }, (_, i) =>
    x.subarray(i * D, (i + 1) * D).reduce((sum, value) => sum + value * value, 0),
  );
  const one = await norms(nodeKernels({ threads: 1 }));
  one.forEach((value, i) => expect(value / expected[i]).toBeCloseTo(1, 5));
  expect(nodeKernels({ threads: 3 }).threads).toBe(3);
  expect(await norms(nodeKernels({ threads: 3 }))).toEqual(one);
});

test('have fused multiply-add where the engine can, and do without when they must be reproducible', () => {
  expect(nodeKernels({ threads: 1 }).relaxed).toBe(true);
  expect(nodeKernels({ threads: 1, reproducible: true }).relaxed).toBe(false);
});

test('leave nothing that keeps the process alive', async () => {
  const alive = (): string[] => process.getActiveResourcesInfo().filter((name) => /port|worker/i.test(name));
  const before = alive();
  await norms(nodeKernels({ threads: 4 }));
  await vi.waitFor(() => expect(alive()).toEqual(before));
});
