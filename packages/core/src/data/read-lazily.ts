/** The reader of files in a module of its own that is loaded with the first files: a page that only learns needs no CSV. */
import type { JobOptions } from '../base/index.ts';
import type { Dataset } from './dataset.ts';
import type { ReadOptions } from './read.ts';
import type { ByteSource } from './source.ts';

/** Files → a data set; see `read.ts`, which also says what it throws. */
export async function readDataset(
  files: readonly ByteSource[],
  options: ReadOptions = {},
  job: JobOptions = {},
): Promise<Dataset> {
  const reader = await import('./read.ts');
  return reader.readDataset(files, options, job);
}
