/**
 * Runs the kernels of layouts, an iteration after the other. An iteration is cut into chunks of points, by their number
 * alone, so that the result does not depend on the threads.
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
 * @param kernel  of the arguments chunk, thread, points, iteration, n, and those given
 */
export function layoutRunner(
  space: Workspace,
  kernel: string,
  { n, nIter, iteration = 0 }: { n: number; nIter: number; iteration?: number },
  args: readonly KernelArgument[],
): LayoutRunner {
  const points = n <= FEW ? n : POINTS;
  const chunks = Math.ceil(n / points);
  let batch = 1;
  let at = iteration;
  return {
    get iteration() {
      return at;
    },
    nIter,
    async advance(signal, most = Infinity) {
      const count = Math.min(batch, nIter - at, most);
      const began = performance.now();
      signal?.throwIfAborted();
      for (const end = at + count; at < end; at++) {
        const all = [points, at, n, ...args];
        if (chunks === 1) space.call(kernel, 0, 0, ...all);
        else await space.parallel(kernel, chunks, all, { signal });
      }
      const took = performance.now() - began;
      if (took < CALL / 2) batch *= 2;
      else if (took > 2 * CALL) batch = Math.max(1, batch >> 1);
    },
  };
}
