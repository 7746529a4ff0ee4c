/**
 * Pixels → a PNG file (ISO/IEC 15948), in pieces: a picture of any size is written from strips of a few rows, so that
 * a poster at print size needs no more memory than a strip. No filter and one deflate stream; the resolution is kept
 * in pHYs, so that a layout program places the picture at its size on paper.
 */
import { InputError, joinBytes } from '../base/index.ts';
import { crc32, deflater } from '../data/index.ts';
import type { DeflateLevel } from '../data/index.ts';

export interface PngHead {
  width: number;
  height: number;
  /** 1 grey, 3 colour, 4 colour and alpha (not multiplied in) */
  channels: 1 | 3 | 4;
  /** dots an inch; by default the file doesn't say */
  dpi?: number;
  /** 0 … 9, as in zlib */
  level?: DeflateLevel;
}

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
const COLOUR_TYPE = { 1: 0, 3: 2, 4: 6 } as const;
/** RFC 1950: deflate, a window of 32 kB, no dictionary. */
const ZLIB_HEAD = Uint8Array.of(0x78, 0x9c);
const ADLER_START = 1;
const ADLER_BASE = 65_521;
const METRES_PER_INCH = 0.0254;
const MAX_SIDE = 2 ** 31 - 1;

/** Takes strips and gives the pieces of the file that they finish, to be joined in order. */
export interface PngWriter {
  /** @param strip  whole rows, [rows * width * channels] bytes */
  push(strip: Uint8Array | Uint8ClampedArray): Uint8Array[];
  /** @throws InputError when rows are missing */
  end(): Uint8Array[];
}

/** @throws InputError on a size that PNG can't have, or (later) strips that are not whole rows or too few or many */
export function pngWriter({ width, height, channels, dpi, level = 6 }: PngHead): PngWriter {
  if (![width, height].every((side) => Number.isInteger(side) && side > 0 && side <= MAX_SIDE)) {
    throw new InputError(`a PNG can't be ${width} × ${height} pixels`);
  }
  const ihdr = new Uint8Array(13);
  const view = new DataView(ihdr.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  ihdr.set([8, COLOUR_TYPE[channels], 0, 0, 0], 8);
  let pieces = [SIGNATURE, chunk('IHDR', ihdr), ...(dpi === undefined ? [] : [resolution(dpi)])];
  const emit = (piece: Uint8Array): void => void pieces.push(chunk('IDAT', piece));
  const packer = deflater(level, emit);
  let sum = ADLER_START;
  emit(ZLIB_HEAD);
  const rowBytes = width * channels;
  let rows = 0;
  const taken = (): Uint8Array[] => {
    const out = pieces;
    pieces = [];
    return out;
  };
  return {
    push(strip) {
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
      sum = adler32(filtered, sum);
      packer.push(filtered, rows === height);
      if (rows === height) emit(bigEndian(sum));
      return taken();
    },
    end() {
      if (rows !== height) throw new InputError(`got ${rows} rows of pixels, expected ${height}`);
      pieces.push(chunk('IEND', new Uint8Array(0)));
      return taken();
    },
  };
}

/** Adler-32 (RFC 1950) of what went before and these bytes. */
function adler32(bytes: Uint8Array, before: number): number {
  let a = before & 0xffff;
  let b = before >>> 16;
  for (let at = 0; at < bytes.length;) {
    // so few that neither sum overflows
    for (const end = Math.min(bytes.length, at + 3800); at < end; at++) b += a += bytes[at];
    a %= ADLER_BASE;
    b %= ADLER_BASE;
  }
  return ((b << 16) | a) >>> 0;
}

function bigEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** The pieces of a file, in order. @param strips  whole rows from the top. See `pngWriter` */
export function* pngPieces(head: PngHead, strips: Iterable<Uint8Array | Uint8ClampedArray>): Generator<Uint8Array> {
  const writer = pngWriter(head);
  for (const strip of strips) yield* writer.push(strip);
  yield* writer.end();
}

/** A PNG that says another resolution. @throws InputError on bytes that are not one */
export function withResolution(png: Uint8Array, dpi: number): Uint8Array<ArrayBuffer> {
  if (SIGNATURE.some((byte, k) => png[k] !== byte)) throw new InputError('these bytes are not a PNG');
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const pieces: Uint8Array[] = [SIGNATURE];
  for (let at = 8; at + 12 <= png.length;) {
    const end = at + 12 + view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (type !== 'pHYs') pieces.push(png.subarray(at, end));
    if (type === 'IHDR') pieces.push(resolution(dpi));
    at = end;
  }
  return joinBytes(pieces);
}

/** A whole file at once. @param pixels  [height * width * channels] */
export function encodePng(pixels: Uint8Array | Uint8ClampedArray, head: PngHead): Uint8Array<ArrayBuffer> {
  return joinBytes([...pngPieces(head, [pixels])]);
}

function resolution(dpi: number): Uint8Array {
  if (!(dpi > 0 && dpi < 1e6)) throw new InputError(`dpi is ${dpi}, expected a positive number such as 300`);
  const bytes = new Uint8Array(9);
  const perMetre = Math.round(dpi / METRES_PER_INCH);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, perMetre);
  view.setUint32(4, perMetre);
  bytes[8] = 1; // the unit is the metre
  return chunk('pHYs', bytes);
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
