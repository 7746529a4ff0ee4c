import { extname, join } from 'node:path';
import { TABLE_FORMATS, exportFiles, exportTable } from '@portolan/core';
import { bytes, plural } from '../format.ts';
import { writeOut } from '../matrix-files.ts';
import { didYouMean } from '@portolan/core/base';
import { ROW_FLAGS, selectedRows } from '../row-selection.ts';
import { UsageError } from '../usage-error.ts';
import { textFlag } from '../verb.ts';
import type { Verb } from '../verb.ts';
import { sourceOf } from './data.ts';

const FORMATS = ['files', ...TABLE_FORMATS, 'zip'] as const;
type Format = (typeof FORMATS)[number];

export const exporting: Verb = {
  name: 'export',
  summary: 'Give an item to other programs, or the whole project as a zip',
  positionals: [{ name: 'ID', optional: true, summary: 'an item’s id; without it the whole project, as a zip' }],
  flags: [
    {
      name: 'out',
      value: 'PLACE',
      summary:
        'a file: .npy (rows, codes or coordinates), .csv, .jsonl or .parquet (the columns beside them), .zip; or a folder for the files as they are kept, .onnx and all',
    },
    { name: 'format', value: FORMATS.join('|'), summary: 'the format, where the name does not tell' },
    ...ROW_FLAGS,
  ],
  json: 'id, format, files (name, bytes)',
  examples: [
    'export digits-autoencoder --out model/',
    'export digits-autoencoder-pca --out map.csv',
    'export digits --where "digit=3" --out threes.npy',
    'export --out project.zip',
  ],
  async run(context) {
    const { args, project, job } = context;
    const id: string | undefined = args.positionals[0];
    const out = textFlag(context, 'out');
    if (!out) throw new UsageError('--out PLACE is missing: where the export goes');
    const format = formatOf(textFlag(context, 'format'), out, id);
    const written: { name: string; bytes: number }[] = [];
    const write = async (path: string, pieces: Iterable<Uint8Array>): Promise<void> => {
      written.push({ name: path, bytes: await writeOut(path, pieces, job.signal) });
    };
    const part = ['rows', 'where'].find((name) => args.flags.has(name));
    if (part && (format === 'zip' || format === 'files')) {
      throw new UsageError(`--${part} is of tables: .npy, .csv, .jsonl and .parquet`);
    }
    if (format === 'zip') {
      await write(out, [await project.exportProject(id === undefined ? {} : { ids: [id] }, job)]);
    } else if (format === 'files') {
      for (const [name, file] of Object.entries(await exportFiles(project, { id })))
        await write(join(out, name), [file]);
    } else {
      const rows = await selectedRows(context, await project.show({ id }));
      await write(out, await exportTable(project, { id, format, rows }));
    }
    const total = written.reduce((sum, file) => sum + file.bytes, 0);
    return {
      json: { ...(id !== undefined && { id }), format, files: written },
      text: `${id ?? 'the project'} → ${written.length === 1 ? written[0].name : `${plural(written.length, 'file')} in ${out}`}, ${bytes(total)}`,
    };
  },
};

/** @throws UsageError when there is no such format, or it can't hold a whole project */
function formatOf(named: string | undefined, out: string, id: string | undefined): Format {
  if (named !== undefined && !FORMATS.includes(named as Format)) {
    throw new UsageError(
      `--format is ${JSON.stringify(named)}${didYouMean(named, FORMATS)}; expected ${FORMATS.join(', ')}`,
    );
  }
  const ending = extname(out).slice(1).toLowerCase();
  const format = (named as Format) ?? (id === undefined ? 'zip' : ending === '' ? 'files' : ending);
  if (!FORMATS.includes(format)) {
    const endings = [...TABLE_FORMATS, 'zip'].map((name) => `.${name}`).join(', ');
    throw new UsageError(`--out is ${out}; expected a name that ends in ${endings}, or a folder`);
  }
  if (id === undefined && format !== 'zip')
    throw new UsageError(`a whole project goes to a .zip; name an item for ${format}`);
  return format;
}

export const importing: Verb = {
  name: 'import',
  summary: 'Take over the items of a project that was exported as a zip',
  positionals: [{ name: 'ZIP', summary: 'the zip' }],
  flags: [],
  json: 'ids, as they are now',
  examples: ['import project.zip --project another'],
  async run({ args, project, job }) {
    const zip = await sourceOf(args.positionals[0]);
    const { ids } = await project.importProject({ zip }, job);
    return { json: { ids }, text: ids.length > 0 ? `imported ${ids.join(', ')}` : 'the zip has no items' };
  },
};
