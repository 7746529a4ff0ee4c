/** Arrays (npy, npz, idx, safetensors) → rows with columns beside: which array is which is told by name and shape. */
import { FormatError } from '../base/index.ts';
import type { Found } from './assemble.ts';
import { textsAsCategory } from './columns.ts';
import type { Column, Rows } from './dataset.ts';
import type { NpyArray, NpyHeader, NpyStrings, NpyTarget } from './formats/npy.ts';
import { interleave, mediumOfShape } from './images.ts';
import { labelColumn } from './labels.ts';

const DATA_NAMES = [
  'x',
  'data',
  'images',
  'x_train',
  'train_images',
  'features',
  'embeddings',
  'embedding',
  'vectors',
  'arr_0',
];
const LABEL_NAMES = [
  'y',
  'labels',
  'label',
  'target',
  'targets',
  'classes',
  'class',
  'y_train',
  'train_labels',
  'digit',
];

/** Rows are kept as bytes where they are bytes, as float32 otherwise; labels as float64. */
export function rowsTarget({ kind, itemBytes, shape }: NpyHeader): NpyTarget {
  if (shape.length < 2) return Float64Array;
  if (itemBytes > 1 || kind === 'f') return Float32Array;
  return kind === 'i' ? Int8Array : Uint8Array;
}

/**
 * The array that holds the rows, and those that have one value for each row.
 * @throws FormatError when no array can be rows
 */
export function pickArrays<A extends { name: string; shape: readonly number[] }>(
  arrays: readonly A[],
  name: string,
): { data: A; beside: A[]; label?: A } {
  const tables = arrays.filter(({ shape }) => shape.length >= 2 && shape[0] > 0);
  const byName = DATA_NAMES.map((wanted) => tables.find((array) => array.name.toLowerCase() === wanted)).find(Boolean);
  const size = ({ shape }: A): number => shape.reduce((product, dim) => product * dim, 1);
  const [largest] = [...tables].sort((a, b) => size(b) - size(a));
  const data = byName ?? largest;
  if (!data) {
    const what = arrays.map((array) => `${array.name} (${array.shape.join(', ')})`).join('; ') || 'nothing';
    throw new FormatError(`${name} has no array of rows, expected one with two or more dimensions; it has ${what}`, {
      details: { name, offset: 0 },
    });
  }
  const beside = arrays.filter(
    (array) => array !== data && array.shape.length === 1 && array.shape[0] === data.shape[0],
  );
  const label = LABEL_NAMES.map((wanted) => beside.find((array) => array.name.toLowerCase() === wanted)).find(Boolean);
  return { data, beside, label };
}

/** An array of two or more dimensions → rows; of one → rows of one number. */
export function rowsOfArray(name: string, { shape, data }: NpyArray): Pick<Found, 'rows' | 'medium'> {
  if (shape.length === 0)
    throw new FormatError(`${name} holds a single number, expected rows`, { details: { name, offset: 0 } });
  const [nSamples] = shape;
  const nFeatures = nSamples === 0 ? 0 : data.length / nSamples;
  const kept = data instanceof Uint8Array || data instanceof Int8Array || data instanceof Float32Array;
  const rows: Rows = { data: kept ? data : Float32Array.from(data), nSamples, nFeatures, scale: 1 };
  const { medium, planar } = mediumOfShape(shape);
  if (planar) interleave(rows, 3);
  return { rows, medium };
}

/** An array of one value a row → a column. */
export function columnOfArray(name: string, array: NpyArray | NpyStrings): Column {
  return 'strings' in array ? textsAsCategory(name, array.strings) : labelColumn(name, array.data);
}
