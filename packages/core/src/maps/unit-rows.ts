import { matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { unitRows } from '../spaces/index.ts';

/** A copy with rows of length 1, whose Euclidean distances are in the order of the cosine ones; zeros stay zeros. */
export function atLengthOne({ data, rows, cols }: Matrix): Matrix {
  const out = matrix(rows, cols, data.slice());
  unitRows(out);
  return out;
}
