/** `map`: a space's codes or a data set's rows → coordinates, and how far they can be believed. */
import type { JobOptions, Matrix, Progress } from '../base/index.ts';
import { InputError, NumericalError, matrix, resolveOptions } from '../base/index.ts';
import { writeNpy } from '../data/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { alignMaps, coordinatesMap, turnedMap } from '../maps/index.ts';
import type { MapDetail, MapMethod, Projection } from '../maps/index.ts';
import { measureMap, neighborKeep } from '../measures/index.ts';
import { readMatrix } from './apply.ts';
import { ownCoordinates, withDistance } from './by-geometry.ts';
import { startClock } from './desk.ts';
import type { Desk } from './desk.ts';
import { KEEP } from './map-files.ts';
import { checkScale, givenNeighbors, labelCodes, numbersOf, startOf } from './map-inputs.ts';
import { previewOf } from './map-preview.ts';
import { everyMapMethod } from './methods.ts';
import { named } from './named.ts';
import type { MapArgs, MapInfo, MapPreview } from './workbench.ts';

const KEEP_NEIGHBORS = 15;

/** Nothing is kept unless it comes to its end, or is stopped by its control. */
export async function map(desk: Desk, args: MapArgs, job: JobOptions<MapPreview> = {}): Promise<MapInfo> {
  const { of, name } = args;
  const method = named(everyMapMethod, args.method, 'map');
  resolveOptions(method.name, method.options, args.options);
  await desk.items.checkName(name);
  if (args.coordinates && method !== coordinatesMap) {
    throw new InputError(`coordinates are a map already; the method for them is coordinates, not ${method.name}`, {
      code: 'option',
    });
  }
  const source = await desk.items.find(of);
  if (source.kind === 'map') {
    throw new InputError(`${of} is a map already; name a space or a data set`, { code: 'wrong-kind' });
  }
  const { options: given, told: curved } = withDistance(method, source, args.options);
  const options = resolveOptions(method.name, method.options, given);
  const data = source.kind === 'space' ? source.data : source.id;
  const x = await numbersOf(desk, source);
  checkScale(x, of);
  const labels = await labelCodes(desk, data, x.rows, args.label);
  if (method.labels === 'needed' && !labels) throw await noLabels(desk, method, data);
  const neighbors = args.neighbors && givenNeighbors(x, args.neighbors);
  const brought = args.coordinates ?? (method === coordinatesMap ? ownCoordinates(source, x) : undefined);
  const start = await startOf(desk, { ...args, coordinates: brought }, { method: method.name, options, rows: x.rows });
  const beside = args.align === undefined ? undefined : await alignTarget(desk, args.align, x.rows);
  job.signal?.throwIfAborted();

  const clock = startClock(desk);
  const watch = watched(job);
  // as given, for a method may give way where a default does not fit the rows, and refuse what was asked for
  const fitted = await method.fit(x, given, {
    signal: job.signal,
    control: job.control,
    onProgress: watch.onProgress,
    kernels: desk.kernels,
    labels,
    neighbors,
    start,
  });
  const made = { ...clock(), ...watch.outcome(fitted) };
  const projection = beside ? turnedTo(beside, fitted) : fitted;
  const { coordinates, figures } = projection;
  checkPlaces(method, coordinates);
  const measuring = plainJob(desk, job);
  const { judged, told } = judgedBy(x, options.distance);
  const quality = await measureMap(judged, coordinates, { labels, ...measuring });
  if (figures.explainedVariance !== undefined) quality.explainedVariance = Math.min(1, figures.explainedVariance);
  const keepNeighbors = Math.min(KEEP_NEIGHBORS, x.rows - 1);
  const kept =
    keepNeighbors > 0
      ? await neighborKeep(judged, coordinates, { nNeighbors: keepNeighbors, ...measuring })
      : undefined;
  job.signal?.throwIfAborted();

  const info: Omit<MapInfo, 'id'> = {
    kind: 'map',
    created: desk.now().toISOString(),
    ...(source.kind === 'space' && { space: of }),
    data,
    method: method.name,
    options,
    nComponents: coordinates.cols,
    quality,
    figures,
    ...(args.label !== undefined && { label: args.label }),
    ...(args.from !== undefined && { from: args.from }),
    ...(beside && { align: args.align }),
    ...(kept && { keepNeighbors }),
    warnings: [...projection.warnings, ...curved, ...told, ...(inOnePlace(coordinates) ? [ONE_PLACE] : [])],
    ...made,
  };
  const files = {
    ...projection.toFiles(),
    'coordinates.npy': writeNpy(coordinates),
    ...(kept && { [KEEP]: writeNpy({ shape: [kept.length], data: kept }) }),
  };
  const base = source.kind === 'space' ? `${of}-${method.name}` : `${of}-rows-${method.name}`;
  return desk.items.add<MapInfo>(info, files, { name, base });
}

/** The map that another is to be turned to. */
async function alignTarget(desk: Desk, id: string, rows: number): Promise<Matrix> {
  await desk.items.findKind(id, 'map');
  const target = await readMatrix(desk, 'maps', id, 'coordinates.npy');
  if (target.rows === rows) return target;
  throw new InputError(`${id} has ${target.rows} points, not ${rows}; name a map of the same points`, {
    code: 'wrong-align',
  });
}

function turnedTo(target: Matrix, projection: Projection): Projection {
  if (target.cols !== projection.coordinates.cols) {
    throw new InputError(
      `the map to turn to has ${target.cols} dimensions, this one ${projection.coordinates.cols}; choose as many`,
      { code: 'wrong-align' },
    );
  }
  return turnedMap(projection, alignMaps(target, projection.coordinates, undefined, { scale: false }));
}

/** A job without what a map has to show, with the kernels. */
function plainJob({ kernels }: Desk, { signal, onProgress }: JobOptions<MapPreview>): KernelJob {
  return { signal, onProgress: onProgress as KernelJob['onProgress'], kernels };
}

/** Passes progress on, and remembers how far it came. */
function watched({ onProgress, control }: JobOptions<MapPreview>) {
  let last: MapDetail | undefined;
  return {
    onProgress(progress: Progress<MapDetail>): void {
      last = progress.detail ?? last;
      if (!onProgress) return;
      const { detail, ...rest } = progress;
      onProgress({ ...rest, ...(detail && { detail: previewOf(detail) }) });
    },
    /** to be asked as soon as the method has ended */
    outcome({ figures }: Projection): { iterations?: number; stopped: boolean } {
      const iterations = figures.iterations ?? last?.iteration;
      const nIter = last?.nIter ?? figures.nIter ?? Infinity;
      const stopped = control?.stopped === true && iterations !== undefined && iterations < nIter;
      return { ...(iterations !== undefined && { iterations }), stopped };
    },
  };
}

/**
 * The rows whose Euclidean neighbours a map made by this distance is judged by: by cosine they are those of the rows at
 * length 1. Other distances have no such rows, which is told.
 */
function judgedBy(x: Matrix, distance: unknown): { judged: Matrix; told: string[] } {
  if (distance === 'cosine') return { judged: atLengthOne(x), told: [] };
  const euclidean = distance === undefined || distance === 'euclidean';
  return { judged: x, told: euclidean ? [] : [`made by ${distance} distances, but judged by Euclidean ones`] };
}

function atLengthOne({ data, rows, cols }: Matrix): Matrix {
  const out = matrix(rows, cols, data.slice());
  for (let i = 0; i < rows; i++) {
    const row = out.data.subarray(i * cols, (i + 1) * cols);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (let c = 0; c < cols; c++) row[c] /= length;
  }
  return out;
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

const ONE_PLACE = 'all points lie in one place, and no figure says anything of such a map; do the rows differ?';

const inOnePlace = ({ data, cols }: Matrix): boolean => data.every((value, i) => value === data[i % cols]);

async function noLabels(desk: Desk, { name }: MapMethod, data: string): Promise<InputError> {
  const there = (await desk.items.list('data')).items.find((item) => item.id === data);
  const column = there?.kind === 'data' ? there.columns.find((other) => other.name === there.label) : undefined;
  const got = column ? `the label of ${data}, ${column.name}, is ${column.type}` : `${data} has no label column`;
  return new InputError(
    `${name} needs labels, and ${got}; name a column of categories as the label, or choose a method that needs none`,
    { code: 'no-labels' },
  );
}
