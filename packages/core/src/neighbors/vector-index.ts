/**
 * An index that answers single questions quickly, takes new rows and filters, and can be saved.
 *
 * Rows lie in lists about centres. A list's radius bounds from below how near any of its rows can be, by the triangle
 * inequality; an exact question visits lists until the bounds are beyond the k-th nearest row, an approximate one as
 * many as gave the recall that was asked for on a sample when the index was built.
 */
import { InputError, breathe, checkFinite, permutation, random } from '../base/index.ts';
import type { JobOptions, Matrix } from '../base/index.ts';
import { singleThread } from '../kernels/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { findByLists, findNeighbors } from './find-neighbors.ts';
import { metricOf, rowWeights, rowWeightsNow } from './metric.ts';
import type { Distance } from './metric.ts';
import { checkPoint } from './neighbor-index.ts';
import type { Nearest } from './neighbor-index.ts';
import type { Neighbors } from './nearest-neighbors.ts';
import { floatPacking, placeMatrix, wholePacking } from './pack.ts';
import { layOut, partition } from './partition.ts';
import type { Group } from './partition.ts';
import { ROW_DISTANCES, innerProduct, rowLengths, squaredDistance } from './row-distance.ts';
import { smallest } from './smallest.ts';
import { checkAllFinite } from './stretches.ts';
import { readIndex, writeIndex } from './index-file.ts';
import type { IndexParts } from './index-file.ts';

export interface IndexOptions {
  distance?: Distance;
  /** the share of true neighbours that questions should find; 1 is exact */
  recall?: number;
  seed?: number;
}

/** Rows that count: a predicate, or a bit for each row, the lowest of a byte first. */
export type RowFilter = ((row: number) => boolean) | Uint8Array;

export interface QueryOptions {
  /** a row to leave out: the point itself */
  except?: number;
  filter?: RowFilter;
}

export interface VectorIndex {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly distance: Distance;
  readonly recall: number;
  /**
   * The k nearest rows that pass the filter, fewer only when there are not as many; of equally near ones the smaller
   * index comes first.
   * @param point  nFeatures numbers
   */
  query(point: ArrayLike<number>, k: number, options?: QueryOptions): Nearest;
  /** The k nearest rows of many points, [m, nFeatures]; a few by `query`, many by kernels over the same lists. */
  queryMany(points: Matrix, k: number, job?: KernelJob<never>): Promise<Neighbors>;
  /** Takes more rows, [m, nFeatures], numbered from nSamples on. */
  add(rows: Matrix): void;
  toFiles(): Record<string, Uint8Array>;
}

/** How many questions calibrate the lists to visit, and for how many neighbours. */
const SAMPLE = 200;
const SAMPLE_K = 10;
/** Fewer points than this are asked one by one. */
const FEW_POINTS = 200;

/**
 * @param x  [n, d]; kept, not copied
 * @throws InputError when there are no rows, when a value is not finite, when a row is not in the ball
 */
export async function buildIndex(
  x: Matrix,
  { distance = 'euclidean', recall = 1, seed = 0 }: IndexOptions = {},
  { kernels = singleThread(), signal }: KernelJob<never> = {},
): Promise<VectorIndex> {
  metricOf(distance);
  await checkAllFinite(x, 'index', signal);
  if (distance === 'hyperbolic') await rowWeights(x, distance, { what: 'index', signal });
  if (x.rows === 0) throw new InputError('an index needs at least one row, got none', { code: 'too-few-rows' });
  if (!(recall > 0 && recall <= 1))
    throw new InputError(`index: recall is ${recall}, expected more than 0 and at most 1`);
  const space = await kernels.open('distances', 'neighbors', 'norms');
  try {
    const unit = distance === 'cosine';
    const norms = unit ? await rowWeights(x, distance, { signal }) : undefined;
    const placed = { ...placeMatrix(space, x, unit ? 'cosine' : 'euclidean', norms), weights: undefined };
    const packing =
      unit || distance === 'euclidean' || distance === 'inner'
        ? await wholePacking(space, [placed], unit ? 'cosine' : 'euclidean', signal)
        : floatPacking(1, x.cols);
    const lists = await partition(space, { placed, packing, seed, signal });
    const order = new Uint32Array(x.rows);
    const starts = new Uint32Array(lists.count + 1);
    for (let list = 0; list < lists.count; list++) {
      const rows = lists.places.subarray(lists.starts[list], lists.starts[list] + lists.counts[list]);
      order.set(rows, starts[list]);
      starts[list + 1] = starts[list] + rows.length;
    }
    const parts = { x, distance, recall, probes: lists.count, centres: lists.centres, starts, order };
    const index = openIndex(parts);
    if (recall === 1) return index;
    const probes = await calibrate(index, x, { recall, seed, signal });
    return openIndex({ ...parts, probes });
  } finally {
    space.close();
  }
}

/**
 * What `toFiles` gave → the index.
 * @throws FormatError when the bytes are not those of an index, are cut short or changed
 */
export const loadIndex = (files: Record<string, Uint8Array>): VectorIndex => openIndex(readIndex(files));

interface OpenIndex extends VectorIndex {
  /** in how many lists, nearest centre first, the rows are found */
  listsFor(point: ArrayLike<number>, rows: Uint32Array): Int32Array;
}

/** The lists to visit so that the sample's neighbours are found in the share asked for. */
async function calibrate(
  index: OpenIndex,
  x: Matrix,
  { recall, seed, signal }: { recall: number; seed: number } & JobOptions,
): Promise<number> {
  const sample = permutation(x.rows, random(seed).fork(31)).subarray(0, SAMPLE);
  const needed: number[] = [];
  for (const row of sample) {
    const point = x.data.subarray(row * x.cols, (row + 1) * x.cols);
    needed.push(...index.listsFor(point, index.query(point, SAMPLE_K, { except: row }).indices));
    const pause = breathe();
    if (pause) await pause;
    signal?.throwIfAborted();
  }
  needed.sort((a, b) => a - b);
  return needed.length === 0 ? 1 : needed[Math.min(needed.length - 1, Math.ceil(recall * needed.length) - 1)];
}

/** An index over its parts. */
function openIndex(parts: IndexParts): OpenIndex {
  const { distance, recall, probes, centres, starts, order } = parts;
  const { cols } = parts.x;
  let { data, rows: n } = parts.x;
  let owned = false;
  let lengths = rowLengths(data, n, cols);
  const { finish } = metricOf(distance);
  const measure = ROW_DISTANCES[distance];
  const centreLengths = rowLengths(centres.data, centres.rows, cols);
  /** rows added to each list since it was laid out */
  const added = Array.from({ length: centres.rows }, (): number[] => []);
  const radii = new Float64Array(centres.rows);
  for (let list = 0; list < centres.rows; list++) {
    for (let e = starts[list]; e < starts[list + 1]; e++) widen(list, order[e]);
  }

  /** How far a point (of length `norm`) is from a centre, in a distance that keeps to the triangle inequality. */
  function toCentre(q: Float64Array, norm: number, list: number): number {
    const at = list * cols;
    if (distance === 'manhattan') return measure(centres.data, at, q, 0, 0, Infinity);
    if (distance === 'hyperbolic') return finish!(measure(centres.data, at, q, centreLengths[list], norm, Infinity));
    if (distance !== 'cosine') return Math.sqrt(squaredDistance(centres.data, at, q));
    const along = norm > 0 ? innerProduct(centres.data, at, q) / norm : 0;
    return Math.sqrt(Math.max(0, (norm > 0 ? 1 : 0) + centreLengths[list] ** 2 - 2 * along));
  }

  function widen(list: number, row: number): void {
    const q = Float64Array.from(data.subarray(row * cols, (row + 1) * cols));
    radii[list] = Math.max(radii[list], toCentre(q, lengths[row], list));
  }

  /** What orders as the distance does and is beyond no row of the list. */
  function bound(q: Float64Array, norm: number, list: number, far: number): number {
    const slack = 1e-9 * (far + radii[list]);
    if (distance === 'inner') return -innerProduct(centres.data, list * cols, q) - norm * (radii[list] + slack);
    const least = Math.max(0, far - radii[list] - slack - (distance === 'cosine' ? 1e-7 : 0));
    if (distance === 'euclidean') return least * least;
    if (distance === 'cosine') return (least * least) / 2;
    return distance === 'hyperbolic' ? Math.sinh(least / 2) ** 2 : least;
  }

  /** Lists by the nearness of their centres (or, for inner products, by their bounds). */
  function rank(q: Float64Array, norm: number) {
    const far = Float64Array.from({ length: centres.rows }, (_, list) => toCentre(q, norm, list));
    const bounds = far.map((value, list) => bound(q, norm, list, value));
    const by = recall === 1 || distance === 'inner' ? bounds : far;
    return { bounds, lists: Uint32Array.from(far.keys()).sort((a, b) => by[a] - by[b] || a - b) };
  }

  /** The rows of each list, those that were added last. */
  const rowsOf = (list: number): number[] => [...order.subarray(starts[list], starts[list + 1]), ...added[list]];

  const groups = (): Group[] =>
    Array.from({ length: centres.rows }, (_, list) => ({
      rows: Int32Array.from(rowsOf(list)),
      centre: centres.data.subarray(list * cols, (list + 1) * cols),
    })).filter(({ rows }) => rows.length > 0);

  return {
    get nSamples() {
      return n;
    },
    nFeatures: cols,
    distance,
    recall,
    query(point, k, { except = -1, filter } = {}) {
      const q = checkPoint(point, cols);
      const norm = Math.sqrt(innerProduct(q, 0, q));
      if (distance === 'hyperbolic' && norm >= 1) throw new InputError('the point lies outside the Poincaré ball');
      const passes = passing(filter, n);
      const best = smallest(Math.max(0, Math.min(k, n)));
      const { bounds, lists } = rank(q, norm);
      let visited = 0;
      for (const list of lists) {
        if (visited >= probes && best.size >= Math.min(k, n)) break;
        if (bounds[list] > best.limit) {
          if (recall === 1 || distance === 'inner') break;
          visited++;
          continue;
        }
        visited++;
        const extra = added[list];
        const end = starts[list + 1] - starts[list] + extra.length;
        for (let e = 0; e < end; e++) {
          const laid = starts[list] + e;
          const row = laid < starts[list + 1] ? order[laid] : extra[laid - starts[list + 1]];
          if (row === except || (passes && !passes(row))) continue;
          // one more than the limit, for an equal one with a smaller index
          const value = measure(data, row * cols, q, lengths[row], norm, nextAbove(best.limit));
          if (value <= best.limit) best.offer(row, value);
        }
      }
      const convert = distance === 'euclidean' ? Math.sqrt : (finish ?? ((value: number) => value));
      const found = best.size;
      return {
        indices: best.indices.slice(0, found),
        distances: Float32Array.from(best.values.subarray(0, found), (value) => convert(value)),
      };
    },
    async queryMany(points, k, job = {}) {
      const x = { data: data.subarray(0, n * cols), rows: n, cols };
      if (points.rows > FEW_POINTS) {
        const question = { ...job, distance, recall, queries: points };
        return recall < 1 ? findByLists(x, k, layOut(groups(), cols), question) : findNeighbors(x, k, question);
      }
      if (!Number.isInteger(k) || k < 1 || k > n) throw new InputError(`nearest rows among ${n}: got k = ${k}`);
      checkRows(points, distance);
      const indices = new Uint32Array(points.rows * k);
      const distances = new Float32Array(points.rows * k);
      for (let i = 0; i < points.rows; i++) {
        const near = this.query(points.data.subarray(i * cols, (i + 1) * cols), k);
        indices.set(near.indices, i * k);
        distances.set(near.distances, i * k);
        const pause = breathe();
        if (pause) await pause;
        job.signal?.throwIfAborted();
      }
      return { nNeighbors: k, indices, distances, recall };
    },
    add(more) {
      if (more.cols !== cols)
        throw new InputError(`index: new rows have ${more.cols} columns, expected ${cols}`, { code: 'width' });
      checkRows(more, distance);
      const total = n + more.rows;
      if (!owned || total * cols > data.length) {
        const room = new Float32Array(Math.ceil(total * 1.25) * cols);
        room.set(data.subarray(0, n * cols));
        data = room;
        owned = true;
      }
      data.set(more.data, n * cols);
      const longer = new Float64Array(total);
      longer.set(lengths);
      longer.set(rowLengths(more.data, more.rows, cols), n);
      lengths = longer;
      for (let row = n; row < total; row++) {
        const q = Float64Array.from(data.subarray(row * cols, (row + 1) * cols));
        let nearest = 0;
        let least = Infinity;
        for (let list = 0; list < centres.rows; list++) {
          const far = toCentre(q, lengths[row], list);
          if (far < least) [nearest, least] = [list, far];
        }
        added[nearest].push(row);
        radii[nearest] = Math.max(radii[nearest], least);
      }
      n = total;
    },
    listsFor(point, rows) {
      const q = checkPoint(point, cols);
      const { lists } = rank(q, Math.sqrt(innerProduct(q, 0, q)));
      const place = new Int32Array(lists.length);
      lists.forEach((list, i) => (place[list] = i + 1));
      const of = new Int32Array(n);
      for (let list = 0; list < centres.rows; list++) {
        for (let e = starts[list]; e < starts[list + 1]; e++) of[order[e]] = list;
      }
      return Int32Array.from(rows, (row) => place[of[row]]);
    },
    toFiles() {
      const lists = added.map((_, list) => rowsOf(list));
      const ends = new Uint32Array(lists.length + 1);
      lists.forEach((list, i) => (ends[i + 1] = ends[i] + list.length));
      const x = { data: data.subarray(0, n * cols), rows: n, cols };
      return writeIndex({ x, distance, recall, probes, centres, starts: ends, order: Uint32Array.from(lists.flat()) });
    },
  };
}

/** The next larger double is enough for distances, none of which is subnormal where it matters. */
const nextAbove = (value: number): number => value + Math.abs(value) * Number.EPSILON + Number.MIN_VALUE;

function passing(filter: RowFilter | undefined, n: number): ((row: number) => boolean) | undefined {
  if (filter === undefined || typeof filter === 'function') return filter;
  if (filter.length * 8 < n) {
    throw new InputError(`nearest rows: the filter has ${filter.length * 8} bits, expected at least ${n}, one a row`, {
      code: 'filter',
    });
  }
  return (row) => ((filter[row >> 3] >> (row & 7)) & 1) === 1;
}

function checkRows(x: Matrix, distance: Distance): void {
  checkFinite(x, 'index');
  if (distance === 'hyperbolic') rowWeightsNow(x, distance, 'index');
}
