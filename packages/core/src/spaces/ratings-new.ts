/** People who were not learned from: what they gave, from a table, and as rows that a space of ratings encodes. */
import { InputError, finish, listNames, matrix, nearestName, resolveOptions } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Dataset } from '../data/index.ts';
import type { FactorsSpace } from './factors-space.ts';
import type { LatentSpace } from './latent-space.ts';
import { linesSteps, RATINGS_OPTIONS } from './ratings.ts';

/** What somebody gave, by the names of items. */
export type Given = Readonly<Record<string, number>>;

/** People and what each gave, in the order they come in. */
export interface People {
  names: string[];
  given: Given[];
  warnings: string[];
}

/** What a table without a column of users is told of. */
const SOMEBODY = 'the new user';
/** How many names a message holds against an unknown one. */
const NEAR = 3;

/**
 * The people of a table with a line for each rating, or of one person's when no column says who. Repeated ratings are
 * averaged, repeated lines without a rating added up.
 * @param options  userColumn, itemColumn, ratingColumn, as for learning
 * @throws InputError when a column is missing, a rating is negative, or no line says anything
 */
export function newPeople(dataset: Dataset, options: Record<string, unknown> = {}): People {
  const columns = Object.fromEntries(
    Object.entries(options).filter(([name]) => ['userColumn', 'itemColumn', 'ratingColumn'].includes(name)),
  );
  const resolved = resolveOptions('new users', RATINGS_OPTIONS, columns as Record<string, string>);
  const { lines, rated, warnings } = finish(linesSteps(dataset, resolved, SOMEBODY));
  if (lines.length === 0) throw new InputError(`${dataset.name}: no line says who gave what`, { code: 'empty' });
  const people = new Map<string, Map<string, number[]>>();
  for (const { user, item, value } of lines) {
    const own = people.get(user) ?? new Map<string, number[]>();
    people.set(user, own.set(item, [...(own.get(item) ?? []), value]));
  }
  const whole = (values: number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / (rated ? values.length : 1);
  return {
    names: [...people.keys()],
    given: [...people.values()].map((own) => Object.fromEntries([...own].map(([item, all]) => [item, whole(all)]))),
    warnings,
  };
}

export interface RatingsRowsOptions {
  /** ratings below are not encoded, as the space was learned without such */
  minRating?: number;
  /** items that the space does not know are left out, instead of being refused */
  skipUnknown?: boolean;
}

/**
 * What people gave as rows [people, nItems], and the names that were left out.
 * @throws InputError, code `unknown-item`, when the space does not know an item
 */
export function ratingsRows(
  { itemNames }: FactorsSpace,
  people: readonly Given[],
  { minRating = 0, skipUnknown = false }: RatingsRowsOptions = {},
): { rows: Matrix; skipped: string[] } {
  const rows = matrix(people.length, itemNames.length);
  const places = new Map(itemNames.map((name, j) => [name, j]));
  const skipped = new Set<string>();
  people.forEach((given, i) => {
    for (const [name, value] of Object.entries(given)) {
      const j = places.get(name);
      if (!(value >= 0 && value < Infinity)) {
        throw new InputError(`the rating of ${JSON.stringify(name)} is ${value}; expected zero and more`, {
          code: 'negative',
        });
      }
      if (j === undefined) skipped.add(name);
      else if (value >= minRating) rows.data[i * itemNames.length + j] = value;
    }
  });
  if (skipped.size > 0 && !skipUnknown) throw unknownName('item', [...skipped], itemNames);
  return { rows, skipped: [...skipped] };
}

/** Whether the space is one of ratings, which knows its items by name. */
export function knowsItems(space: LatentSpace): space is FactorsSpace {
  return Array.isArray((space as Partial<FactorsSpace>).itemNames);
}

/** An error that says what is not known, among how many, and what is nearest to it. */
export function unknownName(
  kind: 'user' | 'item',
  [name, ...others]: readonly string[],
  known: readonly string[],
): InputError {
  const more = others.length > 0 ? ` (nor ${listNames(others)})` : '';
  const way = kind === 'user' ? ' (a new user is placed by what they gave: bring their ratings)' : '';
  return new InputError(
    `no ${kind} is called ${JSON.stringify(name)}${more} among the ${known.length} learned from${nearest(name, known)}${way}`,
    { code: `unknown-${kind}`, details: { name, names: [name, ...others].slice(0, 100) } },
  );
}

/** Names that are nearly so, or that hold what was written. */
function nearest(written: string, known: readonly string[]): string {
  const plain = written.toLowerCase();
  const first = nearestName(written, known);
  const holding = known.filter((name) => name !== first && plain.length > 1 && name.toLowerCase().includes(plain));
  const names = [...(first === undefined ? [] : [first]), ...holding].slice(0, NEAR);
  if (names.length === 0) return '';
  const last = names.pop();
  return `; did you mean ${names.length > 0 ? `${names.join(', ')} or ` : ''}${last}?`;
}
