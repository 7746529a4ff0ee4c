import { dirname, extname, join, basename } from 'node:path';
import { TABLE_FORMATS, exportMapPicture, exportProjector, exportTable } from '@portolan/core';
import type { TableFormat, Workbench } from '@portolan/core';
import { didYouMean } from '@portolan/core/base';
import { bytes, plural } from '../format.ts';
import { writeOut } from '../matrix-files.ts';
import { number } from '../method-options.ts';
import { ROW_FLAGS, selectedRows } from '../row-selection.ts';
import { UsageError } from '../usage-error.ts';
import { textFlag } from '../verb.ts';
import type { Context, Verb } from '../verb.ts';

const FORMATS = [...TABLE_FORMATS, 'png', 'svg', 'projector'] as const;
type Format = (typeof FORMATS)[number];
/** Flags of pictures alone. */
const LOOK = ['color', 'theme', 'title', 'width', 'height', 'density'];

export const exportMap: Verb = {
  name: 'export map',
  summary: 'A map as numbers, as a table, as a picture, or for an embedding projector',
  positionals: [{ name: 'MAP', summary: 'a map’s id' }],
  flags: [
    {
      name: 'format',
      value: FORMATS.join('|'),
      summary:
        'npy: coordinates; csv, jsonl, parquet: the data’s columns beside them; png, svg: a picture; projector: vectors and metadata as two .tsv',
      default: 'by the name of --out, else csv',
    },
    { name: 'out', value: 'FILE', summary: 'where to', default: 'MAP.FORMAT' },
    ...ROW_FLAGS,
    { name: 'color', value: 'COLUMN|none', summary: 'what colours the points of a picture', default: 'the label' },
    { name: 'theme', value: 'light|dark', summary: 'of a picture', default: 'light' },
    { name: 'title', value: 'TEXT', summary: 'of an .svg', default: 'the map’s id' },
    { name: 'width', value: 'N', summary: 'of a picture, in CSS pixels, of which 96 are an inch', default: '1200' },
    { name: 'height', value: 'N', summary: 'likewise', default: '900' },
    {
      name: 'density',
      value: 'X',
      summary: 'pixels of a .png to each of these; 3.125 prints at 300 dpi',
      default: '2',
    },
  ],
  json: 'map, format, nSamples, files (name, bytes), warnings',
  examples: [
    'export map digits-rows-umap --format svg --color digit',
    'export map digits-rows-umap --format png --width 1800 --height 1400 --density 3.125 --out poster.png',
    'export map digits-rows-umap --where "digit=3,5" --out some.csv',
    'export map digits-rows-umap --format projector --out projector/digits.tsv',
  ],
  async run(context) {
    const { args, project, job, note } = context;
    const id = args.positionals[0];
    const { format, out } = wanted(context, id);
    const info = await project.show({ id });
    const rows = await selectedRows(context, info);
    const { files, warnings } = await filesOf(context, project, { id, format, out, rows });
    const written: { name: string; bytes: number }[] = [];
    for (const [name, pieces] of Object.entries(files)) {
      written.push({ name, bytes: await writeOut(name, pieces, job.signal) });
    }
    for (const warning of warnings) note(`portolan: ${warning}`);
    const total = written.reduce((sum, file) => sum + file.bytes, 0);
    const nSamples = rows?.length ?? (await project.coordinates({ map: id })).rows;
    const names = written.map((file) => file.name).join(', ');
    return {
      json: { map: id, format, nSamples, files: written, warnings },
      text: `${id}, ${plural(nSamples, 'point')} → ${names}, ${bytes(total)}`,
    };
  },
};

/** @throws UsageError when format and name don't fit each other */
function wanted(context: Context, id: string): { format: Format; out: string } {
  const given = textFlag(context, 'format');
  if (given !== undefined && !FORMATS.includes(given as Format)) {
    throw new UsageError(
      `--format is ${JSON.stringify(given)}${didYouMean(given, FORMATS)}; expected ${FORMATS.join(', ')}`,
    );
  }
  const out = textFlag(context, 'out');
  const ending = extname(out ?? '')
    .slice(1)
    .toLowerCase();
  const named = FORMATS.find((format) => format === ending);
  if (out !== undefined && given === undefined && named === undefined) {
    throw new UsageError(`--out is ${out}; name the format with --format, or by an ending such as .csv`);
  }
  const format = (given as Format | undefined) ?? named ?? 'csv';
  const picture = format === 'png' || format === 'svg';
  const useless = LOOK.find((name) => !picture && textFlag(context, name) !== undefined);
  if (useless) throw new UsageError(`--${useless} is of pictures; the format is ${format}`);
  return { format, out: out ?? `${id}.${format === 'projector' ? 'tsv' : format}` };
}

interface Asked {
  id: string;
  format: Format;
  out: string;
  rows?: Uint32Array;
}

async function filesOf(
  context: Context,
  project: Workbench,
  { id, format, out, rows }: Asked,
): Promise<{ files: Record<string, Iterable<Uint8Array>>; warnings: string[] }> {
  if (format === 'projector') {
    const { vectors, metadata, warnings } = await exportProjector(project, { id, rows });
    const stem = join(dirname(out), basename(out, extname(out)));
    return { files: { [`${stem}-vectors.tsv`]: vectors, [`${stem}-metadata.tsv`]: metadata }, warnings };
  }
  if (format !== 'png' && format !== 'svg') {
    return {
      files: { [out]: await exportTable(project, { id, format: format satisfies TableFormat, rows }) },
      warnings: [],
    };
  }
  const size = (name: string, most: number): number | undefined => {
    const text = textFlag(context, name);
    return text === undefined
      ? undefined
      : number(`--${name}`, text, { min: name === 'density' ? 0.1 : 64, max: most });
  };
  const theme = textFlag(context, 'theme') ?? 'light';
  if (theme !== 'light' && theme !== 'dark') {
    throw new UsageError(`--theme is ${JSON.stringify(theme)}, expected light or dark`);
  }
  const color = textFlag(context, 'color');
  const look = {
    title: textFlag(context, 'title'),
    width: size('width', 1e5),
    height: size('height', 1e5),
    density: size('density', 20),
  };
  const { pieces, warnings } = await exportMapPicture(project, {
    id,
    format,
    rows,
    theme,
    ...(color !== undefined && { color: color === 'none' ? null : color }),
    ...Object.fromEntries(Object.entries(look).filter(([, value]) => value !== undefined)),
  });
  return { files: { [out]: pieces }, warnings };
}
