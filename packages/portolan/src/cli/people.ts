/** New people of a space of ratings: from a table of theirs, or from what is written on the command line. */
import { newPeople, readDataset } from '@portolan/core';
import type { Given, People, SpaceInfo } from '@portolan/core';
import { lazyDecoder } from '../open-project.ts';
import { UsageError } from './usage-error.ts';
import type { Flag } from './arguments.ts';
import { sources } from './verbs/data.ts';
import { textFlag } from './verb.ts';
import type { Context } from './verb.ts';

export const RATINGS: Flag = {
  name: 'ratings',
  value: 'FILE',
  summary:
    'new users: a table with a line for each rating (user, item, rating), columns as in the data learned from; without users it is one',
};

/** The people of `--ratings`; columns that were named for learning are looked for under those names first. */
export async function peopleFrom(context: Context, { options }: SpaceInfo): Promise<People> {
  const path = textFlag(context, 'ratings')!;
  const reading = { decoder: lazyDecoder, minSamples: 1, stretch: false };
  const dataset = await readDataset(await sources(path), reading, context.job);
  const there = new Set([...dataset.columns.map(({ name }) => name), ...(dataset.featureNames ?? [])]);
  const named = Object.entries(options).filter(([, value]) => typeof value === 'string' && there.has(value));
  return newPeople(dataset, Object.fromEntries(named));
}

/** `Alien=5` and `Alien`: what one person gave; without a number as much as people gave on average. */
export function givenOn(items: readonly string[], { metrics }: SpaceInfo): Given {
  const usual = metrics.train.meanRating ?? 1;
  const given = items.map((written) => {
    const [, name, amount] = /^(.+)=\s*([^=]*)$/s.exec(written) ?? [];
    if (name === undefined) return [written, usual] as const;
    const value = amount.trim() === '' ? NaN : Number(amount);
    if (value >= 0 && value < Infinity) return [name.trim(), value] as const;
    throw new UsageError(
      `${JSON.stringify(written)}: expected ITEM=RATING with a rating of zero and more, or ITEM alone`,
    );
  });
  return Object.fromEntries(given);
}
