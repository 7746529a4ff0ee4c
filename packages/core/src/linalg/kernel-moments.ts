/**
 * Means and covariances of columns by kernels: sums over a few hundred rows in single precision, between them in
 * double, so that values are right to about six digits of the greatest. Columns that never change are left out, and
 * rows that are mostly zeros (images on a black ground) are summed over what is not zero.
 */
import { checkFinite } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Block, KernelArgument, ParallelJob, Workspace } from '../kernels/index.ts';
import { matrix64 } from './matrix64.ts';
import type { Matrix64 } from './matrix64.ts';

/** Of assembly/matrix.ts. */
const SUM_COLUMNS = 64;
const PANEL = 8;
const ROWS = 64;
const BAND = 32;

/** Rows whose products are summed in single precision. */
const DENSE_BLOCK = 256;
const SPARSE_BLOCK = 512;
/** Rows are taken over into the kernels' memory so many numbers at a time: memory that was never touched costs more. */
const SLAB = 2 ** 20;
const SPARSE_SHARE = 0.3;
/** Without centring digits are lost where the squared mean is more than this many variances. */
const SPARSE_CANCELLATION = 8;

export interface KernelMoments {
  readonly mean: Float64Array;
  /** the columns that vary, rising */
  readonly columns: Int32Array;
  /** of those columns, divided by n − 1; zeros beyond, up to a multiple of eight */
  readonly covariance: Matrix64;
}

/** Rows in the kernels' memory, a slab at a time; one slab that holds all is taken over once. */
export interface Slabs {
  readonly from: readonly number[];
  load(slab: number): { block: Block<Float32Array>; rows: number };
  free(): void;
}

export function slabsOf(space: Workspace, x: Matrix): Slabs {
  const most = Math.max(1, Math.floor(SLAB / Math.max(1, x.cols)));
  const size = Math.min(x.rows, most > SPARSE_BLOCK ? most - (most % SPARSE_BLOCK) : most);
  const block = space.float32(size * x.cols);
  const from = Array.from({ length: Math.ceil(x.rows / size) }, (_, i) => i * size);
  let loaded = -1;
  return {
    from,
    load(slab) {
      const start = slab * size;
      const rows = Math.min(size, x.rows - start);
      if (loaded !== slab) block.view.set(x.data.subarray(start * x.cols, (start + rows) * x.cols));
      loaded = slab;
      return { block, rows };
    },
    free: () => block.free(),
  };
}

/**
 * @param space  a workspace with the module `matrix`
 * @param x  [n, d], n ≥ 2
 * @throws InputError when a value is not finite
 */
export async function kernelMoments(
  space: Workspace,
  x: Matrix,
  slabs: Slabs,
  job: ParallelJob = {},
): Promise<KernelMoments> {
  const { rows: n, cols: d } = x;
  const first = space.float32(x.data.subarray(0, d));
  const [sums, varies, filled] = [space.float64(d), space.int32(d), space.int32(d)];
  for (let slab = 0; slab < slabs.from.length; slab++) {
    const { block, rows } = slabs.load(slab);
    await space.parallel('columnSums', Math.ceil(d / SUM_COLUMNS), [block, rows, d, first, sums, varies, filled], job);
  }
  if (!sums.view.every(Number.isFinite)) checkFinite(x, 'PCA');
  const mean = sums.view.map((sum) => sum / n);
  const columns = Int32Array.from(varies.view.keys()).filter((j) => varies.view[j] !== 0);
  let share = 0;
  for (const j of columns) share += filled.view[j] / (n * columns.length);
  for (const block of [first, sums, varies, filled]) block.free();

  const shape = { n, d, columns, mean: Float64Array.from(columns, (j) => mean[j]) };
  const sparse = share < SPARSE_SHARE ? await sparseGram(space, slabs, shape, job) : undefined;
  const covariance = sparse ?? (await denseGram(space, slabs, shape, job));
  return { mean, columns, covariance };
}

interface Shape {
  n: number;
  d: number;
  columns: Int32Array;
  /** of those columns */
  mean: Float64Array;
}

async function denseGram(
  space: Workspace,
  slabs: Slabs,
  { n, d, columns, mean }: Shape,
  job: ParallelJob,
): Promise<Matrix64> {
  const nPanels = Math.ceil(columns.length / PANEL);
  const m = nPanels * PANEL;
  const [list, means] = [space.int32(columns), space.float64(mean)];
  const [panels, out] = [space.float32(m * DENSE_BLOCK), space.float64(m * m)];
  for (let slab = 0; slab < slabs.from.length; slab++) {
    const { block, rows } = slabs.load(slab);
    for (let start = 0; start < rows; start += DENSE_BLOCK) {
      const size = Math.min(DENSE_BLOCK, rows - start);
      const at = block.pointer + 4 * start * d;
      await space.parallel('packPanels', nPanels, [at, size, d, list, means, columns.length, panels], job);
      await space.parallel('gramPanels', nPanels, [panels, nPanels, size, out], job);
    }
  }
  await space.parallel('finishGram', Math.ceil(m / BAND), [out, m, 0, n, 1 / Math.max(1, n - 1)], job);
  const gram = matrix64(m, m, out.view.slice());
  for (const block of [list, means, panels, out]) block.free();
  return gram;
}

/** Nothing where too many digits would be lost. */
async function sparseGram(
  space: Workspace,
  slabs: Slabs,
  { n, d, columns, mean }: Shape,
  job: ParallelJob,
): Promise<Matrix64 | undefined> {
  const m = PANEL * Math.ceil(columns.length / PANEL);
  const list = space.int32(columns);
  const [rows, places] = [space.float32(SPARSE_BLOCK * m), space.int32(SPARSE_BLOCK * m)];
  const [fours, counts] = [space.int32((SPARSE_BLOCK * m) / 4), space.int32(SPARSE_BLOCK * 2)];
  const [sums, out] = [space.float32(m * m), space.float64(m * m)];
  for (let slab = 0; slab < slabs.from.length; slab++) {
    const { block, rows: nRows } = slabs.load(slab);
    for (let start = 0; start < nRows; start += SPARSE_BLOCK) {
      const size = Math.min(SPARSE_BLOCK, nRows - start);
      const lists: KernelArgument[] = [rows, places, fours, counts];
      const from = [block.pointer + 4 * start * d, size, d, list, columns.length, m, ...lists];
      await space.parallel('packSparse', Math.ceil(size / ROWS), from, job);
      await space.parallel('gramSparse', Math.ceil(m / BAND), [size, m, ...lists, sums, out], job);
    }
  }
  const sound = keepsDigits(out.view, m, n, mean);
  const padded = space.float64(m);
  padded.view.set(mean);
  if (sound) await space.parallel('finishGram', Math.ceil(m / BAND), [out, m, padded, n, 1 / Math.max(1, n - 1)], job);
  const gram = sound ? matrix64(m, m, out.view.slice()) : undefined;
  for (const block of [list, rows, places, fours, counts, sums, out, padded]) block.free();
  return gram;
}

/** Whether the variances are not so small beside the squared means that taking these off would lose too many digits. */
function keepsDigits(gram: Float64Array, m: number, n: number, mean: Float64Array): boolean {
  return mean.every((value, i) => {
    const squared = n * value * value;
    return squared <= SPARSE_CANCELLATION * (gram[i * (m + 1)] - squared);
  });
}
