/** Sequences of whole numbers that are learned from, be they words of sentences or nodes of random walks. */
import { InputError } from '../base/index.ts';

/** Between sequences. */
export const SEQUENCE_END = 0xffffffff;

/** Sequences of whole numbers below `nItems`, SEQUENCE_END between them; no sequence goes over from chunk to chunk. */
export interface Sequences {
  readonly nItems: number;
  readonly chunks: readonly Uint32Array[];
}

/** Where a reader is. */
export interface ReadingPlace {
  chunk: number;
  at: number;
  /** items read of the piece it is in */
  within: number;
}

/** What a slice of sequences is made of. */
export interface SliceCounts {
  items: number;
  /** sequences that end in it; of a long one, its pieces */
  pieces: number;
}

/** Longer sequences count for several: what goes by their number goes on within them as well. */
const PIECE = 1000;

/** Lists of items as sequences, in chunks of about a million. */
export function sequencesOf(lists: Iterable<ArrayLike<number>>, nItems: number, chunkLength = 2 ** 20): Sequences {
  const chunks: Uint32Array[] = [];
  let chunk = new Uint32Array(chunkLength);
  let at = 0;
  for (const list of lists) {
    if (at > 0 && at + list.length + 1 > chunk.length) {
      chunks.push(chunk.slice(0, at));
      at = 0;
    }
    if (list.length + 1 > chunk.length) chunk = new Uint32Array(list.length + 1);
    chunk.set(list, at);
    at += list.length;
    chunk[at++] = SEQUENCE_END;
  }
  if (at > 0) chunks.push(chunk.slice(0, at));
  return { nItems, chunks };
}

/** How often each item is in the sequences. @throws InputError when one is not below nItems */
export function countItems({ nItems, chunks }: Sequences): Float64Array {
  const counts = new Float64Array(nItems);
  for (const chunk of chunks) {
    for (const item of chunk) {
      if (item < nItems) counts[item]++;
      else if (item !== SEQUENCE_END) {
        throw new InputError(`sequences: item ${item}, expected less than ${nItems}`, { code: 'sequences' });
      }
    }
  }
  return counts;
}

/** How many pieces there are in all. */
export function countPieces({ chunks }: Sequences): number {
  let [pieces, within] = [0, 0];
  for (const chunk of chunks) {
    const counted = countSlice(chunk, within);
    pieces += counted.pieces;
    within = counted.within;
  }
  return pieces;
}

/** Goes through the chunks a slice at a time, sequences whole where they fit. */
export function sequenceReader({ chunks }: Sequences, from: ReadingPlace = { chunk: 0, at: 0, within: 0 }) {
  let { chunk, at, within } = from;
  return {
    get place(): ReadingPlace {
      return { chunk, at, within };
    },
    get atEnd(): boolean {
      return chunk >= chunks.length;
    },
    rewind(): void {
      [chunk, at, within] = [0, 0, 0];
    },
    /** the next of them: how many numbers were written, and what they are */
    next(into: Uint32Array): SliceCounts & { length: number } {
      if (chunk >= chunks.length) return { length: 0, items: 0, pieces: 0 };
      const source = chunks[chunk];
      let end = Math.min(source.length, at + into.length);
      if (end < source.length) {
        const whole = source.lastIndexOf(SEQUENCE_END, end - 1);
        if (whole >= at) end = whole + 1;
      }
      const slice = source.subarray(at, end);
      into.set(slice);
      const counted = countSlice(slice, within);
      ({ within } = counted);
      at = end;
      if (at === source.length) {
        chunk++;
        at = 0;
      }
      return { length: slice.length, items: counted.items, pieces: counted.pieces };
    },
  };
}

/** @param within  items before it of the piece that it begins in */
function countSlice(slice: Uint32Array, within: number): SliceCounts & { within: number } {
  let [items, pieces] = [0, 0];
  for (let i = 0; i < slice.length; i++) {
    const ends = slice[i] === SEQUENCE_END;
    if (!ends) {
      items++;
      within++;
    }
    if (within === PIECE || (ends && within > 0)) {
      pieces++;
      within = 0;
    }
  }
  return { items, pieces, within };
}
