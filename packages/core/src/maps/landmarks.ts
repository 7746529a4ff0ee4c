/** Distances of rows to a few of them, by kernels; what landmark maps are made from and place new points by. */
import { InputError, matrix, permutation, random, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { columnMoments, slabsOf } from '../linalg/index.ts';
import { atLengthOne } from './unit-rows.ts';

/** Of assembly/matrix.ts. */
const PANEL = 8;
const ROWS = 64;

/** What far may mean to maps of landmarks: by `cosine` it is the angle, by `hyperbolic` the length of a way in the Poincaré ball. */
export const LANDMARK_DISTANCES = ['euclidean', 'cosine', 'hyperbolic'] as const;
export type LandmarkDistance = (typeof LANDMARK_DISTANCES)[number];

/** What measuring takes beside rows; Euclidean when no distance is named. */
export interface LandmarkJob extends Pick<KernelJob, 'kernels' | 'signal'> {
  distance?: LandmarkDistance;
}

/** `count` rows drawn by the seed, rising; all when there are not more. */
export function drawLandmarks(n: number, count: number, seed: number): Uint32Array {
  return permutation(n, random(seed)).slice(0, Math.min(n, count)).sort();
}

/**
 * Calls `take` for each block of rows with their squared distances to the landmarks, [to − from, m]; 0 for a row that
 * equals its landmark. They are overwritten after it. All are had from Euclidean ones: an angle is that of a chord, a
 * hyperbolic distance 2 arsinh(|a − b| / √((1 − |a|²)(1 − |b|²))).
 * @param landmarks  [m, d]
 * @throws InputError when a row lies outside the ball whose distance is asked for
 */
export async function squaredToLandmarks(
  x: Matrix,
  landmarks: Matrix,
  take: (from: number, to: number, squared: Float64Array) => Promise<void> | void,
  { distance = 'euclidean', ...job }: LandmarkJob = {},
): Promise<void> {
  if (distance === 'euclidean') return squaredEuclidean(x, landmarks, take, job);
  const m = landmarks.rows;
  if (distance === 'cosine') {
    const angles = (from: number, to: number, squared: Float64Array): Promise<void> | void => {
      for (let at = 0; at < (to - from) * m; at++) {
        squared[at] = (2 * Math.asin(Math.min(1, Math.sqrt(Math.max(0, squared[at])) / 2))) ** 2;
      }
      return take(from, to, squared);
    };
    return squaredEuclidean(atLengthOne(x), atLengthOne(landmarks), angles, job);
  }
  const [rooms, theirs] = [roomsOf(x), roomsOf(landmarks)];
  const ways = (from: number, to: number, squared: Float64Array): Promise<void> | void => {
    for (let i = from, at = 0; i < to; i++) {
      for (let j = 0; j < m; j++, at++) {
        squared[at] = (2 * Math.asinh(Math.sqrt(Math.max(0, squared[at]) / (rooms[i] * theirs[j])))) ** 2;
      }
    }
    return take(from, to, squared);
  };
  return squaredEuclidean(x, landmarks, ways, job);
}

/** 1 − |x|² of each row. */
function roomsOf({ data, rows, cols }: Matrix): Float64Array {
  const rooms = new Float64Array(rows).fill(1);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) rooms[i] -= data[at] ** 2;
    if (rooms[i] > 0) continue;
    throw new InputError(
      `row ${i} has length ${Math.sqrt(1 - rooms[i]).toPrecision(4)}, expected less than 1 in the Poincaré ball`,
      { code: 'outside-ball', details: { row: i } },
    );
  }
  return rooms;
}

async function squaredEuclidean(
  x: Matrix,
  landmarks: Matrix,
  take: (from: number, to: number, squared: Float64Array) => Promise<void> | void,
  { kernels = singleThread(), signal }: Pick<KernelJob, 'kernels' | 'signal'>,
): Promise<void> {
  const { rows: m, cols: d } = landmarks;
  if (x.cols !== d) throw new InputError(`got rows of ${x.cols} columns, expected ${d}`, { code: 'width' });
  if (x.rows === 0) return;
  const means = Float32Array.from(columnMoments(landmarks).mean);
  const nPanels = Math.ceil(m / PANEL);
  const width = nPanels * PANEL;
  const space = await kernels.open('matrix');
  try {
    const panels = space.float32(width * d);
    const packed = panels.view;
    const centred = matrix(m, d);
    const norms = new Float64Array(m);
    for (let i = 0; i < m; i++) {
      const at = Math.floor(i / PANEL) * d * PANEL + (i % PANEL);
      for (let j = 0; j < d; j++) {
        const value = Math.fround(landmarks.data[i * d + j] - means[j]);
        packed[at + j * PANEL] = value;
        centred.data[i * d + j] = value;
        norms[i] += value * value;
      }
    }
    const mean = space.float32(means);
    const slabs = slabsOf(space, x);
    const blockRows = Math.max(ROWS, ROWS * Math.floor(2 ** 20 / width / ROWS));
    const out = space.float32(blockRows * width);
    const squared = new Float64Array(blockRows * m);
    for (let slab = 0; slab < slabs.from.length; slab++) {
      const { block, rows } = slabs.load(slab);
      for (let start = 0; start < rows; start += blockRows) {
        const size = Math.min(blockRows, rows - start);
        const at = block.pointer + 4 * start * d;
        await space.parallel('rowsTimes', Math.ceil(size / ROWS), [at, size, d, mean, panels, nPanels, out], {
          signal,
        });
        const products = out.view;
        const from = slabs.from[slab] + start;
        for (let i = 0; i < size; i++) {
          let own = 0;
          for (let j = 0, p = (from + i) * d; j < d; j++) own += Math.fround(x.data[p + j] - means[j]) ** 2;
          for (let c = 0; c < m; c++) {
            const value = own + norms[c] - 2 * products[i * width + c];
            // what single precision can't tell from zero is measured again
            squared[i * m + c] = value > 1e-5 * (own + norms[c]) ? value : apart(x, from + i, landmarks, c);
          }
        }
        await take(from, from + size, squared);
      }
    }
  } finally {
    space.close();
  }
}

function apart(x: Matrix, i: number, landmarks: Matrix, c: number): number {
  const d = x.cols;
  let sum = 0;
  for (let j = 0, a = i * d, b = c * d; j < d; j++, a++, b++) sum += (x.data[a] - landmarks.data[b]) ** 2;
  return sum;
}

/** Squared distances among landmarks, [m, m], symmetric, zeros on the diagonal. */
export async function squaredAmong(x: Matrix, indices: Uint32Array, job: LandmarkJob): Promise<Float64Array> {
  const landmarks = takeRows(x, indices);
  const m = landmarks.rows;
  const out = new Float64Array(m * m);
  await squaredToLandmarks(
    landmarks,
    landmarks,
    (from, to, squared) => out.set(squared.subarray(0, (to - from) * m), from * m),
    job,
  );
  for (let i = 0; i < m; i++) {
    out[i * m + i] = 0;
    for (let j = 0; j < i; j++) out[i * m + j] = out[j * m + i] = (out[i * m + j] + out[j * m + i]) / 2;
  }
  return out;
}
