/**
 * Where a t-SNE map begins: tiny, and by default in the order of the leading principal components, which keeps more of
 * the large-scale structure than a random start (Kobak & Linderman 2021).
 */
import { drive, matrix, permutation, random, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { laplacianSteps } from '../linalg/index.ts';
import type { SparseGraph } from '../linalg/index.ts';
import { fitPcaJob, transformPca } from '../spaces/index.ts';

export const STARTS = ['pca', 'spectral', 'random'] as const;
export type TsneStart = (typeof STARTS)[number];

/** Standard deviation of the first coordinate. */
const SPREAD = 1e-4;
/** What is added so that equal rows part, as a share of that. */
const JITTER = 0.01;
/** Rows that directions are found from; two or three need no more. */
const SAMPLE = 3000;

/** @returns [n, nComponents] */
export async function tsneStart(
  kind: TsneStart,
  x: Matrix,
  graph: SparseGraph,
  { nComponents, seed, ...job }: KernelJob<never> & { nComponents: number; seed: number },
): Promise<Matrix> {
  const rng = random(seed);
  const noise = matrix(x.rows, nComponents, rng.fillNormal(new Float32Array(x.rows * nComponents), SPREAD));
  if (kind === 'random') return noise;
  const found =
    kind === 'pca' ? await principal(x, nComponents, seed, job) : await spectral(graph, nComponents, seed, job);
  const sd = found ? deviation(found) : 0;
  // of equal rows it is rounding, and would be blown up
  if (!found || !(sd > 1e-6 * greatest(found))) return noise;
  const scale = SPREAD / sd;
  return matrix(
    x.rows,
    nComponents,
    noise.data.map((value, i) => found.data[i] * scale + JITTER * value),
  );
}

/** Scores along the leading directions of a sample; zeros where there are fewer. */
async function principal(x: Matrix, dims: number, seed: number, job: KernelJob<never>): Promise<Matrix | undefined> {
  const { rows, cols } = x;
  const nComponents = Math.min(dims, rows - 1, cols);
  if (nComponents < 1) return undefined;
  const some = rows <= SAMPLE ? x : takeRows(x, permutation(rows, random(seed).fork(1)).subarray(0, SAMPLE));
  const pca = await fitPcaJob(some, { nComponents, truncate: true, seed }, 'start', job);
  const scores = await transformPca(pca, x, job);
  const { explainedVariance: variance } = pca;
  const out = matrix(rows, dims);
  for (let c = 0; c < scores.cols; c++) {
    // below that it is rounding, not a direction
    if (!(variance[c] > 1e-12 * variance[0])) continue;
    for (let i = 0; i < rows; i++) out.data[i * dims + c] = scores.data[i * scores.cols + c];
  }
  return out;
}

async function spectral(
  graph: SparseGraph,
  dims: number,
  seed: number,
  job: KernelJob<never>,
): Promise<Matrix | undefined> {
  if (graph.n < dims + 2) return undefined;
  return (await drive('start', laplacianSteps(graph, dims, { seed }), job)).vectors;
}

const greatest = ({ data }: Matrix): number => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Of the first coordinate, or of the widest where that is nothing. */
function deviation({ data, rows, cols }: Matrix): number {
  const deviations = Array.from({ length: cols }, (_, c) => {
    let mean = 0;
    for (let i = 0; i < rows; i++) mean += data[i * cols + c] / rows;
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += (data[i * cols + c] - mean) ** 2;
    return Math.sqrt(sum / rows);
  });
  return deviations[0] > 0 ? deviations[0] : Math.max(...deviations);
}
