/** Kind and size of a png, jpg or webp from its first bytes, without decoding: a bomb is known by its head. */
import { FormatError } from '../base/index.ts';

export interface ImageHead {
  kind: 'png' | 'jpg' | 'webp';
  width: number;
  height: number;
  /** known to be without colour */
  grey: boolean;
}

/** Pixels that an image may have: decoded, 100 million take 400 MB. */
export const MAX_PIXELS = 100e6;

/** The kind of image that bytes begin as. */
export function imageKind(head: Uint8Array): ImageHead['kind'] | undefined {
  const text = String.fromCharCode(...head.subarray(0, 12));
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpg';
  if (text.startsWith('RIFF') && text.slice(8) === 'WEBP') return 'webp';
  return undefined;
}

/** @throws FormatError with name and offset; also when the image has more than 100 million pixels */
export function readImageHead(bytes: Uint8Array, name: string): ImageHead {
  const kind = imageKind(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bad = (why: string, offset: number): FormatError =>
    new FormatError(`${name}: ${why} (byte ${offset})`, { details: { name, offset } });
  if (!kind) throw bad('not a png, jpg or webp image', 0);
  if (bytes.length < 30) throw bad('it ends inside its head: is it cut off?', bytes.length);
  const head = kind === 'png' ? pngHead(view) : kind === 'webp' ? webpHead(view) : jpgHead(view);
  if (!head || head.width < 1 || head.height < 1) throw bad('its size is not readable: is it cut off?', bytes.length);
  if (head.width * head.height > MAX_PIXELS) {
    throw new FormatError(
      `${name} has ${head.width} × ${head.height} pixels, at most ${MAX_PIXELS} can be read; make it smaller first`,
      {
        code: 'too-large',
        details: { name, width: head.width, height: head.height },
      },
    );
  }
  return { kind, ...head };
}

type Size = Omit<ImageHead, 'kind'>;

function pngHead(view: DataView): Size {
  const colour = view.getUint8(25);
  return { width: view.getUint32(16), height: view.getUint32(20), grey: colour === 0 || colour === 4 };
}

/** The frame head follows other segments, each with its length. */
function jpgHead(view: DataView): Size | undefined {
  for (let at = 2; at + 9 < view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame)
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), grey: view.getUint8(at + 9) === 1 };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function webpHead(view: DataView): Size | undefined {
  const chunk = String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)));
  const uint24 = (at: number): number => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  if (chunk === 'VP8X') return { width: uint24(24) + 1, height: uint24(27) + 1, grey: false };
  if (chunk === 'VP8 ')
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff, grey: false };
  if (chunk !== 'VP8L') return undefined;
  const bits = view.getUint32(21, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, grey: false };
}
