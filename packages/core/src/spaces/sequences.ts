/** Sequences of whole numbers that are learned from, be they words of sentences or nodes of random walks. */
import { InputError } from '../base/index.ts';

/** Between sequences. */
export const SEQUENCE_END = 0xffffffff;

/** Sequences of whole numbers below `nItems`, SEQUENCE_END between them; no sequence goes over from chunk to chunk. */
export interface Sequences {
  readonly nItems: number;
  readonly chunks: readonly Uint32Array[];
}

/** Sequences that are read anew each time, chunk after chunk, the same each time. */
export interface StreamedSequences {
  readonly nItems: number;
  /** [nItems]: how often each item is in them */
  readonly counts: Float64Array;
  /** as `countPieces` counts them */
  readonly pieces: number;
  open(): AsyncGenerator<Uint32Array, void>;
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
export function countItems(sequences: Sequences | StreamedSequences): Float64Array {
  if ('counts' in sequences) return sequences.counts;
  const { nItems, chunks } = sequences;
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
export function countPieces(sequences: Sequences | StreamedSequences): number {
  if ('pieces' in sequences) return sequences.pieces;
  let [pieces, within] = [0, 0];
  for (const chunk of sequences.chunks) {
    const counted = countSlice(chunk, within);
    pieces += counted.pieces;
    within = counted.within;
  }
  return pieces;
}

/** Goes through the chunks a slice at a time, sequences whole where they fit. */
export function sequenceReader(
  sequences: Sequences | StreamedSequences,
  from: ReadingPlace = { chunk: 0, at: 0, within: 0 },
) {
  const chunkAt = 'chunks' in sequences ? (i: number) => sequences.chunks[i] : streamedChunks(sequences);
  let { chunk, at, within } = from;
  let source: Uint32Array | undefined;
  let loaded = false;
  return {
    get place(): ReadingPlace {
      return { chunk, at, within };
    },
    /** known after the first slice */
    get atEnd(): boolean {
      return loaded && source === undefined;
    },
    rewind(): void {
      [chunk, at, within, loaded] = [0, 0, 0, false];
    },
    /** the next of them: how many numbers were written, and what they are */
    async next(into: Uint32Array): Promise<SliceCounts & { length: number }> {
      if (!loaded) source = await chunkAt(chunk);
      loaded = true;
      if (!source) return { length: 0, items: 0, pieces: 0 };
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
        at = 0;
        source = await chunkAt(++chunk);
      }
      return { length: slice.length, items: counted.items, pieces: counted.pieces };
    },
  };
}

/** Chunks by their number: asked for in order they come from one reading. */
function streamedChunks(sequences: StreamedSequences): (i: number) => Promise<Uint32Array | undefined> {
  let reading: AsyncGenerator<Uint32Array, void> | undefined;
  let read = 0;
  return async (i) => {
    if (!reading || i < read) {
      await reading?.return();
      reading = sequences.open();
      read = 0;
    }
    for (;;) {
      const { value, done } = await reading.next();
      if (done) return undefined;
      if (read++ === i) return value as Uint32Array;
    }
  };
}

/** @param within  items before it of the piece that it begins in */
export function countSlice(slice: Uint32Array, within: number): SliceCounts & { within: number } {
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
