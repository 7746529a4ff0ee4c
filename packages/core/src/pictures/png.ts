/**
 * Pixels → a PNG file (ISO/IEC 15948), in pieces: a picture of any size is written from strips of a few rows, so that
 * a poster at print size needs no more memory than a strip. No filter and one deflate stream; the resolution is kept
 * in pHYs, so that a layout program places the picture at its size on paper.
 */
import { Zlib } from 'fflate';
import { InputError } from '../base/index.ts';
import { crc32 } from '../data/index.ts';

export interface PngHead {
  width: number;
  height: number;
  /** 1 grey, 3 colour, 4 colour and alpha (not multiplied in) */
  channels: 1 | 3 | 4;
  /** dots an inch; by default the file doesn't say */
  dpi?: number;
  /** 0 … 9, as in zlib */
  level?: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
}

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
const COLOUR_TYPE = { 1: 0, 3: 2, 4: 6 } as const;
const METRES_PER_INCH = 0.0254;
const MAX_SIDE = 2 ** 31 - 1;

/**
 * The pieces of a file, in order.
 * @param strips  whole rows from the top, [rows * width * channels] bytes each; together `height` rows
 * @throws InputError on a size that PNG can't have, or strips that are not whole rows or too few or many
 */
export function* pngPieces(head: PngHead, strips: Iterable<Uint8Array | Uint8ClampedArray>): Generator<Uint8Array> {
  const { width, height, channels, dpi, level = 6 } = head;
  if (![width, height].every((side) => Number.isInteger(side) && side > 0 && side <= MAX_SIDE)) {
    throw new InputError(`a PNG can't be ${width} × ${height} pixels`);
  }
  yield SIGNATURE;
  const ihdr = new Uint8Array(13);
  const view = new DataView(ihdr.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  ihdr.set([8, COLOUR_TYPE[channels], 0, 0, 0], 8);
  yield chunk('IHDR', ihdr);
  if (dpi !== undefined) yield chunk('pHYs', resolution(dpi));

  let pieces: Uint8Array[] = [];
  const zlib = new Zlib({ level }, (piece) => pieces.push(piece));
  const rowBytes = width * channels;
  let rows = 0;
  for (const strip of strips) {
    const count = strip.length / rowBytes;
    if (!Number.isInteger(count) || rows + count > height) {
      throw new InputError(`a strip of ${strip.length} bytes after row ${rows}, expected whole rows of ${rowBytes}`);
    }
    rows += count;
    // each row is preceded by its filter: 0, none
    const filtered = new Uint8Array(count * (rowBytes + 1));
    for (let y = 0; y < count; y++) {
      filtered.set(strip.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1);
    }
    zlib.push(filtered, rows === height);
    for (const piece of pieces) if (piece.length > 0) yield chunk('IDAT', piece);
    pieces = [];
  }
  if (rows !== height) throw new InputError(`got ${rows} rows of pixels, expected ${height}`);
  yield chunk('IEND', new Uint8Array(0));
}

/** A whole file at once. @param pixels  [height * width * channels] */
export function encodePng(pixels: Uint8Array | Uint8ClampedArray, head: PngHead): Uint8Array<ArrayBuffer> {
  return joined([...pngPieces(head, [pixels])]);
}

/** Pieces as one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function resolution(dpi: number): Uint8Array {
  if (!(dpi > 0 && dpi < 1e6)) throw new InputError(`dpi is ${dpi}, expected a positive number such as 300`);
  const bytes = new Uint8Array(9);
  const perMetre = Math.round(dpi / METRES_PER_INCH);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, perMetre);
  view.setUint32(4, perMetre);
  bytes[8] = 1; // the unit is the metre
  return bytes;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let k = 0; k < 4; k++) bytes[4 + k] = type.charCodeAt(k);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}
