/**
 * Rows → panels for the kernels (assembly/distances.ts), as whole numbers of 16 bits or as floats.
 *
 * Whole numbers are (row · factor − shift) · scale, rounded. The scale is the largest for which no squared distance
 * leaves 32 bits, so that sums are exact; what rounding took from each row is known, and with it how far off a distance
 * can be. Data on a grid (bytes, counts) take a power of two instead, and nothing is lost.
 */
import type { Matrix } from '../base/index.ts';
import type { Block, Workspace } from '../kernels/index.ts';
import type { Distance } from './metric.ts';

/** Largest length of a row of whole numbers: four times its square is just below 2³¹. */
const LONGEST = 2 ** 14.45;
const GRID_SAMPLE = 4096;
/** Rows in a chunk, of assembly/norms.ts. */
const ROWS = 256;
const SUM_ROWS = 1024;

/** How rows become words. */
export interface Packing {
  readonly op: 0 | 1 | 2 | 3;
  readonly scale: number;
  readonly shift: Float64Array;
  /** squared norms as weights (op 0), or none: then keys are inner products */
  readonly norms: boolean;
  /** the longest row after shift and scale, in whole units (op 0) */
  readonly longest: number;
  /** 32-bit words of a row's lane */
  readonly steps: number;
}

export interface Panels {
  readonly panels: Block;
  readonly weights: Block;
  /** op 0: lengths of what rounding took away, in whole units */
  readonly errors?: Block<Float32Array>;
  /** the rows one after another, `rowBytes` each */
  readonly plain?: Block;
  readonly rowBytes: number;
  /** places, a multiple of 8 */
  readonly count: number;
  free(): void;
}

/** A matrix in a workspace, with what belongs to its rows. */
export interface Placed {
  readonly rows: number;
  readonly cols: number;
  readonly data: Block<Float32Array>;
  /** of the double-precision distance */
  readonly weights?: Block<Float64Array>;
  readonly weightValues?: Float64Array;
  /** 1 / norm under cosine */
  readonly factors?: Block<Float64Array>;
}

/** @param data  the rows' numbers where they are in the workspace already */
export function placeMatrix(
  space: Workspace,
  x: Matrix,
  distance: Distance,
  weights?: Float64Array,
  data = space.float32(x.data),
): Placed {
  return {
    rows: x.rows,
    cols: x.cols,
    data,
    weights: weights && space.float64(weights),
    weightValues: weights,
    factors:
      distance === 'cosine' && weights ? space.float64(weights.map((norm) => (norm > 0 ? 1 / norm : 0))) : undefined,
  };
}

export const floatPacking = (op: 1 | 2 | 3, cols: number): Packing => ({
  op,
  scale: 1,
  shift: new Float64Array(cols),
  norms: false,
  longest: Infinity,
  steps: cols,
});

/**
 * @param space  a workspace with the module `norms`
 * @param sets  the rows that are to be measured against each other
 */
export async function wholePacking(
  space: Workspace,
  sets: readonly Placed[],
  distance: Distance,
  signal?: AbortSignal,
): Promise<Packing> {
  const { cols } = sets[0];
  const centred = distance !== 'inner';
  const shift = centred ? await means(space, sets[0], signal) : new Float64Array(cols);
  const longest = async (): Promise<number> => {
    let length = 0;
    for (const set of sets) length = Math.max(length, await longestRow(space, set, shift, signal));
    return length;
  };
  const room = LONGEST - Math.sqrt(cols) / 2;
  const scaleFor = (length: number): number => (length > 0 ? room / length : 1);
  let length = await longest();
  let scale = scaleFor(length);
  const grid = 2 ** Math.floor(Math.log2(scale));
  if (distance !== 'cosine' && sets.every(({ data }) => onGrid(data.view, grid))) {
    // a shift by whole steps keeps the grid; it makes rows longer by half a step a column at most
    for (let j = 0; j < cols; j++) shift[j] = Math.round(shift[j] * grid) / grid;
    length = await longest();
    scale = Math.min(grid, 2 ** Math.floor(Math.log2(scaleFor(length))));
  }
  return { op: 0, scale, shift, norms: centred, longest: length * scale, steps: (cols + 1) >> 1 };
}

async function means(
  space: Workspace,
  { rows, cols, data, factors }: Placed,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const chunks = Math.ceil(rows / SUM_ROWS);
  const sums = space.float64(chunks * cols);
  await space.parallel('columnTotals', chunks, [data, rows, cols, factors ?? 0, sums], { signal });
  const out = total(sums.view, cols).map((sum) => sum / rows);
  sums.free();
  return out;
}

function total(parts: Float64Array, cols: number): Float64Array {
  const out = new Float64Array(cols);
  for (let i = 0; i < parts.length; i += cols) for (let j = 0; j < cols; j++) out[j] += parts[i + j];
  return out;
}

async function longestRow(
  space: Workspace,
  { rows, cols, data, factors }: Placed,
  shift: Float64Array,
  signal?: AbortSignal,
): Promise<number> {
  const chunks = Math.ceil(rows / ROWS);
  const [by, longest] = [space.float64(shift), space.float64(chunks)];
  await space.parallel('longestRows', chunks, [data, rows, cols, factors ?? 0, by, longest], { signal });
  const most = Math.sqrt(longest.view.reduce((a, b) => Math.max(a, b), 0));
  for (const block of [by, longest]) block.free();
  return most;
}

/** Whether all values, as far as a sample shows, are multiples of 1 / scale. */
function onGrid(data: Float32Array, scale: number): boolean {
  const stride = Math.max(1, Math.floor(data.length / GRID_SAMPLE));
  for (let i = 0; i < data.length; i += stride) if (!Number.isInteger(data[i] * scale)) return false;
  return true;
}

/**
 * Packs the rows of places: `places[p]` is a row of `from`, negative for a place that stays empty.
 * @param plain  also the rows one after another
 */
export async function packPlaces(
  space: Workspace,
  { op, scale, shift, norms, steps }: Packing,
  from: Placed,
  places: Int32Array,
  { plain = false, signal }: { plain?: boolean; signal?: AbortSignal } = {},
): Promise<Panels> {
  const { cols: d, factors } = from;
  const count = Math.ceil(places.length / 8) * 8;
  const filled = new Int32Array(count).fill(-1);
  filled.set(places);
  const rowBytes = op === 0 ? Math.ceil(d / 8) * 16 : Math.ceil(d / 4) * 16;
  const where = space.int32(filled);
  const by = space.float64(shift);
  const panels = space.uint8(count * steps * 4);
  const lines = plain ? space.uint8(count * rowBytes) : undefined;
  const weights = op === 0 ? space.int32(count) : space.float32(floatWeights(filled, from));
  const errors = op === 0 ? space.float32(count) : undefined;
  const args = [op, from.data, d, where, count, factors ?? 0, by, scale, steps, panels, lines ?? 0];
  await space.parallel('packRows', Math.ceil(count / 256), [...args, norms ? weights : 0, errors ?? 0], { signal });
  where.free();
  by.free();
  const free = (): void => [panels, lines, weights, errors].forEach((block) => block?.free());
  return { panels, weights, errors, plain: lines, rowBytes, count, free };
}

/** Ones, or under hyperbolic distance the rows' own. */
function floatWeights(places: Int32Array, { weightValues, factors }: Placed): Float32Array {
  const own = factors ? undefined : weightValues;
  const out = new Float32Array(places.length).fill(1);
  for (let p = 0; p < places.length; p++) {
    if (places[p] < 0) out[p] = 1e38;
    else if (own) out[p] = own[places[p]];
  }
  return out;
}
