/** Plain loops over many rows, in stretches short enough that a cancel is heard. */
import { breathe, checkFinite } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';

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

/**
 * As `checkFinite`, with events let in.
 * @throws InputError that names the first value which is not finite
 */
export async function checkAllFinite(x: Matrix, what: string, signal?: AbortSignal): Promise<void> {
  const { data, rows, cols } = x;
  const check = (from: number, to: number): void => {
    // x − x is 0, but for values that are not finite
    let [a, b, c, d] = [0, 0, 0, 0];
    let i = from * cols;
    for (const end = to * cols - 3; i < end; i += 4) {
      a += data[i] - data[i];
      b += data[i + 1] - data[i + 1];
      c += data[i + 2] - data[i + 2];
      d += data[i + 3] - data[i + 3];
    }
    for (; i < to * cols; i++) a += data[i] - data[i];
    if (a + b + c + d !== 0) checkFinite(x, what);
  };
  await inStretches({ rows, cols }, check, signal);
}

/** A copy of numbers that may be many. */
export async function copied<A extends Float32Array | Uint32Array>(numbers: A, signal?: AbortSignal): Promise<A> {
  const out = new (numbers.constructor as new (length: number) => A)(numbers.length);
  await copyTo(out, numbers, signal);
  return out;
}

/** Both of one length. */
export async function copyTo<A extends Float32Array | Uint32Array | Int32Array>(
  to: A,
  from: A,
  signal?: AbortSignal,
): Promise<void> {
  const work = (begin: number, end: number): void => to.set(from.subarray(begin, end), begin);
  await inStretches({ rows: from.length, cols: 1 }, work, signal);
}
