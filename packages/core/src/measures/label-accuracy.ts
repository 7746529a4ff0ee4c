import { InputError, finish } from '../base/index.ts';
import type { Matrix, Steps } from '../base/index.ts';
import { nearestNeighborSteps } from '../neighbors/index.ts';
import type { Distance } from '../neighbors/index.ts';

/**
 * Leave-one-out accuracy of k nearest neighbours, in [0, 1]: how often a sample's label is the commonest among its
 * neighbours; of equally common ones the nearest counts. Samples without a label (negative) are left out.
 * @param y  [n, d], Euclidean
 * @param labels  n codes
 * @returns NaN when fewer than two samples have a label
 * @throws InputError when there are not n labels, or nNeighbors < 1
 * @see Cover & Hart 1967, Nearest neighbor pattern classification
 */
export function labelAccuracy(y: Matrix, labels: Int32Array, { nNeighbors = 15 } = {}): number {
  return finish(labelAccuracySteps(y, labels, nNeighbors));
}

export function* labelAccuracySteps(
  y: Matrix,
  labels: Int32Array,
  nNeighbors: number,
  distance?: Distance,
): Steps<number> {
  if (labels.length !== y.rows) {
    throw new InputError(`label accuracy: got ${labels.length} labels for ${y.rows} samples`, { code: 'labels' });
  }
  const known = Uint32Array.from(labels.keys()).filter((i) => labels[i] >= 0);
  if (known.length < 2) return NaN;
  const x = known.length === y.rows ? y : takeKnown(y, known);
  const { indices, nNeighbors: k } = yield* nearestNeighborSteps(x, Math.min(nNeighbors, known.length - 1), {
    distance,
  });
  let right = 0;
  const votes = new Map<number, number>();
  for (let i = 0; i < known.length; i++) {
    votes.clear();
    let most = 0;
    for (let j = 0; j < k; j++) {
      const label = labels[known[indices[i * k + j]]];
      const count = (votes.get(label) ?? 0) + 1;
      votes.set(label, count);
      most = Math.max(most, count);
    }
    // votes keep the order in which labels were met, which is the order of nearness
    for (const [label, count] of votes) {
      if (count !== most) continue;
      if (label === labels[known[i]]) right++;
      break;
    }
  }
  return right / known.length;
}

function takeKnown(y: Matrix, known: Uint32Array): Matrix {
  const data = new Float32Array(known.length * y.cols);
  known.forEach((from, to) => data.set(y.data.subarray(from * y.cols, (from + 1) * y.cols), to * y.cols));
  return { data, rows: known.length, cols: y.cols };
}
