/** What a host has beside a store and an engine, to be given to the Workbench. */
import type { JobOptions } from '../base/index.ts';
import type { ByteSource, Dataset } from '../data/index.ts';
import type { PublicDataInfo } from './workbench.ts';

/** Where the zoo is: a folder, a web host. */
export interface Zoo {
  /** `zoo.json` */
  manifest(): Promise<Uint8Array>;
  /** `digits-vae.zip` */
  file(name: string): Promise<ByteSource>;
}

/** What a host can download: a program can, a page that is served as plain files can't. */
export interface PublicData {
  readonly list: readonly PublicDataInfo[];
  /** Downloads what is not in the cache, checks it and reads it. */
  fetch(name: string, job: JobOptions): Promise<Dataset>;
}
