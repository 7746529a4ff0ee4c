/** Ratings as a sparse matrix: made of lines, turned, and parted into what is learned from and what is held back. */
import { InputError, finish, random } from '../base/index.ts';
import type { Matrix, Steps } from '../base/index.ts';

/** Who gave what how much: a sparse matrix, a row for each user, its items rising. */
export interface Sparse {
  readonly rows: number;
  readonly cols: number;
  /** [rows + 1]: where each row's entries begin */
  readonly starts: Int32Array;
  readonly places: Int32Array;
  readonly values: Float32Array;
}

/** Row, column and value of each, in the order they come in. */
export interface Entries {
  readonly rowOf: Uint32Array;
  readonly colOf: Uint32Array;
  readonly values: Float64Array;
}

/** Row, column, value. */
export type Entry = [number, number, number];

/** Entries between two steps. */
const STEP = 100_000;

/** @param average  what becomes of repeated entries: their mean, else their sum */
export function* sparseSteps(
  { rowOf, colOf, values }: Entries,
  rows: number,
  cols: number,
  average = true,
): Steps<{ given: Sparse; repeated: number }> {
  const n = values.length;
  // by column, then by row: both keep the order of equal ones
  const byColumn = sorted(colOf, cols);
  yield 0.8;
  const order = sorted(rowOf, rows, byColumn);
  yield 0.85;
  const starts = new Int32Array(rows + 1);
  const [places, kept] = [new Int32Array(n), new Float32Array(n)];
  let at = 0;
  for (let e = 0, pause = STEP; e < n; at++) {
    const [row, col] = [rowOf[order[e]], colOf[order[e]]];
    let [sum, count] = [0, 0];
    for (; e < n && rowOf[order[e]] === row && colOf[order[e]] === col; e++, count++) sum += values[order[e]];
    places[at] = col;
    kept[at] = average ? sum / count : sum;
    starts[row + 1]++;
    if (e < pause) continue;
    pause = e + STEP;
    yield 0.85 + (0.15 * e) / n;
  }
  for (let i = 0; i < rows; i++) starts[i + 1] += starts[i];
  return { given: { rows, cols, starts, places: places.slice(0, at), values: kept.slice(0, at) }, repeated: n - at };
}

/** The same of a list, at once. */
export function sparseOf(entries: readonly Entry[], rows: number, cols: number, average = true) {
  const columns: Entries = {
    rowOf: Uint32Array.from(entries, ([row]) => row),
    colOf: Uint32Array.from(entries, ([, col]) => col),
    values: Float64Array.from(entries, ([, , value]) => value),
  };
  return finish(sparseSteps(columns, rows, cols, average));
}

/** Entries by their keys, each below `size`, in linear time; equal ones as they are in `order`. */
function sorted(keys: Uint32Array, size: number, order?: Uint32Array): Uint32Array {
  const next = new Uint32Array(size + 1);
  for (const key of keys) next[key + 1]++;
  for (let key = 0; key < size; key++) next[key + 1] += next[key];
  const out = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const e = order ? order[i] : i;
    out[next[keys[e]]++] = e;
  }
  return out;
}

/** Items by users. */
export function turned({ rows, cols, starts, places, values }: Sparse): Sparse {
  const out = {
    rows: cols,
    cols: rows,
    starts: new Int32Array(cols + 1),
    places: places.slice(),
    values: values.slice(),
  };
  for (const place of places) out.starts[place + 1]++;
  for (let j = 0; j < cols; j++) out.starts[j + 1] += out.starts[j];
  const next = out.starts.slice();
  for (let i = 0; i < rows; i++) {
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      const at = next[places[e]]++;
      out.places[at] = i;
      out.values[at] = values[e];
    }
  }
  return out;
}

/** Ratings to learn from and those kept back: a share of each user's, who keeps at least one. */
export const heldOut = (given: Sparse, share: number, seed: number): HeldOut =>
  finish(heldOutSteps(given, share, seed));

export interface HeldOut {
  readonly train: Sparse;
  readonly test: Sparse;
}

/** As `heldOut`. */
export function* heldOutSteps(given: Sparse, share: number, seed: number): Steps<HeldOut> {
  const rng = random(seed).fork(1);
  const { rows, starts } = given;
  const back = new Uint8Array(given.places.length);
  for (let i = 0, pause = STEP; i < rows; i++) {
    const size = starts[i + 1] - starts[i];
    // a share of few is one or none, by chance, so that it is right on average
    const count = Math.min(size - 1, Math.floor(size * share + (share > 0 ? rng.uniform() : 0)));
    for (let kept = 0; kept < count;) {
      const e = starts[i] + rng.below(size);
      kept += 1 - back[e];
      back[e] = 1;
    }
    if (starts[i + 1] < pause) continue;
    pause = starts[i + 1] + STEP;
    yield i / rows;
  }
  const train = only(given, back, 0);
  yield 1;
  return { train, test: only(given, back, 1) };
}

/** The entries that are marked so. */
function only({ rows, cols, starts, places, values }: Sparse, marks: Uint8Array, mark: number): Sparse {
  const own = new Int32Array(rows + 1);
  const [kept, amounts] = [new Int32Array(places.length), new Float32Array(places.length)];
  let at = 0;
  for (let i = 0; i < rows; i++) {
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      if (marks[e] !== mark) continue;
      kept[at] = places[e];
      amounts[at++] = values[e];
    }
    own[i + 1] = at;
  }
  return { rows, cols, starts: own, places: kept.slice(0, at), values: amounts.slice(0, at) };
}

/** Dense rows of ratings over the items → the same, sparse. */
export function sparseRows(x: Matrix): Sparse {
  const entries: Entry[] = [];
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < x.cols; j++) {
      const value = x.data[i * x.cols + j];
      if (value === 0) continue;
      if (!(value > 0 && value < Infinity)) {
        throw new InputError(`encode: rating ${value} in row ${i}, item ${j}; expected zero (not rated) and more`, {
          code: 'negative',
        });
      }
      entries.push([i, j, value]);
    }
  }
  return sparseOf(entries, x.rows, x.cols).given;
}
