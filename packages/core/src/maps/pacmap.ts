/**
 * PaCMAP (Wang, Huang, Rudin & Shaposhnik 2021): a map that keeps both neighbourhoods and the broad lines, by three
 * kinds of pairs that count differently as the map unfolds.
 *
 * The pairs: pacmap-pairs.ts; the descent: pacmap-layout.ts. Unlike the authors' program this one looks for neighbours
 * in all columns, where theirs first takes wide data to 100 principal components.
 */
import { drive, matrix, resolveOptions } from '../base/index.ts';
import type { Matrix, OptionSpec } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { findNeighbors } from '../neighbors/index.ts';
import type { Distance } from '../neighbors/index.ts';
import {
  COMPONENTS_OPTION,
  DISTANCE_OPTION,
  LAYOUT_DISTANCES,
  SEED_OPTION,
  checkNews,
  checkRows,
  keptProjection,
  layoutNeighbors,
  plainReport,
  readKept,
  runLayout,
} from './layout-map.ts';
import type { Fitted } from './layout-map.ts';
import { randomStart, componentStart } from './layout-start.ts';
import { pacmapLayout } from './pacmap-layout.ts';
import { pacmapPairs } from './pacmap-pairs.ts';
import type { PairCounts, Pairs } from './pacmap-pairs.ts';
import { log } from './portable-math.ts';
import type { MapJob, MapMethod, Projection } from './projection.ts';
import { keepFitted, weightedMeans } from './umap-transform.ts';

/** Neighbours found beyond those kept, which are chosen by their scaled distances. */
const EXTRA = 50;
/** Width of the start: 0.01 of the first components of data from 0 to 1, 1e-4 of random numbers. */
const START_SCALE = 0.01;
const RANDOM_SCALE = 1e-4;
/** Turns that place a new point. */
const TURNS = 50;

const OPTIONS: readonly OptionSpec[] = [
  COMPONENTS_OPTION,
  {
    name: 'nNeighbors',
    type: 'integer',
    default: 0,
    min: 0,
    max: 1000,
    main: true,
    summary: 'How many neighbours pull each point; 0 takes 10, and more past 10,000 points. More show the broad lines.',
  },
  {
    name: 'midNearRatio',
    type: 'number',
    default: 0.5,
    min: 0,
    max: 20,
    summary: 'Mid-near points for each neighbour; they hold the whole together at first.',
  },
  {
    name: 'furtherRatio',
    type: 'number',
    default: 2,
    min: 0,
    max: 20,
    summary: 'Further points for each neighbour; they push, so that what differs comes apart.',
  },
  {
    name: 'nIter',
    type: 'integer',
    default: 450,
    min: 1,
    max: 100000,
    main: true,
    summary: 'Iterations in all, two ninths each for the first and second phase.',
  },
  { name: 'learningRate', type: 'number', default: 1, min: 0, max: 100, summary: 'How far points move each time.' },
  {
    name: 'start',
    type: 'choice',
    default: 'pca',
    choices: ['pca', 'random'],
    summary: 'Where points begin: by principal components, or at random.',
  },
  DISTANCE_OPTION,
  SEED_OPTION,
];

interface PacmapOptions {
  nComponents: number;
  nNeighbors: number;
  midNearRatio: number;
  furtherRatio: number;
  nIter: number;
  learningRate: number;
  start: 'pca' | 'random';
  distance: Distance;
  seed: number;
}

export const pacmap: MapMethod = {
  name: 'pacmap',
  title: 'PaCMAP',
  summary: 'Keeps the broad lines better than UMAP or t-SNE, with neighbourhoods nearly as good; little to adjust.',
  options: OPTIONS,
  cautions: [
    'The size of a cluster says little: dense and loose clusters are drawn alike.',
    'Gaps between clusters are kept in order at best, not in proportion (Coenen & Pearce 2019 on maps of this kind).',
  ],
  async fit(x, given, job = {}) {
    const options = resolveOptions('pacmap', OPTIONS, given) as unknown as PacmapOptions;
    checkRows('PaCMAP', x, options.nComponents, job);
    job.signal?.throwIfAborted();
    const warnings: string[] = [];
    const counts = countsOf(options, x.rows, warnings);
    const settled = { ...options, nNeighbors: counts.nNeighbors };
    const pairs = await pairsOf(x, counts, options, job, warnings);
    const start = job.start?.coordinates ?? (await startOf(x, options, job));
    const space = await (job.kernels ?? singleThread()).open('pacmap');
    try {
      const layout = pacmapLayout(pairs, start, options, space, job.start?.iteration);
      await runLayout(layout, job);
      const figures = { iterations: layout.iteration, nIter: layout.nIter };
      return projectionOf({ x, coordinates: layout.coordinates(), options: settled, figures, warnings });
    } finally {
      space.close();
    }
  },
  load(files, coordinates) {
    return projectionOf(readKept('pacmap', files, coordinates, isPacmapOptions));
  },
};

function countsOf(
  { nNeighbors, midNearRatio, furtherRatio }: PacmapOptions,
  n: number,
  warnings: string[],
): PairCounts {
  const auto = n <= 10_000 ? 10 : Math.round(10 + 15 * (log(n) / log(10) - 4));
  const wanted = nNeighbors || auto;
  const near = Math.min(wanted, n - 1);
  if (near < wanted) warnings.push(`nNeighbors is ${near} instead of ${wanted}: there are ${n} samples`);
  return {
    nNeighbors: near,
    nMidNear: Math.max(1, Math.round(near * midNearRatio)),
    nFurther: Math.min(Math.round(near * furtherRatio), n - 1 - near),
  };
}

async function pairsOf(
  x: Matrix,
  counts: PairCounts,
  { distance, seed }: PacmapOptions,
  job: MapJob,
  warnings: string[],
): Promise<Pairs> {
  const most = job.neighbors?.nNeighbors ?? x.rows - 1;
  const k = Math.min(counts.nNeighbors + EXTRA, x.rows - 1, most);
  const neighbors = await layoutNeighbors(x, k, { distance, seed }, job, warnings);
  const found = { ...counts, nNeighbors: Math.min(counts.nNeighbors, neighbors.nNeighbors) };
  const { signal, onProgress } = job;
  return drive('pairs', pacmapPairs(x, neighbors, found, distance, seed), {
    signal,
    onProgress: plainReport(onProgress),
  });
}

async function startOf(x: Matrix, { start, nComponents, seed }: PacmapOptions, job: MapJob): Promise<Matrix> {
  const { signal, onProgress } = job;
  const noise = randomStart(x.rows, nComponents, seed, RANDOM_SCALE);
  if (start === 'random') return noise;
  const report = plainReport(onProgress);
  const scale = rangeOf(x);
  const scores = await componentStart(x, nComponents, seed, { signal, onProgress: report });
  return matrix(
    x.rows,
    nComponents,
    scores.data.map((value, i) => (START_SCALE / scale) * value + noise.data[i]),
  );
}

/** From the least number to the greatest; 1 where all are one. */
function rangeOf({ data }: Matrix): number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high > low ? high - low : 1;
}

function projectionOf(fitted: Fitted): Projection {
  return keptProjection('pacmap', fitted, (news, job) => transformPacmap(fitted, news, job));
}

/** How much less the farthest neighbour of a new row pulls it than the nearest, as a power of e: see docs/maps.md. */
const FADE = 2;

/**
 * New points: where the loss of the pairs with their neighbours, Σ w · d / (10 + d), is least, the fitted staying where
 * they are. It is found by means weighted by w / (10 + d)², which never raise it. The fitted have further pairs to hold
 * them in place; a new one has its neighbours alone, so the near ones count more: w falls from 1 to e^−2 with the square
 * of their distance in the data.
 */
async function transformPacmap(
  { x, coordinates: y, options }: Fitted,
  news: Matrix,
  { kernels = singleThread(), signal, onProgress }: KernelJob = {},
): Promise<Matrix> {
  checkNews(news, x);
  const dims = y.cols;
  if (news.rows === 0) return matrix(0, dims);
  const { nNeighbors, distance, seed } = options as unknown as PacmapOptions;
  const k = Math.min(nNeighbors, x.rows);
  const neighbors = await findNeighbors(x, k, { queries: news, distance, seed, kernels, signal, onProgress });
  const pulls = fadingPulls(neighbors.distances, k);
  const weights = pulls.slice();
  let places = weightedMeans(neighbors, weights, y);
  for (let turn = 0; turn < TURNS; turn++) {
    for (let e = 0; e < weights.length; e++) {
      const i = Math.floor(e / k);
      let d = 11;
      for (let c = 0; c < dims; c++) {
        d += (places.data[i * dims + c] - y.data[neighbors.indices[e] * dims + c]) ** 2;
      }
      weights[e] = pulls[e] / (d * d);
    }
    places = weightedMeans(neighbors, weights, y);
  }
  return keepFitted(places, x, news, neighbors, y);
}

/** From 1 for the nearest of each k distances to e^−FADE for the farthest; 1 for all where they are equal. */
function fadingPulls(distances: Float32Array, k: number): Float32Array {
  return distances.map((distance, at) => {
    const first = at - (at % k);
    const nearest = distances[first] ** 2;
    const range = distances[first + k - 1] ** 2 - nearest;
    return range > 0 ? Math.exp((-FADE * (distance ** 2 - nearest)) / range) : 1;
  });
}

function isPacmapOptions(options: Record<string, unknown>): boolean {
  return (
    OPTIONS.every(({ name, default: value }) => typeof options[name] === typeof value) &&
    (LAYOUT_DISTANCES as readonly unknown[]).includes(options.distance) &&
    (options.nNeighbors as number) >= 1
  );
}
