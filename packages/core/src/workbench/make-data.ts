/** `data make`: data with known factors, by one of the generators. */
import type { JobOptions } from '../base/index.ts';
import { dataGenerators } from '../data/index.ts';
import { keepDataset } from './add-data.ts';
import type { Desk } from './desk.ts';
import { named } from './named.ts';
import type { DataInfo, MakeDataArgs } from './workbench.ts';

export async function makeData(
  desk: Desk,
  { generator, options = {}, name }: MakeDataArgs,
  job: JobOptions = {},
): Promise<DataInfo> {
  const made = named(dataGenerators, generator, 'data set');
  await desk.items.checkName(name);
  const dataset = await made.make(options, job);
  job.signal?.throwIfAborted();
  return keepDataset(desk, dataset, { name, base: made.name });
}
