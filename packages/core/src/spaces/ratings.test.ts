/** Factorisations of ratings against dense solutions, and what the table of ratings must be. */
import { describe, expect, test } from 'vitest';
import { finish, isAbort, matrix, random } from '../base/index.ts';
import type { Options } from '../base/index.ts';
import { dataGenerators, rowsOf } from '../data/index.ts';
import type { Column, Dataset } from '../data/index.ts';
import { matrix64, multiply, solveCholesky, transposed } from '../linalg/index.ts';
import type { Matrix64 } from '../linalg/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { als, alsSteps } from './als.ts';
import { bpr } from './bpr.ts';
import { ease, easeWeights, inverseSteps } from './ease.ts';
import { foldPairs } from './factors-fold.ts';
import type { FactorsSpace } from './factors-space.ts';
import type { FittedSpace, SpaceMethod } from './latent-space.ts';
import { loadSpace } from './load-space.ts';
import { ratingsRow, recommend, userCode } from './ratings-recommend.ts';
import { bestOf, rankingFigures } from './ratings-quality.ts';
import { heldOut, sparseOf, turned } from './ratings-sparse.ts';
import type { Entry, Sparse } from './ratings-sparse.ts';
import { ratingsOf } from './ratings.ts';

const runtime = nodeRuntime();
const made = await dataGenerators
  .find(({ name }) => name === 'ratings')!
  .make({ nUsers: 240, nItems: 120, perUser: 20 });
const plain: Partial<Options> = { minRating: 0, minCount: 1, userColumn: '', itemColumn: '', ratingColumn: '' };

/** 24 users × 15 items, a third of them rated. */
function small(): Sparse {
  const rng = random(2);
  const entries: Entry[] = [];
  for (let i = 0; i < 24; i++)
    for (let j = 0; j < 15; j++) if (rng.uniform() < 0.35) entries.push([i, j, 1 + rng.below(5)]);
  return sparseOf(entries, 24, 15).given;
}

function dense({ rows, cols, starts, places, values }: Sparse): Matrix64 {
  const x = matrix64(rows, cols);
  for (let i = 0; i < rows; i++)
    for (let e = starts[i]; e < starts[i + 1]; e++) x.data[i * cols + places[e]] = values[e];
  return x;
}

describe('ALS', () => {
  test('has the factors of alternating dense weighted least squares', () => {
    const given = small();
    const options = { latentDim: 3, alpha: 0.7, ridge: 0.5, seed: 4 };
    const found = run(alsSteps(given, { ...options, nIter: 6 }));
    // the same start, every system written out: (Yᵀ C Y + ridge) z = Yᵀ C p, C diagonal over all items
    const rng = random(4);
    const start = (n: number) =>
      matrix64(
        n,
        3,
        Float64Array.from({ length: n * 3 }, () => rng.normal() / Math.sqrt(3)),
      );
    let [users, items] = [start(24), start(15)];
    const x = dense(given);
    const half = (r: Matrix64, y: Matrix64): Matrix64 => {
      const out = matrix64(r.rows, 3);
      for (let i = 0; i < r.rows; i++) {
        const own = r.data.subarray(i * r.cols, (i + 1) * r.cols);
        const weighted = matrix64(r.cols, 3, y.data.map((value, at) => value * (1 + 0.7 * own[Math.floor(at / 3)]))); // prettier-ignore
        const a = multiply(transposed(weighted), y);
        for (let c = 0; c < 3; c++) a.data[c * 4] += 0.5;
        const p = matrix64(
          r.cols,
          1,
          own.map((value) => (value > 0 ? 1 : 0)),
        );
        out.data.set(solveCholesky(a, multiply(transposed(weighted), p)).data, i * 3);
      }
      return out;
    };
    let halfway = items;
    for (let round = 0; round < 6; round++) {
      halfway = items;
      users = half(x, items);
      items = half(transposed(x), users);
    }
    users = half(x, items);
    found.users.data.forEach((value, at) => expect(value).toBeCloseTo(users.data[at], 8));
    found.items.data.forEach((value, at) => expect(value).toBeCloseTo(items.data[at], 8));
    // the loss it tells is the weighted squared error over all pairs, of the users it had then
    const then = half(x, halfway);
    const scores = multiply(then, transposed(items));
    const loss = x.data.reduce(
      (sum, value, at) => sum + (1 + 0.7 * value) * ((value > 0 ? 1 : 0) - scores.data[at]) ** 2,
      0,
    );
    expect(found.loss).toBeCloseTo(loss / x.data.length, 8);
  });

  test('its objective never rises', async () => {
    const losses: number[] = [];
    const steps = alsSteps(small(), { latentDim: 3, alpha: 1, ridge: 1e-9, nIter: 20 });
    for (let next = steps.next(false); !next.done; next = steps.next(false)) {
      if (next.value.losses) losses.push(next.value.losses.loss);
    }
    expect(losses.length).toBe(20);
    for (let i = 1; i < 20; i++) expect(losses[i]).toBeLessThanOrEqual(losses[i - 1] + 1e-9);
  });
});

describe('EASE', () => {
  test('has the weights of the dense formula', () => {
    const given = small();
    const x = dense(given);
    const one = matrix64(24, 15, x.data.map((value) => (value > 0 ? 1 : 0))); // prettier-ignore
    const weights = easeWeights(finish(inverseSteps(given, 3)));
    // each column is the ridge regression of an item on all others, itself left out
    for (let j = 0; j < 15; j++) {
      const rest = Array.from({ length: 15 }, (_, i) => i).filter((i) => i !== j);
      const a = matrix64(14, 14);
      const b = matrix64(14, 1);
      rest.forEach((p, at) => {
        for (let i = 0; i < 24; i++) {
          b.data[at] += one.data[i * 15 + p] * one.data[i * 15 + j];
          rest.forEach((q, to) => (a.data[at * 14 + to] += one.data[i * 15 + p] * one.data[i * 15 + q]));
        }
        a.data[at * 15] += 3;
      });
      const solved = solveCholesky(a, b);
      rest.forEach((p, at) => expect(weights.data[p * 15 + j]).toBeCloseTo(solved.data[at], 9));
      expect(weights.data[j * 16]).toBe(0);
    }
  });

  test('factors of all dimensions whose spectrum is above 0 come near the weights, few lose little', async () => {
    const { space, metrics } = await ease.fit(made, { latentDim: 24 }, runtime);
    const { validation = {} } = metrics;
    expect(validation.ndcgAt10).toBeGreaterThan(0.9 * validation.ndcgAt10OfAllWeights);
    expect(space.latentDim).toBe(24);
  });
});

test('BPR places a person where the likelihood of their pairs is greatest', () => {
  const rng = random(9);
  const y = matrix(30, 4, rng.fillNormal(new Float32Array(120)));
  const bias = rng.fillNormal(new Float32Array(30), 0.3);
  const { given } = sparseOf(
    [1, 5, 8, 20].map((j): Entry => [0, j, 1]),
    1,
    30,
  );
  const objective = (z: ArrayLike<number>): number => {
    const score = (j: number): number =>
      y.data.subarray(j * 4, j * 4 + 4).reduce((sum, v, c) => sum + v * z[c], bias[j]);
    const others = Array.from({ length: 30 }, (_, j) => j).filter((j) => !given.places.includes(j));
    let sum = 0;
    for (const a of given.places)
      for (const b of others) sum -= Math.log(1 + Math.exp(score(b) - score(a))) / others.length;
    return sum - 4 * (0.05 / 2) * Array.from(z).reduce((squares, v) => squares + v * v, 0);
  };
  const z = foldPairs(y, bias, { ridge: 0.05 })(given, 0);
  const best = objective(z);
  for (let c = 0; c < 4; c++) {
    for (const h of [0.01, -0.01]) expect(objective(z.map((v, at) => (at === c ? v + h : v)))).toBeLessThan(best);
  }
});

describe.each([als, bpr, ease])('$name', (method: SpaceMethod) => {
  const quick: Partial<Options> = { latentDim: 8, seed: 1 };
  const fit = (dataset: Dataset, more: Partial<Options> = {}, job = {}): Promise<FittedSpace> => {
    const own = Object.entries({ ...quick, ...more }).filter(([name]) =>
      method.options.some((spec) => spec.name === name),
    );
    return method.fit(dataset, Object.fromEntries(own), runtime, job);
  };

  test('recommends far better than popularity does, and finds the kinds of items', async () => {
    const { metrics, items } = await fit(made);
    const { validation = {} } = metrics;
    expect(validation.ndcgAt10).toBeGreaterThan(1.8 * validation.ndcgAt10ByPopularity);
    expect(validation.recallAt10).toBeGreaterThan(0.35);
    const [kinds, names, counts] = items!.columns as [Column & { type: 'category' }, Column & { type: 'text' }, Column & { type: 'number' }]; // prettier-ignore
    expect([kinds.codes.length, names.values.length, counts.values.length]).toEqual([360, 360, 360]);
    // nearest by direction is of the same kind, which its name begins with
    const { data } = items!.rows;
    const unit = (i: number): number[] => {
      const v = Array.from(data.subarray(i * 8, i * 8 + 8));
      return v.map((value) => value / (Math.hypot(...v) || 1));
    };
    const all = Array.from({ length: 120 }, (_, j) => unit(240 + j));
    let same = 0;
    all.forEach((one, j) => {
      let [best, nearest] = [-Infinity, -1];
      all.forEach((other, i) => {
        const cosine = one.reduce((sum, value, c) => sum + value * other[c], 0);
        if (i !== j && cosine > best) [best, nearest] = [cosine, i];
      });
      if (names.values[240 + nearest][0] === names.values[240 + j][0]) same++;
    });
    expect(same / 120).toBeGreaterThan(0.7); // a sixth by chance
  });

  test('places known users by their ratings where it has them, and new ones among their like', async () => {
    const { space, items } = await fit(made, { heldOut: 0 });
    const { users, items: names, given } = ratingsOf(made, plain);
    const x = matrix(2, names.length);
    for (const i of [0, 1]) {
      const at = 7 * i + 3;
      for (let e = given.starts[at]; e < given.starts[at + 1]; e++)
        x.data[i * names.length + given.places[e]] = given.values[e];
    }
    const z = await space.encode!(x);
    const known = userCode(items!, users[3]);
    known.data.forEach((value, c) => expect(z.data[c]).toBeCloseTo(value, 4));

    const fresh = ratingsRow(space as FactorsSpace, Object.fromEntries(names.filter((name) => name[0] === 'b').slice(0, 6).map((name) => [name, 5]))); // prettier-ignore
    const [best] = await recommend(space, fresh, { n: 5 });
    expect(best.filter(({ name }) => name![0] === 'b').length).toBeGreaterThanOrEqual(3);
    expect(best.every(({ item }) => fresh.data[item] === 0)).toBe(true);
    for (let r = 1; r < 5; r++) expect(best[r].score).toBeLessThanOrEqual(best[r - 1].score);
    const [again] = await recommend(space, fresh, { n: 120, excludeSeen: false });
    expect(again.length).toBe(120);
    expect(new Set(again.map(({ item }) => item)).size).toBe(120);
  });

  test('is the same for the same seed, and after it was saved and loaded', async () => {
    const [a, b] = [await fit(made), await fit(made)];
    expect(a.items!.rows.data).toEqual(b.items!.rows.data);
    expect(a.metrics).toEqual(b.metrics);
    expect(Object.keys(a.options).sort()).toEqual(method.options.map(({ name }) => name).sort());
    const loaded = await loadSpace(a.space.toFiles(), runtime);
    const x = matrix(3, 120, random(3).fillUniform(new Float32Array(360)).map((v) => (v < 0.1 ? 4 : 0))); // prettier-ignore
    const z = await a.space.encode!(x);
    expect((await loaded.encode!(x)).data).toEqual(z.data);
    expect((await loaded.decode!(z)).data).toEqual((await a.space.decode!(z)).data);
    expect((loaded as FactorsSpace).itemNames).toEqual((a.space as FactorsSpace).itemNames);
    expect(loaded.prior!.sample(3, 1).data).toEqual(a.space.prior!.sample(3, 1).data);
    const files = a.space.toFiles();
    delete files['factors.safetensors'];
    await expect(loadSpace(files, runtime)).rejects.toThrow(/needs factors\.safetensors/);
  });

  test('is cancelled', async () => {
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    await expect(fit(made, {}, { signal: controller.signal, onProgress })).rejects.toSatisfy(isAbort);
    await expect(fit(made, {}, { signal: controller.signal })).rejects.toSatisfy(isAbort);
  });

  test('takes users of one rating, and items all have', async () => {
    const rows = [0, 1, 2, 3, 4].flatMap((i) => [[i, 0], ...(i ? [[i, i]] : [])]);
    const { space, metrics, items } = await fit(table({ user: rows.map(([i]) => `u${i}`), item: rows.map(([, j]) => `i${j}`) }), { latentDim: 2 }); // prettier-ignore
    expect(items!.rows.data.every(Number.isFinite)).toBe(true);
    const scores = await space.decode!(await space.encode!(matrix(1, 5)));
    expect(scores.data.every(Number.isFinite)).toBe(true);
    expect(Object.values(metrics.train).every(Number.isFinite)).toBe(true);
  });

  test('takes as many dimensions as a small table has, where none are asked for', async () => {
    const pairs = Array.from({ length: 24 }, (_, at) => [at % 8, (at + Math.floor(at / 8)) % 5]);
    const few = table({ user: pairs.map(([i]) => `u${i}`), item: pairs.map(([, j]) => `i${j}`) });
    const { space, options } = await fit(few, { latentDim: 0 });
    expect([space.latentDim, options.latentDim]).toEqual([5, 5]);
  });

  test('says what is wrong in one line', async () => {
    const user = ['a', 'a', 'b', 'b', 'c'];
    const item = ['x', 'y', 'y', 'z', 'x'];
    const cases: [Dataset, Partial<Options>, string | RegExp][] = [
      [
        table({ who: user, item }),
        {},
        'ratings: no column is known by its name to hold users; name it by userColumn; its columns: who, item',
      ],
      [
        table({ who: user, item }),
        { userColumn: 'Who' },
        'ratings has no column Who (userColumn); its columns: who, item; did you mean who?',
      ],
      [table({ user, item }, [1, 2, -3, 4, 5]), {}, /rating -3 in row 2, column rating; expected zero and more/],
      [table({ user, item }), { itemColumn: 'user' }, /users and items are both column user/],
      [
        table({ user, item }, [1, 1, 1, 1, 1]),
        { minRating: 4 },
        /no rating is left to learn from; lower minRating \(4\)/,
      ],
      [table({ user, item }), { latentDim: 4 }, /latentDim 4 is more than 3 users and 3 items allow; try at most 3/],
      [table({ user: ['a', 'a'], item: ['x', 'y'] }), { latentDim: 1 }, /2 items by 1 users/],
      [table({ user: [], item: [] }), {}, /0 rows/],
    ];
    for (const [data, options, message] of cases) {
      await expect(fit(data, { latentDim: 2, ...options })).rejects.toThrow(message);
    }
    const { space, items } = await fit(made);
    expect(() => userCode(items!, 'user 01')).toThrow(
      /no user is called "user 01" among the 240 learned from; did you mean user 001, user 010 or user 011\? \(a new user/,
    );
    expect(() => ratingsRow(space as FactorsSpace, { nothing: 1 })).toThrow(
      /no item is called "nothing" among the 120/,
    );
    await expect(space.encode!(matrix(1, 3))).rejects.toThrow('encode: got rows of 3 numbers, expected 120 items');
    await expect(space.encode!(matrix(1, 120, new Float32Array(120).fill(-1)))).rejects.toThrow(
      /rating -1 in row 0, item 0/,
    );
  });
});

test('names, repeated and missing ratings are taken as they are meant', () => {
  const users = ['a', 'a', '', 'b', 'b', 'b'];
  const movies = ['x', 'x', 'x', 'y', 'x', 'z'];
  const { given, ...found } = ratingsOf(
    table({ note: users, user_id: users, MovieId: movies }, [2, 4, 1, 0, NaN, 5]),
    plain,
  );
  expect(found).toEqual({
    users: ['a', 'b'],
    items: ['x', 'z'],
    warnings: [
      '2 rows have no user, item or rating and were left out',
      '1 rating of 0 was left out',
      '1 rating is of an item the user had rated before; they were averaged',
    ],
  });
  expect(Array.from(dense(given).data)).toEqual([3, 0, 0, 5]);
  // without ratings, each line counts
  const counted = ratingsOf(table({ user: ['a', 'a', 'b'], item: ['x', 'x', 'y'] }), plain);
  expect(Array.from(dense(counted.given).data)).toEqual([2, 0, 0, 1]);
});

test('ids among the features are names; those that single precision merges are refused', () => {
  const x = matrix(4, 3, Float32Array.of(1, 10, 5, 1, 11, 4, 2, 10, 3, 2, 12, 1));
  const data = { name: 'ml', rows: rowsOf(x), featureNames: ['userId', 'movieId', 'rating'], columns: [], medium: { kind: 'vector' as const }, warnings: [] }; // prettier-ignore
  const { users, items, given } = ratingsOf(data, plain);
  expect([users, items]).toEqual([['1', '2'], ['10', '11', '12']]); // prettier-ignore
  expect(Array.from(dense(given).data)).toEqual([5, 4, 0, 3, 0, 1]);
  x.data[0] = 2 ** 25;
  expect(() => ratingsOf(data, plain)).toThrow(/column userId holds numbers like 33554432 in row 0, too large/);
});

test('what is rare is left out until nothing rare is left', () => {
  const data = table({ user: ['a', 'a', 'b', 'b', 'c', 'c', 'd'], item: ['x', 'y', 'x', 'y', 'x', 'z', 'z'] });
  const { users, items, warnings } = ratingsOf(data, { ...plain, minCount: 2 });
  // d goes, then z has one, then c has one
  expect([users, items]).toEqual([['a', 'b'], ['x', 'y']]); // prettier-ignore
  expect(warnings[0]).toContain('3 ratings of users or items with fewer than 2 were left out');
});

test('what is held out is a share of each user, none of it learned from, never all', () => {
  const { given } = ratingsOf(made, plain);
  const { train, test: back } = heldOut(given, 0.2, 5);
  expect(back.places.length / given.places.length).toBeCloseTo(0.2, 1);
  const [all, a, b] = [dense(given), dense(train), dense(back)];
  all.data.forEach((value, at) => expect(a.data[at] + b.data[at]).toBe(value));
  for (let i = 0; i < train.rows; i++) expect(train.starts[i + 1]).toBeGreaterThan(train.starts[i]);
  expect(dense(turned(given)).data).toEqual(transposed(all).data);
});

test('recall and NDCG at their extremes', () => {
  const entries = (items: number[]): Sparse =>
    sparseOf(
      items.map((j): Entry => [0, j, 1]),
      1,
      30,
    ).given;
  const [train, back] = [entries([0, 1]), entries([5, 6, 7])];
  const by = (order: number[]) => finish(rankingFigures(train, back, (_, out) => void (out.fill(-Infinity), order.forEach((j, at) => (out[j] = -at))))); // prettier-ignore
  // what was learned from is not judged, though it is scored highest
  expect(by([0, 1, 6, 5, 7])).toEqual({ recallAt10: 1, ndcgAt10: 1 });
  expect(by([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 5, 6, 7])).toEqual({ recallAt10: 0, ndcgAt10: 0 });
  const { recallAt10, ndcgAt10 } = by([10, 5]) as { recallAt10: number; ndcgAt10: number };
  expect(recallAt10).toBeCloseTo(1 / 3, 12);
  expect(ndcgAt10).toBeCloseTo(1 / Math.log2(3) / (1 + 1 / Math.log2(3) + 0.5), 12);
});

function table(names: Record<string, string[]>, rating?: number[]): Dataset {
  const n = Object.values(names)[0].length;
  const columns: Column[] = Object.entries(names).map(([name, values]) => ({ name, type: 'text', values }));
  if (rating) columns.push({ name: 'rating', type: 'number', values: Float64Array.from(rating) });
  return { name: 'ratings', rows: rowsOf(matrix(n, 0)), columns, medium: { kind: 'vector' }, warnings: [] };
}

function run<R>(steps: Generator<unknown, R, boolean>): R {
  for (;;) {
    const next = steps.next(false);
    if (next.done) return next.value;
  }
}

test('the best are the same by insertion and by sorting, equal ones in their order', () => {
  const rng = random(7);
  const scores = Float32Array.from({ length: 900 }, () => (rng.uniform() < 0.1 ? -Infinity : rng.below(50)));
  const all = bestOf(scores, 1e6);
  expect(all).toHaveLength(scores.filter((score) => score > -Infinity).length);
  expect(bestOf(scores, 200)).toEqual(all.slice(0, 200));
  expect(bestOf(scores, 201)).toEqual(all.slice(0, 201));
});
