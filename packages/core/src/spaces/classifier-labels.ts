/** The labelled rows of a data set: which they are, their classes, and what each class weighs. */
import { InputError } from '../base/index.ts';
import { classesOf } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';

export interface Labelled {
  /** rows that have a class */
  readonly indices: Uint32Array;
  /** of each row of the data: into `categories`, −1 where there is none */
  readonly codes: Int32Array;
  readonly categories: readonly string[];
  /** of each class; their mean over the labelled rows is 1 */
  readonly weights: Float32Array;
  readonly warnings: readonly string[];
}

/** classes that differ this much in size are worth a word */
const UNEVEN = 5;

/**
 * Classes without a row are left out.
 * @param balanced  whether each class shall weigh the same in all
 * @throws InputError when there is no label, or rows of fewer than two classes
 */
export function labelled(dataset: Dataset, label: string, balanced: boolean): Labelled {
  const { column, codes: all, categories: named } = classesOf(dataset, label);
  const counts = new Uint32Array(named.length);
  for (const code of all) if (code >= 0) counts[code]++;
  const used = Array.from(named.keys()).filter((c) => counts[c] > 0);
  if (used.length < 2) {
    const what = used.length === 1 ? `has one class (${named[used[0]]})` : 'has no class for any row';
    throw new InputError(
      `${dataset.name}: column ${column} ${what}; a classifier needs at least two classes to tell apart`,
      { code: 'too-few-classes', details: { column } },
    );
  }
  const renumbered = Int32Array.from(named, (_, c) => used.indexOf(c));
  const codes = Int32Array.from(all, (code) => (code < 0 ? -1 : renumbered[code]));
  const indices = Uint32Array.from(Array.from(codes.keys()).filter((i) => codes[i] >= 0));
  const weights = Float32Array.from(used, (c) => (balanced ? indices.length / (used.length * counts[c]) : 1));
  const warnings: string[] = [];
  if (indices.length < codes.length) {
    warnings.push(`${codes.length - indices.length} of ${codes.length} rows have no class and are not learned from`);
  }
  const [most, least] = [0, 1].map((end) =>
    used.reduce((a, b) => ((end === 0 ? counts[b] > counts[a] : counts[b] < counts[a]) ? b : a)),
  );
  if (counts[most] > UNEVEN * counts[least] && !balanced) {
    warnings.push(
      `classes are uneven: ${named[most]} has ${counts[most]} rows, ${named[least]} ${counts[least]}; try balanced, which makes each class weigh the same`,
    );
  }
  return { indices, codes, categories: used.map((c) => named[c]), weights, warnings };
}
