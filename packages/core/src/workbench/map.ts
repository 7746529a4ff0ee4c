/**
 * `map`: a space's codes or a data set's rows → coordinates, and how far they can be believed. Several spaces or data
 * sets of the same rows can be mapped in one frame, each a map of its own.
 */
import type { JobOptions, Progress } from '../base/index.ts';
import { InputError, resolveOptions } from '../base/index.ts';
import { coordinatesMap, mapsTogether, togetherOptions, turnedTo } from '../maps/index.ts';
import type { MapDetail, MapJob, MapMethod, Projection } from '../maps/index.ts';
import type { Distance } from '../neighbors/index.ts';
import { readMatrix } from './apply.ts';
import { ownCoordinates } from './by-geometry.ts';
import { startClock } from './desk.ts';
import type { Desk } from './desk.ts';
import { keepMap } from './keep-map.ts';
import type { MadeMap } from './keep-map.ts';
import { givenNeighbors, labelCodes, startOf } from './map-inputs.ts';
import { previewOf } from './map-preview.ts';
import { subjectOf } from './map-subject.ts';
import type { Subject } from './map-subject.ts';
import { everyMapMethod } from './methods.ts';
import { named } from './named.ts';
import type { MapArgs, MapInfo, MapPreview } from './workbench.ts';

/** Nothing is kept unless it comes to its end, or is stopped by its control. */
export async function map(desk: Desk, args: MapArgs, job: JobOptions<MapPreview> = {}): Promise<MapInfo> {
  const method = named(everyMapMethod, args.method, 'map');
  const together = (args.together ?? []).length > 0;
  const specs = together ? togetherOptions(method) : method.options;
  checkArgs(method, args, together);
  resolveOptions(method.name, specs, args.options);
  for (const name of namesOf(args)) await desk.items.checkName(name);
  const subjects: Subject[] = [];
  for (const of of [args.of, ...(args.together ?? [])]) subjects.push(await subjectOf(desk, of, method, args.options));
  const [first] = subjects;
  const other = subjects.find(({ x }) => x.rows !== first.x.rows);
  if (other) {
    throw new InputError(
      `${first.of} has ${first.x.rows} rows and ${other.of} has ${other.x.rows}; maps together need the same rows, spaces of one data set for instance`,
      { code: 'together' },
    );
  }
  const labels = await labelCodes(desk, first.data, first.x.rows, args.label);
  if (method.labels === 'needed' && !labels) throw await noLabels(desk, method, first.data);
  const making = { method, specs, labels, args };
  return together ? mapTogether(desk, subjects, making, job) : mapAlone(desk, first, making, job);
}

interface Making {
  method: MapMethod;
  specs: MapMethod['options'];
  labels: Int32Array | undefined;
  args: MapArgs;
}

async function mapAlone(
  desk: Desk,
  subject: Subject,
  { method, specs, labels, args }: Making,
  job: JobOptions<MapPreview>,
): Promise<MapInfo> {
  const { x, given, source } = subject;
  const options = resolveOptions(method.name, specs, given);
  const neighbors = args.neighbors && givenNeighbors(x, args.neighbors);
  const own = method === coordinatesMap && !args.coordinates ? ownCoordinates(source, x) : undefined;
  const brought = args.coordinates ?? own;
  const start = await startOf(desk, { ...args, coordinates: brought }, { method: method.name, options, rows: x.rows });
  const beside = args.align === undefined ? undefined : await alignTarget(desk, args.align, x.rows);
  job.signal?.throwIfAborted();

  const clock = startClock(desk);
  const watch = watched(job);
  // as given, for a method may give way where a default does not fit the rows, and refuse what was asked for
  const fitted = await method.fit(x, given, { ...fitJob(desk, job, watch), labels, neighbors, start });
  const made: MadeMap = { ...clock(), ...watch.outcome(fitted), options, label: args.label };
  if (args.from !== undefined) made.from = args.from;
  if (beside) {
    made.align = args.align;
    if (beside.cols !== fitted.coordinates.cols) {
      throw new InputError(
        `the map to turn to has ${beside.cols} dimensions, this one ${fitted.coordinates.cols}; choose as many`,
        { code: 'wrong-align' },
      );
    }
  }
  if (own && source.kind === 'space' && source.geometry?.name === 'hyperbolic') made.geometry = 'hyperbolic';
  const projection = beside ? turnedTo(beside, fitted) : fitted;
  return keepMap(desk, { subject, method, labels, projection, made, name: args.name }, job);
}

/** One map each, of which the first is told; the others say that they belong to it. */
async function mapTogether(
  desk: Desk,
  subjects: readonly Subject[],
  { method, specs, labels, args }: Making,
  job: JobOptions<MapPreview>,
): Promise<MapInfo> {
  job.signal?.throwIfAborted();
  const clock = startClock(desk);
  const watch = watched(job);
  const tables = subjects.map(({ x }) => x);
  const distances = subjects.map(({ given }) => given.distance as Distance | undefined);
  const projections = await mapsTogether(method, tables, args.options, {
    ...fitJob(desk, job, watch),
    labels,
    distances,
  });
  const time = clock();
  const names = namesOf(args);
  const kept: MapInfo[] = [];
  try {
    for (const [place, subject] of subjects.entries()) {
      const projection = projections[place];
      const options = resolveOptions(method.name, specs, subject.given);
      const frame = { first: kept[0]?.id, place, count: subjects.length };
      const made: MadeMap = { ...time, ...watch.outcome(projection), options, label: args.label, frame };
      kept.push(await keepMap(desk, { subject, method, labels, projection, made, name: names[place] }, job));
    }
  } catch (error) {
    for (const { id } of kept) await desk.items.remove(id);
    throw error;
  }
  return kept[0];
}

/** What the maps are to be called, where that is said: `mine`, `mine-2`, `mine-3`. */
function namesOf({ name, together = [] }: MapArgs): string[] {
  if (name === undefined) return [];
  return [name, ...together.map((_, i) => `${name}-${i + 2}`)];
}

function checkArgs(method: MapMethod, args: MapArgs, together: boolean): void {
  if (args.coordinates && method !== coordinatesMap) {
    throw new InputError(`coordinates are a map already; the method for them is coordinates, not ${method.name}`, {
      code: 'option',
    });
  }
  if (!together) {
    const own = new Set(method.options.map((option) => option.name));
    const further = togetherOptions(method).find(
      (option) => option.name in (args.options ?? {}) && !own.has(option.name),
    );
    if (further === undefined) return;
    throw new InputError(`${further.name} needs several maps in one frame; name further spaces of the same rows`, {
      code: 'option',
      details: { option: further.name },
    });
  }
  const alone = (['neighbors', 'coordinates', 'from', 'align'] as const).find((field) => args[field] !== undefined);
  if (alone === undefined && method !== coordinatesMap) return;
  throw new InputError(`maps together are made anew; leave out ${alone ?? `the method ${method.name}`}`, {
    code: 'together',
  });
}

/** The map that another is to be turned to. */
async function alignTarget(desk: Desk, id: string, rows: number) {
  await desk.items.findKind(id, 'map');
  const target = await readMatrix(desk, 'maps', id, 'coordinates.npy');
  if (target.rows === rows) return target;
  throw new InputError(`${id} has ${target.rows} points, not ${rows}; name a map of the same points`, {
    code: 'wrong-align',
  });
}

type Watch = ReturnType<typeof watched>;

const fitJob = ({ kernels }: Desk, { signal, control }: JobOptions<MapPreview>, { onProgress }: Watch): MapJob => ({
  signal,
  control,
  onProgress,
  kernels,
});

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

async function noLabels(desk: Desk, { name }: MapMethod, data: string): Promise<InputError> {
  const there = (await desk.items.list('data')).items.find((item) => item.id === data);
  const column = there?.kind === 'data' ? there.columns.find((other) => other.name === there.label) : undefined;
  const got = column ? `the label of ${data}, ${column.name}, is ${column.type}` : `${data} has no label column`;
  return new InputError(
    `${name} needs labels, and ${got}; name a column of categories as the label, or choose a method that needs none`,
    { code: 'no-labels' },
  );
}
