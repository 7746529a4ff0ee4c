/**
 * Exact neighbours: candidates by the packed kernels, put in order in double precision, and checked.
 *
 * A few more candidates are kept than neighbours are asked for. The key of the last one kept bounds the distance of all
 * that were dropped; where that bound, less what rounding may have done, is beyond the k-th neighbour, the neighbours are
 * the true ones. Rows for which it isn't are searched again by floats, and at last one by one in double precision: by
 * whole numbers nearly none where distances differ, by floats those with many equal distances.
 */
import type { Block, Workspace } from '../kernels/index.ts';
import type { Metric } from './metric.ts';
import { floatPacking, packPlaces } from './pack.ts';
import type { Packing, Panels, Placed } from './pack.ts';
import { inStretches } from './stretches.ts';

/** An empty list entry, either half. */
export const EMPTY = 0x7fffffff;
const SCRATCH = 256;
/** Rows of a block of queries, as in the kernel. */
const QUERY_ROWS = 64;
/** Multiplications of a chunk: some ten milliseconds. */
const CHUNK_WORK = 1.5e8;

export interface SearchJob {
  signal?: AbortSignal;
  /** the share done since the last time, of the whole search */
  report?: (share: number) => void;
}

export interface Found {
  readonly k: number;
  /** [queries, k] */
  readonly indices: Block<Uint32Array>;
  readonly distances: Block<Float32Array>;
  /** what orders the k-th neighbour in double precision; infinite where there are fewer */
  readonly kth: Block<Float64Array>;
}

export interface Search {
  readonly metric: Metric;
  readonly x: Placed;
  /** queries; x itself, each row without itself, when it is the same object */
  readonly q: Placed;
  readonly k: number;
  /** undefined: floats from the start */
  readonly whole?: Packing;
}

export function makeFound(space: Workspace, rows: number, k: number): Found {
  return { k, indices: space.uint32(rows * k), distances: space.float32(rows * k), kth: space.float64(rows) };
}

/** 0 … n − 1 */
export function upTo(n: number): Int32Array {
  const out = new Int32Array(n);
  for (let i = 0; i < n; i++) out[i] = i;
  return out;
}

/** Empty lists and their limits. */
export async function makeLists(
  space: Workspace,
  places: number,
  most: number,
  signal?: AbortSignal,
): Promise<{ lists: Block<Int32Array>; limits: Block<Int32Array> }> {
  const lists = space.int32(places * most * 2);
  const limits = space.int32(places);
  const all = lists.view;
  await inStretches({ rows: all.length, cols: 1 }, (from, to) => all.fill(EMPTY, from, to), signal);
  limits.view.fill(EMPTY);
  return { lists, limits };
}

/** Candidates kept for k neighbours. */
export const candidates = (k: number, n: number): number => Math.min(n, k + 6 + (k >> 2));

export async function exactNeighbors(space: Workspace, search: Search, job: SearchJob = {}): Promise<Found> {
  const { metric, x, q, k, whole } = search;
  const found = makeFound(space, q.rows, k);
  const packing = whole ?? floatPacking(metric.floats, x.cols);
  const most = candidates(k, x.rows);
  let left = q === x ? await allPairs(space, search, packing, most, found, job) : upTo(q.rows);
  if (q !== x) left = await askRows(space, search, packing, most, left, found, job);
  if (packing.op === 0 && left.length > 16) {
    left = await askRows(
      space,
      search,
      floatPacking(metric.floats, x.cols),
      Math.min(x.rows, 2 * most),
      left,
      found,
      job,
    );
  }
  await searchOneByOne(space, search, left, found, job);
  return found;
}

/** All rows among themselves, each pair once → rows that are not certain. */
async function allPairs(
  space: Workspace,
  search: Search,
  packing: Packing,
  most: number,
  found: Found,
  { signal, report }: SearchJob,
): Promise<Int32Array> {
  const { x } = search;
  const n = x.rows;
  const packed = await packPlaces(space, packing, x, upTo(n), { signal });
  const { lists, limits } = await makeLists(space, packed.count * space.threads, most, signal);
  const scratch = space.uint8(SCRATCH * space.threads);
  const block = Math.max(
    64,
    Math.floor(Math.min(Math.sqrt(CHUNK_WORK / (packing.steps * (packing.op === 0 ? 1 : 2))), n / 6) / 64) * 64,
  );
  const blocks = Math.ceil(n / block);
  const chunks = (blocks * (blocks + 1)) / 2;
  await space.parallel(
    'pairBlocks',
    chunks,
    [packing.op, packed.panels, packed.weights, n, packing.steps, block, most, lists, limits, scratch],
    { signal, onChunk: (done) => report?.(done / chunks) },
  );
  if (space.threads > 1)
    await space.parallel('mergeLists', Math.ceil(n / 256), [lists, space.threads, n, most], { signal });
  await order(space, search, { lists, most, count: n, trust: trustOf(packing, packed) }, found, signal);
  const left = uncertain(search, packing, packed, { keys: lists.view, most }, upTo(n), found);
  for (const block of [lists, limits, scratch]) block.free();
  packed.free();
  return left;
}

/** Some queries against all rows → those that are not certain. */
async function askRows(
  space: Workspace,
  search: Search,
  packing: Packing,
  most: number,
  asked: Int32Array,
  found: Found,
  { signal, report }: SearchJob,
): Promise<Int32Array> {
  const { x, q } = search;
  const right = await packPlaces(space, packing, x, upTo(x.rows), { signal });
  const left = await packPlaces(space, packing, q, asked, { signal });
  const { lists, limits } = await makeLists(space, left.count, most, signal);
  const ask = space.int32(asked);
  await searchPanels(
    space,
    packing,
    { left, count: asked.length, except: q === x ? ask : undefined, right, n: x.rows, most, lists, limits },
    { signal, report },
  );
  await order(
    space,
    search,
    { lists, most, count: asked.length, ask, trust: trustOf(packing, right, left) },
    found,
    signal,
  );
  const uncertainRows = uncertain(search, packing, right, { keys: lists.view, most }, asked, found, left);
  for (const block of [lists, limits, ask]) block.free();
  left.free();
  right.free();
  return uncertainRows;
}

interface PanelSearch {
  left: Panels;
  count: number;
  /** the place that each of the left leaves out */
  except?: Block;
  right: Panels;
  n: number;
  most: number;
  lists: Block;
  limits: Block;
}

/** Rows of the left against places 0 … n − 1 of the right. */
export async function searchPanels(
  space: Workspace,
  { op, steps }: Packing,
  { left, count, except, right, n, most, lists, limits }: PanelSearch,
  { signal, report }: SearchJob = {},
): Promise<void> {
  const scratch = space.uint8(SCRATCH * space.threads);
  const stretch = Math.max(64, Math.floor(CHUNK_WORK / (QUERY_ROWS * steps) / 64) * 64);
  for (let from = 0; from < n; from += stretch) {
    const to = Math.min(n, from + stretch);
    await space.parallel(
      'queryBlock',
      Math.ceil(count / QUERY_ROWS),
      [
        op,
        left.panels,
        left.weights,
        count,
        except ?? 0,
        right.panels,
        right.weights,
        from,
        to,
        steps,
        most,
        lists,
        limits,
        scratch,
      ],
      { signal },
    );
    report?.(to / n);
  }
  scratch.free();
}

interface Candidates {
  lists: Block;
  most: number;
  count: number;
  /** the query of each list; its own number when left out */
  ask?: Block;
  /** places → rows of x */
  places?: Block;
  /** how far keys tell distances; not at all when left out */
  trust?: Trust;
  /** distances to seven digits rather than in double precision */
  single?: boolean;
}

/** Keys are squared distances times scale², their roots at most `slack` off. */
export interface Trust {
  readonly scale: number;
  readonly slack: number;
}

/** What the keys of whole numbers tell of distances. */
export function trustOf({ op, norms, scale }: Packing, right: Panels, left: Panels = right): Trust | undefined {
  if (op !== 0 || !norms) return undefined;
  // and a hundredth of a unit for what double precision rounds
  return { scale, slack: worstLoss(right) + (left === right ? worstLoss(right) : worstLoss(left)) + 0.01 };
}

function worstLoss({ errors }: Panels): number {
  let worst = 0;
  for (const lost of errors?.view ?? []) if (lost > worst) worst = lost;
  return worst;
}

/** Candidates → neighbours. */
export async function order(
  space: Workspace,
  { metric, x, q, k }: Search,
  { lists, most, count, ask, places, trust, single }: Candidates,
  found: Found,
  signal?: AbortSignal,
): Promise<void> {
  const scratch = space.uint8(space.threads * (k * 12 + 16));
  await space.parallel(
    'orderLists',
    Math.ceil(count / 64),
    [
      metric.exact,
      x.data,
      q.data,
      x.cols,
      doubleWeights(x),
      doubleWeights(q),
      ask ?? 0,
      count,
      places ?? 0,
      lists,
      most,
      k,
      found.indices,
      found.distances,
      found.kth,
      scratch,
      trust?.scale ?? 0,
      trust?.slack ?? 0,
      single ? 1 : 0,
    ],
    { signal },
  );
  scratch.free();
}

const doubleWeights = ({ weights }: Placed): Block | number => weights ?? 0;

/** Those of `asked` whose list may have dropped a true neighbour. */
export function uncertain(
  { metric, x, q }: Search,
  { op, scale, norms, longest, steps }: Packing,
  right: Panels,
  { keys, most }: { keys: Int32Array; most: number },
  asked: Int32Array,
  { kth }: Found,
  left: Panels = right,
): Int32Array {
  const most8 = Math.min(most, x.rows);
  const floats = new Float32Array(1);
  const bits = new Int32Array(floats.buffer);
  const mine = left.errors?.view;
  const worst = worstLoss(right);
  const relative = (steps + 16) * 2 ** -24;
  const values = kth.view;
  const reach = q === x ? x.rows - 1 : x.rows;
  return asked.filter((query, i) => {
    const key = keys[(i * most + most8 - 1) * 2 + 1];
    const whose = keys[(i * most + most8 - 1) * 2];
    const value = values[query];
    if (most >= reach && value < Infinity) return false;
    if (key === EMPTY && whose === EMPTY) return value === Infinity;
    if (op === 0) {
      const lost = mine ? mine[i] : 0;
      if (!norms) return -value * scale * scale < -key / 2 + (lost + worst) * longest + lost * worst;
      const squared = metric.exact === 1 ? 2 * value : value;
      if (lost === 0 && worst === 0) return false;
      return Math.sqrt(squared) * scale > Math.sqrt(Math.max(0, key)) - lost - worst;
    }
    bits[0] = op === 3 ? key ^ ((key >> 31) & EMPTY) : key;
    if (op === 3) return value > floats[0] - relative * Math.abs(floats[0]) * 4;
    const squared = metric.exact === 1 ? 2 * value : value;
    return squared > floats[0] * (1 - relative) - (metric.exact === 1 ? 1e-6 * Math.sqrt(floats[0]) : 0);
  });
}

/** In double precision, without a kernel of blocks. */
export async function searchOneByOne(
  space: Workspace,
  { metric, x, q, k }: Search,
  asked: Int32Array,
  found: Found,
  { signal }: SearchJob,
): Promise<void> {
  if (asked.length === 0) return;
  const group = 4096;
  const stretch = Math.max(64, Math.floor(2e7 / x.cols));
  for (let at = 0; at < asked.length; at += group) {
    const some = asked.subarray(at, at + group);
    const ask = space.int32(some);
    const values = space.float64(some.length * k);
    const rows = space.int32(some.length * k);
    for (let from = 0; from < x.rows; from += stretch) {
      const to = Math.min(x.rows, from + stretch);
      await space.parallel(
        'searchRows',
        some.length,
        [
          metric.exact,
          q === x ? 1 : 0,
          x.data,
          x.rows,
          from,
          to,
          q.data,
          x.cols,
          doubleWeights(x),
          doubleWeights(q),
          ask,
          k,
          values,
          rows,
          found.indices,
          found.distances,
          found.kth,
        ],
        { signal },
      );
    }
    for (const block of [ask, values, rows]) block.free();
  }
}
