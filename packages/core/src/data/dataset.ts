/**
 * A data set is a value: rows of numbers, typed columns beside them, and a medium that says what a row is.
 */
import { InputError } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { matrix } from '../base/index.ts';
import type { OnBytes } from './stream.ts';

/**
 * What a row is, so that it can be shown or played. An image row is height × width × channels, row-major, values in
 * [0, 1]; a sound row is its samples in [−1, 1], `sampleRate` a second. What is text has no numbers of its own, [n, 0]:
 * it is in the first column of texts.
 */
export type Medium =
  | { kind: 'vector' }
  | { kind: 'image'; height: number; width: number; channels: 1 | 3 }
  | { kind: 'sound'; sampleRate: number }
  | { kind: 'text' };

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

/** Texts that are read as often as they are needed and never held. */
export interface TextStream {
  readonly name: string;
  readonly byteLength: number;
  /** some texts at a time, without those that are blank; `onBytes` is told of what was read */
  open(onBytes?: OnBytes): AsyncGenerator<readonly string[], void>;
  /** what was noticed when they were last gone through, a sentence each */
  warnings?(): string[];
}

export interface Dataset {
  readonly name: string;
  readonly rows: Rows;
  readonly columns: readonly Column[];
  /** texts that are read anew each time, in place of a column; `nSamples` is then 0 */
  readonly texts?: TextStream;
  readonly medium: Medium;
  /** of images: the values in the files that are 0 and 1 now, black and white */
  readonly range?: readonly [low: number, high: number];
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

/** The texts of a data set: those of the column named, else of its first column of texts. */
export function textsOf(dataset: Dataset, name = ''): readonly string[] {
  const column = name === '' ? dataset.columns.find(({ type }) => type === 'text') : columnNamed(dataset, name);
  if (column?.type === 'text') return column.values;
  if (column?.type === 'category') return Array.from(column.codes, (code) => column.categories[code] ?? '');
  throw new InputError(
    column
      ? `${dataset.name}: column ${column.name} holds ${column.type}s, expected texts`
      : `${dataset.name} has no column of texts to learn from; add a text file, or a table with such a column`,
    { code: 'no-texts' },
  );
}

/** A class for each row: codes into `categories`, −1 where there is none. */
export interface Classes {
  readonly column: string;
  readonly codes: Int32Array;
  readonly categories: readonly string[];
}

/**
 * The classes of a data set: those of the column named, else of its label.
 * @throws InputError when there is no such column, or it holds no categories
 */
export function classesOf(dataset: Dataset, name = ''): Classes {
  const wanted = name === '' ? dataset.label : name;
  const categories = dataset.columns.filter(({ type }) => type === 'category').map((column) => column.name);
  if (wanted === undefined) {
    throw new InputError(
      `${dataset.name} has no label; name a column of categories: ${categories.join(', ') || 'it has none'}`,
      { code: 'no-label' },
    );
  }
  const column = columnNamed(dataset, wanted);
  if (column.type === 'category') return { column: wanted, codes: column.codes, categories: column.categories };
  throw new InputError(
    `${dataset.name}: column ${wanted} holds ${column.type}s, expected categories` +
      (categories.length > 0 ? `, as ${categories.join(', ')} do` : ''),
    { code: 'no-label' },
  );
}
