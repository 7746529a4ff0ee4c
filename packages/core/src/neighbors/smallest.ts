/** The k smallest of what is offered, in order; of equals the one with the smaller index comes first. */
export interface Smallest {
  readonly indices: Uint32Array;
  readonly values: Float64Array;
  /** how many there are so far */
  readonly size: number;
  /** what an offer must be below, or equal with a smaller index, to get in */
  readonly limit: number;
  offer(index: number, value: number): void;
  clear(): void;
}

/** Kept by insertion: right for the few dozen neighbours that are asked for, not for thousands. */
export function smallest(k: number): Smallest {
  const indices = new Uint32Array(k);
  const values = new Float64Array(k);
  let size = 0;
  return {
    indices,
    values,
    get size() {
      return size;
    },
    get limit() {
      return size < k ? Infinity : k === 0 ? -Infinity : values[k - 1];
    },
    offer(index, value) {
      if (size === k) {
        if (k === 0 || value > values[k - 1] || (value === values[k - 1] && index > indices[k - 1])) return;
      } else size++;
      let at = size - 1;
      while (at > 0 && (values[at - 1] > value || (values[at - 1] === value && indices[at - 1] > index))) {
        values[at] = values[at - 1];
        indices[at] = indices[at - 1];
        at--;
      }
      values[at] = value;
      indices[at] = index;
    },
    clear() {
      size = 0;
    },
  };
}
