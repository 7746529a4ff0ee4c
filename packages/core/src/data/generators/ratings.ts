/**
 * Ratings with known factors: items are of kinds, users have tastes for kinds, some items are popular with all. A user
 * rates what they chose, and chooses what they like (the more the higher `taste` is), as people do.
 */
import { matrix, random, resolveOptions } from '../../base/index.ts';
import type { OptionSpec, Random } from '../../base/index.ts';
import { rowsOf } from '../dataset.ts';
import type { DataGenerator } from './generator.ts';

const OPTIONS: readonly OptionSpec[] = [
  {
    name: 'nUsers',
    type: 'integer',
    default: 500,
    min: 2,
    max: 1_000_000,
    main: true,
    summary: 'How many users rate.',
  },
  {
    name: 'nItems',
    type: 'integer',
    default: 300,
    min: 2,
    max: 100_000,
    main: true,
    summary: 'How many items there are.',
  },
  {
    name: 'perUser',
    type: 'integer',
    default: 30,
    min: 1,
    max: 100_000,
    main: true,
    summary: 'How many items a user rates on average.',
  },
  { name: 'nFactors', type: 'integer', default: 6, min: 1, max: 26, summary: 'How many kinds of items there are.' },
  {
    name: 'taste',
    type: 'number',
    default: 4,
    min: 0,
    max: 100,
    summary: 'How much users choose by their taste; at 0 all choose by popularity alone.',
  },
  { name: 'seed', type: 'integer', default: 0, min: 0, max: 2 ** 32 - 1, summary: 'The same seed, the same ratings.' },
];

/** A row for each rating: user, item, rating from 1 to 5, and the truth: the user's taste, the item's kind. */
export const ratings: DataGenerator = {
  name: 'ratings',
  title: 'Ratings with known tastes',
  summary: 'Users with tastes rate items of kinds: does a space of users and items find them?',
  options: OPTIONS,
  async make(given, { signal } = {}) {
    const options = resolveOptions('ratings', OPTIONS, given);
    const { nUsers, nItems, perUser, nFactors, taste, seed } = options as Record<string, number>;
    const rng = random(seed);
    const kinds = Int32Array.from({ length: nItems }, (_, j) => j % nFactors);
    const itemShares = Array.from({ length: nItems }, (_, j) => shares(rng, nFactors, kinds[j]));
    const popularity = Float64Array.from({ length: nItems }, () => rng.normal());
    const tastes = Int32Array.from({ length: nUsers }, (_, i) => i % nFactors);

    const [users, items, values]: number[][] = [[], [], []];
    const affinity = new Float64Array(nItems);
    const drawn = new Float64Array(nItems);
    const order = Array.from({ length: nItems }, (_, j) => j);
    for (let i = 0; i < nUsers; i++) {
      if (i % 256 === 0) signal?.throwIfAborted();
      const own = shares(rng, nFactors, tastes[i]);
      for (let j = 0; j < nItems; j++) {
        affinity[j] = own.reduce((sum, share, f) => sum + share * itemShares[j][f], 0);
        // Gumbel's noise makes the greatest a choice in proportion to exp of the rest
        drawn[j] = taste * 2 * affinity[j] + popularity[j] - Math.log(-Math.log(1 - rng.uniform()));
      }
      const count = Math.max(1, Math.min(nItems, Math.round(perUser * Math.exp(0.5 * rng.normal() - 0.125))));
      order.sort((a, b) => drawn[b] - drawn[a] || a - b);
      for (const j of order.slice(0, count).sort((a, b) => a - b)) {
        users.push(i);
        items.push(j);
        values.push(Math.max(1, Math.min(5, Math.round(1.5 + 3.5 * affinity[j] + 0.7 * rng.normal()))));
      }
    }
    const letter = (kind: number): string => String.fromCharCode(97 + kind);
    const letters = Array.from({ length: nFactors }, (_, kind) => letter(kind));
    const width = (n: number): number => String(n - 1).length;
    const text = (values: string[], name: string) => ({ name, type: 'text' as const, values });
    const category = (name: string, codes: Int32Array) => ({
      name,
      type: 'category' as const,
      codes,
      categories: letters,
    });
    return {
      name: 'ratings',
      rows: rowsOf(matrix(values.length, 1, Float32Array.from(values))),
      featureNames: ['rating'],
      columns: [
        text(
          users.map((i) => `user ${String(i).padStart(width(nUsers), '0')}`),
          'user',
        ),
        text(
          items.map((j) => `${letter(kinds[j])}${String(j).padStart(width(nItems), '0')}`),
          'item',
        ),
        category(
          'taste',
          Int32Array.from(users, (i) => tastes[i]),
        ),
        category(
          'kind',
          Int32Array.from(items, (j) => kinds[j]),
        ),
      ],
      medium: { kind: 'vector' },
      warnings: [],
    };
  },
};

/** Shares of the factors that sum to 1, most of them of one. */
function shares(rng: Random, n: number, main: number): number[] {
  const drawn = Array.from({ length: n }, (_, f) => -Math.log(1 - rng.uniform()) * (f === main ? n + 2 : 0.5));
  const sum = drawn.reduce((total, value) => total + value, 0);
  return drawn.map((value) => value / sum);
}
