/** `data fetch`: public data sets by name, from wherever the host gets them. */
import { InputError } from '../base/index.ts';
import type { JobOptions } from '../base/index.ts';
import { keepDataset } from './add-data.ts';
import type { Desk } from './desk.ts';
import { named } from './named.ts';
import type { DataInfo } from './workbench.ts';

export async function fetchData(
  desk: Desk,
  { source, name }: { source: string; name?: string },
  job: JobOptions = {},
): Promise<DataInfo> {
  if (!desk.publicData) {
    throw new InputError('public data sets are downloaded by the portolan program, not by this page; add their files', {
      code: 'no-downloads',
    });
  }
  named(desk.publicData.list, source, 'public data set');
  await desk.items.checkName(name);
  const dataset = await desk.publicData.fetch(source, job);
  job.signal?.throwIfAborted();
  return keepDataset(desk, dataset, { name, base: source });
}
