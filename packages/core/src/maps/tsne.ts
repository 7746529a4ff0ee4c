/**
 * t-SNE (van der Maaten & Hinton 2008): a map whose near neighbours are near neighbours in the data, made by letting
 * points that are neighbours pull each other and all points push each other, until they balance.
 *
 * Neighbours and their weights: tsne-affinities.ts; the start: tsne-start.ts; the push: tsne-field.ts; the descent:
 * tsne-layout.ts; new points: tsne-transform.ts.
 */
import { FormatError, InputError, checkFinite, drive, run, resolveOptions } from '../base/index.ts';
import type { Matrix, Stepper, OptionSpec } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import { rowsOf } from '../data/index.ts';
import { checkAllFinite, findNeighbors } from '../neighbors/index.ts';
import type { Distance, Neighbors } from '../neighbors/index.ts';
import type { Figures } from '../spaces/index.ts';
import {
  COMPONENTS_OPTION,
  DISTANCE_OPTION,
  LAYOUT_DISTANCES,
  SEED_OPTION,
  noteDoubles,
  noteMissing,
  plainReport,
} from './layout-map.ts';
import { neighborInverse } from './neighbor-inverse.ts';
import type { MapDetail, MapJob, MapMethod, Projection } from './projection.ts';
import { projectionJson, readProjectionJson } from './projection-json.ts';
import { STORED_ROWS, packRows, readStoredRows, unpackRows, writeStoredRows } from './stored-rows.ts';
import { conditionalProbabilities, pieceCountSteps, symmetricGraphSteps } from './tsne-affinities.ts';
import { tsneLayout } from './tsne-layout.ts';
import type { TsneLayout, TsneSchedule } from './tsne-layout.ts';
import { STARTS, tsneStart } from './tsne-start.ts';
import type { TsneStart } from './tsne-start.ts';
import { transformTsne } from './tsne-transform.ts';
import type { FittedTsne } from './tsne-transform.ts';

const SETTINGS = 'tsne.json';
const PERPLEXITY = 30;
/** Edges from each point, all together, at most: about 3 GB. */
const MOST_EDGES = 48e6;
/** Share of the true neighbours that is enough; a higher one is not seen in the divergence. */
const RECALL = 0.95;
/** Coordinates that a start may have; its distances are squared in single precision. */
const FURTHEST = 1e6;
/** Milliseconds of a unit of work, and between two pictures, which may take a twentieth of the time. */
const UNIT = 40;
const PICTURE = 300;
const PICTURE_SHARE = 0.05;

const OPTIONS: readonly OptionSpec[] = [
  COMPONENTS_OPTION,
  {
    name: 'perplexity',
    type: 'number',
    default: PERPLEXITY,
    min: 1,
    max: 10000,
    main: true,
    summary:
      'About how many neighbours each point listens to. Small shows fine grain, large shows the broad lines; below a third of the samples.',
  },
  {
    name: 'perplexities',
    type: 'integers',
    default: [],
    min: 1,
    max: 10000,
    summary: 'Several perplexities instead of one, averaged, so that fine grain and broad lines both count.',
  },
  {
    name: 'earlyExaggeration',
    type: 'number',
    default: 12,
    min: 1,
    max: 1000,
    summary: 'How much stronger neighbours pull at first, so that clusters gather.',
  },
  {
    name: 'earlyIterations',
    type: 'integer',
    default: 150,
    min: 0,
    max: 100000,
    summary: 'How many of the iterations are exaggerated so.',
  },
  {
    name: 'exaggeration',
    type: 'number',
    default: 1,
    min: 0.1,
    max: 100,
    summary:
      'How much stronger neighbours pull after that; 2 to 4 draws clusters tighter, which helps with very many points.',
  },
  {
    name: 'nIter',
    type: 'integer',
    default: 600,
    min: 1,
    max: 100000,
    main: true,
    summary: 'Iterations in all. More spread the map out further; its neighbourhoods are mostly settled by then.',
  },
  {
    name: 'learningRate',
    type: 'number',
    default: 0,
    min: 0,
    max: 1e7,
    summary: 'How far points move at each iteration; 0 takes the number of samples divided by the exaggeration.',
  },
  {
    name: 'start',
    type: 'choice',
    default: 'pca',
    choices: STARTS,
    summary: 'Where points begin: by principal components, by the graph of neighbours (spectral), or at random.',
  },
  DISTANCE_OPTION,
  SEED_OPTION,
];

interface TsneOptions extends TsneSchedule {
  nComponents: number;
  perplexity: number;
  perplexities: readonly number[];
  start: TsneStart;
  distance: Distance;
  seed: number;
}

/** What is saved beside the rows. */
interface Settings {
  perplexities: readonly number[];
  distance: Distance;
  figures: Figures;
  warnings: readonly string[];
}

export const tsne: MapMethod = {
  name: 'tsne',
  title: 't-SNE',
  summary: 'Shows who is near whom in fine grain; clusters come apart clearly, distances between them are not kept.',
  options: OPTIONS,
  cautions: [
    'The size of a cluster says nothing: t-SNE gives dense and loose clusters about the same room.',
    'Gaps between clusters mean little: which cluster lies next to which is only roughly kept.',
    'Another perplexity can give another picture; look at several before believing one (Wattenberg et al. 2016).',
  ],
  async fit(x, given, job = {}) {
    const options = resolveOptions('tsne', OPTIONS, given) as unknown as TsneOptions;
    const { nComponents, distance } = options;
    if (x.rows < 2) throw new InputError(`t-SNE needs at least 2 rows, got ${x.rows}`, { code: 'too-few-rows' });
    // the search for neighbours looks at all values; given ones say nothing of them
    if (job.neighbors) await checkAllFinite(x, 't-SNE', job.signal);
    job.signal?.throwIfAborted();
    checkStart(job.start?.coordinates, x.rows, nComponents);
    const warnings: string[] = [];
    const perplexities = choosePerplexities(x.rows, given, options, warnings);
    const layout = await prepare(x, perplexities, options, job, warnings);
    try {
      await run(stepperOf(layout, options.nIter), job);
      const figures = { klDivergence: await layout.divergence(), iterations: layout.iteration };
      const coordinates = layout.coordinates();
      return projectionOf(x, coordinates, { perplexities, distance, figures, warnings });
    } finally {
      layout.close();
    }
  },
  load(files, given) {
    const { nComponents } = readProjectionJson(files['projection.json']);
    const { rows, coordinates } = readStoredRows(files, 'a t-SNE map', given);
    if (coordinates.cols !== nComponents) {
      throw new FormatError(`${STORED_ROWS} has places of ${coordinates.cols} coordinates, expected ${nComponents}`, {
        details: { name: STORED_ROWS },
      });
    }
    return projectionOf(unpackRows(rows), coordinates, readSettings(files[SETTINGS]));
  },
};

function choosePerplexities(
  n: number,
  given: { perplexity?: unknown; perplexities?: unknown },
  { perplexity, perplexities }: TsneOptions,
  warnings: string[],
): readonly number[] {
  const most = Math.max(1, Math.floor((n - 1) / 3));
  const chosen = perplexities.length > 0 ? [...perplexities].sort((a, b) => a - b) : [perplexity];
  const highest = chosen[chosen.length - 1];
  if (highest <= most) return chosen;
  if (perplexities.length === 0 && given.perplexity === undefined) {
    warnings.push(`perplexity ${most} instead of ${highest}: ${n} samples are too few for more`);
    return [most];
  }
  throw new InputError(`perplexity ${highest} needs more than ${3 * highest} samples, got ${n}; try at most ${most}`, {
    code: 'perplexity',
    details: { perplexity: highest, most },
  });
}

function checkStart(start: Matrix | undefined, n: number, nComponents: number): void {
  if (!start) return;
  if (start.rows !== n || start.cols !== nComponents) {
    throw new InputError(
      `t-SNE: the map to go on from is ${start.rows} × ${start.cols}, expected ${n} × ${nComponents}`,
      { code: 'start' },
    );
  }
  checkFinite(start, 't-SNE: the map to go on from');
  let furthest = 0;
  for (const value of start.data) furthest = Math.max(furthest, Math.abs(value));
  if (furthest > FURTHEST) {
    throw new InputError(
      `t-SNE: the map to go on from reaches to ${furthest.toPrecision(2)}, expected within ${FURTHEST}`,
      { code: 'start' },
    );
  }
}

/** All that comes before the descent. */
async function prepare(
  x: Matrix,
  perplexities: readonly number[],
  options: TsneOptions,
  job: MapJob,
  warnings: string[],
): Promise<TsneLayout> {
  const { nComponents, earlyIterations, seed } = options;
  const { kernels = singleThread(), signal } = job;
  const plain = { kernels, signal, onProgress: plainReport(job.onProgress) };
  const { neighbors, k } = await neighborsOf(x, perplexities, options, job, warnings);
  const conditional = await conditionalProbabilities(neighbors, perplexities, { k, kernels, signal });
  const graph = await drive('graph', symmetricGraphSteps(neighbors.indices, neighbors.nNeighbors, conditional), plain);
  noteDoubles(neighbors, warnings);
  noteMissing(neighbors, warnings);
  notePieces(await drive('graph', pieceCountSteps(graph), { signal }), warnings);
  const start = job.start?.coordinates ?? (await tsneStart(options.start, x, graph, { nComponents, seed, ...plain }));
  // a map that is none of a run's own is not torn down by exaggeration again
  const iteration = job.start ? (job.start.iteration ?? Math.min(earlyIterations, options.nIter)) : 0;
  signal?.throwIfAborted();
  return tsneLayout({ graph, start, schedule: options, iteration, kernels, signal });
}

async function neighborsOf(
  x: Matrix,
  perplexities: readonly number[],
  { distance, seed }: TsneOptions,
  { neighbors, kernels, signal, onProgress }: MapJob,
  warnings: string[],
): Promise<{ neighbors: Neighbors; k: number }> {
  const n = x.rows;
  const most = Math.max(...perplexities);
  const wanted = Math.min(n - 1, Math.floor(3 * most) + 1);
  const k = Math.min(wanted, Math.max(Math.ceil(1.2 * most), Math.floor(MOST_EDGES / n)));
  if (k < wanted) {
    warnings.push(`each point listens to ${k} neighbours instead of ${wanted}, so that ${n} samples fit in memory`);
  }
  if (neighbors) {
    if (neighbors.indices.length !== n * neighbors.nNeighbors) {
      throw new InputError(
        `t-SNE: got neighbours of ${neighbors.indices.length / neighbors.nNeighbors} rows, expected ${n}`,
        { code: 'neighbors' },
      );
    }
    if (neighbors.nNeighbors < k) {
      warnings.push(
        `the ${neighbors.nNeighbors} neighbours given are fewer than the ${k} that perplexity ${most} asks for; perplexity is lower in effect`,
      );
    }
    return { neighbors, k: Math.min(k, neighbors.nNeighbors) };
  }
  const report = plainReport(onProgress);
  return {
    neighbors: await findNeighbors(x, k, { distance, recall: RECALL, seed, kernels, signal, onProgress: report }),
    k,
  };
}

function notePieces(count: number, warnings: string[]): void {
  if (count === 1) return;
  warnings.push(
    `the neighbours fall into ${count} pieces that no neighbour joins; how the pieces lie to each other means nothing`,
  );
}

function stepperOf(layout: TsneLayout, nIter: number): Stepper<MapDetail, void> {
  let next = performance.now() + PICTURE;
  return {
    phase: 'mapping',
    total: nIter,
    get done() {
      return Math.min(layout.iteration, nIter);
    },
    async step() {
      const began = performance.now();
      do await layout.iterate();
      while (layout.iteration < nIter && performance.now() - began < UNIT);
      const detail: MapDetail = { iteration: layout.iteration, nIter };
      const from = performance.now();
      if (from < next) return detail;
      const loss = await layout.divergence('quick');
      const coordinates = layout.coordinates();
      const now = performance.now();
      next = now + Math.max(PICTURE, (now - from) / PICTURE_SHARE);
      return { ...detail, loss, coordinates };
    },
    result: () => undefined,
  };
}

function projectionOf(x: Matrix, coordinates: Matrix, settings: Settings): Projection {
  const { perplexities, distance, figures, warnings } = settings;
  const fitted: FittedTsne = { x, coordinates, perplexities, distance };
  return {
    method: 'tsne',
    coordinates,
    transform: (news, job) => transformTsne(fitted, news, job),
    inverse: neighborInverse(rowsOf(x), coordinates),
    figures,
    warnings,
    toFiles: () => ({
      'projection.json': projectionJson({ method: 'tsne', nComponents: coordinates.cols, nFeatures: x.cols }),
      [SETTINGS]: new TextEncoder().encode(JSON.stringify(settings, null, 2)),
      [STORED_ROWS]: writeStoredRows(packRows(x), coordinates),
    }),
  };
}

function readSettings(bytes: Uint8Array | undefined): Settings {
  const details = { name: SETTINGS };
  if (!bytes) throw new FormatError(`a t-SNE map needs ${SETTINGS}`, { details });
  let read: Partial<Settings> | null;
  try {
    read = JSON.parse(new TextDecoder().decode(bytes)) as typeof read;
  } catch (cause) {
    throw new FormatError(`${SETTINGS} is not JSON; it may be cut short`, { details, cause });
  }
  const { perplexities, distance, figures, warnings } = read ?? {};
  const whole =
    Array.isArray(perplexities) &&
    perplexities.length > 0 &&
    perplexities.every((value) => Number.isFinite(value) && (value as number) >= 1) &&
    LAYOUT_DISTANCES.some((known) => known === distance) &&
    typeof figures === 'object' &&
    figures !== null &&
    Array.isArray(warnings);
  if (!whole) {
    throw new FormatError(`${SETTINGS} needs perplexities, distance, figures and warnings`, { details });
  }
  return { perplexities: perplexities as number[], distance: distance as Distance, figures, warnings };
}
