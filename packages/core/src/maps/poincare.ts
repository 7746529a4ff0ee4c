/**
 * Hierarchies on a hyperbolic disc: room grows towards the rim as a tree's branches do, so that a root, its branches and
 * their twigs find place without crowding. Distances through the graph of neighbours of some landmarks are kept as
 * distances of the disc, by moving pairs along the line between them (stochastic hyperbolic MDS, Miller, Kobourov &
 * Huroyan 2022, after Zheng, Pawar & Goodman 2018; hyperbolic MDS: Walter 2004). The graph's distances make it kin to
 * the Poincaré maps of Klimovskaia, Lopez-Paz, Bottou & Nickel 2020. Other points and new ones are put where their
 * distances to landmarks say.
 */
import {
  FormatError,
  drive,
  matrix,
  permutation,
  random,
  readSafetensors,
  run,
  takeRows,
  writeSafetensors,
  resolveOptions,
} from '../base/index.ts';
import type { Matrix, Random, Stepper, OptionSpec } from '../base/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { graphDistanceSteps } from './graph-distances.ts';
import { LANDMARK_DISTANCES, drawLandmarks, squaredAmong, squaredToLandmarks } from './landmarks.ts';
import type { LandmarkDistance } from './landmarks.ts';
import {
  COMPONENTS_OPTION,
  DISTANCE_OPTION,
  SEED_OPTION,
  checkRows,
  keptProjection,
  plainReport,
  readKept,
} from './layout-map.ts';
import type { Fitted } from './layout-map.ts';
import { hyperbolicDistance, mobiusAdd, towards } from './poincare-disc.ts';
import type { MapDetail, MapJob, MapMethod, Projection } from './projection.ts';

const TENSORS = 'poincare.safetensors';
/** Nearest landmarks, and others, that a point is placed by. */
const NEAR = 10;
const FAR = 30;
const PLACING = 30;
/** Step sizes fall from the greatest to this. */
const LAST_STEP = 0.05;

const OPTIONS: readonly OptionSpec[] = [
  COMPONENTS_OPTION,
  {
    name: 'nNeighbors',
    type: 'integer',
    default: 10,
    min: 2,
    max: 200,
    summary:
      'Neighbours of a landmark in the graph whose ways are measured; fewer follow thin branches, more smooth them.',
  },
  {
    name: 'extent',
    type: 'number',
    default: 8,
    min: 0.5,
    max: 20,
    summary: 'Distance on the disc between rows that are far apart: more gives branches more room, nearer to the rim.',
  },
  {
    name: 'root',
    type: 'integer',
    default: -1,
    min: -1,
    summary: 'The row that is put in the centre; −1 takes the one nearest to all others.',
  },
  {
    name: 'nLandmarks',
    type: 'integer',
    default: 600,
    min: 8,
    max: 3000,
    summary: 'Points whose distances to each other are kept; the others follow them. More are truer and slower.',
  },
  {
    name: 'nIter',
    type: 'integer',
    default: 60,
    min: 1,
    max: 10_000,
    summary: 'How often every pair of landmarks is moved.',
  },
  { ...DISTANCE_OPTION, choices: LANDMARK_DISTANCES, summary: 'How far apart two rows are; by cosine, their angle.' },
  SEED_OPTION,
];

export const poincare: MapMethod = {
  name: 'poincare',
  title: 'Poincaré disc',
  summary: 'A hyperbolic disc for hierarchies: the root in the middle, ever finer branches towards the rim.',
  options: OPTIONS,
  cautions: [
    'The disc is hyperbolic: the same length on paper is a far greater distance near the rim than in the middle.',
    'A centre is always shown, also of data that have no hierarchy.',
  ],
  async fit(x, given, job = {}) {
    const options = resolveOptions('poincare', OPTIONS, given);
    const settings = options as unknown as Settings;
    job.signal?.throwIfAborted();
    checkRows('a Poincaré map', x, settings.nComponents, job);
    const { nComponents: k, seed, root, distance } = settings;
    const drawn = drawLandmarks(x.rows, settings.nLandmarks, seed);
    const warnings: string[] = [];
    if (root >= x.rows) warnings.push(`there is no row ${root}, so the most central one is in the middle`);
    const indices =
      root >= 0 && root < x.rows && !drawn.includes(root) ? Uint32Array.from([...drawn.slice(1), root]).sort() : drawn;
    const m = indices.length;
    const apart = (await squaredAmong(x, indices, { kernels: job.kernels, signal: job.signal, distance })).map(
      Math.sqrt,
    );
    const report = { signal: job.signal, onProgress: plainReport(job.onProgress) };
    const ways = await drive('measuring ways', graphDistanceSteps(apart, m, settings.nNeighbors), report);
    const scale = settings.extent / (typicalGreatest(ways) || 1);
    // single precision, as they are saved
    const wanted = ways.map((way) => Math.fround(way * scale));
    const centre = root >= 0 && root < x.rows ? indices.indexOf(root) : mostCentral(ways, m);
    const places = start(wanted, m, k, centre, random(seed));
    const nIter = await run<MapDetail, number>(layout(wanted, places, m, k, settings.nIter, random(seed).fork(1)), job);
    recentre(places, k, centre);
    const parts: Parts = { indices, places, scale, wanted };
    const coordinates = await placed(x, takeRows(x, indices), parts, settings, job);
    const spread = indices.length < x.rows;
    if (spread) warnings.push(`${x.rows - m} of ${x.rows} points were placed by their distances to ${m} landmarks`);
    const figures = { curvature: -1, stress: stressOf(wanted, places, m, k), landmarks: m, iterations: nIter };
    return projectionOf({ x, coordinates, options, figures, warnings }, parts);
  },
  load(files, coordinates) {
    const fitted = readKept('poincare', files, coordinates, (options) => typeof options.extent === 'number');
    return projectionOf(fitted, readParts(files, fitted));
  },
};

interface Settings {
  nComponents: number;
  nNeighbors: number;
  extent: number;
  root: number;
  nLandmarks: number;
  nIter: number;
  /** maps made before there was a choice have none */
  distance?: LandmarkDistance;
  seed: number;
}

interface Parts {
  /** [m], rows of x */
  indices: Uint32Array;
  /** [m, k], inside the unit ball */
  places: Float64Array;
  /** the data's distances → the disc's */
  scale: number;
  /** [m, m]: distances that the places should have */
  wanted: Float64Array;
}

/** The way that 95 of 100 pairs don't exceed: one stray row should not shrink all the rest. */
function typicalGreatest(ways: Float64Array): number {
  const sorted = ways.slice().sort();
  return sorted[Math.floor(0.95 * (sorted.length - 1))] || sorted[sorted.length - 1];
}

function mostCentral(ways: Float64Array, m: number): number {
  let best = 0;
  let least = Infinity;
  for (let i = 0; i < m; i++) {
    let sum = 0;
    for (let j = 0; j < m; j++) sum += ways[i * m + j];
    if (sum >= least) continue;
    least = sum;
    best = i;
  }
  return best;
}

/** Everything about the centre at random, near it: pairs find their directions while steps are long. */
function start(wanted: Float64Array, m: number, k: number, centre: number, rng: Random): Float64Array {
  const places = new Float64Array(m * k);
  for (let i = 0; i < m; i++) {
    if (i === centre) continue;
    const direction = Float64Array.from({ length: k }, () => rng.normal());
    const norm = Math.hypot(...direction) || 1;
    const radius = Math.tanh(Math.min(1, 0.1 * wanted[centre * m + i] + 0.01) / 2);
    for (let c = 0; c < k; c++) places[i * k + c] = (radius * direction[c]) / norm;
  }
  return places;
}

/** Moves every pair towards the distance it should have, in random order, with steps that fall. Changes `places`. */
function layout(
  wanted: Float64Array,
  places: Float64Array,
  m: number,
  k: number,
  nIter: number,
  rng: Random,
): Stepper<MapDetail, number> {
  let least = Infinity;
  let greatest = 0;
  for (const value of wanted) {
    if (value > 0) least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  // a pair's weight is 1 / wanted²: the first step is a whole one for the furthest pair, the last small for the nearest
  const first = greatest ** 2;
  const last = LAST_STEP * Math.max(least, 0.01 * greatest) ** 2;
  const fall = Math.log(first / last || 1) / Math.max(1, nIter - 1);
  let done = 0;
  const point = (i: number): Float64Array => places.subarray(i * k, (i + 1) * k);
  const [a, b] = [new Float64Array(k), new Float64Array(k)];
  return {
    phase: 'mapping',
    total: nIter,
    get done() {
      return done;
    },
    step() {
      const size = first * Math.exp(-fall * done);
      const order = permutation(m, rng);
      for (let p = 0; p < m; p++) {
        const i = order[p];
        const own = point(i);
        for (let q = 0; q < p; q++) {
          const j = order[q];
          const aim = wanted[i * m + j];
          const other = point(j);
          const share = Math.min(1, size / Math.max(aim * aim, 1e-12));
          const step = (share * (hyperbolicDistance(own, other) - aim)) / 2;
          if (Math.abs(step) < 1e-9) continue;
          towards(own, other, step, a);
          towards(other, own, step, b);
          own.set(a);
          other.set(b);
        }
      }
      done++;
      return { iteration: done, nIter };
    },
    result: () => done,
  };
}

/** Moves the disc into itself so that one point comes to the middle. */
function recentre(places: Float64Array, k: number, centre: number): void {
  const back = places.slice(centre * k, (centre + 1) * k).map((value) => -value);
  for (let at = 0; at < places.length; at += k) {
    const point = places.subarray(at, at + k);
    mobiusAdd(back, point, point);
  }
  places.fill(0, centre * k, (centre + 1) * k);
}

/** √(Σ (δ − d)² / Σ δ²) over all pairs. */
function stressOf(wanted: Float64Array, places: Float64Array, m: number, k: number): number {
  let [left, all] = [0, 0];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < i; j++) {
      const aim = wanted[i * m + j];
      const is = hyperbolicDistance(places.subarray(i * k, (i + 1) * k), places.subarray(j * k, (j + 1) * k));
      left += (aim - is) ** 2;
      all += aim * aim;
    }
  }
  return all > 0 ? Math.sqrt(left / all) : 0;
}

/** Where rows belong by their ways to landmarks: a landmark's own place where they equal one. */
async function placed(
  x: Matrix,
  landmarks: Matrix,
  { places, scale, wanted }: Parts,
  { nComponents: k, seed, distance }: Pick<Settings, 'nComponents' | 'seed' | 'distance'>,
  { kernels, signal }: Pick<KernelJob, 'kernels' | 'signal'>,
): Promise<Matrix> {
  const m = landmarks.rows;
  const y = matrix(x.rows, k);
  const near = Math.min(NEAR, m);
  const others = permutation(m, random(seed).fork(2)).slice(0, FAR);
  const chosen = new Uint32Array(near);
  const aims = new Float64Array(near + others.length);
  const anchors = new Uint32Array(near + others.length);
  let place = new Float64Array(k);
  let next = new Float64Array(k);
  await squaredToLandmarks(
    x,
    landmarks,
    (from, to, squared) => {
      for (let i = from; i < to; i++) {
        const row = squared.subarray((i - from) * m, (i - from + 1) * m);
        nearest(row, chosen);
        const home = places.subarray(chosen[0] * k, (chosen[0] + 1) * k);
        if (row[chosen[0]] === 0) {
          y.data.set(home, i * k);
          continue;
        }
        for (let p = 0; p < anchors.length; p++) {
          const j = p < near ? chosen[p] : others[p - near];
          anchors[p] = j;
          aims[p] = Infinity;
          for (const via of chosen) aims[p] = Math.min(aims[p], Math.sqrt(row[via]) * scale + wanted[via * m + j]);
        }
        place.set(home);
        for (let pass = 0; pass < PLACING; pass++) {
          const size = 0.7 * (1 - pass / PLACING);
          for (let p = 0; p < anchors.length; p++) {
            const anchor = places.subarray(anchors[p] * k, (anchors[p] + 1) * k);
            // near landmarks have the greater say
            const share = Math.min(1, size * (aims[0] / aims[p]) ** 2);
            towards(place, anchor, share * (hyperbolicDistance(place, anchor) - aims[p]), next);
            [place, next] = [next, place];
          }
        }
        y.data.set(place, i * k);
      }
    },
    { kernels, signal, distance },
  );
  return y;
}

/** The places of the smallest values, smallest first. */
function nearest(values: Float64Array, out: Uint32Array): void {
  let size = 0;
  for (let j = 0; j < values.length; j++) {
    if (size === out.length && values[j] >= values[out[size - 1]]) continue;
    let at = size < out.length ? size++ : size - 1;
    while (at > 0 && values[out[at - 1]] > values[j]) out[at] = out[--at];
    out[at] = j;
  }
}

function projectionOf(fitted: Fitted, parts: Parts): Projection {
  const landmarks = takeRows(fitted.x, parts.indices);
  const settings = fitted.options as unknown as Settings;
  const projection = keptProjection('poincare', fitted, (x, job: MapJob | KernelJob = {}) =>
    placed(x, landmarks, parts, settings, { kernels: job.kernels, signal: job.signal }),
  );
  const { indices, places, scale, wanted } = parts;
  const m = indices.length;
  return {
    ...projection,
    geometry: 'hyperbolic',
    toFiles: () => ({
      ...projection.toFiles(),
      [TENSORS]: writeSafetensors({
        indices: { shape: [m], data: indices },
        places: { shape: [m, settings.nComponents], data: places },
        scale: { shape: [1], data: Float64Array.of(scale) },
        wanted: { shape: [m, m], data: Float32Array.from(wanted) },
      }),
    }),
  };
}

function readParts(files: Record<string, Uint8Array>, { x, coordinates }: Fitted): Parts {
  const details = { name: TENSORS };
  if (!files[TENSORS]) throw new FormatError(`a Poincaré map needs ${TENSORS}`, { details });
  const { indices, places, scale, wanted } = readSafetensors(files[TENSORS], TENSORS).tensors;
  const m = indices?.data.length;
  const whole =
    indices?.data instanceof Uint32Array &&
    indices.data.every((i) => i < x.rows) &&
    places?.data instanceof Float64Array &&
    places.data.length === m * coordinates.cols &&
    scale?.data instanceof Float64Array &&
    wanted?.data instanceof Float32Array &&
    wanted.data.length === m * m;
  if (!whole) {
    throw new FormatError(`${TENSORS} needs indices [m], places [m, k], scale [1] and wanted [m, m]`, { details });
  }
  return {
    indices: indices.data as Uint32Array,
    places: places.data as Float64Array,
    scale: (scale.data as Float64Array)[0],
    wanted: Float64Array.from(wanted.data as Float32Array),
  };
}
