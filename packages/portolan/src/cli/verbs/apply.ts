import { access } from 'node:fs/promises';
import { InputError, listNames, readRows } from '@portolan/core';
import type { EncodeArgs, SpaceInfo } from '@portolan/core';
import { didYouMean } from '@portolan/core/base';
import { duration, plural } from '../format.ts';
import { checkOut, readLines, readMatrixFile, writeMatrixFile } from '../matrix-files.ts';
import { number } from '../method-options.ts';
import { peopleFrom, RATINGS } from '../people.ts';
import { spaceNamed } from '../space-named.ts';
import { UsageError } from '../usage-error.ts';
import { textFlag } from '../verb.ts';
import type { Context, Verb } from '../verb.ts';

const SPACE = { name: 'SPACE', summary: 'a space’s id' };
const OUT = { name: 'out', value: 'FILE', summary: 'where to: .npy, .csv, .jsonl or .parquet' };
const IMAGE_OUT = { ...OUT, summary: `${OUT.summary}; images also to a .png, as one contact sheet` };
const CLASS = {
  name: 'class',
  value: 'NAME',
  summary: 'of a space that was learned by classes: the class of all of them',
};

/** What is encoded: one of them. */
type Given = Pick<EncodeArgs, 'rows' | 'texts' | 'people'>;

export const encode: Verb = {
  name: 'encode',
  summary: 'Turn rows, texts or ratings of new users into codes',
  positionals: [
    SPACE,
    { name: 'ROWS', summary: 'a file of rows (npy, csv, Parquet, images, …), or a data set’s id', optional: true },
  ],
  flags: [
    OUT,
    { name: 'texts', value: 'FILE', summary: 'instead of ROWS, for a space that takes texts: one on each line' },
    { ...RATINGS, summary: `instead of ROWS, for a space of ratings, ${RATINGS.summary}` },
    CLASS,
  ],
  json: 'space, nSamples, latentDim, users (of --ratings, in the order of the codes), out, seconds',
  examples: [
    'encode digits-autoencoder rows.npy --out codes.npy',
    'encode digits-autoencoder digits --out codes.csv',
    'encode news-transformer --texts titles.txt --out codes.npy',
    'encode ratings-als --ratings new-users.csv --out codes.csv',
  ],
  async run(context) {
    const { args, project, job } = context;
    const [id, rowsPath] = args.positionals as [string, string?];
    const ways = [rowsPath, textFlag(context, 'texts'), textFlag(context, 'ratings')];
    const count = ways.filter((way) => way !== undefined).length;
    if (count === 0) throw new UsageError('ROWS is missing: what to encode, or --texts FILE, or --ratings FILE');
    if (count > 1) throw new UsageError('ROWS, --texts and --ratings exclude each other; give one of them');
    const out = needed(context, 'out');
    checkOut(out);
    const space = await spaceNamed(context, id);
    const people = ways[2] === undefined ? undefined : await peopleFrom(context, space);
    const given: Given = people ? { people: people.given } : await toEncode(context, space, rowsPath);
    const n = people?.names.length ?? given.texts?.length ?? given.rows!.rows;
    const clock = performance.now();
    const codes = await project.encode({ space: id, ...given, classes: classesOf(context, space, n) }, job);
    const seconds = (performance.now() - clock) / 1000;
    const users = people && [{ name: 'user', type: 'text' as const, values: people.names }];
    for (const warning of people?.warnings ?? []) context.note(`portolan: ${warning}`);
    await writeMatrixFile(out, codes, { prefix: 'z', signal: job.signal, beside: users });
    const unit = people ? 'user' : given.texts ? 'text' : 'row';
    return {
      json: {
        space: id,
        nSamples: codes.rows,
        latentDim: codes.cols,
        ...(people && { users: people.names }),
        out,
        seconds,
      },
      text: `${plural(codes.rows, unit)} encoded in ${duration(seconds)} → ${out}`,
    };
  },
};

export const decode: Verb = {
  name: 'decode',
  summary: 'Turn codes back into rows',
  positionals: [SPACE, { name: 'CODES', summary: 'a file of codes: npy, csv, Parquet, …' }],
  flags: [IMAGE_OUT, CLASS],
  json: 'space, nSamples, nFeatures, out, seconds',
  examples: [
    'decode digits-autoencoder codes.npy --out rows.npy',
    'decode digits-autoencoder codes.npy --out sheet.png',
  ],
  async run(context) {
    const { args, project, job } = context;
    const [id, codesPath] = args.positionals;
    const out = needed(context, 'out');
    const space = await spaceNamed(context, id);
    checkOut(out, space.medium);
    const codes = await readMatrixFile(codesPath, undefined, job);
    const clock = performance.now();
    const rows = await project.decode({ space: id, codes, classes: classesOf(context, space, codes.rows) }, job);
    const seconds = (performance.now() - clock) / 1000;
    await writeMatrixFile(out, rows, { prefix: 'x', medium: space.medium, signal: job.signal });
    return {
      json: { space: id, nSamples: rows.rows, nFeatures: rows.cols, out, seconds },
      text: `${plural(rows.rows, 'code')} decoded in ${duration(seconds)} → ${out}`,
    };
  },
};

export const sample: Verb = {
  name: 'sample',
  summary: 'Draw new rows from a space',
  positionals: [SPACE],
  flags: [
    { name: 'n', short: 'n', value: 'N', summary: 'how many', default: '16' },
    IMAGE_OUT,
    { name: 'codes', value: 'FILE', summary: 'keep the codes that were drawn, too' },
    CLASS,
  ],
  json: 'space, nSamples, seed, out, codes',
  examples: ['sample digits-vae --n 16 --seed 1 --out rows.npy', 'sample digits-vae --n 100 --class 7 --out sheet.png'],
  async run(context) {
    const { args, project, job } = context;
    const { signal } = job;
    const [id] = args.positionals;
    const n = number('--n', textFlag(context, 'n') ?? '16', { min: 1, max: 1e6, integer: true });
    const seed = number('--seed', textFlag(context, 'seed') ?? '0', { integer: true });
    const out = textFlag(context, 'out');
    const codesOut = textFlag(context, 'codes');
    if (out === undefined && codesOut === undefined) throw new UsageError('--out FILE is missing: where the rows go');
    const space = await spaceNamed(context, id);
    if (out !== undefined) checkOut(out, space.medium);
    if (codesOut !== undefined) checkOut(codesOut);
    const { codes, rows } = await project.sample({ space: id, n, seed, class: classNamed(context, space) });
    if (out !== undefined && !rows) throw new InputError(`${id} has no decoder; keep the codes instead: --codes FILE`);
    if (out !== undefined) await writeMatrixFile(out, rows!, { prefix: 'x', medium: space.medium, signal });
    if (codesOut !== undefined) await writeMatrixFile(codesOut, codes, { prefix: 'z', signal });
    const places = [out, codesOut].filter((place) => place !== undefined).join(', ');
    return {
      json: {
        space: id,
        nSamples: n,
        seed,
        ...(out !== undefined && { out }),
        ...(codesOut !== undefined && { codes: codesOut }),
      },
      text: `${plural(n, 'sample')} drawn → ${places}`,
    };
  },
};

function needed(context: Context, name: string): string {
  const given = textFlag(context, name);
  if (given === undefined || given === '') throw new UsageError(`--${name} FILE is missing: where the result goes`);
  return given;
}

/** The number of the class that `--class` names. */
function classNamed(context: Context, { id, conditions }: SpaceInfo): number | undefined {
  const name = textFlag(context, 'class');
  if (name === undefined) return undefined;
  if (!conditions) throw new InputError(`${id} was not learned by classes, and takes none`, { code: 'no-conditions' });
  const { column, categories } = conditions;
  const found = categories.indexOf(name);
  if (found < 0) {
    const hint = didYouMean(name, categories) || `; there are ${listNames(categories)}`;
    throw new InputError(`${id} knows no ${column} ${name}${hint}`, { code: 'classes' });
  }
  return found;
}

function classesOf(context: Context, space: SpaceInfo, n: number): Int32Array | undefined {
  const wanted = classNamed(context, space);
  return wanted === undefined ? undefined : new Int32Array(n).fill(wanted);
}

/** The texts of `--texts`, else rows. */
async function toEncode(context: Context, space: SpaceInfo, rowsPath?: string): Promise<Given> {
  const texts = textFlag(context, 'texts');
  return texts === undefined ? rowsFrom(context, rowsPath!, space) : { texts: await readLines(texts) };
}

/** A file if there is one of that name, else a data set of the project: its rows, or its texts if it has no others. */
async function rowsFrom(
  { project, job }: Context,
  path: string,
  { medium, range, encodesTexts, options }: SpaceInfo,
): Promise<Given> {
  const isFile = await access(path).then(
    () => true,
    () => false,
  );
  const data = isFile ? undefined : (await project.list({ kind: 'data' })).find((item) => item.id === path);
  if (!data) return { rows: await readMatrixFile(path, medium, job, range) };
  if (encodesTexts && data.kind === 'data' && data.nFeatures === 0) {
    const columns = (await project.columns({ data: path })).filter(({ type }) => type === 'text');
    const texts = columns.find(({ name }) => name === options.column) ?? columns[0];
    if (texts?.type === 'text') return { texts: [...texts.values] };
  }
  return { rows: readRows(await project.rows({ data: path })) };
}
