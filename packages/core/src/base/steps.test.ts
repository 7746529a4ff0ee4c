import { expect, test } from 'vitest';
import { drive, finish, inBatches, jobControl, matrixOf, run } from './index.ts';
import type { Steps } from './index.ts';

/** Busy for about ten milliseconds a step, without ever waiting. */
function* busy(n: number): Steps<number> {
  for (let i = 0; i < n; i++) {
    const until = performance.now() + 10;
    while (performance.now() < until);
    yield (i + 1) / n;
  }
  return n;
}

test('a cancel that comes as an event reaches work that never waits', async () => {
  const cancel = new AbortController();
  setImmediate(() => cancel.abort());
  const begin = performance.now();
  await expect(drive('busy', busy(200), { signal: cancel.signal })).rejects.toMatchObject({ name: 'AbortError' });
  expect(performance.now() - begin).toBeLessThan(1000);

  const again = new AbortController();
  setImmediate(() => again.abort());
  const steps = busy(200);
  let done = 0;
  const stepper = {
    phase: 'busy',
    total: 200,
    get done() {
      return done;
    },
    step: () => void (steps.next(), done++),
    result: () => done,
  };
  await expect(run(stepper, { signal: again.signal })).rejects.toMatchObject({ name: 'AbortError' });
  expect(done).toBeLessThan(100);
});

test('driven or finished at once, the result is the same, and the share done rises to one', async () => {
  const shares: number[] = [];
  const driven = await drive('busy', busy(5), { onProgress: ({ done, total }) => shares.push(done / total) });
  expect(driven).toBe(finish(busy(5)));
  expect(shares).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
});

test('a matrix by batches is whole, though the job was stopped, and none when it is cancelled', async () => {
  const asked: number[][] = [];
  const batch = (from: number, to: number) => {
    asked.push([from, to]);
    return Promise.resolve(matrixOf(Array.from({ length: to - from }, (_, i) => [from + i, -1])));
  };
  const control = jobControl();
  control.stop();
  const all = await inBatches({ phase: 'by twos', n: 5, cols: 2, size: 2 }, batch, { control });
  expect([...all.data]).toEqual([0, -1, 1, -1, 2, -1, 3, -1, 4, -1]);
  expect(asked).toEqual([[0, 2], [2, 4], [4, 5]]); // prettier-ignore
  const cancelled = inBatches({ phase: 'none', n: 5, cols: 2 }, batch, { signal: AbortSignal.abort() });
  await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
});
