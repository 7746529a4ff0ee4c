/** `recommend`: what people would choose next, in a space of ratings. */
import { InputError, matrix, run } from '../base/index.ts';
import type { JobOptions, Matrix } from '../base/index.ts';
import { bestOf, knowsItems, ratingsOf, userCode } from '../spaces/index.ts';
import type { FactorsSpace, Given, LatentSpace, Recommendation } from '../spaces/index.ts';
import { encodeIn, useSpace } from './apply.ts';
import { useDataset } from './datasets.ts';
import type { Desk } from './desk.ts';
import { noRatings, rowsOfPeople } from './people.ts';
import type { RecommendArgs, Recommended, SpaceInfo } from './workbench.ts';

/** People whose scores are in memory at once. */
const BLOCK = 64;

/**
 * Items by predicted score, best first; what a person gave already is left out.
 * @throws InputError, codes `no-ratings` (not a space of ratings), `unknown-item`, `unknown-user`
 */
export async function recommend(desk: Desk, args: RecommendArgs, job: JobOptions = {}): Promise<Recommended> {
  const { space: id, people, users, n = 10, skipUnknown } = args;
  if ((people === undefined) === (users === undefined)) {
    throw new InputError('recommend takes either people, by what they gave, or users by name; give one of them');
  }
  if (!Number.isInteger(n) || n < 1) throw new InputError(`n is ${n}, expected a whole number, at least 1`);
  const info = await desk.items.findKind(id, 'space');
  return useSpace(desk, id, async (space) => {
    const whose = people
      ? await newcomers(space, info, people, { skipUnknown, job })
      : await learned(desk, space, info, users!);
    const items = await bestItems(space as FactorsSpace, whose, n, job);
    return { codes: whose.codes, items, skipped: whose.skipped, notes: whose.notes };
  });
}

interface Whose {
  codes: Matrix;
  /** of each, the items that are left out */
  seen: ReadonlySet<string>[];
  skipped: string[];
  notes: string[];
}

async function newcomers(
  space: LatentSpace,
  info: SpaceInfo,
  people: readonly Given[],
  { skipUnknown, job }: { skipUnknown?: boolean; job: JobOptions },
): Promise<Whose> {
  const { rows, skipped } = rowsOfPeople(space, info, people, skipUnknown);
  const codes = await encodeIn(space, rows, job);
  const notes: string[] = [];
  const empty = people.filter((_, i) => rows.data.subarray(i * rows.cols, (i + 1) * rows.cols).every((v) => v === 0));
  if (empty.length > 0) {
    notes.push(
      `of ${empty.length === 1 ? 'one' : empty.length} of ${people.length} nothing is known that counts: what comes first there is what the space holds likeliest for anybody`,
    );
  }
  return { codes, seen: people.map((given) => new Set(Object.keys(given))), skipped, notes };
}

/** Where users stand that were learned from, and what they gave, where that is still in the project. */
async function learned(desk: Desk, space: LatentSpace, info: SpaceInfo, users: readonly string[]): Promise<Whose> {
  if (!knowsItems(space)) throw noRatings(info.id, space);
  const placed = await desk.items.findKind(info.data, 'data');
  const codes = matrix(users.length, space.latentDim);
  await useDataset(desk, placed, (dataset) =>
    users.forEach((user, i) => codes.data.set(userCode(dataset, user).data, i * space.latentDim)),
  );
  const source = (await desk.items.list('data')).items.find((item) => item.id === info.learnedFrom);
  const none = users.map(() => new Set<string>());
  if (source?.kind !== 'data') {
    const notes = [`the ratings of ${info.learnedFrom} are gone, so items that were given already may be among these`];
    return { codes, seen: none, skipped: [], notes };
  }
  return useDataset(desk, source, (dataset) => {
    const ratings = ratingsOf(dataset, { ...info.options, minRating: 0, minCount: 1 });
    const { starts, places } = ratings.given;
    const row = new Map(ratings.users.map((user, i) => [user, i]));
    const seen = users.map((user) => {
      const i = row.get(user);
      const given = i === undefined ? [] : places.subarray(starts[i], starts[i + 1]);
      return new Set(Array.from(given, (j) => ratings.items[j]));
    });
    return { codes, seen, skipped: [], notes: [] };
  });
}

/** Scores of some people at a time, and the best of them. */
async function bestItems(
  space: FactorsSpace,
  { codes, seen }: Whose,
  n: number,
  job: JobOptions,
): Promise<Recommendation[][]> {
  const { itemNames } = space;
  const k = codes.cols;
  const all: Recommendation[][] = [];
  return run(
    {
      phase: 'recommending',
      total: codes.rows,
      get done() {
        return all.length;
      },
      async step() {
        const from = all.length;
        const to = Math.min(codes.rows, from + BLOCK);
        const scores = await space.decode!(matrix(to - from, k, codes.data.slice(from * k, to * k)));
        for (let i = from; i < to; i++) {
          const own = scores.data.subarray((i - from) * scores.cols, (i - from + 1) * scores.cols);
          itemNames.forEach((name, j) => seen[i].has(name) && (own[j] = -Infinity));
          all.push(bestOf(own, n).map((item) => ({ item, name: itemNames[item], score: own[item] })));
        }
        return undefined;
      },
      result: () => all,
    },
    job,
  );
}
