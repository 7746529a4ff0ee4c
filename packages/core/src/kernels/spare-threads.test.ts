/** Threads that serve one workspace after another. */
import { expect, test } from 'vitest';
import { createKernels } from './index.ts';
import type { SpawnThread, Workspace } from './index.ts';
import type { ThreadStart } from './serve.ts';
import { spawn } from './threads.fixture.ts';

const CHUNK = 256;

/** i² for each i, checked. */
async function square(space: Workspace, chunks = 40): Promise<void> {
  const n = CHUNK * chunks;
  const [x, out] = [space.float32(Float32Array.from({ length: n }, (_, i) => i)), space.float32(n)];
  await space.parallel('squaredNorms', chunks, [x, n, 1, out]);
  expect(out.view.findIndex((value, i) => value !== Math.fround(i * i))).toBe(-1);
  for (const block of [x, out]) block.free();
}

/** `spawn`, with what becomes of its threads. */
function counted(act?: (start: ThreadStart, fail: (message: string) => void) => void) {
  const seen = { begun: 0, ended: 0 };
  const spawnCounted: SpawnThread = () => {
    seen.begun++;
    const thread = spawn();
    let fail: (message: string) => void = () => undefined;
    return {
      postMessage: (message) => (act ? act(message as ThreadStart, (why) => fail(why)) : thread.postMessage(message)),
      onFailure: (listener) => thread.onFailure((fail = listener)),
      terminate() {
        seen.ended++;
        return thread.terminate();
      },
    };
  };
  return { seen, spawn: spawnCounted };
}

test('a thread serves one workspace after another, also of other modules, and two at once have their own', async () => {
  const { seen, spawn: own } = counted();
  const kernels = createKernels({ threads: 3, spawn: own });
  for (let turn = 0; turn < 4; turn++) {
    const space = await kernels.open('norms');
    for (let task = 0; task < 3; task++) await square(space);
    space.close();
    const other = await kernels.open('distances', 'norms');
    await square(other);
    other.close();
  }
  expect(seen).toEqual({ begun: 2, ended: 0 });
  const [one, two] = [await kernels.open('norms'), await kernels.open('norms')];
  await Promise.all([square(one), square(two)]);
  for (const space of [one, two]) space.close();
  expect(seen).toEqual({ begun: 4, ended: 0 });
});

test('a thread that failed is not taken again, nor one that was at work, nor one that saw much memory', async () => {
  const failing = counted(({ memory, thread, control }, fail) => {
    const words = new Int32Array(memory.buffer);
    Atomics.store(words, control.states + thread, 1);
    setTimeout(() => fail('out of memory'), 10);
  });
  const space = await createKernels({ threads: 2, spawn: failing.spawn }).open('norms');
  await expect(square(space)).rejects.toThrow('out of memory');
  space.close();
  expect(failing.seen).toEqual({ begun: 1, ended: 1 });

  const held = counted(({ memory, thread, control }) => {
    Atomics.store(new Int32Array(memory.buffer), control.states + thread, 1);
  });
  const busy = await createKernels({ threads: 2, spawn: held.spawn }).open('norms');
  const task = square(busy);
  setTimeout(() => busy.close(), 10);
  await expect(task).rejects.toThrow('closed while it was at work');
  expect(held.seen).toEqual({ begun: 1, ended: 1 });

  const ample = counted();
  const large = await createKernels({ threads: 2, spawn: ample.spawn }).open('norms');
  large.uint8(300 * 2 ** 20);
  await square(large);
  large.close();
  expect(ample.seen).toEqual({ begun: 1, ended: 1 });
});

test('a thread that fails while it waits is replaced', async () => {
  let fail: (message: string) => void = () => undefined;
  const { seen, spawn: own } = counted();
  const kernels = createKernels({
    threads: 2,
    spawn() {
      const thread = own();
      return { ...thread, onFailure: (listener) => thread.onFailure((fail = listener)) };
    },
  });
  for (let turn = 0; turn < 2; turn++) {
    const space = await kernels.open('norms');
    await square(space);
    space.close();
    fail('it ended with code 1');
  }
  expect(seen.begun).toBe(2);
});
