/**
 * Images in Node: png by fast-png, jpg by jpeg-js, webp by libwebp as WebAssembly. What a file says of itself is
 * checked before a library sees it, so that a small file can't take much memory. Alpha is laid on white.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';
import decodeWebp, { init as initWebp } from '@jsquash/webp/decode.js';
import { FormatError } from '@portolan/core/base';
import { MAX_PIXELS, onWhite, readImageHead } from '@portolan/core/data';
import type { ImageData8, ImageDecoder, ImageHead } from '@portolan/core/data';
import { decode as decodePng } from 'fast-png';
import type { DecodedPng } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';

/** Node has it; its types come with the DOM's, which this package does without. */
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<Parameters<typeof initWebp>[0]> };

export const imageDecoder: ImageDecoder = {
  async decode(bytes, name) {
    const head = readImageHead(bytes, name);
    try {
      const image = await DECODERS[head.kind](bytes, head);
      return onWhite(image);
    } catch (cause) {
      if (cause instanceof FormatError) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new FormatError(`${name} is a damaged ${head.kind} image: ${why}`, {
        code: 'image',
        details: { name, offset: 0 },
        cause,
      });
    }
  },
};

const DECODERS: Record<ImageHead['kind'], (bytes: Uint8Array, head: ImageHead) => ImageData8 | Promise<ImageData8>> = {
  png: (bytes, head) => pixelsOf(decodePng(essentialPng(bytes, head), { checkCrc: true })),
  jpg(bytes, head) {
    const { width, height, data } = decodeJpeg(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: MAX_PIXELS / 1e6,
      maxMemoryUsageInMB: 64 + Math.ceil((head.width * head.height * 20) / 2 ** 20),
    });
    return { width, height, channels: 3, data };
  },
  async webp(bytes) {
    await (webpReady ??= loadWebp());
    // the library wants a buffer of its own
    const { width, height, data } = await decodeWebp(bytes.slice().buffer);
    return { width, height, channels: 4, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  },
};

let webpReady: Promise<void> | undefined;

/** In Node nothing fetches the module for the library. */
async function loadWebp(): Promise<void> {
  const path = createRequire(import.meta.url).resolve('@jsquash/webp/codec/dec/webp_dec.wasm');
  await initWebp(await WebAssembly.compile(await readFile(path)));
}

const PNG_SIGNATURE_BYTES = 8;
const PNG_CHUNKS = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
/** By colour type: grey, –, colour, palette, grey and alpha, –, colour and alpha. */
const PNG_CHANNELS = [1, 0, 3, 1, 2, 0, 4];

/**
 * The chunks that make the picture and no others (a colour profile may be a bomb of its own), after a trial that the
 * pixels inflate to no more than they should.
 */
function essentialPng(bytes: Uint8Array, { width, height }: ImageHead): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [bytes.subarray(0, PNG_SIGNATURE_BYTES)];
  const pixels: Uint8Array[] = [];
  let ended = false;
  for (let at = PNG_SIGNATURE_BYTES; !ended;) {
    if (at + 12 > bytes.length) throw new Error(`it ends at byte ${bytes.length}, before its end mark: is it cut off?`);
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + length;
    if (end > bytes.length)
      throw new Error(`it ends at byte ${bytes.length}, inside a part that goes to ${end}: is it cut off?`);
    if (PNG_CHUNKS.has(type)) kept.push(bytes.subarray(at, end));
    if (type === 'IDAT') pixels.push(bytes.subarray(at + 8, end - 4));
    ended = type === 'IEND';
    at = end;
  }
  const bits = bytes[24] * (PNG_CHANNELS[bytes[25]] ?? 0);
  // a filter byte a row; interlacing has up to seven partial rows where there was one
  const expected = height * (Math.ceil((width * bits) / 8) + 1) + 16 * (height + width + 8);
  inflateSync(Buffer.concat(pixels), { maxOutputLength: expected });
  return Buffer.concat(kept);
}

/** Any depth and palette → eight bits a channel. */
function pixelsOf({ width, height, data, depth, channels, palette, transparency }: DecodedPng): ImageData8 {
  const values = depth < 8 ? unpackBits(data as Uint8Array, width, height, depth) : data;
  if (palette) {
    const out = new Uint8Array(width * height * 4);
    for (let p = 0; p < width * height; p++) {
      const colour = palette[values[p]];
      if (!colour) throw new Error(`colour ${values[p]} is not in its palette of ${palette.length}`);
      const [r, g, b, a = 255] = colour as number[];
      out.set([r, g, b, a], 4 * p);
    }
    return { width, height, channels: 4, data: out };
  }
  const scale = 255 / (2 ** depth - 1);
  const eight = depth === 8 ? (values as Uint8Array) : Uint8Array.from(values, (value) => Math.round(value * scale));
  if (!transparency || channels === 2 || channels === 4) {
    return { width, height, channels: channels as ImageData8['channels'], data: eight };
  }
  const out = new Uint8Array(width * height * (channels + 1));
  for (let p = 0; p < width * height; p++) {
    let through = true;
    for (let c = 0; c < channels; c++) {
      out[p * (channels + 1) + c] = eight[p * channels + c];
      through &&= values[p * channels + c] === transparency[c];
    }
    out[p * (channels + 1) + channels] = through ? 0 : 255;
  }
  return { width, height, channels: (channels + 1) as 2 | 4, data: out };
}

/** Several pixels a byte, the first in the high bits; each row begins a byte. */
function unpackBits(data: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  const stride = Math.ceil((width * depth) / 8);
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      out[y * width + x] = (data[y * stride + (bit >> 3)] >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
    }
  }
  return out;
}
