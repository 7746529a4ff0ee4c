/** People who were not learned from, in a project. */
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesSource, readDataset } from '../data/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { newPeople } from '../spaces/index.ts';
import { createWorkbench } from './create-workbench.ts';
import { memoryStore } from './memory-store.ts';
import type { DataInfo, Workbench } from './workbench.ts';

let project: Workbench;
const csv = (text: string) => bytesSource('new.csv', new TextEncoder().encode(text));
const read = (text: string) => readDataset([csv(text)], { minSamples: 1, stretch: false });

beforeAll(async () => {
  project = createWorkbench({ store: memoryStore(), runtime: nodeRuntime() });
  await project.makeData({ generator: 'ratings', options: { nUsers: 150, nItems: 60, perUser: 15 } });
  await project.learn({ data: 'ratings', method: 'als', options: { latentDim: 6, nIter: 5, minRating: 2 } });
  await project.makeData({ generator: 'sprites', options: { nSamples: 30 } });
  await project.learn({ data: 'sprites', method: 'pca', options: { latentDim: 2 } });
});

describe('new people', () => {
  it('are placed where encode puts their row, and told the best scores among the rest', async () => {
    const given = { a00: 5, b01: 4, c02: 3 };
    const { codes, items, notes } = await project.recommend({
      space: 'ratings-als',
      people: [given, { b07: 5 }],
      n: 60,
    });
    expect(notes).toEqual([]);
    const people = await project.encode({ space: 'ratings-als', people: [given, { b07: 5 }] });
    expect(people).toEqual(codes);
    const scores = await project.decode({ space: 'ratings-als', codes });
    for (const [i, own] of items.entries()) {
      expect(own.map(({ score }) => score)).toEqual(own.map(({ score }) => score).toSorted((a, b) => b - a));
      for (const { item, score } of own) expect(score).toBe(scores.data[i * scores.cols + item]);
    }
    const names = items[0].map(({ name }) => name);
    expect(names).toHaveLength(57);
    for (const name of Object.keys(given)) expect(names).not.toContain(name);
  });

  it('are not encoded by ratings below what the space learned from, but have seen those items', async () => {
    const [liked] = (await project.recommend({ space: 'ratings-als', people: [{ a00: 5 }] })).items;
    const both = await project.recommend({ space: 'ratings-als', people: [{ a00: 5, [liked[0].name!]: 1 }], n: 9 });
    expect(both.items[0]).toEqual(liked.slice(1));
  });

  it('of whom nothing is known are said to be so', async () => {
    const { codes, notes } = await project.recommend({ space: 'ratings-als', people: [{}, { a00: 1 }, { a00: 5 }] });
    expect([...codes.data.subarray(0, 12)].every((value) => value === 0)).toBe(true);
    expect(notes[0]).toMatch(/of 2 of 3 nothing is known/);
  });

  it('are read from a table, with users or of one', async () => {
    const people = newPeople(await read('userId,movieId,stars\nann,a00,5\nbob,b01,3\nann,b01,2\nann,b01,4\nbob,,1\n'));
    expect(people.names).toEqual(['ann', 'bob']);
    expect(people.given).toEqual([{ a00: 5, b01: 3 }, { b01: 3 }]);
    expect(people.warnings[0]).toMatch(/1 row has no user/);
    const one = newPeople(await read('item,rating\na00,5\nb01,3\n'));
    expect(one).toMatchObject({ names: ['the new user'], given: [{ a00: 5, b01: 3 }] });
    expect(newPeople(await read('who,what\nann,7\nann,7\n'), { userColumn: 'who', itemColumn: 'what' }).given).toEqual([{ '7': 2 }]); // prettier-ignore
    const odd = await read('user,rating\nann,3\n');
    expect(() => newPeople(odd)).toThrow(/no column is known by its name to hold items/);
  });
});

it('knows the users it learned from, and what they gave', async () => {
  const users = ['user 007'];
  const { codes, items, notes } = await project.recommend({ space: 'ratings-als', users, n: 60 });
  const [who, what] = await project.columns({ data: 'ratings', names: ['user', 'item'] });
  if (who.type !== 'text' || what.type !== 'text') throw new Error('expected texts');
  const given = what.values.filter((_, i) => who.values[i] === 'user 007');
  expect(notes).toEqual([]);
  expect(items[0]).toHaveLength(60 - new Set(given).size);
  for (const { name } of items[0]) expect(given).not.toContain(name);
  const scores = await project.decode({ space: 'ratings-als', codes });
  expect(items[0][0].score).toBe(scores.data[items[0][0].item]);
});

it.each([
  [
    { space: 'ratings-als', people: [{ a0: 5 }] },
    /no item is called "a0" among the 60 learned from; did you mean a06 or a00\?/,
  ],
  [{ space: 'ratings-als', people: [{ zzz: 5, yyy: 2 }] }, /"zzz" \(nor yyy\) among the 60 learned from$/],
  [{ space: 'ratings-als', people: [{ a00: -1 }] }, /the rating of "a00" is -1; expected zero and more/],
  [
    { space: 'ratings-als', users: ['user 7'] },
    /no user is called "user 7" among the 150 .*did you mean user 007.*new user/,
  ],
  [{ space: 'sprites-pca', people: [{}] }, /sprites-pca \(pca\) was not learned from ratings/],
  [{ space: 'ratings-als' }, /give one of them/],
  [{ space: 'ratings-als', people: [{}], n: 0 }, /n is 0, expected a whole number/],
])('refuses %j', async (args, message) => {
  await expect(project.recommend(args)).rejects.toThrow(message);
});

it('leaves out what it does not know where it is told to', async () => {
  const { skipped, codes } = await project.recommend({ space: 'ratings-als', people: [{ zzz: 5, a00: 2 }], skipUnknown: true }); // prettier-ignore
  expect(skipped).toEqual(['zzz']);
  expect(codes).toEqual(await project.encode({ space: 'ratings-als', people: [{ a00: 2 }] }));
});

it('goes on without the ratings, and says what that means', async () => {
  await project.remove({ id: 'ratings' });
  const { notes, items } = await project.recommend({ space: 'ratings-als', users: ['user 007'], n: 60 });
  expect(notes[0]).toMatch(/the ratings of ratings are gone/);
  expect(items[0]).toHaveLength(60);
});

describe('what a space brings', () => {
  const of = async (id: string) => ((await project.show({ id })) as DataInfo).itemsOf;

  it('is marked as its own, in lists too, also after an import under other names', async () => {
    expect(await of('ratings-als-items')).toEqual({ what: 'users and items', space: 'ratings-als' });
    for (const kind of [undefined, 'data'] as const) {
      const listed = (await project.list({ kind })).find(({ id }) => id === 'ratings-als-items') as DataInfo;
      expect(listed.itemsOf).toEqual({ what: 'users and items', space: 'ratings-als' });
    }
    const zip = await project.exportProject({ ids: ['ratings-als', 'ratings-als-items'] });
    const { ids } = await project.importProject({ zip: bytesSource('two.zip', zip) });
    expect(ids).toEqual(['ratings-als-items-2', 'ratings-als-2']);
    expect(await of('ratings-als-items-2')).toEqual({ what: 'users and items', space: 'ratings-als-2' });
    expect(await of('ratings-als-items')).toEqual({ what: 'users and items', space: 'ratings-als' });
  });

  it('stays when the space is removed, and says so', async () => {
    await project.remove({ id: 'ratings-als-2' });
    expect(await of('ratings-als-items-2')).toEqual({ what: 'users and items' });
  });
});
