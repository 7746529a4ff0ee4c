/**
 * A kd-tree over the places of a map, in two or three dimensions: the nearest points of a place in well under a
 * millisecond among a million. It is implicit, as in kdbush (Agafonkin): one order of the points, in which the median
 * of a stretch stands in its middle, what is below it to its left, what is above to its right.
 */
import { InputError } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';

/** Points in a stretch that is searched one by one. */
const LEAF = 16;

export interface PlaceTree {
  readonly size: number;
  /**
   * The points nearest to a place, nearest first, of equally near ones the smaller index first; as many as `indices`
   * has room for, and there are.
   * @param squared  takes the squared distances
   * @returns how many there are
   */
  nearest(place: ArrayLike<number>, indices: Uint32Array, squared: Float64Array): number;
}

/** @param y  coordinates, [n, 2] or [n, 3]; copied */
export function placeTree(y: Matrix): PlaceTree {
  const { rows: n, cols: dims } = y;
  if (dims !== 2 && dims !== 3) throw new InputError(`a tree of places needs 2 or 3 coordinates, got ${dims}`);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  sort(order, y.data, dims, 0, n - 1, 0);
  const places = new Float32Array(n * dims);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < dims; c++) places[i * dims + c] = y.data[order[i] * dims + c];
  }
  return {
    size: n,
    nearest(place, indices, squared) {
      const k = Math.min(n, indices.length);
      let found = 0;
      const offer = (at: number): void => {
        let distance = 0;
        for (let c = 0; c < dims; c++) distance += (places[at * dims + c] - place[c]) ** 2;
        const id = order[at];
        if (found === k) {
          const last = squared[k - 1];
          if (distance > last || (distance === last && id > indices[k - 1])) return;
        } else found++;
        let to = found - 1;
        while (to > 0 && (squared[to - 1] > distance || (squared[to - 1] === distance && indices[to - 1] > id))) {
          squared[to] = squared[to - 1];
          indices[to] = indices[to - 1];
          to--;
        }
        squared[to] = distance;
        indices[to] = id;
      };
      const visit = (left: number, right: number, axis: number): void => {
        if (right - left < LEAF) {
          for (let at = left; at <= right; at++) offer(at);
          return;
        }
        const middle = (left + right) >> 1;
        const beyond = place[axis] - places[middle * dims + axis];
        const next = axis + 1 === dims ? 0 : axis + 1;
        if (beyond <= 0) visit(left, middle - 1, next);
        else visit(middle + 1, right, next);
        if (found === k && beyond * beyond > squared[k - 1]) return;
        offer(middle);
        if (beyond <= 0) visit(middle + 1, right, next);
        else visit(left, middle - 1, next);
      };
      if (k > 0) visit(0, n - 1, 0);
      return found;
    },
  };
}

function sort(order: Uint32Array, data: Float32Array, dims: number, left: number, right: number, axis: number): void {
  if (right - left < LEAF) return;
  const middle = (left + right) >> 1;
  select(order, data, dims, axis, middle, left, right);
  const next = axis + 1 === dims ? 0 : axis + 1;
  sort(order, data, dims, left, middle - 1, next);
  sort(order, data, dims, middle + 1, right, next);
}

/** Puts the k-th smallest along an axis in its place, smaller ones before it (Floyd & Rivest 1975, by halves). */
function select(
  order: Uint32Array,
  data: Float32Array,
  dims: number,
  axis: number,
  k: number,
  left: number,
  right: number,
): void {
  const value = (at: number): number => data[order[at] * dims + axis];
  const swap = (a: number, b: number): void => {
    const kept = order[a];
    order[a] = order[b];
    order[b] = kept;
  };
  while (right > left) {
    const middle = (left + right) >> 1;
    if (value(middle) < value(left)) swap(middle, left);
    if (value(right) < value(left)) swap(right, left);
    if (value(right) < value(middle)) swap(right, middle);
    const pivot = value(middle);
    let i = left;
    let j = right;
    while (i <= j) {
      while (value(i) < pivot) i++;
      while (value(j) > pivot) j--;
      if (i <= j) swap(i++, j--);
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else return;
  }
}
