/** `map`: a space's codes or a data set's rows → coordinates, and how far they can be believed. */
import type { JobOptions, Matrix } from '../base/index.ts';
import { InputError, isAbort } from '../base/index.ts';
import { readRows, writeNpy } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { mapMethods } from '../maps/index.ts';
import { measureMap } from '../measures/index.ts';
import { resolveOptions } from '../spaces/index.ts';
import { codes, readMatrix } from './apply.ts';
import { useDataset } from './datasets.ts';
import { startClock } from './desk.ts';
import type { Desk } from './desk.ts';
import { named } from './learn.ts';
import type { MapArgs, MapInfo } from './workbench.ts';

export async function map(desk: Desk, args: MapArgs, job: JobOptions = {}): Promise<MapInfo> {
  const { of, name } = args;
  const method = named(mapMethods, args.method, 'map');
  const options = resolveOptions(method.name, method.options, args.options);
  await desk.items.checkName(name);
  const source = await desk.items.find(of);
  if (source.kind === 'map') {
    throw new InputError(`${of} is a map already; name a space or a data set`, { code: 'wrong-kind' });
  }
  const data = source.kind === 'space' ? source.data : source.id;
  const x = source.kind === 'space' ? await codes(desk, { space: of }) : await allRows(desk, of);
  const labels = await labelCodes(desk, data, x.rows);
  job.signal?.throwIfAborted();

  const clock = startClock(desk);
  const projection = await method.fit(x, options, job);
  const { seconds, cpuSeconds } = clock();
  const { coordinates, figures } = projection;
  const quality = await measureMap(x, coordinates, { labels, ...job });
  if (figures.explainedVariance !== undefined) quality.explainedVariance = Math.min(1, figures.explainedVariance);
  job.signal?.throwIfAborted();

  const made: Omit<MapInfo, 'id'> = {
    kind: 'map',
    created: desk.now().toISOString(),
    ...(source.kind === 'space' && { space: of }),
    data,
    method: method.name,
    options,
    nComponents: coordinates.cols,
    quality,
    seconds,
    cpuSeconds,
  };
  const files = { ...projection.toFiles(), 'coordinates.npy': writeNpy(coordinates) };
  const base = source.kind === 'space' ? `${of}-${method.name}` : `${of}-rows-${method.name}`;
  return desk.items.add<MapInfo>(made, files, { name, base });
}

/** [n, nComponents] */
export async function coordinates(desk: Desk, { map: id }: { map: string }): Promise<Matrix> {
  await desk.items.findKind(id, 'map');
  return readMatrix(desk, 'maps', id, 'coordinates.npy');
}

async function allRows(desk: Desk, id: string): Promise<Matrix> {
  const info = await desk.items.findKind(id, 'data');
  return useDataset(desk, info, (dataset) => readRows(dataset.rows));
}

/** The label of each row; none when the data has none, has been removed, or is other data by now. */
async function labelCodes(desk: Desk, data: string, n: number): Promise<Int32Array | undefined> {
  try {
    const info = await desk.items.findKind(data, 'data');
    return await useDataset(desk, info, (dataset) => (dataset.rows.nSamples === n ? labelsOf(dataset) : undefined));
  } catch (error) {
    if (isAbort(error) || !(error instanceof InputError)) throw error;
    return undefined;
  }
}

function labelsOf({ columns, label }: Dataset): Int32Array | undefined {
  const column = columns.find((column) => column.name === label);
  return column?.type === 'category' ? column.codes : undefined;
}
