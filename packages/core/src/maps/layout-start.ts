/**
 * Where a layout of a neighbour graph begins: by the graph's Laplacian eigenvectors (as Belkin & Niyogi 2003 draw a
 * map), by principal components, or at random. Pieces of the graph that nothing joins are laid out apart, each in room
 * for its size, side by side in the directions in which their means lie.
 */
import { drive, matrix, random } from '../base/index.ts';
import type { JobOptions, Matrix, Random } from '../base/index.ts';
import { connectedComponents, laplacianSteps, subgraph } from '../linalg/index.ts';
import type { Components, SparseGraph } from '../linalg/index.ts';
import { pcaSteps } from '../spaces/index.ts';

export const LAYOUT_STARTS = ['spectral', 'pca', 'random'] as const;
export type LayoutStart = (typeof LAYOUT_STARTS)[number];

/** Width of the start. */
const WIDTH = 10;
/** Standard deviation of what parts points in one place. */
const JITTER = 1e-3;
/** Columns past which directions are found by random projection: a start need not be exact. */
const WIDE = 50;
/** Share of a piece's room that stays free around it. */
const MARGIN = 0.3;

export interface StartJob extends JobOptions<never> {
  nComponents: number;
  seed: number;
}

/**
 * @param x  rows, [n, d]
 * @param graph  of their neighbours, edges from both ends
 * @param warnings  takes what was noticed: a graph in pieces
 * @returns [n, nComponents], about 10 wide
 */
export async function layoutStart(
  kind: LayoutStart,
  x: Matrix,
  graph: SparseGraph,
  { nComponents, seed, ...job }: StartJob,
  warnings: string[],
): Promise<Matrix> {
  const rng = random(seed);
  const { rows: n } = x;
  const pieces = connectedComponents(graph);
  if (pieces.count > 1) warnings.push(piecesWarning(pieces, n, kind));
  if (kind === 'random') {
    return matrix(n, nComponents, rng.fillUniform(new Float32Array(n * nComponents), 0, WIDTH));
  }
  const places =
    kind === 'pca'
      ? await componentStart(x, nComponents, seed, job)
      : pieces.count === 1
        ? await byEigenvectors(graph, nComponents, seed, rng, job)
        : await byPieces(x, graph, pieces, { nComponents, seed, ...job }, rng);
  boxed(places, kind === 'pca');
  for (let i = 0; i < places.data.length; i++) places.data[i] += JITTER * rng.normal();
  return places;
}

/** Normal numbers, [n, dims]. */
export function randomStart(n: number, dims: number, seed: number, scale: number): Matrix {
  return matrix(
    n,
    dims,
    random(seed)
      .fork(1)
      .fillNormal(new Float32Array(n * dims), scale),
  );
}

function piecesWarning({ count, sizes }: Components, n: number, kind: LayoutStart): string {
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  const how = kind === 'spectral' ? 'they are laid out side by side, and' : 'nothing holds them together, and';
  return `the neighbours fall into ${count} pieces that no neighbour joins (the largest has ${largest} of ${n} points); ${how} how the pieces lie to each other means nothing; more neighbours may join them`;
}

/** Scores along the leading principal components, [n, dims]; zeros where there are fewer. */
export async function componentStart(x: Matrix, dims: number, seed: number, job: JobOptions<never>): Promise<Matrix> {
  const out = matrix(x.rows, dims);
  if (x.rows < 2 || x.cols < 1) return out;
  const scores = (
    await drive(
      'start',
      pcaSteps(x, { nComponents: dims, seed, truncate: true, solver: x.cols > WIDE ? 'randomized' : 'auto' }),
      job,
    )
  ).transform(x);
  for (let i = 0; i < x.rows; i++) {
    for (let c = 0; c < scores.cols; c++) out.data[i * dims + c] = scores.data[i * scores.cols + c];
  }
  return out;
}

/** Eigenvectors; random places where the graph is too small to have any. */
async function byEigenvectors(
  graph: SparseGraph,
  dims: number,
  seed: number,
  rng: Random,
  job: JobOptions<never>,
): Promise<Matrix> {
  if (graph.n < dims + 2) return matrix(graph.n, dims, rng.fillUniform(new Float32Array(graph.n * dims)));
  return (await drive('start', laplacianSteps(graph, dims, { seed }), job)).vectors;
}

/** Each piece by itself, in a ball of a volume in proportion to its size. */
async function byPieces(
  x: Matrix,
  graph: SparseGraph,
  { count, labels, sizes }: Components,
  { nComponents: dims, seed, ...job }: StartJob,
  rng: Random,
): Promise<Matrix> {
  const out = matrix(graph.n, dims);
  const members = Array.from({ length: count }, (_, c) => new Uint32Array(sizes[c]));
  const filled = new Uint32Array(count);
  for (let i = 0; i < graph.n; i++) members[labels[i]][filled[labels[i]]++] = i;
  const radii = Float64Array.from(sizes, (size) => (dims === 2 ? Math.sqrt(size) : Math.cbrt(size)));
  const centres = apart(await componentStart(meansOf(x, labels, sizes), dims, seed, job), radii, rng);
  for (let c = 0; c < count; c++) {
    const places = await byEigenvectors(subgraph(graph, members[c]), dims, seed, rng, job);
    boxed(places);
    for (let i = 0; i < sizes[c]; i++) {
      for (let a = 0; a < dims; a++) {
        const within = places.data[i * dims + a] / WIDTH - 0.5;
        out.data[members[c][i] * dims + a] = centres[c * dims + a] + 1.4 * radii[c] * within;
      }
    }
  }
  return out;
}

function meansOf(x: Matrix, labels: Uint32Array, sizes: Uint32Array): Matrix {
  const out = matrix(sizes.length, x.cols);
  for (let i = 0; i < x.rows; i++) {
    const share = 1 / sizes[labels[i]];
    const at = labels[i] * x.cols;
    for (let j = 0; j < x.cols; j++) out.data[at + j] += share * x.data[i * x.cols + j];
  }
  return out;
}

/** Balls in the directions of their places from the largest's, as near to it as they can be without touching. */
function apart(places: Matrix, radii: Float64Array, rng: Random): Float64Array {
  const { rows: count, cols: dims } = places;
  const order = Array.from(radii.keys()).sort((a, b) => radii[b] - radii[a] || a - b);
  const out = new Float64Array(count * dims);
  const placed: number[] = [];
  let farthest = 0;
  for (const c of order) {
    const direction = Float64Array.from({ length: dims }, (_, a) => {
      const from = places.data[order[0] * dims + a];
      return places.data[c * dims + a] - from;
    });
    let length = norm(direction);
    for (; !(length > 1e-12); length = norm(direction)) {
      for (let a = 0; a < dims; a++) direction[a] = rng.normal();
    }
    let distance = 0;
    // past a few hundred pieces they are put around all others: looking for room among them would take too long
    if (placed.length > 300) distance = farthest + radii[c] * (1 + MARGIN);
    else {
      for (let moved = true; moved;) {
        moved = false;
        for (const other of placed) {
          let squared = 0;
          for (let a = 0; a < dims; a++) {
            squared += ((direction[a] / length) * distance - out[other * dims + a]) ** 2;
          }
          const room = (radii[c] + radii[other]) * (1 + MARGIN);
          if (squared >= room * room * 0.999) continue;
          distance += Math.max(room - Math.sqrt(squared), 0.05 * room);
          moved = true;
        }
      }
      farthest = Math.max(farthest, distance + radii[c] * (1 + MARGIN));
    }
    for (let a = 0; a < dims; a++) out[c * dims + a] = (direction[a] / length) * distance;
    placed.push(c);
  }
  return out;
}

/** Shifts and stretches the places into a box, 10 wide along each axis, or along the widest alone. */
function boxed({ data, rows, cols }: Matrix, alike = false): void {
  const low = new Float64Array(cols).fill(Infinity);
  const high = new Float64Array(cols).fill(-Infinity);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < cols; c++) {
      low[c] = Math.min(low[c], data[i * cols + c]);
      high[c] = Math.max(high[c], data[i * cols + c]);
    }
  }
  const widest = Math.max(...Array.from(low, (value, c) => high[c] - value));
  for (let c = 0; c < cols; c++) {
    const width = alike ? widest : high[c] - low[c];
    const factor = width > 0 ? WIDTH / width : 0;
    for (let i = 0; i < rows; i++) data[i * cols + c] = (data[i * cols + c] - low[c]) * factor;
  }
}

const norm = (v: Float64Array): number => Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
