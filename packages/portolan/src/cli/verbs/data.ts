import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { InputError } from '@portolan/core';
import type { ByteSource, DataInfo } from '@portolan/core';
import { codeOf, explain } from '../../store/explain.ts';
import { fileSource } from '../../store/folder-store.ts';
import { dataTable, itemFacts } from '../describe.ts';
import { bytes, table } from '../format.ts';
import { methodNamed, methodOptions, number } from '../method-options.ts';
import { UsageError } from '../usage-error.ts';
import { textFlag } from '../verb.ts';
import type { Verb } from '../verb.ts';

export const dataAdd: Verb = {
  name: 'data add',
  summary: 'Add a data set from files or a folder',
  positionals: [
    {
      name: 'FILE',
      many: true,
      summary: 'npy, npz, csv, tsv, json, jsonl, Parquet, idx, safetensors, images, or a folder or zip of images',
    },
  ],
  flags: [
    { name: 'labels', value: 'FILE', summary: 'a table with one row for each sample' },
    {
      name: 'label',
      value: 'COLUMN',
      summary: 'which column is the label',
      default: 'label, class, target, category, digit or y',
    },
    {
      name: 'image',
      value: 'HxW',
      summary: 'rows are images of this size, such as 64x64, or 64x64x3 in colour; images are resized to it',
    },
    {
      name: 'range',
      value: 'BLACK,WHITE',
      summary: 'the pixel values of black and white, such as 0,16 or -1,1',
      default: 'told by the least and the greatest',
    },
    { name: 'name', value: 'NAME', summary: 'its id', default: 'the file’s name' },
  ],
  json: 'data (its id), nSamples, nFeatures, medium, range (of pixel values), columns, label, warnings, bytes, created',
  examples: ['data add faces.npy --labels people.csv --image 64x64', 'data add photos/ --image 32x32x3 --name photos'],
  async run(context) {
    const { args, project, job } = context;
    const labels = textFlag(context, 'labels');
    const wanted = textFlag(context, 'image');
    const image = wanted === undefined ? undefined : imageSize(wanted);
    const info = await project.addData(
      {
        files: (await Promise.all(args.positionals.map(sources))).flat(),
        labels: labels === undefined ? undefined : await sourceOf(labels),
        label: textFlag(context, 'label'),
        image,
        range: rangeOf(textFlag(context, 'range')),
        name: textFlag(context, 'name'),
      },
      job,
    );
    const { id, ...rest } = info;
    return { json: { data: id, ...rest }, text: itemFacts(info) };
  },
};

export const dataMake: Verb = {
  name: 'data make',
  summary: 'Make a data set whose true factors are known',
  positionals: [{ name: 'GENERATOR', summary: 'one of those listed below' }],
  flags: [{ name: 'name', value: 'NAME', summary: 'its id', default: 'the generator’s name' }],
  methods: 'data',
  json: 'data (its id), nSamples, nFeatures, medium, columns, label, warnings, bytes, created',
  examples: ['data make gaussians', 'data make sprites --n-samples 5000 --seed 1 --name shapes'],
  async run(context) {
    const { args, project, job } = context;
    const { data } = await project.methods();
    const generator = methodNamed(data, args.positionals[0]);
    const options = methodOptions(generator, data, args);
    const info = await project.makeData({ generator: generator.name, options, name: textFlag(context, 'name') }, job);
    const { id, ...rest } = info;
    return { json: { data: id, ...rest }, text: itemFacts(info) };
  },
};

export const dataFetch: Verb = {
  name: 'data fetch',
  summary: 'Download a public data set by its name; without one, list what there is',
  positionals: [{ name: 'SET', optional: true, summary: 'mnist, fashion-mnist, kmnist or cifar10' }],
  flags: [{ name: 'name', value: 'NAME', summary: 'its id', default: 'the set’s name' }],
  json: 'data (its id), nSamples, nFeatures, medium, columns, label, warnings, bytes, created; or sets, a list',
  examples: ['data fetch', 'data fetch fashion-mnist'],
  async run(context) {
    const { args, project, job } = context;
    const [source] = args.positionals;
    if (source === undefined) {
      const { publicData: sets = [] } = await project.methods();
      const rows = sets.map((set) => [set.name, bytes(set.bytes), set.summary, set.licence]);
      return { json: { sets }, text: table(['name', 'download', 'what it is', 'licence'], rows) };
    }
    const info = await project.fetchData({ source, name: textFlag(context, 'name') }, job);
    const { id, ...rest } = info;
    return { json: { data: id, ...rest }, text: itemFacts(info) };
  },
};

export const dataLs: Verb = {
  name: 'data ls',
  summary: 'List the data sets',
  positionals: [],
  flags: [],
  json: 'data, a list of id, nSamples, nFeatures, medium, columns, label, warnings, bytes, created',
  examples: ['data ls'],
  async run({ project }) {
    const data = (await project.list({ kind: 'data' })) as DataInfo[];
    return { json: { data }, text: dataTable(data) };
  },
};

export const dataShow: Verb = {
  name: 'data show',
  summary: 'Show a data set: its size, columns and label',
  positionals: [{ name: 'DATA', summary: 'a data set’s id' }],
  flags: [],
  json: 'id, kind, nSamples, nFeatures, medium, columns, label, warnings, bytes, created',
  examples: ['data show digits'],
  async run({ args, project }) {
    const info = await project.show({ id: args.positionals[0] });
    if (info.kind !== 'data') throw new InputError(`${info.id} is a ${info.kind}; use portolan show ${info.id}`);
    return { json: { ...info }, text: itemFacts(info) };
  },
};

export const dataRm: Verb = {
  name: 'data rm',
  summary: 'Remove data sets; spaces that were learned from them stay',
  positionals: [{ name: 'DATA', many: true, summary: 'ids of data sets' }],
  flags: [],
  json: 'removed, a list of ids',
  examples: ['data rm faces'],
  async run({ args, project }) {
    const removed = [...new Set(args.positionals)];
    for (const id of removed) {
      const info = await project.show({ id });
      if (info.kind !== 'data') throw new InputError(`${id} is a ${info.kind}, not a data set; use portolan rm ${id}`);
    }
    for (const id of removed) await project.remove({ id });
    return { json: { removed }, text: `removed ${removed.join(', ')}` };
  },
};

const size = (text: string): number => number('--image', text, { min: 1, max: 4096, integer: true });

/** `64x64`, `64x64x3` */
function imageSize(text: string): { height: number; width: number; channels?: 1 | 3 } {
  const [, height, width, channels] = /^(\d+)x(\d+)(?:x([13]))?$/i.exec(text) ?? [];
  if (height === undefined) {
    throw new UsageError(
      `--image is ${JSON.stringify(text)}, expected HEIGHTxWIDTH such as 64x64, or 64x64x3 in colour`,
    );
  }
  return { height: size(height), width: size(width), ...(channels && { channels: Number(channels) as 1 | 3 }) };
}

/** `0,16`, `-1,1` */
function rangeOf(text: string | undefined): readonly [number, number] | undefined {
  if (text === undefined) return undefined;
  const parts = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (parts.length === 2 && parts.every(Number.isFinite) && parts[0] < parts[1]) return [parts[0], parts[1]];
  throw new UsageError(
    `--range is ${JSON.stringify(text)}, expected the values of black and white such as 0,16 or -1,1`,
  );
}

/** A file, or all files of a folder, named from that folder on: `faces/anna/01.png`. Hidden ones are left out. */
export async function sources(path: string): Promise<ByteSource[]> {
  const info = await stated(path);
  if (!info.isDirectory()) return [fileSource(path, basename(path), info.size)];
  const root = resolve(path);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (file) =>
        !relative(root, file)
          .split(sep)
          .some((part) => part.startsWith('.')),
    )
    .sort();
  if (files.length === 0) throw new InputError(`${path} is a folder without files`);
  return Promise.all(
    files.map(async (file) => {
      const name = [basename(root), ...relative(root, file).split(sep)].join('/');
      return fileSource(file, name, (await stat(file)).size);
    }),
  );
}

export async function sourceOf(path: string): Promise<ByteSource> {
  const info = await stated(path);
  if (info.isDirectory()) throw new InputError(`${path} is a folder, expected a file`);
  return fileSource(path, basename(path), info.size);
}

async function stated(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new InputError(`there is no file ${path}`, { code: 'no-such-file' });
    throw explain(error, { place: path, doing: 'reading' });
  }
}
