/** `data add`: files → a data set in the project. */
import { InputError } from '../base/index.ts';
import type { JobOptions } from '../base/index.ts';
import { readDataset } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { datasetFiles, datasetInfo } from './datasets.ts';
import type { Desk } from './desk.ts';
import { slug } from './items.ts';
import { byteLengthOf } from './store.ts';
import type { AddDataArgs, DataInfo } from './workbench.ts';

export async function addData(desk: Desk, args: AddDataArgs, job: JobOptions = {}): Promise<DataInfo> {
  const { files, name, labels, label, image, range } = args;
  if (files.length === 0) throw new InputError('no files were given; name at least one');
  await desk.items.checkName(name);
  const dataset = await readDataset(files, { labels, label, image, range, decoder: desk.decoder }, job);
  job.signal?.throwIfAborted();
  return keepDataset(desk, dataset, { name, base: slug(baseName(files.map((file) => file.name))) });
}

/**
 * Puts a data set into the project.
 * @param itemsOf  where it comes with a space
 */
export async function keepDataset(
  desk: Desk,
  dataset: Dataset,
  id: { name?: string; base: string },
  itemsOf?: DataInfo['itemsOf'],
): Promise<DataInfo> {
  const kept = await datasetFiles(dataset);
  const bytes = Object.values(kept).reduce((sum, file) => sum + byteLengthOf(file), 0);
  const info = { ...datasetInfo(dataset, bytes), ...(itemsOf && { itemsOf }), created: desk.now().toISOString() };
  return desk.items.add<DataInfo>(info, kept, id);
}

/** One file lends its own name; several lend the folder they share. */
function baseName(names: string[]): string {
  if (names.length === 1) return names[0];
  const folder = names[0].split('/').slice(0, -1);
  while (folder.length > 0 && !names.every((name) => name.startsWith(`${folder.join('/')}/`))) folder.pop();
  return folder.at(-1) ?? names[0];
}
