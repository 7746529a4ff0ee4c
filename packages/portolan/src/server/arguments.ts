/**
 * The arguments of each verb as they may come over the wire. TypeScript says what they are only on this side of it;
 * a stranger's are checked for shape here, and for sense by the Workbench.
 */
import { InputError, matrix } from '@portolan/core/base';
import type { Matrix } from '@portolan/core/base';
import type { Verb } from '@portolan/core/workbench';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string' && value.length <= 1000;
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const longTexts: Check = (value) => Array.isArray(value) && value.every((item) => typeof item === 'string');
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const integer: Check = (value) => Number.isSafeInteger(value);
const indices: Check = (value) => value instanceof Uint32Array;
const labels: Check = (value) => value instanceof Int32Array;
const plain: Check = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
const source: Check = (value) => plain(value) && typeof (value as { slice?: unknown }).slice === 'function';
const sources: Check = (value) => Array.isArray(value) && value.length > 0 && value.every(source);
const floats: Check = (value) => value instanceof Float32Array;
const numbers: Check = (value) => floats(value) || (Array.isArray(value) && value.every(Number.isFinite));
const number: Check = Number.isFinite;
const flag: Check = (value) => typeof value === 'boolean';
/** what each gave, by the names of items */
const people: Check = (value) =>
  Array.isArray(value) && value.every((given) => plain(given) && Object.values(given as object).every(number));
const neighbors: Check = (value) => {
  if (!plain(value)) return false;
  const { indices: near, distances } = value as { indices?: unknown; distances?: unknown };
  return indices(near) && (distances === undefined || floats(distances));
};
const isMatrix: Check = (value) => {
  if (!plain(value)) return false;
  const { rows, cols, data } = value as Matrix;
  return count(rows) && count(cols) && data instanceof Float32Array && !!matrix(rows, cols, data);
};

/** Field → what it must be; with a `?` it may be left out. */
const FIELDS: Readonly<Record<Verb, Readonly<Record<string, Check>>>> = {
  project: {},
  methods: {},
  list: { 'kind?': text },
  show: { id: text },
  remove: { id: text },
  rows: { data: text, 'indices?': indices, 'from?': count, 'count?': count },
  columns: { data: text, 'names?': texts },
  codes: { space: text },
  attention: { space: text, text: (value) => typeof value === 'string' },
  sample: { space: text, n: count, 'seed?': integer, 'class?': count },
  coordinates: { map: text },
  files: { id: text },
  file: { id: text, name: text },
  encode: { space: text, 'rows?': isMatrix, 'texts?': longTexts, 'people?': people, 'classes?': labels },
  recommend: { space: text, 'people?': people, 'users?': texts, 'n?': count, 'skipUnknown?': flag },
  decode: { space: text, codes: isMatrix, 'classes?': labels },
  addData: { files: sources, 'name?': text, 'labels?': source, 'label?': text, 'image?': plain, 'range?': numbers },
  addSpace: {
    files: sources,
    'data?': text,
    'encoder?': text,
    'decoder?': text,
    'name?': text,
    'layout?': text,
    'mean?': numbers,
    'deviation?': numbers,
    'range?': numbers,
    'latent?': numbers,
    'codesOutput?': text,
    'rowsOutput?': text,
    'inputs?': (value) => plain(value) && Object.values(value as object).every(numbers),
    'classInput?': text,
    'label?': text,
  },
  makeData: { generator: text, 'options?': plain, 'name?': text },
  fetchData: { source: text, 'name?': text },
  zoo: {},
  openZoo: { name: text },
  learn: { data: text, 'texts?': source, method: text, 'options?': plain, 'name?': text, 'checkpoints?': count },
  map: {
    of: text,
    method: text,
    'options?': plain,
    'name?': text,
    'label?': text,
    'neighbors?': neighbors,
    'coordinates?': isMatrix,
    'from?': text,
    'align?': text,
    'together?': texts,
  },
  keep: { map: text },
  place: { map: text, 'rows?': isMatrix, 'codes?': isMatrix, 'labels?': labels },
  neighbors: { of: text, 'row?': count, 'point?': numbers, 'k?': count, 'distance?': text },
  neighborTable: { of: text, 'k?': count, 'distance?': text, 'recall?': number },
  exportProject: { 'ids?': texts },
  importProject: { zip: source },
};

/** @throws InputError that says what the verb takes */
export function checkArguments(verb: Verb, args: unknown): void {
  const fields = FIELDS[verb];
  const given = args === undefined || args === null ? {} : args;
  if (!plain(given)) throw new InputError(`${verb} takes an object, ${describe(fields)}`);
  const names = new Set(Object.keys(given));
  for (const [field, check] of Object.entries(fields)) {
    const name = field.replace('?', '');
    names.delete(name);
    const value = (given as Record<string, unknown>)[name];
    if (value === undefined ? !field.endsWith('?') : !check(value)) {
      throw new InputError(
        `${verb}: ${name} is ${value === undefined ? 'missing' : 'not usable'}; it takes ${describe(fields)}`,
      );
    }
  }
  const [unknown] = names;
  if (unknown !== undefined)
    throw new InputError(`${verb} has no ${JSON.stringify(unknown.slice(0, 40))}; it takes ${describe(fields)}`);
}

function describe(fields: Readonly<Record<string, Check>>): string {
  return Object.keys(fields).join(', ') || 'nothing';
}
