/**
 * The smallest eigenvectors of a graph's normalised Laplacian I − D^(−½) W D^(−½), for spectral layouts.
 *
 * Many levels: the graph is made smaller and smaller (coarsen.ts), solved densely where it is small, and on the way
 * back each level's vectors start the next, where they are bettered by subspace iteration with a Chebyshev filter
 * (Zhou, Saad, Tiago & Chelikowsky 2006) that damps all but the smallest. Multilevel spectral solvers go back to
 * Barnard & Simon 1994. Vectors are kept as v = D^(−½) x, in which a coarse vector is merely copied to the group's
 * members, the operator is D⁻¹W, symmetric in the inner product weighted by D, and the trivial vector is constant.
 */
import { InputError, finish, matrix, random } from '../base/index.ts';
import type { Matrix, Steps } from '../base/index.ts';
import { coarsen } from './coarsen.ts';
import { symmetricEigen } from './eigen.ts';
import { matrix64 } from './matrix64.ts';
import type { Matrix64 } from './matrix64.ts';
import { breadthFirstOrder, checkGraph, degrees, subgraph } from './sparse-graph.ts';
import type { SparseGraph } from './sparse-graph.ts';

export interface LaplacianOptions {
  /** of the random start where the graph has no coarser one; elsewhere nothing is random */
  seed?: number;
  /**
   * Done when a cycle lowers the sum of the values by less than this share, or when the residuals are below this share
   * of the first value that is not asked for; 0.01 is enough for a layout to start from, 1e-6 for figures.
   */
  tolerance?: number;
  /** products with the whole graph at most; by default as many as a few seconds allow, at least 20 */
  maxProducts?: number;
}

export interface LaplacianEigen {
  /** [nVectors], smallest first, in [0, 2]; the trivial 0 is left out, other zeros mean a graph in pieces */
  readonly values: Float64Array;
  /** [n, nVectors]: unit vectors in columns, the greatest component of each by magnitude positive; 0 where a vertex has no edge */
  readonly vectors: Matrix;
  /** |L x − λ x| of each */
  readonly residuals: Float64Array;
  /** products with the whole graph that were used */
  readonly nProducts: number;
  /** whether it ended by the tolerance, not by maxProducts */
  readonly converged: boolean;
}

/** Degrees of the first filter and of the longest; each is twice as long as the one before. */
const FIRST_DEGREE = 10;
const LONGEST_DEGREE = 80;
/**
 * Vectors go in fours, and at least one is carried along beside those asked for: the gap to the first that is not
 * carried sets the pace.
 */
const LANES = 4;
/** A level's products at most, so that edges times products stay within this … */
const EDGE_VISITS = 4e8;
/** … but in these bounds, the second on coarser graphs. */
const LEAST_PRODUCTS = 20;
const COARSE_PRODUCTS = 70;
/** A level is worked on when the one below it that was has at most this share of its vertices. */
const STEP = 0.4;
/** From so many vertices on, they are put in an order in which neighbours are near in memory: four times as fast at a million. */
const REORDERED = 20000;
/** At most so many vertices are solved densely where the graph can be made smaller … */
const COARSEST = 100;
/** … and where it can't. */
const DENSE = 500;
/** A coarser graph must have at most this share of the vertices, or no coarser one is made. */
const LEAST_GAIN = 0.9;

/**
 * The `nVectors` smallest non-trivial eigenvectors.
 * @param graph  its edges from both ends; n ≥ nVectors + 2
 * @throws InputError when the graph is damaged, or has too few vertices
 */
export function laplacianEigenvectors(
  graph: SparseGraph,
  nVectors: number,
  options: LaplacianOptions = {},
): LaplacianEigen {
  return finish(laplacianSteps(graph, nVectors, options));
}

/** As `laplacianEigenvectors`, in steps of a product with the graph. */
export function* laplacianSteps(
  graph: SparseGraph,
  nVectors: number,
  { seed = 0, tolerance = 0.01, maxProducts }: LaplacianOptions = {},
): Steps<LaplacianEigen> {
  if (!Number.isInteger(nVectors) || nVectors < 1 || nVectors > graph.n - 2) {
    throw new InputError(
      `Laplacian eigenvectors of a graph of ${graph.n} vertices: got ${nVectors}, expected 1 … ${Math.max(0, graph.n - 2)}`,
    );
  }
  checkGraph(graph);
  const width = LANES * Math.ceil((nVectors + 1) / LANES);
  const order = graph.n >= REORDERED ? breadthFirstOrder(graph) : undefined;
  const levels: Level[] = [levelOf(order ? subgraph(graph, order) : graph)];
  const groups: Uint32Array[] = [];
  for (let level = levels[0]; level.graph.n > COARSEST;) {
    yield 0;
    const coarse = coarsen(level.graph, level.degree);
    if (coarse.graph.n > LEAST_GAIN * level.graph.n || coarse.graph.n < 2 * width) break;
    level = levelOf(coarse.graph);
    levels.push(level);
    groups.push(coarse.groups);
  }

  const task = { wanted: nVectors, tolerance };
  let at = levels.length - 1;
  let block: Block;
  if (levels[at].graph.n <= DENSE) block = dense(levels[at], width);
  else block = yield* refine(levels[at], randomBlock(levels[at], width, random(seed)), { ...task, maxProducts: 600 });
  for (let solved = levels[at].graph.n; at > 0;) {
    at--;
    const { graph: finer } = levels[at];
    block = prolong(block, groups[at], finer.n);
    if (at > 0 && solved > STEP * finer.n) continue;
    const budget = Math.max(LEAST_PRODUCTS, Math.floor(EDGE_VISITS / finer.targets.length));
    const products = at > 0 ? Math.min(COARSE_PRODUCTS, budget) : (maxProducts ?? Math.min(1000, budget));
    block = yield* refine(levels[at], block, { ...task, maxProducts: products });
    solved = finer.n;
  }
  return answer(levels[0], block, nVectors, order);
}

interface Level {
  graph: SparseGraph;
  degree: Float64Array;
  /** 1 / degree, 0 where there is none */
  inverse: Float64Array;
  total: number;
}

function levelOf(graph: SparseGraph): Level {
  const degree = degrees(graph);
  const inverse = degree.map((value) => (value > 0 ? 1 / value : 0));
  let total = 0;
  for (const value of degree) total += value;
  return { graph, degree, inverse, total };
}

/** Vectors side by side. */
interface Block {
  /** [n, width], orthonormal in the inner product weighted by D, greatest value first */
  v: Float64Array;
  width: number;
  /** eigenvalues of D⁻¹W: 1 − those of the Laplacian */
  values: Float64Array;
  residuals: Float64Array;
  products: number;
  settled: boolean;
}

/** All at once, for a small graph. */
function dense(level: Level, width: number): Block {
  const { graph, degree, total } = level;
  const { n, offsets, targets, weights } = graph;
  const root = degree.map(Math.sqrt);
  const a = matrix64(n, n);
  for (let i = 0; i < n; i++) {
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      const j = targets[e];
      const both = root[i] * root[j];
      if (both > 0) a.data[i * n + j] += weights[e] / both;
    }
    // the trivial vector's value goes from 1 to −1, below all that is wanted
    if (total > 0) for (let j = 0; j < n; j++) a.data[i * n + j] -= (2 * root[i] * root[j]) / total;
    if (degree[i] === 0) a.data[i * n + i] = -1;
  }
  const { values, vectors } = symmetricEigen(a);
  const v = new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    if (root[i] === 0) continue;
    for (let c = 0; c < Math.min(n, width); c++) v[i * width + c] = vectors.data[c * n + i] / root[i];
  }
  return {
    v,
    width,
    values: Float64Array.from({ length: width }, (_, c) => values[c] ?? -1),
    residuals: new Float64Array(width),
    products: 0,
    settled: true,
  };
}

function randomBlock(level: Level, width: number, { normal }: { normal(): number }): Block {
  const v = Float64Array.from({ length: level.graph.n * width }, (_, i) =>
    level.degree[Math.floor(i / width)] > 0 ? normal() : 0,
  );
  return startOf(v, width);
}

const startOf = (v: Float64Array, width: number): Block => ({
  v,
  width,
  values: new Float64Array(width),
  residuals: new Float64Array(width).fill(Infinity),
  products: 0,
  settled: false,
});

function prolong({ v, width }: Block, groups: Uint32Array, n: number): Block {
  const out = new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    for (let c = 0, from = groups[i] * width; c < width; c++) out[i * width + c] = v[from + c];
  }
  return startOf(out, width);
}

interface Task {
  wanted: number;
  tolerance: number;
  maxProducts: number;
}

/** Filters until the first `wanted` vectors are good, or the products are used up. */
function* refine(level: Level, block: Block, { wanted, tolerance, maxProducts }: Task): Steps<Block> {
  const { graph, inverse } = level;
  const size = block.v.length;
  const { width } = block;
  let v: Float64Array = block.v;
  let w: Float64Array = new Float64Array(size);
  let spare: Float64Array = new Float64Array(size);
  let products = 1;
  const better = (): ReturnType<typeof rayleighRitz> => {
    orthonormalise(level, v, width);
    product(graph, inverse, v, width, w, { factor: 1, shift: 0, back: 0, earlier: v });
    return rayleighRitz(level, v, w, width);
  };
  let { values, residuals } = better();
  let settled = isGood(values, residuals, wanted, tolerance);
  for (let length = FIRST_DEGREE; !settled && products < maxProducts; length = Math.min(2 * length, LONGEST_DEGREE)) {
    // w holds D⁻¹W v already
    const edge = Math.min(values[width - 1], 1 - 1e-12);
    const centre = (edge - 1) / 2;
    const half = (edge + 1) / 2;
    const first = half / (1 - centre);
    let sigma = first;
    for (let i = 0; i < size; i++) w[i] = (w[i] - centre * v[i]) * (sigma / half);
    const degree = Math.min(length, Math.max(2, maxProducts - products));
    for (let step = 2; step <= degree; step++) {
      const next = 1 / (2 / first - sigma);
      product(graph, inverse, w, width, spare, {
        factor: (2 * next) / half,
        shift: (-2 * next * centre) / half,
        back: -sigma * next,
        earlier: v,
      });
      [v, w, spare] = [w, spare, v];
      sigma = next;
      yield (products + step) / (maxProducts + 1);
    }
    products += degree;
    [v, w] = [w, v];
    const before = valueSum(values, wanted);
    ({ values, residuals } = better());
    const sum = valueSum(values, wanted);
    settled = isGood(values, residuals, wanted, tolerance) || before - sum <= tolerance * sum;
  }
  return { v, width, values, residuals, products, settled };
}

/** The Laplacian's first values together. */
function valueSum(values: Float64Array, wanted: number): number {
  let sum = 0;
  for (let c = 0; c < wanted; c++) sum += 1 - values[c];
  return sum;
}

function isGood(values: Float64Array, residuals: Float64Array, wanted: number, tolerance: number): boolean {
  const most = tolerance * (1 - values[wanted]) + 1e-12;
  for (let c = 0; c < wanted; c++) if (!(residuals[c] <= most)) return false;
  return true;
}

/** out = factor · D⁻¹W v + shift · v + back · earlier; `width` is a multiple of four. */
function product(
  { n, offsets, targets, weights }: SparseGraph,
  inverse: Float64Array,
  v: Float64Array,
  width: number,
  out: Float64Array,
  { factor, shift, back, earlier }: { factor: number; shift: number; back: number; earlier: Float64Array },
): void {
  for (let c = 0; c < width; c += LANES) {
    for (let i = 0; i < n; i++) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let e = offsets[i], end = offsets[i + 1]; e < end; e++) {
        const w = weights[e];
        const from = targets[e] * width + c;
        s0 += w * v[from];
        s1 += w * v[from + 1];
        s2 += w * v[from + 2];
        s3 += w * v[from + 3];
      }
      const f = factor * inverse[i];
      const at = i * width + c;
      out[at] = f * s0 + shift * v[at] + back * earlier[at];
      out[at + 1] = f * s1 + shift * v[at + 1] + back * earlier[at + 1];
      out[at + 2] = f * s2 + shift * v[at + 2] + back * earlier[at + 2];
      out[at + 3] = f * s3 + shift * v[at + 3] + back * earlier[at + 3];
    }
  }
}

/** Takes the constant out of v and makes its columns orthonormal, in the inner product weighted by D. */
function orthonormalise({ degree, total }: Level, v: Float64Array, width: number): void {
  const means = new Float64Array(width);
  for (let i = 0; i < degree.length; i++) {
    for (let c = 0; c < width; c++) means[c] += degree[i] * v[i * width + c];
  }
  for (let i = 0; i < degree.length; i++) {
    if (degree[i] > 0) for (let c = 0; c < width; c++) v[i * width + c] -= means[c] / total;
  }
  // twice, since once leaves what the condition of the inner products makes of rounding
  for (let pass = 0; pass < 2; pass++) {
    const gram = inner(degree, v, v, width);
    const scale = Float64Array.from({ length: width }, (_, c) => 1 / (Math.sqrt(gram.data[c * (width + 1)]) || 1));
    for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) gram.data[i * width + j] *= scale[i] * scale[j];
    const { values, vectors } = symmetricEigen(gram);
    const turn = new Float64Array(width * width);
    for (let c = 0; c < width; c++) {
      const size = values[c] > 1e-14 * values[0] ? 1 / Math.sqrt(values[c]) : 0;
      for (let j = 0; j < width; j++) turn[j * width + c] = scale[j] * vectors.data[c * width + j] * size;
    }
    rotate(v, turn, width);
  }
}

/** Turns v and w = D⁻¹W v into eigenvectors within their span; gives values, greatest first, and residuals. */
function rayleighRitz(
  { degree }: Level,
  v: Float64Array,
  w: Float64Array,
  width: number,
): { values: Float64Array; residuals: Float64Array } {
  const { values, vectors } = symmetricEigen(inner(degree, v, w, width));
  const turn = new Float64Array(width * width);
  for (let c = 0; c < width; c++) for (let j = 0; j < width; j++) turn[j * width + c] = vectors.data[c * width + j];
  rotate(v, turn, width);
  rotate(w, turn, width);
  const residuals = new Float64Array(width);
  for (let i = 0; i < degree.length; i++) {
    for (let c = 0, at = i * width; c < width; c++, at++) {
      residuals[c] += degree[i] * (w[at] - values[c] * v[at]) ** 2;
    }
  }
  return { values, residuals: residuals.map(Math.sqrt) };
}

/** aᵀ D b, [width, width]. */
function inner(degree: Float64Array, a: Float64Array, b: Float64Array, width: number): Matrix64 {
  const out = matrix64(width, width);
  const sums = out.data;
  for (let i = 0; i < degree.length; i++) {
    const at = i * width;
    for (let p = 0; p < width; p++) {
      const left = degree[i] * a[at + p];
      for (let q = 0; q < width; q++) sums[p * width + q] += left * b[at + q];
    }
  }
  return out;
}

/** v ← v · turn, each row `width` long. */
function rotate(v: Float64Array, turn: Float64Array, width: number): void {
  const row = new Float64Array(width);
  for (let at = 0; at < v.length; at += width) {
    row.fill(0);
    for (let j = 0; j < width; j++) {
      const value = v[at + j];
      for (let c = 0; c < width; c++) row[c] += value * turn[j * width + c];
    }
    v.set(row, at);
  }
}

function answer(level: Level, block: Block, nVectors: number, order?: Uint32Array): LaplacianEigen {
  const { degree } = level;
  const { v, width, values, residuals } = block;
  const n = degree.length;
  const vectors = matrix(n, nVectors);
  for (let c = 0; c < nVectors; c++) {
    let greatest = 0;
    for (let i = 0; i < n; i++) {
      const value = Math.fround(Math.sqrt(degree[i]) * v[i * width + c]);
      vectors.data[(order ? order[i] : i) * nVectors + c] = value;
      if (Math.abs(value) > Math.abs(greatest)) greatest = value;
    }
    if (greatest < 0) for (let i = 0; i < n; i++) vectors.data[i * nVectors + c] *= -1;
  }
  return {
    values: values.slice(0, nVectors).map((value) => Math.max(0, 1 - value)),
    vectors,
    residuals: residuals.slice(0, nVectors),
    nProducts: block.products,
    converged: block.settled,
  };
}
