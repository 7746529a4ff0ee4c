/**
 * Defaults of als, bpr and ease are chosen on some generated ratings and judged on others, made in other ways.
 *   node bench/spaces/ratings-defaults.mjs
 * Chosen on: tastes that are directions of a space (no kinds), popularity by Zipf's law, at two sizes. Judged on: the
 * generator that Portolan ships (kinds), kinds within kinds, flatter tastes with other seeds, and choices without tastes.
 * NDCG@10 of held-out ratings, of which a tenth is kept back; a setting's score is its mean share of the best at each set.
 */
import { dataGenerators, random, rowsOf, matrix, spaceMethods } from '@portolan/core';
import { nativeRuntime } from 'portolan';

const GRID = {
  als: { alpha: [0.25, 1, 4, 16], ridge: [1, 5, 20, 80] },
  bpr: { learningRate: [0.02, 0.05, 0.1], ridge: [0.003, 0.01, 0.03, 0.1] },
  ease: { ridge: [10, 30, 100, 300, 1000] },
};

const runtime = nativeRuntime({ threads: 1 });
const method = (name) => spaceMethods.find((one) => one.name === name);

/**
 * Choices in proportion to exp(affinity + popularity), as ratings from 1 to 5 of the affinity with noise.
 * @param factors  (rng) → the numbers that a user or an item has; affinity is their product
 */
function made({ nUsers, nItems, perUser, seed, zipf, strength, noise, factors }) {
  const rng = random(seed);
  const items = Array.from({ length: nItems }, (_, j) => factors(rng, j));
  const ranks = Array.from({ length: nItems }, (_, j) => j).sort(() => rng.uniform() - 0.5);
  const [user, item, rating] = [[], [], []];
  for (let i = 0; i < nUsers; i++) {
    const own = factors(rng, i);
    const affinity = items.map((other) => own.reduce((sum, value, c) => sum + value * other[c], 0));
    const drawn = affinity.map(
      (value, j) => strength * value - zipf * Math.log(ranks[j] + 1) - Math.log(-Math.log(1 - rng.uniform())),
    );
    const count = Math.max(2, Math.round(perUser * Math.exp(0.8 * rng.normal() - 0.32)));
    const order = drawn.map((_, j) => j).sort((a, b) => drawn[b] - drawn[a]);
    for (const j of order.slice(0, Math.min(count, nItems))) {
      user.push(`u${i}`);
      item.push(`i${j}`);
      rating.push(Math.max(1, Math.min(5, Math.round(3 + affinity[j] + noise * rng.normal()))));
    }
  }
  const text = (name, values) => ({ name, type: 'text', values });
  return {
    name: 'made',
    rows: rowsOf(matrix(rating.length, 1, Float32Array.from(rating))),
    featureNames: ['rating'],
    columns: [text('user', user), text('item', item)],
    medium: { kind: 'vector' },
    warnings: [],
  };
}

/** Directions of a space of so many dimensions. */
const directions = (rank) => (rng) => Array.from({ length: rank }, () => rng.normal() / Math.sqrt(Math.sqrt(rank)));
/** Kinds, and kinds within them. */
const nested = (kinds, within) => (rng, at) => {
  const out = Array.from({ length: kinds * (1 + within) }, () => 0);
  const [kind, inner] = [at % kinds, Math.floor(at / kinds) % within];
  out[kind] = 0.8 + 0.3 * rng.normal();
  out[kinds + kind * within + inner] = 0.9 + 0.3 * rng.normal();
  return out;
};
const shipped = (options) => dataGenerators.find(({ name }) => name === 'ratings').make(options);

const CHOSEN_ON = {
  'directions, 8': made({
    nUsers: 800,
    nItems: 400,
    perUser: 25,
    seed: 11,
    zipf: 0.8,
    strength: 1.6,
    noise: 0.8,
    factors: directions(8),
  }),
  'directions, 20, sparse': made({
    nUsers: 1500,
    nItems: 800,
    perUser: 16,
    seed: 12,
    zipf: 1.1,
    strength: 2,
    noise: 0.8,
    factors: directions(20),
  }),
};
const JUDGED_ON = {
  'kinds (portolan data make ratings)': await shipped({}),
  'kinds, sparse, other seed': await shipped({ nUsers: 1200, nItems: 800, perUser: 14, nFactors: 12, seed: 5 }),
  'kinds within kinds': made({
    nUsers: 700,
    nItems: 500,
    perUser: 20,
    seed: 21,
    zipf: 0.6,
    strength: 2.2,
    noise: 1,
    factors: nested(5, 6),
  }),
  'flat tastes, 12, noisy': made({
    nUsers: 600,
    nItems: 500,
    perUser: 30,
    seed: 22,
    zipf: 0.4,
    strength: 1.2,
    noise: 1.5,
    factors: directions(12),
  }),
  'no tastes': made({
    nUsers: 600,
    nItems: 400,
    perUser: 25,
    seed: 23,
    zipf: 0.9,
    strength: 0,
    noise: 1,
    factors: directions(4),
  }),
};

async function judged(name, data, options, seed = 0) {
  const { space, metrics } = await method(name).fit(data, { ...options, seed }, runtime);
  await space.dispose();
  return metrics.validation;
}

/** All settings of a grid. */
function settings(grid) {
  return Object.entries(grid).reduce(
    (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

for (const [name, grid] of Object.entries(GRID)) {
  const all = settings(grid);
  const scores = all.map(() => 0);
  for (const data of Object.values(CHOSEN_ON)) {
    const reached = [];
    for (const options of all) {
      const seeds = [await judged(name, data, options, 0), await judged(name, data, options, 1)];
      reached.push((seeds[0].ndcgAt10 + seeds[1].ndcgAt10) / 2);
    }
    const best = Math.max(...reached);
    reached.forEach((value, at) => (scores[at] += value / best / Object.keys(CHOSEN_ON).length));
  }
  const order = all.map((_, at) => at).sort((a, b) => scores[b] - scores[a]);
  console.log(`\n${name}: mean share of the best NDCG@10 where it was chosen`);
  for (const at of order.slice(0, 6)) console.log(`  ${scores[at].toFixed(3)}  ${JSON.stringify(all[at])}`);
  const usual = Object.fromEntries(
    Object.keys(grid).map((key) => [key, method(name).options.find((option) => option.name === key).default]),
  );
  const own = all.findIndex((options) => JSON.stringify(options) === JSON.stringify(usual));
  console.log(`  ${own < 0 ? '(not on the grid)' : scores[own].toFixed(3)}  ${JSON.stringify(usual)}  the default`);
  GRID[name] = { chosen: all[order[0]], usual };
}

console.log('\nNDCG@10 where nothing was chosen: the default (the setting that won above), popularity');
for (const [title, data] of Object.entries(JUDGED_ON)) {
  const cells = [];
  let popular;
  for (const [name, { chosen, usual }] of Object.entries(GRID)) {
    const [own, won] = [await judged(name, data, usual, 2), await judged(name, data, chosen, 2)];
    popular = own.ndcgAt10ByPopularity;
    cells.push(`${name} ${own.ndcgAt10.toFixed(3)} (${won.ndcgAt10.toFixed(3)})`);
  }
  console.log(`  ${title.padEnd(36)} ${cells.join('  ')}  popularity ${popular.toFixed(3)}`);
}
