/** Public data sets: downloaded once into the user's cache, checked, read. */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { FormatError, readDataset } from '@portolan/core';
import type { Column, Dataset, JobOptions, PublicData } from '@portolan/core';
import { fileSource } from '../store/folder-store.ts';
import { CATALOGUE } from './catalogue.ts';
import type { PublicSet } from './catalogue.ts';
import { downloadFile } from './download-file.ts';

export interface PublicDataOptions {
  /** where downloads are kept; by default PORTOLAN_CACHE, else ~/.cache/portolan */
  cache?: string;
  catalogue?: readonly PublicSet[];
}

export function publicData({ cache = defaultCache(), catalogue = CATALOGUE }: PublicDataOptions = {}): PublicData {
  return {
    list: catalogue.map(({ name, title, summary, licence, bytes }) => ({ name, title, summary, licence, bytes })),
    async fetch(name, job) {
      const set = catalogue.find((other) => other.name === name) as PublicSet;
      const folder = join(cache, 'data', name);
      await downloadAll(set, folder, job);
      job.signal?.throwIfAborted();
      return set.layout === 'idx' ? readIdxSet(set, folder, job) : readCifar(set, folder);
    },
  };
}

function defaultCache(): string {
  return process.env.PORTOLAN_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'portolan');
}

async function downloadAll(set: PublicSet, folder: string, { signal, onProgress }: JobOptions): Promise<void> {
  const began = performance.now();
  let before = 0;
  for (const file of set.files) {
    const path = join(folder, file.name);
    const onBytes = (done: number): void =>
      onProgress?.({
        phase: `downloading ${set.title}`,
        done: Math.min(set.bytes, before + done),
        total: set.bytes,
        elapsed: performance.now() - began,
      });
    await downloadFile(file, path, { signal, onBytes });
    before += (await stat(path)).size;
  }
}

/** Train and test images together, with the columns `label` and `split`. */
async function readIdxSet(set: PublicSet, folder: string, job: JobOptions): Promise<Dataset> {
  const source = async (at: number) => {
    const { name } = set.files[at];
    const path = join(folder, name);
    return fileSource(path, name, (await stat(path)).size);
  };
  const parts: Part[] = [];
  for (const at of [0, 2]) {
    const [images, labels] = [await source(at), await source(at + 1)];
    const read = await readDataset([images], { labels, name: set.name }, { signal: job.signal });
    const column = read.columns[0] as Column & { type: 'category' };
    const codes = Int32Array.from(column.codes, (code) => Number(column.categories[code]));
    parts.push({ pixels: read.rows.data as Uint8Array, codes });
  }
  return assemble(set, parts, { kind: 'image', height: 28, width: 28, channels: 1 });
}

const CIFAR_SIDE = 32;
const CIFAR_PIXELS = 3 * CIFAR_SIDE * CIFAR_SIDE;

/** Records of a label and three planes of pixels, in a tar: five files to learn from, one to test by. */
async function readCifar(set: PublicSet, folder: string): Promise<Dataset> {
  const { name } = set.files[0];
  const { parseTar } = await import('nanotar');
  const tar = parseTar(await promisify(gunzip)(await readFile(join(folder, name))));
  const batches = (pattern: RegExp): Uint8Array[] =>
    tar.filter((file) => pattern.test(file.name) && file.data).map((file) => file.data as Uint8Array);
  const parts = [batches(/data_batch_\d\.bin$/), batches(/test_batch\.bin$/)].map((files) => {
    const records = Buffer.concat(files);
    const n = records.length / (CIFAR_PIXELS + 1);
    if (n === 0 || !Number.isInteger(n)) {
      throw new FormatError(`${name} holds ${records.length} bytes of records, expected whole ones of 3,073 bytes`, {
        details: { name },
      });
    }
    const part = { pixels: new Uint8Array(n * CIFAR_PIXELS), codes: new Int32Array(n) };
    const plane = CIFAR_SIDE * CIFAR_SIDE;
    for (let i = 0; i < n; i++) {
      const from = i * (CIFAR_PIXELS + 1);
      part.codes[i] = records[from];
      for (let p = 0; p < plane; p++) {
        for (let c = 0; c < 3; c++) part.pixels[i * CIFAR_PIXELS + p * 3 + c] = records[from + 1 + c * plane + p];
      }
    }
    return part;
  });
  return assemble(set, parts, { kind: 'image', height: CIFAR_SIDE, width: CIFAR_SIDE, channels: 3 });
}

interface Part {
  /** as images are kept: rows, columns, channels */
  pixels: Uint8Array;
  codes: Int32Array;
}

function assemble({ name, categories }: PublicSet, parts: readonly Part[], medium: Dataset['medium']): Dataset {
  const codes = Int32Array.from(parts.flatMap((part) => [...part.codes]));
  const data = new Uint8Array(parts.reduce((sum, { pixels }) => sum + pixels.length, 0));
  parts.reduce((at, { pixels }) => (data.set(pixels, at), at + pixels.length), 0);
  const split = Int32Array.from(parts.flatMap((part, i) => Array.from(part.codes, () => i)));
  return {
    name,
    rows: { data, nSamples: codes.length, nFeatures: data.length / codes.length, scale: 1 / 255 },
    columns: [
      { name: 'label', type: 'category', codes, categories: [...categories] },
      { name: 'split', type: 'category', codes: split, categories: ['train', 'test'] },
    ],
    medium,
    label: 'label',
    warnings: [],
  };
}
