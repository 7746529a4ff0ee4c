/** Threads that start late, fail or are ended, and pages that have none. */
import { afterEach, expect, test, vi } from 'vitest';
import { createKernels } from './index.ts';
import type { SpawnThread, Thread, Workspace } from './index.ts';
import type { CONTROL, ThreadStart } from './serve.ts';
import { spawn } from './threads.fixture.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const CHUNK = 256;

/** i² for each i by a kernel of `chunks` chunks, checked. */
async function square(space: Workspace, chunks = 40): Promise<void> {
  const n = CHUNK * chunks;
  const x = space.float32(Float32Array.from({ length: n }, (_, i) => i));
  const out = space.float32(n);
  await space.parallel('squaredNorms', chunks, [x, n, 1, out]);
  expect(out.view.findIndex((value, i) => value !== Math.fround(i * i))).toBe(-1);
  x.free();
  out.free();
}

/** Threads of the test's own making: what each does is said by `act`. */
function threadsThat(act: (start: ThreadStart, fail: (message: string) => void) => void): SpawnThread {
  return () => {
    let fail: (message: string) => void = () => undefined;
    return {
      postMessage: (message) => act(message as ThreadStart, (why) => fail(why)),
      onFailure: (listener) => void (fail = listener),
      terminate: () => undefined,
    };
  };
}

test('a thread that can not be made, does not start or never answers is done without', async () => {
  const refused = (): Thread => {
    throw new Error('no threads here');
  };
  const broken = threadsThat((_, fail) => queueMicrotask(() => fail('its script did not load')));
  const silent = threadsThat(() => undefined);
  for (const each of [refused, broken, silent]) {
    const space = await createKernels({ threads: 3, spawn: each }).open('norms');
    for (let turn = 0; turn < 3; turn++) await square(space);
    space.close();
  }
});

test('a thread that starts between tasks joins the next one, and none that is over', async () => {
  const late: SpawnThread = () => {
    const thread = spawn();
    return { ...thread, postMessage: (message) => void setTimeout(() => thread.postMessage(message), 15) };
  };
  const space = await createKernels({ threads: 3, spawn: late }).open('norms');
  for (const end = performance.now() + 150; performance.now() < end;) {
    await square(space, 5);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  space.close();
});

test('a thread that fails with a chunk in its hands fails the task, and every later one', async () => {
  const take = ({ memory, thread, control }: ThreadStart): void => {
    const words = new Int32Array(memory.buffer);
    Atomics.store(words, control.states + thread, 1);
    Atomics.add(words, control.next, 1);
  };
  const dying = threadsThat((start, fail) => {
    take(start);
    setTimeout(() => fail('out of memory'), 30);
  });
  const space = await createKernels({ threads: 2, spawn: dying }).open('norms');
  await expect(square(space)).rejects.toThrow('a thread of the kernels failed: out of memory');
  await expect(square(space)).rejects.toThrow('a thread of the kernels failed: out of memory');
  space.close();
});

test('a kernel that traps rejects, on one thread and on several', async () => {
  for (const threads of [1, 3]) {
    const space = await createKernels({ threads, spawn }).open('norms');
    const outside = 2 ** 31;
    await expect(space.parallel('squaredNorms', 50, [outside, CHUNK * 50, 1, outside])).rejects.toThrow(
      /bounds|failed/,
    );
    space.close();
  }
});

test('a task is refused while another is at work, and when the workspace is closed under it', async () => {
  for (const threads of [1, 2]) {
    const space = await createKernels({ threads, spawn }).open('norms');
    const n = CHUNK * 4;
    const [x, out] = [space.float32(n), space.float32(n)];
    const first = space.parallel('squaredNorms', 4, [x, n, 1, out]);
    await expect(space.parallel('squaredNorms', 4, [x, n, 1, out])).rejects.toThrow(/squaredNorms is at work/);
    await first;
    await square(space);
    space.close();
  }
  const held = threadsThat(({ memory, thread, control }) => {
    Atomics.store(new Int32Array(memory.buffer), control.states + thread, 1);
  });
  const space = await createKernels({ threads: 2, spawn: held }).open('norms');
  const task = square(space);
  setTimeout(() => space.close(), 50);
  await expect(task).rejects.toThrow(/closed while it was at work/);
  await square(space);
});

test('memory that grows while threads are up is seen by them', async () => {
  const space = await createKernels({ threads: 3, spawn }).open('norms');
  const kept = space.float32([1, 2, 3]);
  for (const megabytes of [1, 30, 120]) {
    await square(space);
    space.uint8(megabytes * 2 ** 20);
  }
  await square(space, 300);
  expect([...kept.view]).toEqual([1, 2, 3]);
  space.close();
});

test('a block is given back once, though its place be taken by another', async () => {
  const space = await createKernels().open('norms');
  const first = space.int32([1]);
  first.free();
  const second = space.int32([2]);
  expect(second.pointer).toBe(first.pointer);
  first.free();
  expect(space.int32([3]).pointer).not.toBe(second.pointer);
  expect([...second.view]).toEqual([2]);
});

test('a page that is not isolated, and so has no shared memory, works on its own thread', async () => {
  vi.stubGlobal('SharedArrayBuffer', undefined);
  const kernels = createKernels({ threads: 4, spawn });
  expect(kernels.threads).toBe(1);
  const space = await kernels.open('norms');
  await square(space);
  space.close();
});

test('where a thread must not sleep, as in a page, it waits without', async () => {
  for (const hasAsync of [true, false]) {
    vi.resetModules();
    const fresh = await import('./index.ts');
    vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      throw new TypeError('Atomics.wait cannot be called in this context');
    });
    if (!hasAsync) vi.stubGlobal('Atomics', withoutAsync());
    let control: typeof CONTROL | undefined;
    const slow = threadsThat((start) => {
      control = start.control;
      const words = new Int32Array(start.memory.buffer);
      const state = start.control.states + start.thread;
      Atomics.store(words, state, 1);
      setTimeout(() => {
        Atomics.store(words, state, 0);
        Atomics.notify(words, state);
      }, 60);
    });
    const space = await fresh.createKernels({ threads: 2, spawn: slow }).open('norms');
    await square(space);
    expect(control).toBeDefined();
    space.close();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  }
});

function withoutAsync(): object {
  const names = Object.getOwnPropertyNames(Atomics).filter((name) => name !== 'waitAsync');
  return Object.fromEntries(names.map((name) => [name, Atomics[name as keyof typeof Atomics]]));
}

test('where there is no room for the whole of 4 GB, less is asked for', async () => {
  const { Memory } = WebAssembly;
  const asked: number[] = [];
  class Small extends Memory {
    constructor(limits: { initial: number; maximum?: number }) {
      asked.push(limits.maximum!);
      if (limits.maximum! > 20_000) throw new RangeError('could not allocate memory');
      super(limits);
    }
  }
  vi.stubGlobal('WebAssembly', { ...namesOf(WebAssembly), Memory: Small });
  const space = await createKernels().open('norms');
  vi.unstubAllGlobals();
  await square(space);
  expect(asked).toEqual([65536, 32768, 16384]);
});

test('where memory can not grow any more, it is said what for, how much is needed and how much there is', async () => {
  const { Memory } = WebAssembly;
  class Small extends Memory {
    constructor(limits: { initial: number; maximum?: number; shared?: boolean }) {
      super({ ...limits, maximum: 1600 });
    }
  }
  vi.stubGlobal('WebAssembly', { ...namesOf(WebAssembly), Memory: Small });
  const space = await createKernels({ threads: 2, spawn }).open('distances', 'neighbors', 'norms');
  vi.unstubAllGlobals();
  const kept = space.float32([1, 2, 3]);
  const refused = (): unknown => space.float32(30 * 2 ** 20);
  expect(refused).toThrow(
    'the search for neighbours needs at least 122 MB of memory, and there are 100 MB to be had; take a sample of the rows',
  );
  expect(refused).toThrow(
    expect.objectContaining({ code: 'no-memory', details: expect.objectContaining({ available: 1600 * 65536 }) }),
  );
  // and what fits goes on
  space.uint8(90 * 2 ** 20).free();
  await square(space);
  expect([...kept.view]).toEqual([1, 2, 3]);
  space.close();
});

const namesOf = (object: object): object =>
  Object.fromEntries(
    Object.getOwnPropertyNames(object).map((name) => [name, (object as Record<string, unknown>)[name]]),
  );
