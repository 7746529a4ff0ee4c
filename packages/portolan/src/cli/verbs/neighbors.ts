import { extname } from 'node:path';
import { columnValue, distanceNames, matrix, npyPieces, tablePieces } from '@portolan/core';
import type { Column, Distance, ItemInfo, NeighborTableArgs, Neighbors } from '@portolan/core';
import { didYouMean } from '@portolan/core/base';
import { duration, figure, plural, table } from '../format.ts';
import { checkOut, readMatrixFile, writeOut } from '../matrix-files.ts';
import { number } from '../method-options.ts';
import { UsageError } from '../usage-error.ts';
import { REPRODUCIBLE, textFlag } from '../verb.ts';
import type { Context, Output, Verb } from '../verb.ts';

export const neighbors: Verb = {
  name: 'neighbors',
  summary: 'Who is near whom: of one row, of a point, of a text, or of every row at once',
  positionals: [{ name: 'OF', summary: 'a data set’s id (its rows), a space’s (its codes) or a map’s (its points)' }],
  flags: [
    { name: 'row', value: 'N', summary: 'of this row, counted from 0' },
    { name: 'point', value: 'X,X,…|FILE', summary: 'of a point: its numbers, or a file of one row' },
    { name: 'text', value: 'TEXT', summary: 'of what a text means, in a space that takes texts' },
    { name: 'k', short: 'k', value: 'N', summary: 'how many', default: '10' },
    { name: 'distance', value: distanceNames.join('|'), summary: 'what near means', default: 'euclidean' },
    {
      name: 'out',
      value: 'FILE',
      summary:
        'of every row, to a file: .npy [rows, k] of row numbers, or .csv, .jsonl, .parquet with a line for each pair',
    },
    { name: 'distances', value: 'FILE', summary: 'with --out FILE.npy, how far they are, to another .npy' },
    {
      name: 'recall',
      value: 'X',
      summary: 'with --out: the share of true neighbours to be found; 1 is exact',
      default: '1',
    },
    REPRODUCIBLE,
  ],
  json: 'of, k, distance; for a row, a point or a text neighbors (row, distance); with --out nSamples, out, seconds',
  examples: [
    'neighbors digits --row 5 --k 10 --distance cosine --json',
    'neighbors digits-autoencoder --point 0.5,-1.2',
    'neighbors photos-pretrained --text "a dog on a beach"',
    'neighbors digits --k 15 --out neighbors.npy --distances distances.npy',
  ],
  async run(context) {
    const { args, project } = context;
    const of = args.positionals[0];
    const k = number('--k', textFlag(context, 'k') ?? '10', { min: 1, max: 1e6, integer: true });
    const distance = distanceNamed(textFlag(context, 'distance') ?? 'euclidean');
    const [row, point, words, out] = ['row', 'point', 'text', 'out'].map((name) => textFlag(context, name));
    if ([row, point, words, out].filter((given) => given !== undefined).length !== 1) {
      throw new UsageError('name one of --row N, --point X,X,…, --text TEXT and --out FILE: whose neighbours');
    }
    if (out === undefined) {
      for (const name of ['distances', 'recall']) {
        if (textFlag(context, name) !== undefined) throw new UsageError(`--${name} needs --out FILE`);
      }
    }
    if (out !== undefined) return wholeTable(context, { of, k, distance }, out);
    const { indices, distances } = await project.neighbors({
      of,
      k,
      distance,
      ...(row !== undefined
        ? { row: rowNumber(row) }
        : { point: words === undefined ? await pointFrom(context, point!) : await meaningOf(context, of, words) }),
    });
    const near = Array.from(indices, (index, i) => ({ row: index, distance: distances[i] }));
    const asked = { ...(row !== undefined && { row: rowNumber(row) }), ...(words !== undefined && { text: words }) };
    return { json: { of, ...asked, k: near.length, distance, neighbors: near }, text: await listed(context, of, near) };
  },
};

const rowNumber = (text: string): number => number('--row', text, { min: 0, integer: true });

function distanceNamed(name: string): Distance {
  if (distanceNames.includes(name as Distance)) return name as Distance;
  throw new UsageError(
    `--distance is ${JSON.stringify(name)}${didYouMean(name, distanceNames)}; expected one of ${distanceNames.join(', ')}`,
  );
}

async function pointFrom({ job }: Context, text: string): Promise<Float32Array> {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.every((part) => part !== '' && Number.isFinite(Number(part)))) return Float32Array.from(parts, Number);
  const { data, rows, cols } = await readMatrixFile(text, undefined, job);
  if (rows !== 1 && cols !== 1) throw new UsageError(`${text} has ${rows} rows; --point is one`);
  return data;
}

/** Where a space puts a text. */
async function meaningOf({ project, job }: Context, of: string, text: string): Promise<Float32Array> {
  const { kind } = await project.show({ id: of });
  if (kind !== 'space') throw new UsageError(`--text needs a space that takes texts; ${of} is ${NAMES[kind]}`);
  return (await project.encode({ space: of, texts: [text] }, job)).data;
}

const NAMES = { data: 'a data set', map: 'a map' } as const;

async function wholeTable(context: Context, args: NeighborTableArgs & { k: number }, out: string): Promise<Output> {
  const { project, job } = context;
  checkOut(out);
  const far = textFlag(context, 'distances');
  const npy = extname(out).toLowerCase() === '.npy';
  if (far !== undefined && !(npy && extname(far).toLowerCase() === '.npy')) {
    throw new UsageError('--distances goes to a .npy beside an --out that is one; the tables have them already');
  }
  const given = textFlag(context, 'recall');
  const recall = given === undefined ? undefined : number('--recall', given, { min: 0.01, max: 1 });
  const clock = performance.now();
  const found = await project.neighborTable({ ...args, recall }, job);
  const seconds = (performance.now() - clock) / 1000;
  const n = found.indices.length / found.nNeighbors;
  await writeOut(out, npy ? npyPieces(shaped(found, Int32Array.from(found.indices))) : pairs(found, out), job.signal);
  if (far !== undefined) await writeOut(far, npyPieces(shaped(found, found.distances)), job.signal);
  const places = far === undefined ? out : `${out}, ${far}`;
  return {
    json: {
      ...args,
      nSamples: n,
      ...(recall !== undefined && { recall }),
      out,
      ...(far && { distances: far }),
      seconds,
    },
    text: `${plural(found.nNeighbors, 'neighbour')} of each of ${plural(n, 'row')} in ${duration(seconds)} → ${places}`,
  };
}

function shaped<T extends Int32Array | Float32Array>({ nNeighbors: k }: Neighbors, data: T) {
  return { shape: [data.length / k, k], data };
}

/** A line for each pair. */
function pairs({ indices, distances, nNeighbors: k }: Neighbors, out: string): Iterable<Uint8Array> {
  const lines = matrix(indices.length, 4);
  for (let i = 0; i < indices.length; i++) {
    lines.data.set([Math.floor(i / k), (i % k) + 1, indices[i], distances[i]], 4 * i);
  }
  const ending = extname(out).slice(1).toLowerCase() as 'csv' | 'jsonl' | 'parquet';
  return tablePieces({ matrix: lines, names: ['row', 'rank', 'neighbor', 'distance'] }, ending);
}

/** Near rows with what is known of them. */
async function listed(context: Context, of: string, near: { row: number; distance: number }[]): Promise<string> {
  const columns = await columnsOf(context, of);
  const rows = near.map(({ row, distance }) => [
    String(row),
    figure(distance),
    ...columns.map((column) => String(columnValue(column, row) ?? '')),
  ]);
  return table(['row>', 'distance>', ...columns.map((column) => column.name)], rows);
}

/** The columns of the data behind an item, as far as they still fit. */
async function columnsOf({ project }: Context, of: string): Promise<Column[]> {
  const item: ItemInfo = await project.show({ id: of });
  const data = item.kind === 'data' ? item.id : item.data;
  const there = (await project.list({ kind: 'data' })).some((other) => other.id === data);
  return there ? project.columns({ data }) : [];
}
