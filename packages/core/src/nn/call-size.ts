/**
 * How many mini-batches one call of the runtime takes: more cost less each, and make one wait longer for a cancel. So as
 * many as take some 150 ms, which is measured; a power of two, so that calls fall evenly into periods.
 */
import { PERIOD } from './optimisers.ts';

const CALL_MS = 150;
/** calls may not go on taking longer, or cancelling takes too long */
const MOST_MS = 200;
/** calls of one size before another may be thought better: each size is another graph to make */
const TRIALS = PERIOD;

export interface CallSize {
  readonly wanted: number;
  /** Told of each call: milliseconds, and mini-batches in it. The first of a size is not counted. */
  took(ms: number, batches: number): void;
}

/**
 * @param batches  so many, or to be measured, which begins with one
 * @param most  mini-batches that a call may have
 */
export function callSize(batches: number | 'measured', most: number): CallSize {
  const limited = (count: number): number => 2 ** Math.floor(Math.log2(Math.max(1, Math.min(count, most))));
  if (batches !== 'measured') return { wanted: limited(batches), took: () => undefined };
  let wanted = 1;
  const timings = new Map<number, number[]>();
  let fastest = Infinity;
  let slow = 0;
  return {
    get wanted() {
      return wanted;
    },
    took(ms, k) {
      const known = timings.get(k) ?? [];
      timings.set(k, [...known, ms / k].slice(0, TRIALS));
      if (known.length < TRIALS - 1) return;
      slow = ms > MOST_MS ? slow + 1 : 0;
      // once may be chance; twice, and the machine has become busier
      fastest = slow > 1 ? ms / k : Math.min(fastest, ms / k, ...known.slice(1));
      wanted = limited(CALL_MS / fastest);
    },
  };
}
