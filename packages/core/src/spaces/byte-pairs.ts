/**
 * Words in pieces, by which no word is unknown: byte-pair encoding (Sennrich et al. 2016). Letters are joined to pieces,
 * the pair that occurs most first, as long as there is room; common words end up whole, rare ones in parts, and what is
 * not even a known letter in its UTF-8 bytes (as SentencePiece falls back on them).
 *
 * A word's first piece begins with a blank: ` dog`, ` bark` `s`. Pieces are numbered in the order in which they were
 * joined, and a word is parted by that order, so that a list of pieces is all there is to keep.
 */
import type { Steps } from '../base/index.ts';

/** Tokens that stand before the pieces: each byte has one. */
export const BYTES = 256;

/** A word in pieces: places in the vocabulary, bytes first, then pieces from BYTES on. */
export type Parting = (word: string) => readonly number[];

/** Letters rarer than this are written in bytes, and pairs rarer than this are not joined. */
const LEAST = 2;
/** Words whose pieces are remembered. */
const REMEMBERED = 50_000;
/** Letters that are joined among each other: what is longer is no word, and would take time by its square. */
const STRETCH = 200;
/** Numbers of pieces are below this, so that a pair of them is one number. */
const MOST = 2 ** 20;
const encoder = new TextEncoder();

/**
 * The pieces of a corpus: first its letters, the commonest first, then what is joined of them.
 * @param size  pieces at most
 */
export function* bytePairSteps(words: readonly string[], counts: ArrayLike<number>, size: number): Steps<string[]> {
  const pieces = lettersOf(words, counts, size);
  const known = new Map(pieces.map((piece, i) => [piece, i]));
  // each word as the numbers of its pieces; a gap stands for a letter that is not among them
  const parted = words.map((word) => symbolsOf(word).map((symbol) => known.get(symbol) ?? MOST - 1));
  const pairs = countPairs(parted, counts);
  const queue = pairQueue(pairs);
  let done = 0;
  const total = size - pieces.length;
  while (pieces.length < size) {
    const pair = queue.pop();
    if (pair === undefined || pairs.get(pair)!.count < LEAST) break;
    const [a, b] = [Math.floor(pair / MOST), pair % MOST];
    const piece = pieces[a] + pieces[b];
    const id = known.get(piece) ?? pieces.push(piece) - 1;
    known.set(piece, id);
    for (const word of pairs.get(pair)!.words) {
      const before = parted[word];
      const after = joined(before, a, b, id);
      if (after.length === before.length) continue;
      parted[word] = after;
      for (const [list, sign] of [
        [before, -1],
        [after, 1],
      ] as const) {
        for (let i = 1; i < list.length; i++) {
          const key = keyOf(list[i - 1], list[i]);
          if (key === undefined) continue;
          queue.changed(key, add(pairs, key, word, sign * counts[word]));
        }
      }
    }
    pairs.delete(pair);
    if (++done % 64 === 0) yield done / total;
  }
  return pieces;
}

/** How words are parted by a list of pieces. */
export function bytePairs(pieces: readonly string[]): Parting {
  const known = new Map(pieces.map((piece, i) => [piece, BYTES + i]));
  const remembered = new Map<string, readonly number[]>();
  return (word) => {
    const found = remembered.get(word);
    if (found) return found;
    const parts = partsOf(word, known);
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(word, parts);
    return parts;
  };
}

function partsOf(word: string, known: ReadonlyMap<string, number>): number[] {
  const symbols = symbolsOf(word);
  const out: number[] = [];
  for (let from = 0; from < symbols.length; from += STRETCH) {
    out.push(...joinedUp(symbols.slice(from, from + STRETCH), known).flatMap((part) => idsOf(part, known)));
  }
  return out;
}

/** Pieces joined by the one that is known longest, until none can be. */
function joinedUp(parts: string[], known: ReadonlyMap<string, number>): string[] {
  for (;;) {
    let [first, at] = [Infinity, -1];
    for (let i = 1; i < parts.length; i++) {
      const id = known.get(parts[i - 1] + parts[i]) ?? Infinity;
      if (id < first) [first, at] = [id, i];
    }
    if (at < 0) return parts;
    parts.splice(at - 1, 2, parts[at - 1] + parts[at]);
  }
}

function idsOf(part: string, known: ReadonlyMap<string, number>): number[] {
  const id = known.get(part);
  return id === undefined ? inBytes(part, known) : [id];
}

/** A letter that no piece is: its bytes; of a first letter, the blank's and what the letter is elsewhere. */
function inBytes(symbol: string, known: ReadonlyMap<string, number>): number[] {
  if (!symbol.startsWith(' ')) return [...encoder.encode(symbol)];
  const letter = symbol.slice(1);
  return [BLANK, ...(known.has(letter) ? [known.get(letter)!] : encoder.encode(letter))];
}

const BLANK = 0x20;

/** The letters of a word, the first with a blank before it. */
function symbolsOf(word: string): string[] {
  const letters = [...word];
  letters[0] = ` ${letters[0]}`;
  return letters;
}

function lettersOf(words: readonly string[], counts: ArrayLike<number>, size: number): string[] {
  const found = new Map<string, number>();
  words.forEach((word, i) => {
    for (const symbol of symbolsOf(word)) found.set(symbol, (found.get(symbol) ?? 0) + counts[i]);
  });
  const common = [...found].filter(([, count]) => count >= LEAST).sort((a, b) => b[1] - a[1]);
  return common.slice(0, size).map(([symbol]) => symbol);
}

/** A pair that may be joined. */
interface Pair {
  count: number;
  /** words that it was met in, and may have gone from */
  words: Set<number>;
}

function countPairs(parted: readonly (readonly number[])[], counts: ArrayLike<number>): Map<number, Pair> {
  const pairs = new Map<number, Pair>();
  parted.forEach((list, word) => {
    for (let i = 1; i < list.length; i++) {
      const key = keyOf(list[i - 1], list[i]);
      if (key !== undefined) add(pairs, key, word, counts[word]);
    }
  });
  return pairs;
}

const keyOf = (a: number, b: number): number | undefined =>
  a === MOST - 1 || b === MOST - 1 ? undefined : a * MOST + b;

/** @returns the pair's new count */
function add(pairs: Map<number, Pair>, key: number, word: number, by: number): number {
  let pair = pairs.get(key);
  if (!pair) pairs.set(key, (pair = { count: 0, words: new Set() }));
  pair.count += by;
  if (by > 0) pair.words.add(word);
  return pair.count;
}

function joined(list: readonly number[], a: number, b: number, id: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < list.length; i++) {
    if (list[i] === a && list[i + 1] === b) {
      out.push(id);
      i++;
    } else out.push(list[i]);
  }
  return out;
}

/**
 * The pairs by their counts, the greatest first, of equals the one of older pieces: a heap in which old counts stay until
 * they come up.
 */
function pairQueue(pairs: ReadonlyMap<number, Pair>) {
  const heap: [count: number, key: number][] = [];
  const before = (a: number, b: number): boolean =>
    heap[a][0] > heap[b][0] || (heap[a][0] === heap[b][0] && heap[a][1] < heap[b][1]);
  const swap = (a: number, b: number): void => void ([heap[a], heap[b]] = [heap[b], heap[a]]);
  const push = (count: number, key: number): void => {
    heap.push([count, key]);
    for (let i = heap.length - 1; i > 0;) {
      const up = (i - 1) >> 1;
      if (!before(i, up)) break;
      swap(i, up);
      i = up;
    }
  };
  const take = (): [number, number] | undefined => {
    if (heap.length === 0) return undefined;
    swap(0, heap.length - 1);
    const top = heap.pop();
    for (let i = 0; ;) {
      let first = i;
      for (const down of [2 * i + 1, 2 * i + 2]) if (down < heap.length && before(down, first)) first = down;
      if (first === i) return top;
      swap(i, first);
      i = first;
    }
  };
  for (const [key, { count }] of pairs) push(count, key);
  return {
    /** of a pair that will be asked for by its new count */
    changed(key: number, count: number): void {
      if (count >= LEAST) push(count, key);
    },
    pop(): number | undefined {
      for (;;) {
        const top = take();
        if (!top || pairs.get(top[1])?.count === top[0]) return top?.[1];
      }
    },
  };
}
