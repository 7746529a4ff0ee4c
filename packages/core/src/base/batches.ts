/** Long matrices, some rows at a time. */
import { matrix } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { run } from './progress.ts';
import type { JobOptions } from './progress.ts';

export interface Batches {
  phase: string;
  /** rows of the result, and its columns */
  n: number;
  cols: number;
  /** rows at once: between two batches a job can be cancelled */
  size?: number;
}

/**
 * Fills an [n, cols] matrix by batches of rows, with progress and cancelling. It is never stopped halfway: a matrix of
 * which some is missing is none.
 */
export function inBatches(
  { phase, n, cols, size = 1000 }: Batches,
  batch: (from: number, to: number) => Promise<Matrix>,
  { signal, onProgress }: JobOptions,
): Promise<Matrix> {
  const out = matrix(n, cols);
  let done = 0;
  return run(
    {
      phase,
      total: n,
      get done() {
        return done;
      },
      async step() {
        const to = Math.min(n, done + size);
        out.data.set((await batch(done, to)).data, done * cols);
        done = to;
        return undefined;
      },
      result: () => out,
    },
    { signal, onProgress },
  );
}
