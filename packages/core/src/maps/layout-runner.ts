/**
 * Runs the kernels of layouts, some iterations a call. An iteration is cut into chunks of points, by their number
 * alone, so that the result does not depend on the threads; the chunks of one iteration wait for those of the one
 * before, in the kernel, since a call for each would cost more than many an iteration.
 */
import type { KernelArgument, Workspace } from '../kernels/index.ts';

/** Points in a chunk: few enough that two threads seldom wait for each other. */
const POINTS = 128;
/** Up to so many points are one chunk: threads would spend longer waiting than working. */
const FEW = 3000;
/** Milliseconds of a call: long enough that calls cost nothing, short enough to be stopped and drawn. */
const CALL = 60;

export interface LayoutRunner {
  readonly iteration: number;
  readonly nIter: number;
  /** Does one iteration or some, at most so many. */
  advance(signal?: AbortSignal, most?: number): Promise<void>;
}

/**
 * @param kernel  of the arguments chunk, thread, chunks, points, first, done, sleep, n, and those given
 */
export function layoutRunner(
  space: Workspace,
  kernel: string,
  { n, nIter, iteration = 0 }: { n: number; nIter: number; iteration?: number },
  args: readonly KernelArgument[],
): LayoutRunner {
  const points = n <= FEW ? n : POINTS;
  const chunks = Math.ceil(n / points);
  const done = space.int32(1);
  const sleep = maySleep() ? 1 : 0;
  let batch = 1;
  let at = iteration;
  return {
    get iteration() {
      return at;
    },
    nIter,
    async advance(signal, most = Infinity) {
      const count = Math.min(batch, nIter - at, most);
      done.view[0] = 0;
      const began = performance.now();
      const all = [chunks, points, at, done, sleep, n, ...args];
      if (chunks === 1) {
        signal?.throwIfAborted();
        for (let chunk = 0; chunk < count; chunk++) space.call(kernel, chunk, 0, ...all);
      } else await space.parallel(kernel, chunks * count, all, { signal });
      at += count;
      const took = performance.now() - began;
      if (took < CALL / 2) batch *= 2;
      else if (took > 2 * CALL) batch = Math.max(1, batch >> 1);
    },
  };
}

/** A page's main thread must not sleep. */
function maySleep(): boolean {
  if (typeof SharedArrayBuffer !== 'function') return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}
