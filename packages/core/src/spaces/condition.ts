/**
 * Spaces learned given the class of each row (a conditional VAE, Sohn et al. 2015): encoder and decoder get the class
 * beside the row and the code, as one number a class that sum to 1. Rows without a class have all in equal parts.
 */
import { InputError } from '../base/index.ts';
import type { Options, OptionSpec } from '../base/index.ts';
import { classesOf } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import type { BatchInput } from '../nn/index.ts';
import type { Conditions } from './latent-space.ts';

/** The name of the input of encoder.onnx and decoder.onnx that takes it. */
export const CONDITION = 'condition';

export const CONDITION_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'conditional',
    type: 'boolean',
    default: false,
    summary: 'Whether to learn given the class of each row, so that codes hold what is not the class.',
  },
  {
    name: 'label',
    type: 'text',
    default: '',
    summary: "The column that holds the classes; the data's own label when left out.",
  },
];

export interface Condition {
  readonly conditions: Conditions;
  readonly input: BatchInput;
  /** the class of each of these rows */
  codesOf(indices: Uint32Array): Int32Array;
  /** writes the classes of these rows as the networks take them, [indices.length, classes] */
  fill(indices: Uint32Array, out: Float32Array): void;
}

/** @throws InputError when the data have no such column of classes, or a single class */
export function conditioning(options: Options, dataset: Dataset): Condition | undefined {
  if (options.conditional !== true) return undefined;
  const { column, codes, categories } = classesOf(dataset, options.label as string);
  if (categories.length < 2) {
    throw new InputError(`${dataset.name}: column ${column} has one class; a condition needs at least two`, {
      code: 'option',
      details: { option: 'label' },
    });
  }
  const codesOf = (indices: Uint32Array): Int32Array => Int32Array.from(indices, (i) => codes[i]);
  return {
    conditions: { column, categories: [...categories] },
    input: { name: CONDITION, shape: [categories.length] },
    codesOf,
    fill: (indices, out) => oneHot(codesOf(indices), categories.length, out),
  };
}

/**
 * The class of each row that is encoded or decoded; none where there are none given.
 * @throws InputError unless there is one for each row, counted from 0, or negative
 */
export function classesFor(verb: string, rows: number, nClasses: number, classes?: Int32Array): Int32Array {
  const codes = classes ?? new Int32Array(rows).fill(-1);
  if (codes.length === rows && codes.every((code) => code < nClasses)) return codes;
  throw new InputError(
    `${verb}: got ${codes.length} classes up to ${codes.reduce((a, b) => Math.max(a, b), -1)} for ${rows} rows, ` +
      `expected one of ${nClasses} for each, counted from 0, or −1 for none`,
    { code: 'classes' },
  );
}

/** One number a class for each code, 1 and 0; all equal where the code is negative. Written into `out`. */
export function oneHot(codes: ArrayLike<number>, nClasses: number, out: Float32Array): void {
  for (let i = 0; i < codes.length; i++) {
    const row = out.subarray(i * nClasses, (i + 1) * nClasses);
    if (codes[i] < 0) row.fill(1 / nClasses);
    else row.fill(0)[codes[i]] = 1;
  }
}
