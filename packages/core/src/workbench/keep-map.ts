/** A map that was made → measured and kept. */
import type { JobOptions, Matrix } from '../base/index.ts';
import { NumericalError } from '../base/index.ts';
import { writeNpy } from '../data/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import type { MapMethod, Projection } from '../maps/index.ts';
import { measureMap, neighborKeep } from '../measures/index.ts';
import type { Distance } from '../neighbors/index.ts';
import { distanceOf } from './by-geometry.ts';
import type { Desk } from './desk.ts';
import { KEEP } from './map-files.ts';
import type { Subject } from './map-subject.ts';
import type { MapInfo, MapPreview } from './workbench.ts';

const KEEP_NEIGHBORS = 15;

/** How a map came about. */
export type MadeMap = Pick<
  MapInfo,
  'options' | 'label' | 'from' | 'align' | 'geometry' | 'iterations' | 'stopped' | 'seconds' | 'cpuSeconds'
> & {
  /** its place among maps in one frame; the first does not know its own id yet */
  frame?: Omit<NonNullable<MapInfo['frame']>, 'first'> & { first?: string };
};

export interface Keeping {
  subject: Subject;
  method: MapMethod;
  labels: Int32Array | undefined;
  projection: Projection;
  made: MadeMap;
  name: string | undefined;
}

/** Near is what the method was told, else what the space's geometry says. */
export async function keepMap(
  desk: Desk,
  { subject, method, labels, projection, made: { frame, ...made }, name }: Keeping,
  job: JobOptions<MapPreview>,
): Promise<MapInfo> {
  const { of, source, data, x } = subject;
  const { coordinates, figures } = projection;
  const geometry = made.geometry ?? projection.geometry;
  checkPlaces(method, coordinates);
  const measuring = {
    ...plainJob(desk, job),
    distance: (made.options.distance as Distance | undefined) ?? distanceOf(source),
    ...(geometry === 'hyperbolic' && { mapDistance: 'hyperbolic' as const }),
  };
  const quality = await measureMap(x, coordinates, { labels, ...measuring });
  if (figures.explainedVariance !== undefined) quality.explainedVariance = Math.min(1, figures.explainedVariance);
  const keepNeighbors = Math.min(KEEP_NEIGHBORS, x.rows - 1);
  const kept =
    keepNeighbors > 0 ? await neighborKeep(x, coordinates, { nNeighbors: keepNeighbors, ...measuring }) : undefined;
  job.signal?.throwIfAborted();

  const { label, ...rest } = made;
  const info: Omit<MapInfo, 'id'> = {
    kind: 'map',
    created: desk.now().toISOString(),
    ...(source.kind === 'space' && { space: of }),
    data,
    method: method.name,
    nComponents: coordinates.cols,
    ...(geometry && { geometry }),
    quality,
    figures,
    ...(label !== undefined && { label }),
    ...(kept && { keepNeighbors }),
    warnings: warningsOf(projection, subject),
    ...rest,
  };
  const files = {
    ...projection.toFiles(),
    'coordinates.npy': writeNpy(coordinates),
    ...(kept && { [KEEP]: writeNpy({ shape: [kept.length], data: kept }) }),
  };
  const base = source.kind === 'space' ? `${of}-${method.name}` : `${of}-rows-${method.name}`;
  const about = frame && ((id: string) => ({ frame: { ...frame, first: frame.first ?? id } }));
  return desk.items.add<MapInfo>(info, files, { name, base, about });
}

/** A job without what a map has to show, with the kernels. */
function plainJob({ kernels }: Desk, { signal, onProgress }: JobOptions<MapPreview>): KernelJob {
  return { signal, onProgress: onProgress as KernelJob['onProgress'], kernels };
}

/** No map is kept with points that lie nowhere. */
function checkPlaces({ name }: MapMethod, { data, cols }: Matrix): void {
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return;
  throw new NumericalError(
    `${name} found no place for row ${Math.floor(wrong / cols)}: its coordinate is ${data[wrong]}; scale the columns to one size, or choose another method`,
    { details: { row: Math.floor(wrong / cols) } },
  );
}

/** Of rows that are all the same every method says the same, whatever it made of them. */
function warningsOf({ warnings, coordinates }: Projection, { x, told }: Subject): string[] {
  if (x.rows > 1 && allEqual(x)) {
    return [`all ${x.rows} rows are equal: where their points lie means nothing, and no figure says anything`];
  }
  const onePlace = x.rows > 1 && allEqual(coordinates);
  return [...warnings, ...told, ...(onePlace ? [ONE_PLACE] : [])];
}

const ONE_PLACE =
  'all points lie in one place, though the rows differ: the method found nothing to tell them apart by, and no figure says anything';

const allEqual = ({ data, cols }: Matrix): boolean => data.every((value, i) => value === data[i % cols]);
