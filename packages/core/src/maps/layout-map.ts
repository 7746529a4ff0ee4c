/**
 * What the maps have in common that are laid out from the rows' neighbours and keep their rows: checks, neighbours and
 * what they tell, the run of a layout, and the projection with its files.
 */
import { FormatError, InputError, checkFinite, run } from '../base/index.ts';
import type { Matrix, Progress, OptionSpec } from '../base/index.ts';
import { rowsOf } from '../data/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { findNeighbors } from '../neighbors/index.ts';
import type { Distance, Neighbors } from '../neighbors/index.ts';
import type { Figures } from '../spaces/index.ts';
import { neighborInverse } from './neighbor-inverse.ts';
import type { MapDetail, MapJob, Projection } from './projection.ts';
import { projectionJson, readProjectionJson } from './projection-json.ts';
import { STORED_ROWS, packRows, readStoredRows, unpackRows, writeStoredRows } from './stored-rows.ts';

/** The distances that neighbours of a layout may be found by. */
export const LAYOUT_DISTANCES = ['euclidean', 'cosine', 'manhattan', 'hyperbolic'] as const;
/** Share of the true neighbours that is enough for a layout; few points can have more of them at no great cost. */
const RECALL = 0.95;
const RECALL_OF_FEW = 0.99;
const FEW = 20_000;
/** Milliseconds between two pictures. */
export const PICTURE = 300;

export const COMPONENTS_OPTION: OptionSpec = {
  name: 'nComponents',
  type: 'integer',
  default: 2,
  min: 2,
  max: 3,
  summary: 'Dimensions of the map: 2 for a plane, 3 to turn in space.',
};

export const DISTANCE_OPTION: OptionSpec = {
  name: 'distance',
  type: 'choice',
  default: 'euclidean',
  choices: LAYOUT_DISTANCES,
  summary: 'How far apart two rows are.',
};

export const SEED_OPTION: OptionSpec = {
  name: 'seed',
  type: 'integer',
  default: 0,
  min: 0,
  summary: 'Start of the random numbers; the same seed gives the same map.',
};

/** @throws InputError unless there are two rows of finite numbers, and what the job brings fits them */
export function checkRows(what: string, x: Matrix, nComponents: number, { start, labels, neighbors }: MapJob): void {
  if (x.rows < 2 || x.cols < 1) {
    throw new InputError(`${what} needs at least 2 rows and 1 column, got ${x.rows} × ${x.cols}`, {
      code: 'too-few-rows',
    });
  }
  checkFinite(x, what);
  if (start && (start.coordinates.rows !== x.rows || start.coordinates.cols !== nComponents)) {
    const { rows, cols } = start.coordinates;
    throw new InputError(`${what}: the map to go on from is ${rows} × ${cols}, expected ${x.rows} × ${nComponents}`, {
      code: 'start',
    });
  }
  if (start) checkFinite(start.coordinates, `${what}: the map to go on from`);
  if (labels && labels.length !== x.rows) {
    throw new InputError(`${what}: got ${labels.length} labels, expected ${x.rows}`, { code: 'labels' });
  }
  if (neighbors && neighbors.indices.length !== x.rows * neighbors.nNeighbors) {
    const rows = neighbors.indices.length / neighbors.nNeighbors;
    throw new InputError(`${what}: got neighbours of ${rows} rows, expected ${x.rows}`, { code: 'neighbors' });
  }
}

/**
 * k neighbours of each row: those given, cut to k where they are more, or found.
 * @param warnings  takes what they tell of the rows
 */
export async function layoutNeighbors(
  x: Matrix,
  k: number,
  { distance, seed }: { distance: Distance; seed: number },
  { neighbors: given, kernels, signal, onProgress }: MapJob,
  warnings: string[],
): Promise<Neighbors> {
  let found: Neighbors;
  if (given) {
    if (given.nNeighbors < k) {
      warnings.push(`the ${given.nNeighbors} neighbours given are fewer than the ${k} asked for, and are all there is`);
    }
    found = given.nNeighbors <= k ? given : firstOf(given, k);
  } else {
    const report = plainReport(onProgress);
    const recall = x.rows <= FEW ? RECALL_OF_FEW : RECALL;
    found = await findNeighbors(x, k, { distance, recall, seed, kernels, signal, onProgress: report });
    noteMissing(found, warnings);
  }
  noteDoubles(found, warnings);
  return found;
}

/** Says when fewer true neighbours were found than asked for; that more were is no news. */
export function noteMissing({ note, recall = 1 }: Neighbors, warnings: string[]): void {
  if (note && recall < 1) warnings.push(note);
}

/** @throws InputError unless new rows are as wide as those of the map, and finite */
export function checkNews(news: Matrix, x: Matrix): void {
  if (news.cols !== x.cols) {
    throw new InputError(`new points have ${news.cols} columns, the map was made of ${x.cols}`, { code: 'width' });
  }
  checkFinite(news, 'new points');
}

/** A job's reporter of progress for parts that have no detail to show. */
export const plainReport = (onProgress: MapJob['onProgress']) =>
  onProgress as ((progress: Progress<never>) => void) | undefined;

function firstOf({ nNeighbors, indices, distances, recall }: Neighbors, k: number): Neighbors {
  const n = indices.length / nNeighbors;
  const out = { nNeighbors: k, recall, indices: new Uint32Array(n * k), distances: new Float32Array(n * k) };
  for (let i = 0; i < n; i++) {
    out.indices.set(indices.subarray(i * nNeighbors, i * nNeighbors + k), i * k);
    out.distances.set(distances.subarray(i * nNeighbors, i * nNeighbors + k), i * k);
  }
  return out;
}

/** Says how many rows equal others. */
export function noteDoubles({ nNeighbors: k, distances }: Neighbors, warnings: string[]): void {
  const n = distances.length / k;
  let doubles = 0;
  let equal = 0;
  for (let i = 0; i < n; i++) {
    if (distances[i * k] === 0) doubles++;
    if (distances[(i + 1) * k - 1] === 0) equal++;
  }
  if (equal === n) warnings.push('all rows have only equal neighbours, so where they lie means nothing');
  else if (doubles > 0) {
    warnings.push(`${doubles} of ${n} rows equal another row; such points lie side by side, not in one place`);
  }
}

/** A layout under way. */
export interface Layout {
  readonly iteration: number;
  readonly nIter: number;
  /** Does one iteration or some, for well under 200 ms. */
  advance(signal?: AbortSignal): Promise<void>;
  /** a copy, [n, nComponents] */
  coordinates(): Matrix;
}

/** Runs a layout to its end, or to where it is stopped, and shows it a few times a second. */
export async function runLayout(layout: Layout, job: MapJob): Promise<void> {
  let shown = performance.now();
  await run<MapDetail, void>(
    {
      phase: 'mapping',
      total: layout.nIter,
      get done() {
        return Math.min(layout.iteration, layout.nIter);
      },
      async step() {
        await layout.advance(job.signal);
        const detail: MapDetail = { iteration: layout.iteration, nIter: layout.nIter };
        if (!job.onProgress || performance.now() - shown < PICTURE) return detail;
        shown = performance.now();
        return { ...detail, coordinates: layout.coordinates() };
      },
      result: () => undefined,
    },
    job,
  );
}

/** What is saved of a map beside its rows and places, as METHOD.json. */
export interface Kept {
  options: Record<string, unknown>;
  figures: Figures;
  warnings: readonly string[];
}

/** The fitted thing. */
export interface Fitted extends Kept {
  /** [n, d] */
  x: Matrix;
  coordinates: Matrix;
}

/** A projection that leads places back by their nearest points. */
export function keptProjection(
  method: string,
  { x, coordinates, options, figures, warnings }: Fitted,
  transform: (x: Matrix, job?: KernelJob) => Promise<Matrix>,
): Projection {
  const kept: Kept = { options, figures, warnings };
  return {
    method,
    coordinates,
    transform,
    inverse: neighborInverse(rowsOf(x), coordinates),
    figures,
    warnings,
    toFiles: () => ({
      'projection.json': projectionJson({ method, nComponents: coordinates.cols, nFeatures: x.cols }),
      [`${method}.json`]: new TextEncoder().encode(JSON.stringify(kept, null, 2)),
      [STORED_ROWS]: writeStoredRows(packRows(x), coordinates),
    }),
  };
}

/**
 * What `toFiles` of a kept projection gave.
 * @param check  whether the options are those of the method
 * @throws FormatError when a file is missing or damaged
 */
export function readKept(
  method: string,
  files: Record<string, Uint8Array>,
  given: Matrix,
  check: (options: Record<string, unknown>) => boolean,
): Fitted {
  const { nComponents } = readProjectionJson(files['projection.json']);
  const { rows, coordinates } = readStoredRows(files, `a map by ${method}`, given);
  if (coordinates.cols !== nComponents) {
    throw new FormatError(`${STORED_ROWS} has places of ${coordinates.cols} coordinates, expected ${nComponents}`, {
      details: { name: STORED_ROWS },
    });
  }
  const name = `${method}.json`;
  const details = { name };
  if (!files[name]) throw new FormatError(`a map by ${method} needs ${name}`, { details });
  let read: Partial<Kept> | null;
  try {
    read = JSON.parse(new TextDecoder().decode(files[name])) as typeof read;
  } catch (cause) {
    throw new FormatError(`${name} is not JSON; it may be cut short`, { details, cause });
  }
  const { options, figures, warnings } = read ?? {};
  if (!isRecord(options) || !isRecord(figures) || !Array.isArray(warnings) || !check(options)) {
    throw new FormatError(`${name} needs the options, figures and warnings of a map by ${method}`, { details });
  }
  return { x: unpackRows(rows), coordinates, options, figures, warnings };
}

function isRecord(value: unknown): value is Record<string, never> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
