/** New rows from files that a person chose: read as the data of a map were, with their labels where they have some. */
import { rangeOfKept, readDataset, readRows, type Dataset, type Medium } from '@portolan/core/data';
import { blobSource } from '../client/client.ts';
import { pageImageDecoder } from '../client/image-decoder.ts';
import type { NewRows } from './new-rows.ts';

export interface ReadTableArgs {
  files: readonly File[];
  /** of the map's data; pictures are read by it, their pixels in its range and not stretched, as that would depend on the file */
  like: { medium: Medium; scale?: number; range?: readonly [number, number] } | null;
  label?: string;
}

export async function readTable({ files, like, label }: ReadTableArgs): Promise<NewRows> {
  const image = like?.medium.kind === 'image' ? like.medium : undefined;
  const options = {
    image,
    decoder: pageImageDecoder,
    minSamples: 1,
    stretch: false,
    range: like ? rangeOfKept(like) : undefined,
  };
  const read = (label?: string): Promise<Dataset> =>
    readDataset(
      files.map((file) => blobSource(file)),
      { ...options, ...(label !== undefined && { label }) },
    );
  const { rows, columns } = await read(label).catch((error: unknown) => {
    // new rows need not have labels
    if (label === undefined || (error as { code?: string }).code !== 'no-column') throw error;
    return read();
  });
  return { rows: readRows(rows), label: columns.find(({ name }) => name === label) ?? null };
}
