/**
 * Multidimensional scaling as a map: distances on the map follow those in the data. Landmarks are placed by classical
 * scaling (Torgerson 1952; landmark MDS, de Silva & Tenenbaum 2004), then moved to lower the stress by majorisation
 * (SMACOF, de Leeuw 1977); every other point, and every new one, is placed by its distances to them, in the same way.
 */
import {
  FormatError,
  drive,
  matrix,
  readSafetensors,
  run,
  takeRows,
  writeSafetensors,
  resolveOptions,
} from '../base/index.ts';
import type { Matrix, Stepper, OptionSpec } from '../base/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { eigenSteps, matrix64 } from '../linalg/index.ts';
import { LANDMARK_DISTANCES, drawLandmarks, squaredAmong, squaredToLandmarks } from './landmarks.ts';
import type { LandmarkDistance, LandmarkJob } from './landmarks.ts';
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
import type { MapDetail, MapJob, MapMethod, Projection } from './projection.ts';

const TENSORS = 'mds.safetensors';
/** Changes of the stress below this share end the refinement. */
const SETTLED = 1e-5;
/** Moves of a single point. */
const MOVES = 12;

const OPTIONS: readonly OptionSpec[] = [
  COMPONENTS_OPTION,
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
    default: 200,
    min: 0,
    max: 10_000,
    summary: 'Steps by which landmarks are moved to fit the distances better, at most; 0 keeps the classical places.',
  },
  { ...DISTANCE_OPTION, choices: LANDMARK_DISTANCES, summary: 'How far apart two rows are; by cosine, their angle.' },
  SEED_OPTION,
];

export const mds: MapMethod = {
  name: 'mds',
  title: 'MDS',
  summary: 'Keeps distances as far as a plane can: the whole layout is true, small neighbourhoods less so.',
  options: OPTIONS,
  cautions: ['MDS keeps great distances best: neighbours on the map may be strangers that both lie far from the rest.'],
  async fit(x, given, job = {}) {
    const options = resolveOptions('mds', OPTIONS, given);
    const { nComponents, nLandmarks, nIter, seed } = options as Record<string, number>;
    job.signal?.throwIfAborted();
    checkRows('MDS', x, nComponents, job);
    const indices = drawLandmarks(x.rows, nLandmarks, seed);
    const distance = options.distance as LandmarkDistance;
    const squared = await squaredAmong(x, indices, { ...plain(job), distance });
    const classical = await scaled(squared, indices.length, nComponents, job);
    const places = classical.places.slice();
    const warnings: string[] = [];
    let stress = stressOf(squared, places, nComponents);
    let iterations = 0;
    if (nIter > 0 && stress > 0) {
      ({ stress, iterations } = await run<MapDetail, { stress: number; iterations: number }>(
        refinement(squared, places, nComponents, nIter),
        job,
      ));
    }
    const parts: Parts = { nComponents, indices, ...classical, places, moved: iterations > 0 };
    const coordinates = await placed(x, parts, takeRows(x, indices), { ...plain(job), distance });
    if (indices.length < x.rows) {
      warnings.push(
        `${x.rows - indices.length} of ${x.rows} points were placed by their distances to ${indices.length} landmarks`,
      );
    }
    const figures = { stress, landmarks: indices.length, iterations };
    return projectionOf({ x, coordinates, options, figures, warnings }, parts);
  },
  load(files, coordinates) {
    const fitted = readKept('mds', files, coordinates, (options) => typeof options.nLandmarks === 'number');
    return projectionOf(fitted, readParts(files, fitted));
  },
};

/** The job without its reporter, for parts that have nothing to show. */
const plain = ({ kernels, signal }: Quiet): Quiet => ({ kernels, signal });
type Quiet = Pick<KernelJob, 'kernels' | 'signal'>;

interface Parts {
  nComponents: number;
  /** [m], rows of x */
  indices: Uint32Array;
  /** [m, k]: where the landmarks are */
  places: Float64Array;
  /** [k, m]: y = −½ pseudo (δ² − means), classical places from squared distances */
  pseudo: Float64Array;
  /** [m]: mean squared distance of each landmark to all */
  means: Float64Array;
  /** whether the places are not the classical ones */
  moved: boolean;
}

/** Classical scaling: double centring and the leading eigenvectors. */
async function scaled(
  squared: Float64Array,
  m: number,
  k: number,
  { signal, onProgress }: MapJob,
): Promise<{ places: Float64Array; pseudo: Float64Array; means: Float64Array }> {
  const means = new Float64Array(m);
  let mean = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) means[i] += squared[i * m + j] / m;
    mean += means[i] / m;
  }
  const inner = matrix64(m, m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) inner.data[i * m + j] = -0.5 * (squared[i * m + j] - means[i] - means[j] + mean);
  }
  const { values, vectors } = await drive('mapping', eigenSteps(inner), {
    signal,
    onProgress: plainReport(onProgress),
  });
  const places = new Float64Array(m * k);
  const pseudo = new Float64Array(k * m);
  for (let c = 0; c < Math.min(k, m); c++) {
    // directions without variance stay at zero
    if (!(values[c] > 1e-10 * values[0])) continue;
    const root = Math.sqrt(values[c]);
    for (let i = 0; i < m; i++) {
      places[i * k + c] = vectors.data[c * m + i] * root;
      pseudo[c * m + i] = vectors.data[c * m + i] / root;
    }
  }
  return { places, pseudo, means };
}

/** √(Σ (δ − d)² / Σ δ²) over all pairs. */
function stressOf(squared: Float64Array, places: Float64Array, k: number): number {
  const m = places.length / k;
  let [left, all] = [0, 0];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < i; j++) {
      const wanted = Math.sqrt(squared[i * m + j]);
      left += (wanted - distance(places, i, j, k)) ** 2;
      all += wanted * wanted;
    }
  }
  return all > 0 ? Math.sqrt(left / all) : 0;
}

function distance(places: Float64Array, i: number, j: number, k: number): number {
  let sum = 0;
  for (let c = 0; c < k; c++) sum += (places[i * k + c] - places[j * k + c]) ** 2;
  return Math.sqrt(sum);
}

/** Majorisation in steps: each moves every landmark to the mean of where the others want it. Changes `places`. */
function refinement(
  squared: Float64Array,
  places: Float64Array,
  k: number,
  nIter: number,
): Stepper<MapDetail, { stress: number; iterations: number }> {
  const m = places.length / k;
  const next = new Float64Array(places.length);
  let done = 0;
  let iterations = 0;
  let stress = stressOf(squared, places, k);
  return {
    phase: 'mapping',
    total: nIter,
    get done() {
      return done;
    },
    step() {
      next.fill(0);
      let [left, all] = [0, 0];
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < i; j++) {
          const wanted = Math.sqrt(squared[i * m + j]);
          const now = distance(places, i, j, k);
          left += (wanted - now) ** 2;
          all += wanted * wanted;
          const ratio = now > 0 ? wanted / now : 0;
          for (let c = 0; c < k; c++) {
            const pull = ratio * (places[i * k + c] - places[j * k + c]);
            next[i * k + c] += pull;
            next[j * k + c] -= pull;
          }
        }
      }
      for (let p = 0; p < next.length; p++) places[p] = next[p] / m;
      const before = stress;
      stress = all > 0 ? Math.sqrt(left / all) : 0;
      iterations++;
      done = iterations > 1 && before - stress < SETTLED * before ? nIter : iterations;
      return { iteration: iterations, nIter, loss: stress };
    },
    result: () => ({ stress: stressOf(squared, places, k), iterations }),
  };
}

/** Where rows belong, by their distances to the landmarks: linearly, then by majorisation of their own stress. */
async function placed(x: Matrix, parts: Parts, landmarks: Matrix, job: LandmarkJob): Promise<Matrix> {
  const { nComponents: k, pseudo, means, places, moved } = parts;
  const m = means.length;
  const y = matrix(x.rows, k);
  const place = new Float64Array(k);
  const next = new Float64Array(k);
  const wanted = new Float64Array(m);
  const take = (from: number, to: number, squared: Float64Array): void => {
    for (let i = from; i < to; i++) {
      const at = (i - from) * m;
      place.fill(0);
      for (let c = 0; c < k; c++) {
        for (let j = 0; j < m; j++) place[c] -= 0.5 * pseudo[c * m + j] * (squared[at + j] - means[j]);
      }
      if (moved) {
        for (let j = 0; j < m; j++) wanted[j] = Math.sqrt(squared[at + j]);
        for (let move = 0; move < MOVES; move++) majorise(place, next, wanted, places, k);
      }
      y.data.set(place, i * k);
    }
  };
  await squaredToLandmarks(x, landmarks, take, job);
  return y;
}

function majorise(
  place: Float64Array,
  next: Float64Array,
  wanted: Float64Array,
  places: Float64Array,
  k: number,
): void {
  const m = wanted.length;
  next.fill(0);
  for (let j = 0; j < m; j++) {
    let squared = 0;
    for (let c = 0; c < k; c++) squared += (place[c] - places[j * k + c]) ** 2;
    const ratio = squared > 0 ? wanted[j] / Math.sqrt(squared) : 0;
    for (let c = 0; c < k; c++) next[c] += places[j * k + c] + ratio * (place[c] - places[j * k + c]);
  }
  for (let c = 0; c < k; c++) place[c] = next[c] / m;
}

function projectionOf(fitted: Fitted, parts: Parts): Projection {
  const landmarks = takeRows(fitted.x, parts.indices);
  // maps made before there was a choice have none
  const { distance } = fitted.options as { distance?: LandmarkDistance };
  const projection = keptProjection('mds', fitted, (x, job = {}) =>
    placed(x, parts, landmarks, { ...plain(job), distance }),
  );
  const { indices, places, pseudo, means, nComponents: k } = parts;
  const m = indices.length;
  return {
    ...projection,
    toFiles: () => ({
      ...projection.toFiles(),
      [TENSORS]: writeSafetensors({
        indices: { shape: [m], data: indices },
        places: { shape: [m, k], data: places },
        pseudo: { shape: [k, m], data: pseudo },
        means: { shape: [m], data: means },
        moved: { shape: [1], data: Uint8Array.of(parts.moved ? 1 : 0) },
      }),
    }),
  };
}

function readParts(files: Record<string, Uint8Array>, { x, coordinates }: Fitted): Parts {
  const details = { name: TENSORS };
  if (!files[TENSORS]) throw new FormatError(`an MDS map needs ${TENSORS}`, { details });
  const { indices, places, pseudo, means, moved } = readSafetensors(files[TENSORS], TENSORS).tensors;
  const k = coordinates.cols;
  const m = means?.data.length;
  const whole =
    indices?.data instanceof Uint32Array &&
    indices.data.length === m &&
    indices.data.every((i) => i < x.rows) &&
    places?.data instanceof Float64Array &&
    places.data.length === m * k &&
    pseudo?.data instanceof Float64Array &&
    pseudo.data.length === m * k &&
    means.data instanceof Float64Array &&
    moved?.data instanceof Uint8Array;
  if (!whole) {
    throw new FormatError(`${TENSORS} needs indices [m], places [m, k], pseudo [k, m], means [m] and moved [1]`, {
      details,
    });
  }
  return {
    nComponents: k,
    indices: indices.data as Uint32Array,
    places: places.data as Float64Array,
    pseudo: pseudo.data as Float64Array,
    means: means.data as Float64Array,
    moved: (moved.data as Uint8Array)[0] === 1,
  };
}
