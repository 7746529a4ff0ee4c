import { InputError } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';

/**
 * Mean squared error between rows and their reconstructions: mean over samples and features, summed in double
 * precision.
 * @param x  [n, d]
 * @param xHat  [n, d]
 * @throws InputError when the shapes differ or there is nothing to compare
 */
export function mse(x: Matrix, xHat: Matrix): number {
  if (x.rows !== xHat.rows || x.cols !== xHat.cols || x.data.length === 0) {
    throw new InputError(
      `mse: got ${x.rows} × ${x.cols} and ${xHat.rows} × ${xHat.cols}, expected two matrices of one shape that are not empty`,
    );
  }
  let sum = 0;
  for (let i = 0; i < x.data.length; i++) sum += (x.data[i] - xHat.data[i]) ** 2;
  return sum / x.data.length;
}
