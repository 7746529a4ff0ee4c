import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { deflater } from './deflate.ts';
import type { DeflateLevel } from './deflate.ts';

function packed(pieces: readonly Uint8Array[], level: DeflateLevel): Buffer {
  const out: Uint8Array[] = [];
  const { push } = deflater(level, (piece) => out.push(piece.slice()));
  pieces.forEach((piece, k) => push(piece, k === pieces.length - 1));
  return Buffer.concat(out);
}

/** Mostly zeros, from the first byte on: pictures on a transparent or black ground begin so. */
function sparse(length: number, seed: number): Uint8Array {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
  return Uint8Array.from({ length }, () => (next() < 200 ? 0 : next()));
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, k) => bytes.subarray(k * size, (k + 1) * size));
}

describe('deflate', () => {
  it('is read back by zlib at every level, from bytes that begin with zeros', () => {
    for (const level of [1, 3, 6, 9] as const) {
      for (const length of [1, 100, 12_572, 70_000]) {
        const bytes = sparse(length, length + level);
        expect(Uint8Array.from(inflateRawSync(packed([bytes], level)))).toEqual(bytes);
      }
    }
  });

  it('is read back when it is long and comes in pieces, whose memory may be used again', () => {
    const bytes = sparse(2 ** 20 + 200_001, 7);
    for (const size of [100_000, 2 ** 20 + 3]) {
      expect(inflateRawSync(packed(cut(bytes, size), 6)).equals(bytes)).toBe(true);
      const shared = new Uint8Array(size);
      const out: Uint8Array[] = [];
      const { push } = deflater(6, (piece) => out.push(piece.slice()));
      for (const piece of cut(bytes, size)) {
        shared.set(piece);
        push(shared.subarray(0, piece.length));
      }
      push(new Uint8Array(0), true);
      expect(inflateRawSync(Buffer.concat(out)).equals(bytes)).toBe(true);
    }
  });

  it('makes bytes that repeat short, long or not', () => {
    expect(packed([new Uint8Array(100_000)], 6).length).toBeLessThan(200);
    expect(packed([new Uint8Array(3_000_000)], 6).length).toBeLessThan(32_768 + 6000);
  });

  it('packs nothing at all', () => {
    expect(inflateRawSync(packed([new Uint8Array(0)], 6))).toHaveLength(0);
  });
});
