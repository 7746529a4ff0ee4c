import { extname } from 'node:path';
import { matrix, tablePieces } from '@portolan/core';
import type { Column, Given, Recommended } from '@portolan/core';
import { figure, plural, table } from '../format.ts';
import { checkOut, writeOut } from '../matrix-files.ts';
import type { TableEnding } from '../matrix-files.ts';
import { number } from '../method-options.ts';
import { givenOn, peopleFrom, RATINGS } from '../people.ts';
import { spaceNamed } from '../space-named.ts';
import { UsageError } from '../usage-error.ts';
import { textFlag } from '../verb.ts';
import type { Context, Verb } from '../verb.ts';

/** Items of each that are shown when there are several people. */
const SHOWN = 5;
/** People that are shown. */
const PEOPLE = 20;

export const recommend: Verb = {
  name: 'recommend',
  summary: 'What somebody would choose next, in a space of ratings; new users need no new learning',
  positionals: [
    { name: 'SPACE', summary: 'the id of a space of als, bpr or ease' },
    { name: 'ITEM[=RATING]', summary: 'what one new user chose: items by their names', optional: true, many: true },
  ],
  flags: [
    RATINGS,
    { name: 'user', value: 'NAME', summary: 'or a user that the space was learned from' },
    { name: 'n', short: 'n', value: 'N', summary: 'how many items for each', default: '10' },
    { name: 'skip-unknown', summary: 'leave out items that the space does not know, instead of refusing them' },
    { name: 'out', value: 'FILE', summary: 'a line for each item to a .csv, .jsonl or .parquet' },
  ],
  json: 'space, people (a list of name, code, items: name and score, best first), skipped, notes, out',
  examples: [
    'recommend ratings-als a012=5 c104=4',
    'recommend ratings-als --ratings new-users.csv --n 5 --out next.csv',
    'recommend ratings-als --user "user 007"',
  ],
  async run(context) {
    const { args, project, job } = context;
    const [id, ...items] = args.positionals;
    const [file, user, out] = ['ratings', 'user', 'out'].map((name) => textFlag(context, name));
    const n = number('--n', textFlag(context, 'n') ?? '10', { min: 1, max: 1e6, integer: true });
    if ([items.length > 0, file !== undefined, user !== undefined].filter(Boolean).length !== 1) {
      throw new UsageError('name one of ITEM=RATING …, --ratings FILE and --user NAME: whom to recommend to');
    }
    if (out !== undefined) checkTable(out);
    const space = await spaceNamed(context, id);
    const who = await whoIsMeant(context, space, { items, user });
    const skipUnknown = args.flags.get('skip-unknown') === true;
    const found = await project.recommend(
      { space: id, n, ...(who.given ? { people: who.given, skipUnknown } : { users: who.names }) },
      job,
    );
    const notes = [...who.warnings, ...found.notes];
    if (found.skipped.length > 0) {
      notes.push(
        `${plural(found.skipped.length, 'item')} the space does not know ${found.skipped.length === 1 ? 'was' : 'were'} left out`,
      );
    }
    for (const line of notes) context.note(`portolan: ${line}`);
    if (out !== undefined) await writeOut(out, piecesOf(who.names, found, out), job.signal);
    const { codes } = found;
    const people = who.names.map((name, i) => ({
      name,
      code: Array.from(codes.data.subarray(i * codes.cols, (i + 1) * codes.cols)),
      items: found.items[i].map(({ name: item, score }) => ({ name: item, score })),
    }));
    return {
      json: { space: id, people, skipped: found.skipped, notes, ...(out !== undefined && { out }) },
      text:
        out === undefined
          ? shown(who.names, found)
          : `${plural(people.length, 'user')}, up to ${plural(n, 'item')} each → ${out}`,
    };
  },
};

interface Who {
  names: string[];
  /** what each gave; users that were learned from need it not */
  given?: Given[];
  warnings: string[];
}

async function whoIsMeant(
  context: Context,
  space: Awaited<ReturnType<typeof spaceNamed>>,
  { items, user }: { items: string[]; user?: string },
): Promise<Who> {
  if (user !== undefined) return { names: [user], warnings: [] };
  if (items.length > 0) return { names: ['the new user'], given: [givenOn(items, space)], warnings: [] };
  return peopleFrom(context, space);
}

function checkTable(out: string): void {
  checkOut(out);
  if (extname(out).toLowerCase() === '.npy') {
    throw new UsageError(`--out is ${out}; names and scores go to .csv, .jsonl or .parquet`);
  }
}

/** One person's items a line each; of several people a line each. */
function shown(names: readonly string[], { items }: Recommended): string {
  if (names.length === 1) {
    return table(
      ['rank>', 'item', 'score>'],
      items[0].map(({ name, score }, i) => [String(i + 1), name!, figure(score)]),
    );
  }
  const lines = items.slice(0, PEOPLE).map((own, i) => [
    names[i],
    own
      .slice(0, SHOWN)
      .map(({ name }) => name)
      .join(', '),
  ]);
  const more = names.length > PEOPLE ? `\n… and ${names.length - PEOPLE} more; --out FILE has them all` : '';
  return `${table(['user', 'what comes next'], lines)}${more}`;
}

/** user, item, rank, score */
function piecesOf(names: readonly string[], { items }: Recommended, out: string): Iterable<Uint8Array> {
  const lines = items.flatMap((own, i) => own.map(({ name, score }, rank) => ({ user: names[i], name, rank, score })));
  const text = (name: string, values: string[]): Column => ({ name, type: 'text', values });
  const numbers = matrix(lines.length, 2);
  lines.forEach(({ rank, score }, i) => numbers.data.set([rank + 1, score], 2 * i));
  const beside = [
    text(
      'user',
      lines.map(({ user }) => user),
    ),
    text(
      'item',
      lines.map(({ name }) => name!),
    ),
  ];
  return tablePieces(
    { matrix: numbers, names: ['rank', 'score'], beside },
    extname(out).slice(1).toLowerCase() as TableEnding,
  );
}
