/** Bytes → text, a chunk at a time: UTF-8 with or without its mark, UTF-16 with it; line ends become \n. */
import { FormatError } from '../base/index.ts';
import type { ByteStream } from './stream.ts';

export async function* textChunks(stream: ByteStream): AsyncGenerator<string, void> {
  let decoder: TextDecoder | undefined;
  let carriage = '';
  for await (const chunk of piecesOf(stream)) {
    decoder ??= new TextDecoder(encodingOf(chunk, stream.name));
    let text = carriage + decoder.decode(chunk, { stream: true });
    carriage = '';
    if (text.endsWith('\r')) {
      text = text.slice(0, -1);
      carriage = '\r';
    }
    if (text) yield text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  }
  const rest = (carriage ? '\n' : '') + (decoder?.decode() ?? '');
  if (rest) yield rest;
}

/** Bytes decoded at a time: few enough that what is made of them is garbage before it grows old. */
const PIECE_BYTES = 64 * 1024;

async function* piecesOf(stream: ByteStream): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of stream.open()) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES);
  }
}

function encodingOf(head: Uint8Array, name: string): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const zero = head.subarray(0, 4096).indexOf(0);
  if (zero < 0) return 'utf-8';
  throw new FormatError(`${name} is not text: it has a zero byte (byte ${zero})`, { details: { name, offset: zero } });
}

/** A part of a text that was read, as a message may show it. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return JSON.stringify(line.length > 40 ? `${line.slice(0, 40)}…` : line);
}
