/** Packs: data sets that come with Portolan, always there, read where they are and never copied into a project. */
import { readPack, readPackManifest } from '../data/index.ts';
import type { Dataset, PackManifest } from '../data/index.ts';
import type { DataInfo } from './workbench.ts';

/** Where the packs are: a folder, a web host. */
export interface Packs {
  /** their ids: `digits` */
  list(): Promise<string[]>;
  /** changes whenever a pack does, where it can: manifests are read once as long as it stays the same */
  stamp?(pack: string): Promise<string>;
  /** a file of a pack: `pack.json` and what it names */
  file(pack: string, name: string): Promise<Uint8Array>;
}

/** A pack as an item of the project, by its manifest alone. */
export async function packInfo(packs: Packs, id: string): Promise<DataInfo> {
  const { nSamples, nFeatures, scale, medium, label, columns, files } = await manifestOf(packs, id);
  return {
    kind: 'data',
    id,
    created: '',
    nSamples,
    nFeatures,
    medium,
    scale,
    columns: columns.map((column) => ({
      name: column.name,
      type: column.type,
      ...(column.type === 'category' && { categories: column.categories }),
    })),
    label,
    warnings: [],
    bytes: Object.values(files).reduce((sum, file) => sum + file.bytes, 0),
    pack: true,
  };
}

export async function packDataset(packs: Packs, id: string): Promise<Dataset> {
  const { rows, columns } = await manifestOf(packs, id);
  const files: Record<string, Uint8Array> = {};
  for (const name of ['pack.json', ...(rows ? [rows] : []), ...columns.map((column) => column.file)]) {
    files[name] = await packs.file(id, name);
  }
  return readPack(files);
}

/** Manifests that were read, of each host's packs: a project is listed often. */
const read = new WeakMap<Packs, Map<string, { stamp: string; manifest: Promise<PackManifest> }>>();

async function manifestOf(packs: Packs, id: string): Promise<PackManifest> {
  const stamp = (await packs.stamp?.(id)) ?? '';
  const kept = read.get(packs) ?? new Map<string, { stamp: string; manifest: Promise<PackManifest> }>();
  read.set(packs, kept);
  const known = kept.get(id);
  if (known?.stamp === stamp) return known.manifest;
  const manifest = packs.file(id, 'pack.json').then(readPackManifest);
  kept.set(id, { stamp, manifest });
  manifest.catch(() => kept.delete(id)); // what could not be read is read again
  return manifest;
}
