/**
 * Rows that are the same number for number are searched once: a thousand copies of a row are then neither a thousand
 * times the work nor a crowd that hides everything else from their neighbours. Under cosine, rows of zeros, which are
 * at distance 1 from all, are set aside as well.
 */
import { takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import type { Neighbors } from './nearest-neighbors.ts';
import { inStretches } from './stretches.ts';

export interface Distinct {
  /** each row once, in the order of first appearance, without those set aside */
  readonly x: Matrix;
  /** rows of the original by distinct row: those of row g are members[starts[g]] … members[starts[g + 1] − 1], rising */
  readonly members: Uint32Array;
  readonly starts: Uint32Array;
  /** the distinct row of each, −1 for those set aside */
  readonly of: Int32Array;
  /** rows at distance 1 from everything, rising */
  readonly aside: Uint32Array;
}

/**
 * @param hashes  of the rows' bits (assembly/norms.ts)
 * @returns undefined when all rows differ and none is set aside
 */
export async function distinctRows(
  x: Matrix,
  hashes: Int32Array,
  setAside?: (row: number) => boolean,
  signal?: AbortSignal,
): Promise<Distinct | undefined> {
  const { rows: n, cols: d } = x;
  const words = new Int32Array(x.data.buffer, x.data.byteOffset, x.data.length);
  let size = 16;
  while (size < 2 * n) size *= 2;
  const table = new Int32Array(size).fill(-1);
  const of = new Int32Array(n);
  const firsts = new Int32Array(n);
  let nGroups = 0;
  const aside: number[] = [];
  const group = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      if (setAside?.(i)) {
        of[i] = -1;
        aside.push(i);
        continue;
      }
      const hash = hashes[i];
      let slot = (hash ^ (hash >>> 16)) & (size - 1);
      for (let g; (g = table[slot]) >= 0; slot = (slot + 1) & (size - 1)) {
        if (hashes[firsts[g]] === hash && same(words, firsts[g] * d, i * d, d)) break;
      }
      if (table[slot] < 0) {
        table[slot] = nGroups;
        firsts[nGroups++] = i;
      }
      of[i] = table[slot];
    }
  };
  await inStretches({ rows: n, cols: 16 }, group, signal);
  if (nGroups === n) return undefined;
  const starts = new Uint32Array(nGroups + 1);
  for (const group of of) if (group >= 0) starts[group + 1]++;
  for (let g = 0; g < nGroups; g++) starts[g + 1] += starts[g];
  const next = starts.slice();
  const members = new Uint32Array(n - aside.length);
  of.forEach((group, i) => {
    if (group >= 0) members[next[group]++] = i;
  });
  return { x: takeRows(x, firsts.subarray(0, nGroups)), members, starts, of, aside: Uint32Array.from(aside) };
}

function same(words: Int32Array, a: number, b: number, d: number): boolean {
  for (let j = 0; j < d; j++) if (words[a + j] !== words[b + j]) return false;
  return true;
}

/** What is asked of the distinct rows, and for whom. */
export interface Expansion {
  k: number;
  /** how many ask */
  nQueries: number;
  /** the line of `found` for a query, −1 for one at distance 1 from everything */
  line(query: number): number;
  /** the distance between equal rows, where rows ask about themselves: distinct row → distance */
  between?: (group: number) => number;
}

/** Neighbours among the distinct rows → neighbours among all; of equally near ones the smaller index comes first. */
export async function expand(
  distinct: Distinct,
  found: Neighbors | undefined,
  { k, nQueries, line, between }: Expansion,
  signal?: AbortSignal,
): Promise<Neighbors> {
  const { members, starts, aside } = distinct;
  const n = members.length + aside.length;
  const indices = new Uint32Array(nQueries * k);
  const distances = new Float32Array(nQueries * k);
  const alone = (group: number): boolean => starts[group + 1] - starts[group] === 1;

  /** Most rows have no equals near them: their neighbours are only to be renamed. */
  function rename(i: number, mine: number): boolean {
    if (!found || found.nNeighbors < k || aside.length > 0 || (between && !alone(mine))) return false;
    for (let e = 0; e < k; e++) {
      const group = found.indices[mine * k + e];
      if (!alone(group)) return false;
      indices[i * k + e] = members[starts[group]];
      distances[i * k + e] = found.distances[mine * k + e];
    }
    return true;
  }

  function merge(i: number, mine: number): void {
    const itself = between ? i : -1;
    const near: { far: number; row: number }[] = [];
    const offer = (far: number, rows: Uint32Array): void => {
      for (let e = 0, taken = 0; e < rows.length && taken < k; e++) {
        if (rows[e] === itself) continue;
        near.push({ far, row: rows[e] });
        taken++;
      }
    };
    if (mine < 0) {
      for (let row = 0; near.length < k && row < n; row++) if (row !== itself) near.push({ far: 1, row });
    } else {
      if (between) offer(between(mine), members.subarray(starts[mine], starts[mine + 1]));
      for (let e = 0; found && e < found.nNeighbors; e++) {
        const group = found.indices[mine * found.nNeighbors + e];
        offer(found.distances[mine * found.nNeighbors + e], members.subarray(starts[group], starts[group + 1]));
      }
      offer(1, aside);
      near.sort((a, b) => a.far - b.far || a.row - b.row);
    }
    for (let e = 0; e < k; e++) {
      indices[i * k + e] = near[e].row;
      distances[i * k + e] = near[e].far;
    }
  }

  const work = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const mine = line(i);
      if (mine < 0 || !rename(i, mine)) merge(i, mine);
    }
  };
  await inStretches({ rows: nQueries, cols: 64 * k }, work, signal);
  return {
    nNeighbors: k,
    indices,
    distances,
    recall: found?.recall ?? 1,
    ...(found?.note ? { note: found.note } : {}),
  };
}
