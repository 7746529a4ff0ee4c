/**
 * New points on a t-SNE map (as openTSNE does it: Poličar, Stražar & Zupan 2023): each begins at the weighted median of
 * the places of its neighbours among the fitted rows, then goes where their pull and the push of all that is fitted
 * balance. What is fitted stays; new points don't see each other, and their neighbours are the true ones, so that where
 * one lands does not depend on the rest.
 *
 * The push is weighed as in the fit, by n / Z of the fitted map, rather than anew for each point as in openTSNE: then a
 * row that is like a fitted one finds the same balance. Rows equal to a fitted one go just there.
 */
import { InputError, matrix, row } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { checkAllFinite, findNeighbors } from '../neighbors/index.ts';
import type { Distance } from '../neighbors/index.ts';
import { conditionalProbabilities } from './tsne-affinities.ts';
import type { Conditional } from './tsne-affinities.ts';
import { tsneField } from './tsne-field.ts';
import { boxOf } from './tsne-layout.ts';

const ROWS = 256;
/** Few neighbours place a point better than the fit's many: on held-out digits 0.928 right, not 0.916 (fitted 0.932). */
const PERPLEXITY = 5;
/** Of the push and pull of one point, times n; the fit's pace where nothing is exaggerated. */
const SCHEDULE = { nIter: 120, rate: 0.5, momentum: 0.8, longest: 2 };

export interface FittedTsne {
  /** [n, d] */
  x: Matrix;
  /** [n, 2 or 3] */
  coordinates: Matrix;
  perplexities: readonly number[];
  distance: Distance;
  /** n / Z, what the push is weighed by; found with the first new points, and kept */
  pushes?: number;
}

/** @param x  [m, d] → [m, 2 or 3] */
export async function transformTsne(fitted: FittedTsne, x: Matrix, job: KernelJob = {}): Promise<Matrix> {
  const { coordinates, distance } = fitted;
  const dims = coordinates.cols;
  if (x.cols !== fitted.x.cols) {
    throw new InputError(`t-SNE transform: got ${x.cols} columns, expected ${fitted.x.cols}`, { code: 'width' });
  }
  await checkAllFinite(x, 't-SNE transform', job.signal);
  const out = matrix(x.rows, dims);
  if (x.rows === 0) return out;
  const { kernels = singleThread(), signal } = job;
  const n = fitted.x.rows;
  const k = Math.min(n, 3 * PERPLEXITY + 1);
  const perplexity = Math.max(1, Math.min(PERPLEXITY, ...fitted.perplexities, (k - 1) / 3));
  // the true ones: how many an approximate search misses of a row's depends on the rows that are asked for with it
  const found = await findNeighbors(fitted.x, k, { queries: x, distance, kernels, signal });

  const others: number[] = [];
  for (let i = 0; i < x.rows; i++) {
    const same = equalRow(fitted.x, row(x, i), found.indices.subarray(i * k, (i + 1) * k));
    if (same < 0) others.push(i);
    else out.data.set(row(coordinates, same), i * dims);
  }
  if (others.length === 0) return out;
  const neighbors = {
    nNeighbors: k,
    indices: Uint32Array.from(
      { length: others.length * k },
      (_, e) => found.indices[others[Math.floor(e / k)] * k + (e % k)],
    ),
    distances: Float32Array.from(
      { length: others.length * k },
      (_, e) => found.distances[others[Math.floor(e / k)] * k + (e % k)],
    ),
  };
  const conditional = await conditionalProbabilities(neighbors, [perplexity], { kernels, signal });
  const start = weightedMedians(coordinates, neighbors.indices, conditional);
  const placed = await balance(fitted, neighbors.indices, conditional, start, { kernels, signal });
  others.forEach((i, at) => out.data.set(row(placed, at), i * dims));
  return out;
}

/** The first of the candidates that equals the point, or −1. */
function equalRow(x: Matrix, point: Float32Array, candidates: Uint32Array): number {
  let best = -1;
  for (const candidate of candidates.subarray(0, 8)) {
    if ((best < 0 || candidate < best) && row(x, candidate).every((value, j) => value === point[j])) best = candidate;
  }
  return best;
}

/** Per coordinate, where half of the weight is passed; [m, dims]. */
function weightedMedians(y: Matrix, indices: Uint32Array, { n: m, k, probabilities }: Conditional): Matrix {
  const out = matrix(m, y.cols);
  for (let i = 0; i < m; i++) {
    for (let c = 0; c < y.cols; c++) {
      const at = Array.from({ length: k }, (_, j) => i * k + j);
      const value = (e: number): number => y.data[indices[e] * y.cols + c];
      at.sort((a, b) => value(a) - value(b) || a - b);
      let passed = 0;
      let j = 0;
      while (j < k - 1 && (passed += probabilities[at[j]]) < 0.5) j++;
      out.data[i * y.cols + c] = value(at[j]);
    }
  }
  return out;
}

/** The descent of the new points among the fitted, which fill the table of places behind them. */
async function balance(
  known: FittedTsne,
  indices: Uint32Array,
  { k, probabilities }: Conditional,
  start: Matrix,
  { kernels = singleThread(), signal }: KernelJob,
): Promise<Matrix> {
  const { coordinates } = known;
  const n = coordinates.rows;
  const { rows: m } = start;
  const dims = coordinates.cols as 2 | 3;
  const stride = dims === 2 ? 2 : 4;
  const space = await kernels.open('tsne', 'tsne-field', 'tsne-fft');
  try {
    const field = tsneField(space, n, dims, { signal });
    const fitted = space.float32(n * stride + 4);
    fill(fitted.view, coordinates, stride, 0);
    const pushes = space.float32(4 * (known.pushes === undefined ? Math.max(n, m) : m));
    const box = boxOf(coordinates);
    await field.place(fitted, box);
    const factor = (known.pushes ??= n / Math.max(1e-12, await field.atSources(pushes)));

    const room = (k + 3) & ~3;
    const rows = space.int32(Int32Array.from({ length: m + 1 }, (_, i) => i * room));
    const columns = space.int32(m * room);
    const pulls = space.float32(m * room);
    for (let i = 0, to = columns.view, weights = pulls.view; i < m; i++) {
      for (let j = 0; j < room; j++) {
        to[i * room + j] = j < k ? m + indices[i * k + j] : i;
        if (j < k) weights[i * room + j] = probabilities[i * k + j];
      }
    }
    let [y, next] = [0, 0].map(() => {
      const block = space.float32((m + n) * stride + 4);
      fill(block.view, start, stride, 0);
      fill(block.view, coordinates, stride, m);
      return block;
    });
    const velocity = space.float32(m * stride + 4);
    const gains = space.float32(m * stride + 4);
    gains.view.fill(1);
    const chunks = Math.ceil(m / ROWS);
    const reach = space.float64(6 * chunks);
    const targets = space.float32(dims * (m + 4));
    for (let iteration = 0; iteration < SCHEDULE.nIter; iteration++) {
      for (let c = 0, from = y.view, to = targets.view; c < dims; c++) {
        for (let i = 0; i < m; i++) {
          to[c * (m + 4) + i] = Math.max(box.least[c], Math.min(box.most[c], from[i * stride + c]));
        }
      }
      await field.at(targets, m, pushes);
      const state = [dims, m, y, next, pushes, rows, columns, pulls, velocity, gains];
      const pace = [1, factor, SCHEDULE.rate, SCHEDULE.momentum, SCHEDULE.longest, reach, 0];
      await space.parallel('step', chunks, [...state, ...pace], { signal });
      [y, next] = [next, y];
    }
    const out = matrix(m, dims);
    const places = y.view;
    for (let i = 0; i < m; i++) for (let c = 0; c < dims; c++) out.data[i * dims + c] = places[i * stride + c];
    return out;
  } finally {
    space.close();
  }
}

function fill(to: Float32Array, { data, rows, cols }: Matrix, stride: number, from: number): void {
  for (let i = 0; i < rows; i++) for (let c = 0; c < cols; c++) to[(from + i) * stride + c] = data[i * cols + c];
}
