/** Ratings of items by users, from a table with a line for each: which columns they are, and what they say. */
import { InputError, didYouMean, finish } from '../base/index.ts';
import type { OptionSpec, Steps } from '../base/index.ts';
import type { Column, Dataset } from '../data/index.ts';
import { sparseSteps } from './ratings-sparse.ts';
import type { Entries, Sparse } from './ratings-sparse.ts';

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
  const kept = yield* atLeast(lines, minCount, warnings);
  yield 0.5;
  if (kept.length === 0) {
    throw new InputError(
      `${name}: no rating is left to learn from; lower minRating (${minRating}) or minCount (${minCount})`,
      {
        code: 'empty',
      },
    );
  }
  const [users, items] = [numbered(), numbered()];
  const n = kept.length;
  const entries: Entries = { rowOf: new Uint32Array(n), colOf: new Uint32Array(n), values: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    entries.rowOf[i] = users.of(kept[i].user);
    entries.colOf[i] = items.of(kept[i].item);
    entries.values[i] = kept[i].value;
    if (i % STEP === STEP - 1) yield 0.5 + (0.25 * i) / n;
  }
  if (users.list.length < 2 || items.list.length < 2) {
    throw new InputError(
      `${name} has ratings of ${items.list.length} items by ${users.list.length} users; at least 2 of both are needed`,
      { code: 'too-few-rows' },
    );
  }
  const { given, repeated } = yield* sparseSteps(entries, users.list.length, items.list.length, rated);
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
function* atLeast(lines: Line[], minCount: number, warnings: string[]): Steps<Line[]> {
  let kept = lines;
  for (let before = -1; minCount > 1 && before !== kept.length;) {
    before = kept.length;
    const [users, items] = [new Map<string, number>(), new Map<string, number>()];
    for (let i = 0; i < kept.length; i++) {
      const { user, item } = kept[i];
      users.set(user, (users.get(user) ?? 0) + 1);
      items.set(item, (items.get(item) ?? 0) + 1);
      if (i % STEP === STEP - 1) yield 0.5;
    }
    const all = kept;
    kept = [];
    for (let i = 0; i < all.length; i++) {
      const { user, item } = all[i];
      if (users.get(user)! >= minCount && items.get(item)! >= minCount) kept.push(all[i]);
      if (i % STEP === STEP - 1) yield 0.5;
    }
  }
  if (kept.length < lines.length) {
    warnings.push(`${lines.length - kept.length} ratings of users or items with fewer than ${minCount} were left out`);
  }
  return kept;
}

/** Numbers names in the order they come in. */
function numbered(): { list: string[]; of(name: string): number } {
  const known = new Map<string, number>();
  const list: string[] = [];
  return {
    list,
    of(name) {
      let number = known.get(name);
      if (number === undefined) known.set(name, (number = list.push(name) - 1));
      return number;
    },
  };
}
