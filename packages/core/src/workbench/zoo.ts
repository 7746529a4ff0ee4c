/**
 * The zoo: spaces that were learned beforehand and come with Portolan, to be opened at once. Each is a zip of a project
 * (its space, its map, and its data where that is no pack), which is taken over into one's own.
 */
import { FormatError, InputError } from '../base/index.ts';
import type { JobOptions } from '../base/index.ts';
import type { Desk } from './desk.ts';
import { named } from './named.ts';
import type { ZooEntry } from './workbench.ts';
import { importProject } from './zip.ts';

const TEXTS = ['name', 'title', 'summary', 'data', 'space', 'created'] as const;

export async function zooEntries({ zoo }: Desk): Promise<ZooEntry[]> {
  if (!zoo) return [];
  let entries: unknown;
  try {
    entries = JSON.parse(new TextDecoder().decode(await zoo.manifest()));
  } catch (cause) {
    throw new FormatError('zoo.json is not JSON; install Portolan again', { details: { name: 'zoo.json' }, cause });
  }
  const fits = (entry: ZooEntry): boolean => TEXTS.every((field) => typeof entry?.[field] === 'string');
  if (!Array.isArray(entries) || !entries.every(fits)) {
    throw new FormatError('zoo.json does not list spaces; install Portolan again', { details: { name: 'zoo.json' } });
  }
  return entries as ZooEntry[];
}

/** Takes a space of the zoo into the project, unless it is there already. */
export async function openZoo(
  desk: Desk,
  { name }: { name: string },
  job: JobOptions = {},
): Promise<{ space: string; map?: string }> {
  const entry = named(await zooEntries(desk), name, 'space of the zoo');
  const { items } = await desk.items.list();
  const there = items.find((item) => item.kind === 'space' && item.created === entry.created);
  if (there) return { space: there.id, map: items.find((item) => item.kind === 'map' && item.space === there.id)?.id };
  const { ids } = await importProject(desk, { zip: await desk.zoo!.file(`${name}.zip`) }, job);
  const taken = await Promise.all(ids.map((id) => desk.items.find(id)));
  const space = taken.find((item) => item.kind === 'space');
  if (!space) throw new InputError(`${name}.zip of the zoo holds no space; install Portolan again`, { code: 'zoo' });
  return { space: space.id, map: taken.find((item) => item.kind === 'map')?.id };
}
