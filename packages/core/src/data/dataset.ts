/**
 * A data set is a value: rows of numbers, typed columns beside them, and a medium that says what a row is.
 */
import { InputError } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { matrix } from '../base/index.ts';

/** What a row is, so that it can be shown. An image row is height × width × channels, row-major, values in [0, 1]. */
export type Medium = { kind: 'vector' } | { kind: 'image'; height: number; width: number; channels: 1 | 3 };

/**
 * The rows as they are kept, row-major; the value of an element is `data[i] * scale`.
 * Images are kept as uint8 with scale 1/255, tables as float32 with scale 1.
 */
export interface Rows {
  readonly data: Uint8Array | Int8Array | Float32Array;
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly scale: number;
}

/** A column beside the rows, one value a row. Missing: code −1, NaN, the empty string, NaN. */
export type Column =
  | { name: string; type: 'category'; codes: Int32Array; categories: string[] }
  | { name: string; type: 'number'; values: Float64Array }
  | { name: string; type: 'text'; values: string[] }
  /** milliseconds since 1970, UTC */
  | { name: string; type: 'time'; values: Float64Array };

export interface Dataset {
  readonly name: string;
  readonly rows: Rows;
  readonly columns: readonly Column[];
  readonly medium: Medium;
  /** names of the features, where the data names them */
  readonly featureNames?: readonly string[];
  /** the column that is the label, if one is known */
  readonly label?: string;
  /** what was noticed while reading, a sentence each: constant columns, rows left out, resized images */
  readonly warnings: readonly string[];
}

/**
 * Rows as numbers, [indices.length, nFeatures], or all of them.
 * @param out  written into when given; its size must fit
 */
export function readRows(rows: Rows, indices?: ArrayLike<number>, out?: Float32Array): Matrix {
  const { data, nSamples, nFeatures, scale } = rows;
  const n = indices ? indices.length : nSamples;
  const target = matrix(n, nFeatures, out);
  const to = target.data;
  for (let i = 0; i < n; i++) {
    const from = (indices ? indices[i] : i) * nFeatures;
    to.set(data.subarray(from, from + nFeatures), i * nFeatures);
  }
  // scaled afterwards: converting by `set` is far faster than element by element
  if (scale !== 1) for (let i = 0; i < to.length; i++) to[i] *= scale;
  return target;
}

/**
 * A matrix as rows, kept, not copied.
 */
export function rowsOf(x: Matrix): Rows {
  return { data: x.data, nSamples: x.rows, nFeatures: x.cols, scale: 1 };
}

/**
 * The column with that name.
 * @throws InputError that lists the columns there are
 */
export function columnNamed(dataset: Dataset, name: string): Column {
  const found = dataset.columns.find((column) => column.name === name);
  if (found) return found;
  const names = dataset.columns.map((column) => column.name).join(', ') || 'none';
  throw new InputError(`${dataset.name} has no column ${name}; its columns: ${names}`, { code: 'no-column' });
}
