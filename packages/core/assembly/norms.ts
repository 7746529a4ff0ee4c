/** Sums of squares of rows. */
import { at4, madd, sum4 } from './lib/vector';

/** Rows in a chunk. */
export const ROWS: i32 = 256;

/**
 * out[i] = Σⱼ x[i, j]², for the rows of one chunk.
 * @param x    float32 [n, d]
 * @param out  float32 [n]
 */
export function squaredNorms(chunk: i32, thread: i32, x: usize, n: i32, d: i32, out: usize): void {
  const from = chunk * ROWS;
  const to = min(n, from + ROWS);
  for (let i = from; i < to; i++) {
    const row = at4(x, i * d);
    let sums = f32x4.splat(0);
    let j = 0;
    for (; j + 4 <= d; j += 4) {
      const v = v128.load(at4(row, j));
      sums = madd(v, v, sums);
    }
    let sum = sum4(sums);
    for (; j < d; j++) {
      const v = load<f32>(at4(row, j));
      sum += v * v;
    }
    store<f32>(at4(out, i), sum);
  }
}
