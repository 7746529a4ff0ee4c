/** `data fetch`: public data sets by name, from wherever the host gets them. */
import { InputError } from '../base/index.ts';
import type { JobOptions } from '../base/index.ts';
import type { Dataset } from '../data/index.ts';
import { keepDataset } from './add-data.ts';
import type { Desk } from './desk.ts';
import { named } from './named.ts';
import type { DataInfo, PublicDataInfo } from './workbench.ts';

/** What a host can download: a program can, a page that is served as plain files can't. */
export interface PublicData {
  readonly list: readonly PublicDataInfo[];
  /** Downloads what is not in the cache, checks it and reads it. */
  fetch(name: string, job: JobOptions): Promise<Dataset>;
}

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
