/**
 * Rows in lists of those that lie together: k-means on a sample, in two levels where there are many lists, so that the
 * time grows with n √n and not with n².
 */
import { matrix, permutation, random, row } from '../base/index.ts';
import type { Matrix, Random } from '../base/index.ts';
import type { Workspace } from '../kernels/index.ts';
import { makeLists, searchPanels, upTo } from './exact.ts';
import { packPlaces, placeMatrix } from './pack.ts';
import type { Packing, Panels, Placed } from './pack.ts';

/** Rows to a list, about. */
export const LIST_ROWS = 160;
/** A list longer than this is cut. */
const LONGEST_LIST = 512;
const TRAIN_ROWS = 40;
const ROUNDS = 3;
/** Lists made in one level. */
const FLAT_LISTS = 640;
/** Rows assigned at a time. */
const BATCH = 65_536;
/** Columns in a chunk of sums, of assembly/norms.ts. */
const SUM_COLUMNS = 64;

export interface Lists {
  readonly count: number;
  /** rows by place, −1 for an empty one; each list begins at a multiple of 8 */
  readonly places: Int32Array;
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** [count, d], of rows as they are packed: of unit length under cosine */
  readonly centres: Matrix;
}

/** Rows that lie together, about a centre. */
export interface Group {
  rows: Int32Array;
  centre: Float32Array;
}

export interface PartitionInput {
  /** the rows */
  placed: Placed;
  /** Euclidean */
  packing: Packing;
  seed: number;
  signal?: AbortSignal;
}

/** @param space  a workspace with the modules `distances`, `neighbors` and `norms` */
export async function partition(space: Workspace, input: PartitionInput): Promise<Lists> {
  const { placed, seed } = input;
  const rng = random(seed).fork(17);
  const wanted = Math.max(1, Math.round(placed.rows / LIST_ROWS));
  const all = upTo(placed.rows);
  const groups: Group[] = [];
  if (wanted <= FLAT_LISTS) groups.push(...(await cluster(space, input, all, wanted, rng)));
  else {
    for (const { rows, centre } of await cluster(space, input, all, Math.round(Math.sqrt(wanted)), rng)) {
      const parts = Math.round(rows.length / LIST_ROWS);
      if (parts <= 1) groups.push({ rows, centre });
      else groups.push(...(await cluster(space, input, rows, parts, rng)));
    }
  }
  return layOut(groups, placed.cols);
}

/** Lists one after another, each from a multiple of 8 on. */
export function layOut(groups: readonly Group[], cols: number): Lists {
  const cut = groups.flatMap(({ rows, centre }) => {
    const parts = Math.max(1, Math.ceil(rows.length / LONGEST_LIST));
    const size = Math.ceil(rows.length / parts);
    return Array.from({ length: parts }, (_, part) => ({
      rows: rows.subarray(part * size, (part + 1) * size),
      centre,
    }));
  });
  const starts = new Int32Array(cut.length);
  let end = 0;
  cut.forEach(({ rows }, list) => {
    starts[list] = end;
    end += Math.ceil(rows.length / 8) * 8;
  });
  const places = new Int32Array(end).fill(-1);
  const centres = matrix(cut.length, cols);
  cut.forEach(({ rows, centre }, list) => {
    places.set(rows, starts[list]);
    centres.data.set(centre, list * cols);
  });
  return { count: cut.length, places, starts, counts: Int32Array.from(cut, ({ rows }) => rows.length), centres };
}

/** k-means of some rows → groups that are not empty. */
async function cluster(
  space: Workspace,
  input: PartitionInput,
  rows: Int32Array,
  k: number,
  rng: Random,
): Promise<Group[]> {
  const { placed, packing, signal } = input;
  const { cols } = placed;
  const drawn = permutation(rows.length, rng).subarray(0, Math.min(rows.length, TRAIN_ROWS * k));
  const sample = Int32Array.from(drawn, (i) => rows[i]);
  const centres = matrix(Math.min(k, sample.length), cols);
  const totals = space.float64(centres.data.length);
  const from = space.int32(sample);
  const sum = async (of: Int32Array): Promise<Float64Array> => {
    totals.view.fill(0);
    const groups = space.int32(of);
    const args = [placed.data, cols, from, groups, of.length, placed.factors ?? 0, totals];
    await space.parallel('sumGroups', Math.ceil(cols / SUM_COLUMNS), args, { signal });
    groups.free();
    return totals.view;
  };
  centres.data.set(await sum(upTo(centres.rows)));
  const panels = await packPlaces(space, packing, placed, sample, { signal });
  for (let round = 0; round < ROUNDS; round++) {
    const of = await nearestCentre(space, packing, panels, sample.length, centres, signal);
    moveCentres(centres, await sum(of), of);
  }
  for (const block of [totals, from]) block.free();
  panels.free();
  const groups = new Int32Array(rows.length);
  for (let from = 0; from < rows.length; from += BATCH) {
    const some = rows.subarray(from, from + BATCH);
    const packed = await packPlaces(space, packing, placed, some, { signal });
    groups.set(await nearestCentre(space, packing, packed, some.length, centres, signal), from);
    packed.free();
  }
  return membersOf(rows, groups, centres);
}

/** To the means of what is nearest to each; one that nothing is nearest to stays. */
function moveCentres({ data, rows, cols }: Matrix, sums: Float64Array, of: Int32Array): void {
  const sizes = new Int32Array(rows);
  for (const c of of) sizes[c]++;
  for (let c = 0, at = 0; c < rows; c++) {
    for (let j = 0; j < cols; j++, at++) if (sizes[c] > 0) data[at] = sums[at] / sizes[c];
  }
}

/** Groups that are not empty. */
function membersOf(rows: Int32Array, groups: Int32Array, centres: Matrix): Group[] {
  const members = Array.from({ length: centres.rows }, (): number[] => []);
  for (let i = 0; i < rows.length; i++) members[groups[i]].push(rows[i]);
  return members.flatMap((list, c) =>
    list.length > 0 ? [{ rows: Int32Array.from(list), centre: row(centres, c).slice() }] : [],
  );
}

export async function packCentres(
  space: Workspace,
  packing: Packing,
  centres: Matrix,
  signal?: AbortSignal,
): Promise<Panels> {
  const placed = placeMatrix(space, centres, 'euclidean');
  const panels = await packPlaces(space, packing, placed, upTo(centres.rows), { signal });
  placed.data.free();
  return panels;
}

/** The nearest centre of each packed row. */
export async function nearestCentre(
  space: Workspace,
  packing: Packing,
  left: Panels,
  count: number,
  centres: Matrix,
  signal?: AbortSignal,
): Promise<Int32Array> {
  const right = await packCentres(space, packing, centres, signal);
  const { lists, limits } = await makeLists(space, left.count, 1, signal);
  await searchPanels(space, packing, { left, count, right, n: centres.rows, most: 1, lists, limits }, { signal });
  const entries = lists.view;
  const of = Int32Array.from({ length: count }, (_, i) => entries[2 * i]);
  for (const block of [lists, limits]) block.free();
  right.free();
  return of;
}
