/**
 * The descent of t-SNE: each point is pulled along the graph and pushed by all others, with momentum and gains (van der
 * Maaten & Hinton 2008), at first with the pull exaggerated. The pace is n / exaggeration (Linderman & Steinerberger
 * 2019; Belkina et al. 2019), anew in each phase.
 *
 * Points are renumbered by a curve that fills the start's plane, so that those near each other are near in memory.
 */
import { NumericalError, drive, matrix } from '../base/index.ts';
import type { Matrix, Steps } from '../base/index.ts';
import type { Block, Kernels } from '../kernels/index.ts';
import type { SparseGraph } from '../linalg/index.ts';
import { log } from './portable-math.ts';
import { tsneField } from './tsne-field.ts';
import type { Box } from './tsne-field.ts';

/** Rows in a chunk of the kernel. */
const ROWS = 256;
/** Rows in a step of putting the graph in order. */
const STEP = 4096;
/** Points in a step of sorting them. */
const SWEEP = 1 << 18;
/** Weights in a chunk. */
const WEIGHTS = 16384;

export interface TsneSchedule {
  earlyExaggeration: number;
  earlyIterations: number;
  exaggeration: number;
  nIter: number;
  /** 0: n / exaggeration */
  learningRate: number;
}

export interface TsneLayout {
  readonly n: number;
  readonly iteration: number;
  /** one step of the descent */
  iterate(): Promise<void>;
  /** a copy, [n, dims] */
  coordinates(): Matrix;
  /**
   * The Kullback–Leibler divergence of the map from the graph, in nats, of the places as they are; while it unfolds
   * `quick` takes the sum over pairs of the step before.
   */
  divergence(quick?: 'quick'): Promise<number>;
  /** the gradient of the divergence as it is, [n, dims]; nothing moves */
  gradient(): Promise<Matrix>;
  close(): void;
}

export interface LayoutParts {
  /** weights pᵢⱼ n, rows of a multiple of four edges */
  graph: SparseGraph;
  /** [n, 2 or 3] */
  start: Matrix;
  schedule: TsneSchedule;
  /** steps that have been made before */
  iteration?: number;
  kernels: Kernels;
  signal?: AbortSignal;
  /** sum all pairs, whatever n */
  exact?: boolean;
}

/** Momentum while the pull is exaggerated, and after. */
const MOMENTUM = { early: 0.8, late: 0.9 };
/** No point goes further at once. */
const LONGEST = 5;

export async function tsneLayout(parts: LayoutParts): Promise<TsneLayout> {
  const { graph, start, schedule, kernels, signal, exact } = parts;
  const n = graph.n;
  const dims = start.cols as 2 | 3;
  const stride = dims === 2 ? 2 : 4;
  const chunks = Math.ceil(n / ROWS);
  const order = await drive('mapping', curveSteps(start), { signal });
  const space = await kernels.open('tsne', 'tsne-field', 'tsne-fft');
  const columns = space.int32(graph.targets.length);
  const rows = space.int32(n + 1);
  const pulls = space.float32(graph.weights.length);
  // four floats more, for vectors read at the last point
  let [y, next] = [space.float32(n * stride + 4), space.float32(n * stride + 4)];
  const velocity = space.float32(n * stride + 4);
  const gains = space.float32(n * stride + 4);
  gains.view.fill(1);
  const pushes = space.float32(4 * n);
  const reach = space.float64(6 * chunks);
  const sums = space.float64(chunks);
  let weighed: { entropy: number; mass: number } | undefined;
  reorder(start, order, y.view, stride);
  const field = tsneField(space, n, dims, { exact, signal });
  try {
    const to = { offsets: rows.view, targets: columns.view, weights: pulls.view };
    await drive('mapping', renumberSteps(graph, order, to), { signal });
  } catch (error) {
    space.close();
    throw error;
  }
  let box = boxOf(start);
  let iteration = parts.iteration ?? 0;
  let lastSum = NaN;

  /** Σ p ln p and Σ p of the graph's weights. */
  async function weightSums(): Promise<{ entropy: number; mass: number }> {
    const some = Math.ceil(pulls.length / WEIGHTS);
    const parts = space.float64(2 * some);
    await space.parallel('weightSums', some, [pulls, pulls.length, parts], { signal });
    const out = { entropy: 0, mass: 0 };
    parts.view.forEach((part, i) => (i % 2 === 0 ? (out.entropy += part) : (out.mass += part)));
    parts.free();
    return out;
  }

  /** Σ over pairs of 1 / (1 + r²). */
  async function repulse(): Promise<number> {
    await field.place(y, box);
    return Math.max(1e-12, await field.atSources(pushes));
  }

  async function move(exaggeration: number, factor: number, rate: number, momentum: number, forceOnly: boolean) {
    const state = [dims, n, y, next, pushes, rows, columns, pulls, velocity, gains];
    const pace = [exaggeration, factor, rate, momentum, LONGEST, reach, forceOnly ? 1 : 0];
    await space.parallel('step', chunks, [...state, ...pace], { signal });
  }

  /** [n, dims], in the caller's order */
  function read(block: Block<Float32Array>): Matrix {
    const out = matrix(n, dims);
    const from = block.view;
    for (let i = 0; i < n; i++) {
      for (let c = 0; c < dims; c++) out.data[order[i] * dims + c] = from[i * stride + c];
    }
    return out;
  }

  return {
    n,
    get iteration() {
      return iteration;
    },
    async iterate() {
      const early = iteration < schedule.earlyIterations;
      const exaggeration = early ? schedule.earlyExaggeration : schedule.exaggeration;
      if (iteration === schedule.earlyIterations) {
        velocity.view.fill(0);
        gains.view.fill(1);
      }
      const sum = await repulse();
      // the gradient is that of n · KL / 4, so the rate is divided by n
      const rate = schedule.learningRate > 0 ? schedule.learningRate / n : 1 / Math.max(1, exaggeration);
      await move(exaggeration, n / sum, rate, early ? MOMENTUM.early : MOMENTUM.late, false);
      [y, next] = [next, y];
      box = reachOf(reach.view, chunks, dims);
      iteration++;
      if (!box.least.every(Number.isFinite) || !box.most.every(Number.isFinite)) {
        throw new NumericalError(`t-SNE diverged in iteration ${iteration}; try a lower learningRate`, {
          details: { iteration },
        });
      }
      lastSum = sum;
    },
    coordinates: () => read(y),
    async divergence(quick) {
      if (!quick || Number.isNaN(lastSum)) lastSum = await repulse();
      await space.parallel('divergence', chunks, [dims, n, y, rows, columns, pulls, sums], { signal });
      const { entropy, mass } = (weighed ??= await weightSums());
      let between = 0;
      for (const part of sums.view) between += part;
      // Σ p ln(p / q), p = pull / mass, q = 1 / ((1 + r²) sum)
      return (entropy + between) / mass - log(mass) + log(lastSum);
    },
    async gradient() {
      const sum = await repulse();
      await move(1, n / sum, 0, 0, true);
      const out = read(next);
      for (let i = 0; i < out.data.length; i++) out.data[i] *= 4 / n;
      return out;
    },
    close: () => space.close(),
  };
}

function reachOf(parts: Float64Array, chunks: number, dims: number): Box {
  const least = Array.from({ length: dims }, () => Infinity);
  const most = Array.from({ length: dims }, () => -Infinity);
  for (let i = 0; i < chunks; i++) {
    for (let c = 0; c < dims; c++) {
      least[c] = Math.min(least[c], parts[6 * i + c]);
      most[c] = Math.max(most[c], parts[6 * i + 3 + c]);
    }
  }
  return { least, most };
}

export function boxOf({ data, rows, cols }: Matrix): Box {
  const least = Array.from({ length: cols }, () => Infinity);
  const most = Array.from({ length: cols }, () => -Infinity);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < cols; c++) {
      least[c] = Math.min(least[c], data[i * cols + c]);
      most[c] = Math.max(most[c], data[i * cols + c]);
    }
  }
  return { least, most };
}

/** Bits of a coordinate along the curve, and of a digit that is sorted by: two digits make a key. */
const BITS = 12;

/** to[i] = row order[i] of y, `stride` apart */
function reorder({ data, cols }: Matrix, order: Uint32Array, to: Float32Array, stride: number): void {
  for (let i = 0; i < order.length; i++) {
    for (let c = 0; c < cols; c++) to[i * stride + c] = data[order[i] * cols + c];
  }
}

/** Points in the order in which Morton's curve meets them, by their first two coordinates; sorted digit by digit. */
function* curveSteps(y: Matrix): Steps<Uint32Array> {
  const n = y.rows;
  const box = boxOf(y);
  const keys = new Uint32Array(n);
  for (let from = 0; from < n; from += SWEEP) {
    keysOf(y, box, keys, from, Math.min(n, from + SWEEP));
    yield 0;
  }
  let order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (const shift of [0, BITS]) {
    const starts = digitStarts(keys, shift);
    const sorted = new Uint32Array(n);
    for (let from = 0; from < n; from += SWEEP) {
      sortDigit(keys, shift, starts, order.subarray(from, from + SWEEP), sorted);
      yield 0;
    }
    order = sorted;
  }
  return order;
}

// plain functions for the loops: engines are slow to compile those of generators

function keysOf({ data, cols }: Matrix, { least, most }: Box, keys: Uint32Array, from: number, to: number): void {
  const [scaleX, scaleY] = [0, 1].map((c) => (most[c] > least[c] ? (2 ** BITS - 0.001) / (most[c] - least[c]) : 0));
  const [left, top] = least;
  for (let i = from; i < to; i++) {
    const a = Math.floor((data[i * cols] - left) * scaleX);
    const b = Math.floor((data[i * cols + 1] - top) * scaleY);
    keys[i] = spreadBits(a) | (spreadBits(b) << 1);
  }
}

function digitStarts(keys: Uint32Array, shift: number): Uint32Array {
  const starts = new Uint32Array(2 ** BITS + 1);
  for (const key of keys) starts[((key >>> shift) & (2 ** BITS - 1)) + 1]++;
  for (let digit = 0; digit < 2 ** BITS; digit++) starts[digit + 1] += starts[digit];
  return starts;
}

function sortDigit(keys: Uint32Array, shift: number, starts: Uint32Array, order: Uint32Array, to: Uint32Array): void {
  for (let i = 0; i < order.length; i++) to[starts[(keys[order[i]] >>> shift) & (2 ** BITS - 1)]++] = order[i];
}

/** Twelve bits, a zero before each. */
function spreadBits(bits: number): number {
  let out = bits;
  out = (out | (out << 8)) & 0x00ff00ff;
  out = (out | (out << 4)) & 0x0f0f0f0f;
  out = (out | (out << 2)) & 0x33333333;
  return (out | (out << 1)) & 0x55555555;
}

interface Renumbered {
  offsets: Int32Array;
  targets: Int32Array;
  weights: Float32Array;
}

/** Writes the graph with vertex order[i] as its i-th. */
function* renumberSteps(graph: SparseGraph, order: Uint32Array, to: Renumbered): Steps<void> {
  const { n } = graph;
  const rank = ranksOf(order);
  for (let from = 0; from < n; from += STEP) {
    renumber(graph, order, rank, to, from, Math.min(n, from + STEP));
    yield from / n;
  }
}

function ranksOf(order: Uint32Array): Uint32Array {
  const rank = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) rank[order[i]] = i;
  return rank;
}

function renumber(
  { offsets, targets, weights }: SparseGraph,
  order: Uint32Array,
  rank: Uint32Array,
  to: Renumbered,
  from: number,
  end: number,
): void {
  for (let i = from, at = to.offsets[from]; i < end; i++) {
    for (let e = offsets[order[i]]; e < offsets[order[i] + 1]; e++) {
      to.targets[at] = rank[targets[e]];
      to.weights[at++] = weights[e];
    }
    to.offsets[i + 1] = at;
  }
}
