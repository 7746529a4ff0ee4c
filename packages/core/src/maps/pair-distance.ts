import type { Matrix } from '../base/index.ts';
import type { Distance } from '../neighbors/index.ts';

/** Something that orders as the distance of two rows does. */
export function pairDistance(
  { data, cols }: Matrix,
  distance: Distance = 'euclidean',
): (i: number, j: number) => number {
  if (distance === 'cosine') {
    return (i, j) => {
      let [ab, aa, bb] = [0, 0, 0];
      for (let c = 0, p = i * cols, q = j * cols; c < cols; c++, p++, q++) {
        ab += data[p] * data[q];
        aa += data[p] * data[p];
        bb += data[q] * data[q];
      }
      return aa > 0 && bb > 0 ? 1 - ab / Math.sqrt(aa * bb) : 1;
    };
  }
  if (distance === 'hyperbolic') {
    // the neighbours' search has seen to it that all rows are shorter than 1
    const rooms = new Float64Array(data.length / cols).fill(1);
    for (let at = 0; at < data.length; at++) rooms[Math.floor(at / cols)] -= data[at] * data[at];
    return (i, j) => {
      let sum = 0;
      for (let c = 0, p = i * cols, q = j * cols; c < cols; c++, p++, q++) sum += (data[p] - data[q]) ** 2;
      return sum / (rooms[i] * rooms[j]);
    };
  }
  const manhattan = distance === 'manhattan';
  return (i, j) => {
    let sum = 0;
    for (let c = 0, p = i * cols, q = j * cols; c < cols; c++, p++, q++) {
      const difference = data[p] - data[q];
      sum += manhattan ? Math.abs(difference) : difference * difference;
    }
    return sum;
  };
}
