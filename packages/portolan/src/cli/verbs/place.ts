import { access } from 'node:fs/promises';
import { InputError, rangeOfKept, readRows } from '@portolan/core';
import type { Column, Matrix, Medium, MapInfo } from '@portolan/core';
import { facts, figure, plural } from '../format.ts';
import { checkOut, readMatrixFile, writeMatrixFile } from '../matrix-files.ts';
import { UsageError } from '../usage-error.ts';
import { REPRODUCIBLE, textFlag } from '../verb.ts';
import type { Context, Verb } from '../verb.ts';

export const place: Verb = {
  name: 'place',
  summary: 'Put new rows on a map; what is on it stays where it is',
  positionals: [
    { name: 'MAP', summary: 'a map’s id' },
    { name: 'ROWS', summary: 'a file of rows (npy, csv, Parquet, images, …), or a data set’s id' },
  ],
  flags: [
    { name: 'out', value: 'FILE', summary: 'where to: .npy, .csv, .jsonl or .parquet' },
    { name: 'codes', summary: 'ROWS are codes of the map’s space, not rows' },
    REPRODUCIBLE,
  ],
  json: 'map, nSamples, out, quality (neighborRecall, labelAccuracy where ROWS is a data set with the map’s labels, nNeighbors, sampleSize)',
  examples: ['place digits-rows-umap new.npy --out places.csv', 'place digits-rows-umap held-out --out places.npy'],
  async run(context) {
    const { args, project, job } = context;
    const [id, path] = args.positionals;
    const out = textFlag(context, 'out');
    if (!out) throw new UsageError('--out FILE is missing: where the places go');
    checkOut(out);
    const info = await project.show({ id });
    if (info.kind !== 'map') throw new InputError(`${id} is no map; name a map`, { code: 'wrong-kind' });
    const codes = args.flags.get('codes') === true;
    const { rows, labels } = await rowsFrom(context, path, info, codes);
    const { coordinates, quality } = await project.place(
      { map: id, ...(codes ? { codes: rows } : { rows }), labels },
      job,
    );
    await writeMatrixFile(out, coordinates, { prefix: 'y', signal: job.signal });
    const accuracy = quality?.labelAccuracy;
    return {
      json: { map: id, nSamples: coordinates.rows, out, ...(quality && { quality }) },
      text: facts([
        ['placed', `${plural(coordinates.rows, 'row')} on ${id} → ${out}`],
        ['neighbour recall', quality && figure(quality.neighborRecall)],
        ['label accuracy', accuracy === undefined ? undefined : figure(accuracy)],
        [
          'measured',
          quality && `${plural(quality.nNeighbors, 'neighbour')} of ${plural(quality.sampleSize, 'placed row')}`,
        ],
      ]),
    };
  },
};

/** A file if there is one of that name, else a data set of the project, whose labels are taken along. */
async function rowsFrom(
  context: Context,
  path: string,
  info: MapInfo,
  codes: boolean,
): Promise<{ rows: Matrix; labels?: Int32Array }> {
  const { project, job } = context;
  const isFile = await access(path).then(
    () => true,
    () => false,
  );
  const items = await project.list();
  const data = items.find((item) => item.kind === 'data' && item.id === path);
  if (isFile || data?.kind !== 'data') {
    const behind = items.find((item) => item.id === (info.space ?? info.data));
    const medium: Medium | undefined = codes || behind?.kind === 'map' ? undefined : behind?.medium;
    const range = behind?.kind === 'space' ? behind.range : behind?.kind === 'data' ? rangeOfKept(behind) : undefined;
    return { rows: await readMatrixFile(path, medium, job, range) };
  }
  const rows = readRows(await project.rows({ data: path }));
  const fitted = items.find((item) => item.id === info.data);
  const label = info.label ?? (fitted?.kind === 'data' ? fitted.label : undefined);
  if (fitted?.kind !== 'data' || label === undefined || !data.columns.some(({ name }) => name === label))
    return { rows };
  const [[own], [theirs]] = await Promise.all([
    project.columns({ data: path, names: [label] }),
    project.columns({ data: fitted.id, names: [label] }),
  ]);
  return { rows, labels: sameCodes(own, theirs) };
}

/** The codes that the other column has for the same categories. */
function sameCodes(own: Column, other: Column): Int32Array | undefined {
  if (own.type !== 'category' || other.type !== 'category') return undefined;
  const codes = new Map(other.categories.map((name, code) => [name, code]));
  return own.codes.map((code) => codes.get(own.categories[code]) ?? -1);
}
