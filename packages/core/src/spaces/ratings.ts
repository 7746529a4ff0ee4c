/** Ratings of items by users, from a table with a line for each: which columns they are, and what they say. */
import { InputError, didYouMean, finish, random } from '../base/index.ts';
import type { Matrix, OptionSpec, Steps } from '../base/index.ts';
import type { Column, Dataset } from '../data/index.ts';

/** Who gave what how much: a sparse matrix, a row for each user, its items rising. */
export interface Sparse {
  readonly rows: number;
  readonly cols: number;
  /** [rows + 1]: where each row's entries begin */
  readonly starts: Int32Array;
  readonly places: Int32Array;
  readonly values: Float32Array;
}

export interface Ratings {
  readonly users: readonly string[];
  readonly items: readonly string[];
  /** users × items; what is not in it is not known */
  readonly given: Sparse;
  readonly warnings: readonly string[];
}

/** Rows between two steps. */
const STEP = 20_000;
/** Above it, whole numbers in single precision are no longer told apart. */
const LARGEST_ID = 2 ** 24;

const USER_NAMES = ['user', 'userid', 'userno', 'uid', 'customer', 'customerid', 'reader', 'listener', 'visitor', 'visitorid', 'person', 'reviewer', 'reviewerid']; // prettier-ignore
const ITEM_NAMES = ['item', 'itemid', 'iid', 'movie', 'movieid', 'film', 'filmid', 'product', 'productid', 'book', 'bookid', 'isbn', 'song', 'songid', 'track', 'trackid', 'artist', 'artistid', 'article', 'articleid', 'asin', 'anime', 'animeid', 'title']; // prettier-ignore
const RATING_NAMES = ['rating', 'ratings', 'score', 'stars', 'bookrating', 'value', 'plays', 'playcount', 'count', 'weight', 'amount', 'quantity']; // prettier-ignore

const columnOption = (name: string, summary: string): OptionSpec => ({ name, type: 'text', default: '', summary });

/** What every method of ratings takes beside its own. */
export const RATINGS_OPTIONS: readonly OptionSpec[] = [
  columnOption('userColumn', 'The column that says who; found by its name (user, userId, customer …) when left out.'),
  columnOption('itemColumn', 'The column that says what; found by its name (item, movieId, product …) when left out.'),
  columnOption(
    'ratingColumn',
    'The column that says how much, found by its name (rating, stars, plays …); without one, every line counts as 1.',
  ),
  {
    name: 'minRating',
    type: 'number',
    default: 0,
    min: 0,
    summary: 'Ratings below this are left out: 4 of 5 stars, so that only what was liked counts.',
  },
  {
    name: 'minCount',
    type: 'integer',
    default: 1,
    min: 1,
    summary: 'Users and items with fewer ratings than this are left out.',
  },
  {
    name: 'heldOut',
    type: 'number',
    default: 0.1,
    min: 0,
    max: 0.5,
    summary: "Share of each user's ratings kept back to measure recommendations by; 0 learns from all.",
  },
];

/**
 * The ratings of a data set.
 * @throws InputError when a column is missing, a rating is negative or not a number, or nothing is left
 */
export function ratingsOf(dataset: Dataset, options: Record<string, unknown>): Ratings {
  return finish(ratingsSteps(dataset, options));
}

/** As `ratingsOf`, in steps of some thousand rows. */
export function* ratingsSteps(dataset: Dataset, options: Record<string, unknown>): Steps<Ratings> {
  const { name } = dataset;
  const { minRating, minCount } = options as { minRating: number; minCount: number };
  const { lines, rated, warnings } = yield* linesSteps(dataset, options);
  const kept = atLeast(lines, minCount, warnings);
  yield 0.5;
  if (kept.length === 0) {
    throw new InputError(
      `${name}: no rating is left to learn from; lower minRating (${minRating}) or minCount (${minCount})`,
      {
        code: 'empty',
      },
    );
  }
  const users = namesOf(kept.map((line) => line.user));
  const items = namesOf(kept.map((line) => line.item));
  if (users.list.length < 2 || items.list.length < 2) {
    throw new InputError(
      `${name} has ratings of ${items.list.length} items by ${users.list.length} users; at least 2 of both are needed`,
      { code: 'too-few-rows' },
    );
  }
  const entries = kept.map((line): Entry => [users.of.get(line.user)!, items.of.get(line.item)!, line.value]);
  yield 0.75;
  const { given, repeated } = sparseOf(entries, users.list.length, items.list.length, rated);
  if (repeated > 0) {
    warnings.push(
      `${repeated} ${repeated === 1 ? 'rating is' : 'ratings are'} of an item the user had rated before; they were ${rated ? 'averaged' : 'added'}`,
    );
  }
  return { users: users.list, items: items.list, given, warnings };
}

/** One rating. */
export interface Line {
  user: string;
  item: string;
  value: number;
}

export interface Lines {
  readonly lines: Line[];
  /** whether a column says how much; else every line counts as 1 */
  readonly rated: boolean;
  readonly warnings: string[];
}

/**
 * The lines of a table that say something, in steps of some thousand rows.
 * @param someone  the user of every line, where no column says who
 */
export function* linesSteps(dataset: Dataset, options: Record<string, unknown>, someone?: string): Steps<Lines> {
  const { name, rows } = dataset;
  const { minRating } = options as { minRating: number };
  if (rows.nSamples === 0) throw new InputError(`${name} has 0 rows; there are no ratings in it`, { code: 'empty' });
  const user = findColumn(dataset, 'userColumn', options.userColumn as string, USER_NAMES, someone !== undefined);
  const item = findColumn(dataset, 'itemColumn', options.itemColumn as string, ITEM_NAMES)!;
  const rating = findColumn(dataset, 'ratingColumn', options.ratingColumn as string, RATING_NAMES, true);
  if (user?.name === item.name)
    throw new InputError(`${name}: users and items are both column ${user.name}; expected two`);
  const userKey = user ? keysOf(dataset, user) : () => someone!;
  const itemKey = keysOf(dataset, item);
  const amount = rating ? amountsOf(dataset, rating) : undefined;

  const lines: Line[] = [];
  const warnings: string[] = [];
  let [nameless, low] = [0, 0];
  for (let i = 0; i < rows.nSamples; i++) {
    const [who, what] = [userKey(i), itemKey(i)];
    const value = amount ? amount(i) : 1;
    if (who === '' || what === '' || Number.isNaN(value)) nameless++;
    else if (value < minRating || value === 0) low++;
    else lines.push({ user: who, item: what, value });
    if (i % STEP === STEP - 1) yield (0.5 * i) / rows.nSamples;
  }
  if (nameless > 0)
    warnings.push(`${nameless} ${nameless === 1 ? 'row has' : 'rows have'} no user, item or rating and were left out`);
  if (low > 0) {
    const below = minRating > 0 ? ` or below ${minRating}` : '';
    warnings.push(`${low} ${low === 1 ? 'rating' : 'ratings'} of 0${below} ${low === 1 ? 'was' : 'were'} left out`);
  }
  return { lines, rated: rating !== undefined, warnings };
}

type Found = { name: string; column?: Column; feature?: number };

function findColumn(
  { name, columns, featureNames = [] }: Dataset,
  option: string,
  wanted: string,
  guesses: readonly string[],
  optional = false,
): Found | undefined {
  const all: Found[] = [
    ...columns.map((column) => ({ name: column.name, column })),
    ...featureNames.map((feature, i) => ({ name: feature, feature: i })),
  ];
  const names = all.map((found) => found.name);
  if (wanted !== '') {
    const found = all.find((one) => one.name === wanted);
    if (found) return found;
    const hint = didYouMean(wanted, names);
    throw new InputError(`${name} has no column ${wanted} (${option}); its columns: ${names.join(', ')}${hint}`, {
      code: 'no-column',
    });
  }
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, '');
  for (const guess of guesses) {
    const found = all.find((one) => plain(one.name) === guess);
    if (found) return found;
  }
  if (optional) return undefined;
  throw new InputError(
    `${name}: no column is known by its name to hold ${option === 'userColumn' ? 'users' : 'items'}; ` +
      `name it by ${option}; its columns: ${names.join(', ') || 'none'}`,
    { code: 'no-column', details: { option } },
  );
}

/** The name in each row; empty where there is none. */
function keysOf({ name, rows }: Dataset, { name: of, column, feature }: Found): (i: number) => string {
  if (column?.type === 'category') return (i) => column.categories[column.codes[i]] ?? '';
  if (column?.type === 'text') return (i) => column.values[i];
  if (column) return (i) => (Number.isNaN(column.values[i]) ? '' : String(column.values[i]));
  const values = featureOf(rows, feature!);
  const large = values.findIndex((value) => Math.abs(value) >= LARGEST_ID);
  if (large >= 0) {
    throw new InputError(
      `${name}: column ${of} holds numbers like ${values[large]} in row ${large}, too large to be told apart as features; ` +
        'add the data with that column kept beside the rows',
      { code: 'large-id', details: { row: large, column: of } },
    );
  }
  return (i) => String(values[i]);
}

function featureOf(rows: Dataset['rows'], feature: number): Float64Array {
  const { data, nFeatures, scale } = rows;
  return Float64Array.from({ length: rows.nSamples }, (_, i) => data[i * nFeatures + feature] * scale);
}

function amountsOf({ name, rows }: Dataset, { name: of, column, feature }: Found): (i: number) => number {
  let values: Float64Array;
  if (column === undefined) values = featureOf(rows, feature!);
  else if (column.type === 'number') ({ values } = column);
  else if (column.type === 'category') {
    const numbers = column.categories.map(Number);
    values = Float64Array.from(column.codes, (code) => (code < 0 ? NaN : numbers[code]));
    const bad = numbers.findIndex(Number.isNaN);
    if (bad >= 0) throw notNumber(name, of, column.categories[bad]);
  } else throw notNumber(name, of, column.type === 'text' ? column.values[0] : 'a time');
  const bad = values.findIndex((value) => value < 0 || Math.abs(value) === Infinity);
  if (bad >= 0) {
    throw new InputError(
      `${name}: rating ${values[bad]} in row ${bad}, column ${of}; expected zero and more, as ratings say how much: ` +
        'leave such rows out, or count from another zero',
      { code: 'negative', details: { row: bad, column: of } },
    );
  }
  return (i) => values[i];
}

function notNumber(name: string, of: string, got: string): InputError {
  return new InputError(`${name}: column ${of} holds ${JSON.stringify(got)}, expected numbers that say how much`, {
    code: 'no-column',
  });
}

/** Lines of users and items that are there often enough; leaving some out may make others too rare. */
function atLeast<T extends { user: string; item: string }>(lines: T[], minCount: number, warnings: string[]): T[] {
  let kept = lines;
  for (let before = -1; minCount > 1 && before !== kept.length;) {
    before = kept.length;
    const [users, items] = [new Map<string, number>(), new Map<string, number>()];
    for (const { user, item } of kept) {
      users.set(user, (users.get(user) ?? 0) + 1);
      items.set(item, (items.get(item) ?? 0) + 1);
    }
    kept = kept.filter(({ user, item }) => users.get(user)! >= minCount && items.get(item)! >= minCount);
  }
  if (kept.length < lines.length) {
    warnings.push(`${lines.length - kept.length} ratings of users or items with fewer than ${minCount} were left out`);
  }
  return kept;
}

/** Names in the order they come in. */
function namesOf(texts: readonly string[]): { list: string[]; of: Map<string, number> } {
  const of = new Map<string, number>();
  for (const text of texts) if (!of.has(text)) of.set(text, of.size);
  return { list: [...of.keys()], of };
}

/** Row, column, value. */
export type Entry = [number, number, number];

/** @param average  what becomes of repeated entries: their mean, else their sum */
export function sparseOf(
  entries: readonly Entry[],
  rows: number,
  cols: number,
  average = true,
): { given: Sparse; repeated: number } {
  // by row without comparing, then by column within each: a table is sorted in linear time but for the rows' own
  const lists: Entry[][] = Array.from({ length: rows }, () => []);
  for (const entry of entries) lists[entry[0]].push(entry);
  const sorted = lists.flatMap((list) => list.sort((a, b) => a[1] - b[1]));
  const starts = new Int32Array(rows + 1);
  const places: number[] = [];
  const values: number[] = [];
  let repeated = 0;
  for (let e = 0; e < sorted.length;) {
    const [row, col] = sorted[e];
    let [sum, count] = [0, 0];
    for (; e < sorted.length && sorted[e][0] === row && sorted[e][1] === col; e++, count++) sum += sorted[e][2];
    repeated += count - 1;
    places.push(col);
    values.push(average ? sum / count : sum);
    starts[row + 1]++;
  }
  for (let i = 0; i < rows; i++) starts[i + 1] += starts[i];
  return {
    given: { rows, cols, starts, places: Int32Array.from(places), values: Float32Array.from(values) },
    repeated,
  };
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
export function heldOut(given: Sparse, share: number, seed: number): { train: Sparse; test: Sparse } {
  const rng = random(seed).fork(1);
  const { rows, starts } = given;
  const back = new Uint8Array(given.places.length);
  for (let i = 0; i < rows; i++) {
    const size = starts[i + 1] - starts[i];
    // a share of few is one or none, by chance, so that it is right on average
    const count = Math.min(size - 1, Math.floor(size * share + (share > 0 ? rng.uniform() : 0)));
    for (let kept = 0; kept < count;) {
      const e = starts[i] + rng.below(size);
      kept += 1 - back[e];
      back[e] = 1;
    }
  }
  return { train: only(given, back, 0), test: only(given, back, 1) };
}

/** The entries that are marked so. */
function only({ rows, cols, starts, places, values }: Sparse, marks: Uint8Array, mark: number): Sparse {
  const marked = (_: number, e: number): boolean => marks[e] === mark;
  const out = new Int32Array(rows + 1);
  for (let i = 0; i < rows; i++) {
    out[i + 1] = out[i];
    for (let e = starts[i]; e < starts[i + 1]; e++) if (marks[e] === mark) out[i + 1]++;
  }
  return { rows, cols, starts: out, places: places.filter(marked), values: values.filter(marked) };
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
