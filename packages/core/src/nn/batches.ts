/**
 * Which rows are in which mini-batch.
 *
 * The rows run as one endless stream, epoch after epoch, each epoch in a new random order; batches are cut from it one
 * after another. So every row is used exactly once an epoch, every batch is full, and the last rows of an epoch share
 * a batch with the first of the next. The order depends on seed and position alone: nothing need be saved to resume.
 */
import { permutation, random } from '../base/index.ts';

export interface RowStream {
  /** writes the rows at places start … start + out.length of the stream */
  read(start: number, out: Uint32Array): void;
}

/** @param rows  the rows to draw from */
export function rowStream(rows: Uint32Array, seed: number): RowStream {
  const rng = random(seed);
  const n = rows.length;
  let epoch = -1;
  let order: Uint32Array = new Uint32Array(0);
  return {
    read(start, out) {
      for (let i = 0; i < out.length; i++) {
        const wanted = Math.floor((start + i) / n);
        if (wanted !== epoch) {
          epoch = wanted;
          order = permutation(n, rng.fork(epoch));
        }
        out[i] = rows[order[(start + i) % n]];
      }
    },
  };
}

/**
 * Rows held out for validation and rows to learn from, both ascending, by seed. At least one row stays on each side
 * when share > 0 and there are two rows.
 */
export function splitRows(
  nSamples: number,
  share: number,
  seed: number,
): { train: Uint32Array; validation: Uint32Array } {
  const wanted = share > 0 ? Math.max(1, Math.round(share * nSamples)) : 0;
  const held = Math.min(wanted, nSamples - 1);
  const order = permutation(nSamples, random(seed).fork(0x5a11d));
  return { validation: order.slice(0, held).sort(), train: order.slice(held).sort() };
}
