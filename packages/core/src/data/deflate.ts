/**
 * Deflate in pieces (RFC 1951). What is short is packed at once. Of what is long the first window goes in as it is, and
 * the rest refers to it: fflate's stream (0.8.3) would otherwise take the zeros before its empty window for data, and
 * bytes that begin with zeros come out as a stream that no reader accepts ("distance too far back").
 */
import { Deflate, deflateSync } from 'fflate';
import { joinBytes } from '../base/index.ts';

export type DeflateLevel = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export interface Deflater {
  /** @param last  nothing comes after it; the bytes may be none */
  push(bytes: Uint8Array, last?: boolean): void;
}

/** How far deflate refers back, bytes. */
const WINDOW = 32_768;
/** More than this goes piece by piece. */
const SHORT = 2 ** 20;

/** @param emit  takes the packed bytes, in order */
export function deflater(level: DeflateLevel, emit: (piece: Uint8Array) => void): Deflater {
  let held: Uint8Array[] = [];
  let length = 0;
  let stream: Deflate | null = null;
  return {
    push(bytes, last = false) {
      if (stream) {
        stream.push(bytes, last);
        return;
      }
      held.push(bytes.slice());
      length += bytes.length;
      if (length <= SHORT && !last) return;
      const all = joinBytes(held);
      held = [];
      if (length <= SHORT) {
        emit(deflateSync(all, { level }));
        return;
      }
      const window = all.subarray(0, WINDOW);
      emit(stored(window));
      stream = new Deflate({ level, dictionary: window }, (piece) => {
        if (piece.length > 0) emit(piece);
      });
      stream.push(all.subarray(WINDOW), last);
    },
  };
}

/** A block that is not packed and not the last one. */
function stored(bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(5 + bytes.length);
  const view = new DataView(block.buffer);
  view.setUint16(1, bytes.length, true);
  view.setUint16(3, ~bytes.length & 0xffff, true);
  block.set(bytes, 5);
  return block;
}
