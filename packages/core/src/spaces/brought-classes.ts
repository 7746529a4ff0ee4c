/**
 * The input of a foreign model that takes the class of each row, as conditional VAEs and generators have: one number for
 * each class, or the class's own number. It makes the classes conditions of the space, as of those that are learned here.
 */
import type { Classes } from '../data/index.ts';
import type { OnnxPort } from '../graph/index.ts';
import type { TensorValue } from '../runtime/index.ts';
import { oneHot } from './condition.ts';
import type { Conditions } from './latent-space.ts';

/** How a model takes classes, as space.json keeps it. */
export interface ClassInput {
  readonly input: string;
  /** numbers that are 1 for the row's class and 0 for the others, or the class's number from 0 */
  readonly as: 'oneHot' | 'index';
  /** of a row, as the model takes it: [10], [1], []; without a dimension for rows, `batched` is false */
  readonly shape: readonly number[];
  readonly batched: boolean;
  readonly nClasses: number;
}

/** The column that classes are taken from where there is no data to name it. */
const NO_COLUMN = 'class';
const NAMES =
  /^(y|c|cond(ition(ing|s)?)?|class(es)?|labels?|targets?|one_?hot|category)([._]?(id|ids|idx|label|labels|onehot|one_hot|in|input))?\d*$/i;
/** classes of a model that does not say how many it knows are counted up to here */
const MOST = 4096;

/** Whether an input takes classes, by its name or by what was told. */
export function takesClasses({ name }: OnnxPort, told?: string): boolean {
  return told === undefined ? NAMES.test(name) : name === told;
}

/**
 * How an input of that kind takes them; undefined where its shape says that it does something else.
 * @param rows  rows a call, where the model fixes them
 * @param n  how many classes there are, where the input does not say it; 0 where that is not known
 */
export function classInput(port: OnnxPort, rows: number | string | undefined, n: number): ClassInput | undefined {
  const { shape } = port;
  if (!shape || shape.slice(1).some((dim) => typeof dim !== 'number')) return undefined;
  // [10] is one row's classes without a dimension for rows, unless as many rows are fed; [1] and ['batch'] are numbers
  const batched = shape.length !== 1 || typeof shape[0] !== 'number' || shape[0] === 1 || shape[0] === rows;
  const row = (batched ? shape.slice(1) : shape) as number[];
  const size = row.reduce((a, b) => a * b, 1);
  const as = size > 1 ? 'oneHot' : 'index';
  return { input: port.name, as, shape: row, batched: batched && shape.length > 0, nClasses: size > 1 ? size : n };
}

/** Classes as the model takes them. @param classes  each at least 0, or, of numbers for each class, negative for none */
export function classValues({ as, shape, batched, nClasses }: ClassInput, classes: Int32Array): TensorValue {
  const n = classes.length;
  const dims = batched ? [n, ...shape] : [...shape];
  if (as === 'index') return { dtype: 'float32', shape: dims, data: Float32Array.from(classes) };
  const data = new Float32Array(n * nClasses);
  oneHot(classes, nClasses, data);
  return { dtype: 'float32', shape: dims, data };
}

/**
 * How many classes a model knows that takes their numbers: the first that it fails at.
 * @returns undefined when it takes any number
 */
export async function countClasses(works: (code: number) => Promise<boolean>): Promise<number | undefined> {
  if (!(await works(0))) return 0;
  let [good, bad] = [0, 1];
  while (await works(bad)) {
    good = bad;
    bad *= 2;
    if (bad > MOST) return undefined;
  }
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (await works(middle)) good = middle;
    else bad = middle;
  }
  return bad;
}

/** The classes of data as conditions, or, where there is no data, numbers. */
export function conditionsOf(nClasses: number, classes?: Pick<Classes, 'column' | 'categories'>): Conditions {
  if (classes) return { column: classes.column, categories: [...classes.categories] };
  return { column: NO_COLUMN, categories: Array.from({ length: nClasses }, (_, i) => String(i)) };
}
