import { existsSync } from 'node:fs';
import { dirname, extname, join, basename } from 'node:path';
import {
  InputError,
  TABLE_FORMATS,
  exportMapHtml,
  exportMapPicture,
  exportProjector,
  exportTable,
} from '@portolan/core';
import type { TableFormat, Workbench } from '@portolan/core';
import { didYouMean } from '@portolan/core/base';
import { bytes, plural } from '../format.ts';
import { writeOut } from '../matrix-files.ts';
import { number } from '../method-options.ts';
import { ROW_FLAGS, selectedRows } from '../row-selection.ts';
import { UsageError } from '../usage-error.ts';
import { textFlag } from '../verb.ts';
import type { Context, Verb } from '../verb.ts';

const FORMATS = [...TABLE_FORMATS, 'png', 'svg', 'html', 'projector'] as const;
type Format = (typeof FORMATS)[number];
/** Flags of pictures and pages, and of which. */
const LOOK: Readonly<Record<string, readonly Format[]>> = {
  color: ['png', 'svg', 'html'],
  theme: ['png', 'svg', 'html'],
  title: ['svg', 'html'],
  width: ['png', 'svg'],
  height: ['png', 'svg'],
  density: ['png'],
};

export const exportMap: Verb = {
  name: 'export map',
  summary: 'A map as numbers, as a table, as a picture, or for an embedding projector',
  positionals: [{ name: 'MAP', summary: 'a map’s id' }],
  flags: [
    {
      name: 'format',
      value: FORMATS.join('|'),
      summary:
        'npy: coordinates; csv, jsonl, parquet: the data’s columns and the neighbours kept beside them; png, svg: a picture; html: one page in which the map moves, filters and shows its samples; projector: vectors and metadata as two .tsv',
      default: 'by the name of --out, else csv',
    },
    { name: 'out', value: 'FILE', summary: 'where to', default: 'MAP.FORMAT' },
    ...ROW_FLAGS,
    { name: 'color', value: 'COLUMN|none', summary: 'what colours the points of a picture', default: 'the label' },
    {
      name: 'theme',
      value: 'light|dark',
      summary: 'of a picture or page',
      default: 'light; a page follows its reader',
    },
    { name: 'title', value: 'TEXT', summary: 'of an .svg or .html', default: 'the map’s id' },
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
    'export map digits-rows-umap --format png --density 3.125 --out poster.png',
    'export map digits-rows-umap --where "digit=3,5" --out some.csv',
    'export map digits-rows-umap --format html --out digits.html',
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
  for (const [name, formats] of Object.entries(LOOK)) {
    if (textFlag(context, name) === undefined || formats.includes(format)) continue;
    throw new UsageError(`--${name} is of ${formats.join(', ')}; the format is ${format}`);
  }
  return { format, out: out ?? `${id}.${format === 'projector' ? 'tsv' : format}` };
}

function themeOf(context: Context): 'light' | 'dark' | undefined {
  const theme = textFlag(context, 'theme');
  if (theme === undefined || theme === 'light' || theme === 'dark') return theme;
  throw new UsageError(`--theme is ${JSON.stringify(theme)}, expected light or dark`);
}

/** In a clone, and in the published package. */
const VIEWERS = ['../../../../view/dist/viewer.js', '../../../viewer.js'].map((path) => new URL(path, import.meta.url));

async function viewerText(): Promise<string> {
  const there = VIEWERS.find((url) => existsSync(url));
  if (!there) throw new InputError('the page’s viewer is not built yet: run npm run build, then export again');
  return ((await import(there.href)) as { viewer: string }).viewer;
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
  const color = textFlag(context, 'color');
  const asked = { ...(color !== undefined && { color: color === 'none' ? null : color }), theme: themeOf(context) };
  if (format === 'html') {
    const title = textFlag(context, 'title');
    const page = await exportMapHtml(project, {
      id,
      rows,
      viewer: await viewerText(),
      ...asked,
      ...(title && { title }),
    });
    return { files: { [out]: [new TextEncoder().encode(page)] }, warnings: [] };
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
    ...asked,
    ...Object.fromEntries(Object.entries(look).filter(([, value]) => value !== undefined)),
  });
  return { files: { [out]: pieces }, warnings };
}
