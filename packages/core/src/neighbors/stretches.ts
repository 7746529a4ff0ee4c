/** Plain loops over many rows, in stretches short enough that a cancel is heard. */
import { breathe } from '../base/index.ts';

/** Values in a stretch: some ten milliseconds. */
const VALUES = 1 << 21;

/** Calls `work(from, to)` for stretches of rows, and lets events in between. */
export async function inStretches(
  { rows, cols }: { rows: number; cols: number },
  work: (from: number, to: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const stretch = Math.max(1, Math.floor(VALUES / Math.max(1, cols)));
  for (let from = 0; from < rows; from += stretch) {
    work(from, Math.min(rows, from + stretch));
    const pause = breathe();
    if (pause) await pause;
    signal?.throwIfAborted();
  }
}
