/** Long matrices, a batch of rows at a time. */
import { matrix, run } from '../base/index.ts';
import type { JobOptions, Matrix } from '../base/index.ts';

const BATCH = 1000;

/** Fills an [n, cols] matrix by batches of rows, with progress and cancelling. */
export function inBatches(
  phase: string,
  n: number,
  cols: number,
  batch: (from: number, to: number) => Promise<Matrix>,
  job: JobOptions,
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
        const to = Math.min(n, done + BATCH);
        out.data.set((await batch(done, to)).data, done * cols);
        done = to;
        return undefined;
      },
      result: () => out,
    },
    job,
  );
}
