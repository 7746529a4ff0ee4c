/**
 * Approximate neighbours, as good as is asked for.
 *
 * Rows lie in lists of those that belong together (an inverted file, Jégou, Douze & Schmid 2011); each row is measured
 * against the lists whose centres are nearest to it, list by list, so that the work is dense blocks. Then neighbours of
 * neighbours are tried (Dong, Charikar & Li 2011), which makes good neighbours of fair ones for little. The true
 * neighbours of a sample of rows say how many lists it takes and when it is enough; the share found of theirs is the
 * recall that is reported.
 */
import { permutation, random } from '../base/index.ts';
import type { Block, Workspace } from '../kernels/index.ts';
import {
  EMPTY,
  candidates,
  makeFound,
  makeLists,
  order,
  searchOneByOne,
  searchPanels,
  trustOf,
  uncertain,
  upTo,
} from './exact.ts';
import type { Found, Search, SearchJob, Trust } from './exact.ts';
import { floatPacking, packPlaces } from './pack.ts';
import type { Packing, Panels } from './pack.ts';
import { nearestCentre, packCentres, partition } from './partition.ts';
import type { Lists } from './partition.ts';
import { copyTo, inStretches } from './stretches.ts';

/** Fewer rows than this are searched exactly. */
export const FEW_ROWS = 2000;
/** Rows whose true neighbours are found. */
const SAMPLE = 192;
/** The share of the sample that may need double precision before floats take the place of whole numbers. */
const COARSE = 0.1;
/** Nearby lists that a row may be measured against. */
const NEAR_LISTS = 96;
/** Up to so many rows, what is measured is offered to both: each thread then has lists of its own. */
const BOTH_ROWS = 250_000;
/** Passes of neighbours of neighbours, at most, after each widening. */
const PASSES = 3;
/** Neighbours of each neighbour that are tried, and places tried that have a row among their own neighbours. */
const FULL_PASS = { reach: 12, reverse: 8 };
/** What is enough as the first pass where less than `SHORT` of the recall is wanting. */
const LIGHT_PASS = { reach: 8, reverse: 0 };
const SHORT = 0.02;

export interface ApproximateInput extends Search {
  readonly recall: number;
  readonly seed: number;
  /** of the rows of x, where they are known: else they are made */
  readonly lists?: Lists;
}

/** More queries than this are not searched exactly instead: what was reached is given, with its recall. */
const TOO_MANY = 150_000;

/** Found, with the share of the sample's true neighbours that is in it; undefined where exact search is no slower. */
export async function approximateNeighbors(
  space: Workspace,
  input: ApproximateInput,
  { signal, report }: SearchJob = {},
): Promise<(Found & { recall: number }) | undefined> {
  const { metric, x, q, k, whole, recall: target, seed } = input;
  const packing = whole ?? floatPacking(metric.floats, x.cols);
  const flat: Packing = packing.op === 0 ? packing : { ...packing, op: 1 };
  const flatX = { ...x, weightValues: undefined, weights: undefined };
  const lists = input.lists ?? (await partition(space, { placed: flatX, packing: flat, seed, signal }));
  report?.(0.15);
  const self = q === x;
  const nNear = Math.min(lists.count, lists.count > 1000 ? NEAR_LISTS / 2 : NEAR_LISTS);
  const right = await packPlaces(space, packing, x, lists.places, { plain: self, signal });
  const asking = self ? lists : await groupQueries(space, input, flat, lists, signal);
  const left = self ? right : await packPlaces(space, packing, q, asking.places, { signal });
  const centres = await packCentres(space, flat, lists.centres, signal);
  const near = space.int32(await nearLists(space, flat, centres, lists.count, nNear, signal));
  const ranks = space.uint8(left.count * nNear);
  const longest = Math.ceil(Math.max(...lists.counts, ...asking.counts) / 8) * 8;
  const nNear8 = Math.ceil(nNear / 8) * 8;
  const scratchSize = 1024 + 32 * packing.steps + 8 * nNear8 + 4 * longest * (nNear8 + 1);
  const scratch = space.uint8(scratchSize * space.threads);
  const [leftStarts, leftCounts] = [space.int32(asking.starts), space.int32(asking.counts)];
  const [starts, counts] = [space.int32(lists.starts), space.int32(lists.counts)];
  await space.parallel(
    'rankLists',
    lists.count,
    [
      flat.op,
      left.panels,
      left.weights,
      leftStarts,
      leftCounts,
      centres.panels,
      centres.weights,
      near,
      nNear,
      packing.steps,
      ranks,
      scratch,
      scratchSize,
    ],
    { signal },
  );
  const most = Math.min(x.rows, k + 4 + (k >> 4));
  const both = self && x.rows <= BOTH_ROWS;
  const sets = both ? space.threads : 1;
  const { lists: entries, limits } = await makeLists(space, left.count * sets, most, signal);
  const found = makeFound(space, q.rows, k);
  const places = space.int32(lists.places);
  const trust = trustOf(packing, right, left);
  const truth = await sampleTruth(space, input, packing, { lists, asking, places, right, found }, signal);
  if (!truth) return approximateNeighbors(space, { ...input, whole: undefined }, { signal, report });
  report?.(0.25);

  const exactIsLong = left.count > TOO_MANY;
  const reached = recallByProbes(truth, lists, asking, near.view, ranks.view, nNear, both);
  const start = self ? startingRecall(target) : target;
  let probes = reached.findIndex((share) => share >= start) + 1;
  if (probes === 0) {
    if (!exactIsLong && (!self || reached[nNear - 1] < start / 2)) return undefined;
    probes = nNear;
  }
  let from = 0;
  let reckoned = { recall: 0, error: 0 };
  // by more than the sample's standard error, so that it is not luck
  const wanting = (): number => target + reckoned.error - reckoned.recall;
  let old: Block<Int32Array> | undefined;
  for (;;) {
    await space.parallel(
      'scanLists',
      lists.count,
      [
        packing.op,
        both ? 2 : self ? 1 : 0,
        left.panels,
        left.weights,
        leftStarts,
        leftCounts,
        right.panels,
        right.weights,
        starts,
        counts,
        near,
        nNear,
        ranks,
        from,
        probes,
        packing.steps,
        most,
        entries,
        limits,
        left.count,
        scratch,
        scratchSize,
      ],
      { signal, onChunk: (done) => report?.(0.25 + (0.4 * done) / lists.count) },
    );
    if (sets > 1) {
      await space.parallel('mergeLists', Math.ceil(left.count / 256), [entries, sets, left.count, most], { signal });
    }
    reckoned = await sampleRecall(space, input, truth, { entries, most, asking, places, found, trust }, signal);
    for (let pass = 0; self && pass < PASSES && wanting() > 0; pass++) {
      old ??= space.int32(left.count * most * 2);
      const before = reckoned.recall;
      const how = wanting() < SHORT && pass === 0 ? LIGHT_PASS : FULL_PASS;
      await refine(space, packing, right, { entries, old, limits, most, k, ...how }, signal);
      reckoned = await sampleRecall(space, input, truth, { entries, most, asking, places, found, trust }, signal);
      if (how === FULL_PASS && reckoned.recall - before < 0.002) break;
    }
    if (wanting() <= 0 || probes === nNear) break;
    from = probes;
    probes = Math.min(nNear, Math.ceil(probes * 1.6));
  }
  const { recall } = reckoned;
  if (recall < target && !exactIsLong) return undefined;
  old?.free();
  const ask = self ? places : space.int32(asking.places);
  const count = asking.places.length;
  await order(space, input, { lists: entries, most, count, ask, places, trust, single: true }, found, signal);
  const kth = found.kth.view;
  const missing = upTo(q.rows).filter((i) => kth[i] === Infinity);
  await searchOneByOne(space, input, missing, found, { signal });
  report?.(1);
  return { ...found, recall };
}

/** What the lists alone should reach before neighbours of neighbours do the rest. */
const startingRecall = (target: number): number => Math.max(0.5 * target, 1 - 1.5 * (1 - target));

type Asking = Pick<Lists, 'places' | 'starts' | 'counts'>;

/** Queries by the list whose centre is nearest. */
async function groupQueries(
  space: Workspace,
  { q }: ApproximateInput,
  packing: Packing,
  lists: Lists,
  signal?: AbortSignal,
): Promise<Asking> {
  const all = upTo(q.rows);
  const packed = await packPlaces(space, packing, { ...q, weightValues: undefined, weights: undefined }, all, {
    signal,
  });
  const of = await nearestCentre(space, packing, packed, q.rows, lists.centres, signal);
  packed.free();
  const counts = new Int32Array(lists.count);
  for (const list of of) counts[list]++;
  const starts = new Int32Array(lists.count);
  let end = 0;
  counts.forEach((count, list) => {
    starts[list] = end;
    end += Math.ceil(count / 8) * 8;
  });
  const places = new Int32Array(end).fill(-1);
  const next = starts.slice();
  of.forEach((list, query) => (places[next[list]++] = query));
  return { places, starts, counts };
}

/** The nearest lists of each list, itself first, [count, nNear]. */
async function nearLists(
  space: Workspace,
  packing: Packing,
  centres: Panels,
  count: number,
  nNear: number,
  signal?: AbortSignal,
): Promise<Int32Array> {
  const { lists, limits } = await makeLists(space, centres.count, nNear, signal);
  await searchPanels(
    space,
    packing,
    { left: centres, count, right: centres, n: count, most: nNear, lists, limits },
    { signal },
  );
  const entries = lists.view;
  const near = Int32Array.from({ length: count * nNear }, (_, i) => entries[2 * i]);
  for (const block of [lists, limits]) block.free();
  return near;
}

interface Truth {
  /** places of the sample */
  readonly places: Int32Array;
  /** its true neighbours, rows of x, [sample, k] */
  readonly neighbors: Uint32Array;
}

interface TruthInput {
  lists: Lists;
  asking: Asking;
  places: Block;
  right: Panels;
  found: Found;
}

/** Undefined when whole numbers are too coarse to tell neighbours apart. */
async function sampleTruth(
  space: Workspace,
  input: ApproximateInput,
  packing: Packing,
  { lists, asking, places, right, found }: TruthInput,
  signal?: AbortSignal,
): Promise<Truth | undefined> {
  const { x, q, k, seed } = input;
  const most = candidates(k, x.rows);
  const filled = upTo(asking.places.length).filter((place) => asking.places[place] >= 0);
  const drawn = permutation(filled.length, random(seed).fork(23)).subarray(0, SAMPLE).sort();
  const sample = Int32Array.from(drawn, (i) => filled[i]);
  const queries = sample.map((place) => asking.places[place]);
  const left = await packPlaces(space, packing, q, queries, { signal });
  const { lists: best, limits } = await makeLists(space, left.count, most, signal);
  const except = q === x ? space.int32(sample) : undefined;
  const ask = space.int32(queries);
  await searchPanels(
    space,
    packing,
    { left, count: sample.length, except, right, n: lists.places.length, most, lists: best, limits },
    { signal },
  );
  const trust = trustOf(packing, right, left);
  await order(space, input, { lists: best, most, count: sample.length, ask, places, trust }, found, signal);
  const doubtful = uncertain(input, packing, right, { keys: best.view, most }, queries, found, left);
  if (packing.op === 0 && doubtful.length > COARSE * queries.length) return undefined;
  await searchOneByOne(space, input, doubtful, found, { signal });
  for (const block of [best, limits, except, ask]) block?.free();
  left.free();
  return { places: sample, neighbors: linesOf(found, queries) };
}

function linesOf({ indices, k }: Found, lines: Int32Array): Uint32Array {
  const out = new Uint32Array(lines.length * k);
  const all = indices.view;
  lines.forEach((line, i) => out.set(all.subarray(line * k, (line + 1) * k), i * k));
  return out;
}

/** The recall that 1, 2, … lists give, on the sample. */
function recallByProbes(
  { places, neighbors }: Truth,
  lists: Lists,
  asking: Asking,
  near: Int32Array,
  ranks: Uint8Array,
  nNear: number,
  both: boolean,
): number[] {
  const listOf = new Int32Array(lists.places.length);
  for (let list = 0; list < lists.count; list++)
    listOf.fill(list, lists.starts[list], lists.starts[list] + lists.counts[list]);
  const placeOf = new Int32Array(lists.places.length);
  lists.places.forEach((row, place) => {
    if (row >= 0) placeOf[row] = place;
  });
  const rankOf = (place: number, mine: number, other: number): number => {
    const m = near.subarray(mine * nNear, (mine + 1) * nNear).indexOf(other);
    return m >= 0 ? ranks[place * nNear + m] : nNear;
  };
  const hits = new Float64Array(nNear);
  const k = neighbors.length / places.length;
  places.forEach((place, i) => {
    let mine = 0;
    while (mine < lists.count - 1 && asking.starts[mine] + asking.counts[mine] <= place) mine++;
    for (let e = 0; e < k; e++) {
      const other = placeOf[neighbors[i * k + e]];
      const rank = rankOf(place, mine, listOf[other]);
      const least = both ? Math.min(rank, rankOf(other, listOf[other], mine)) : rank;
      if (least < nNear) hits[least]++;
    }
  });
  let sum = 0;
  return Array.from(hits, (count) => (sum += count) / neighbors.length);
}

/** The share of the sample's true neighbours that is among the k nearest candidates, and its standard error. */
async function sampleRecall(
  space: Workspace,
  input: ApproximateInput,
  { places: sample, neighbors }: Truth,
  {
    entries,
    most,
    asking,
    places,
    found,
    trust,
  }: { entries: Block<Int32Array>; most: number; asking: Asking; places: Block; found: Found; trust?: Trust },
  signal?: AbortSignal,
): Promise<{ recall: number; error: number }> {
  const some = new Int32Array(sample.length * most * 2);
  const all = entries.view;
  sample.forEach((place, i) => some.set(all.subarray(place * most * 2, (place + 1) * most * 2), i * most * 2));
  const queries = sample.map((place) => asking.places[place]);
  const lists = space.int32(some);
  const ask = space.int32(queries);
  await order(space, input, { lists, most, count: sample.length, ask, places, trust, single: true }, found, signal);
  for (const block of [lists, ask]) block.free();
  const { k } = input;
  const got = linesOf(found, queries);
  const kth = found.kth.view;
  let hits = 0;
  let squares = 0;
  for (let i = 0; i < sample.length; i++) {
    if (kth[queries[i]] === Infinity) continue;
    const mine = got.subarray(i * k, (i + 1) * k);
    let mineRight = 0;
    for (const row of neighbors.subarray(i * k, (i + 1) * k)) if (mine.includes(row)) mineRight++;
    hits += mineRight;
    squares += (mineRight / k) ** 2;
  }
  const recall = hits / neighbors.length;
  const n = sample.length;
  return { recall, error: Math.sqrt(Math.max(0, squares / n - recall * recall) / n) };
}

interface RefineInput {
  entries: Block<Int32Array>;
  old: Block<Int32Array>;
  limits: Block<Int32Array>;
  most: number;
  k: number;
  reach: number;
  reverse: number;
}

/** One pass of neighbours of neighbours. */
async function refine(
  space: Workspace,
  { op }: Packing,
  rows: Panels,
  { entries, old, limits, most, k, reach: farthest, reverse: others }: RefineInput,
  signal?: AbortSignal,
): Promise<void> {
  const count = rows.count;
  const reach = Math.min(k, most, farthest);
  const was = old.view;
  await copyTo(was, entries.view.subarray(0, was.length), signal);
  const reverse = space.int32(await reverseNeighbors(was, count, { most, reach, others }, signal));
  const seen = space.int32(count * space.threads);
  await space.parallel(
    'refineLists',
    Math.ceil(count / 64),
    [op, rows.plain!, rows.rowBytes, rows.weights, count, old, entries, most, reach, reverse, others, seen],
    { signal },
  );
  for (const block of [reverse, seen]) block.free();
  const [keys, ends] = [entries.view, limits.view];
  for (let place = 0; place < count; place++) ends[place] = keys[(place * most + most - 1) * 2 + 1];
}

/** Places that have a place among their nearest, [count, others], −1 where there are no more. */
async function reverseNeighbors(
  entries: Int32Array,
  count: number,
  { most, reach, others }: { most: number; reach: number; others: number },
  signal?: AbortSignal,
): Promise<Int32Array> {
  const out = new Int32Array(count * others).fill(-1);
  const sizes = new Uint8Array(count);
  for (let e = 0; others > 0 && e < reach; e++) {
    const note = (from: number, to: number): void => {
      for (let place = from; place < to; place++) {
        const other = entries[(place * most + e) * 2];
        if (other === EMPTY || sizes[other] === others) continue;
        out[other * others + sizes[other]++] = place;
      }
    };
    // a look at memory far away costs about as much as sixteen sums
    await inStretches({ rows: count, cols: 16 }, note, signal);
  }
  return out;
}
