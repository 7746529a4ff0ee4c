/** Bytes as text that may stand in a page (RFC 4648); Node and pages do it each in their own way, so core has its own. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CODES = Uint8Array.from(ALPHABET, (letter) => letter.charCodeAt(0));
const PAD = 61;
/** Bytes at a time, a multiple of three. */
const PIECE = 3 * 2 ** 16;

export function toBase64(bytes: Uint8Array): string {
  const ascii = new TextDecoder('latin1');
  let text = '';
  for (let start = 0; start < bytes.length; start += PIECE) {
    text += ascii.decode(letters(bytes.subarray(start, start + PIECE)));
  }
  return text;
}

function letters(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(4 * Math.ceil(bytes.length / 3));
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const three = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out[at++] = CODES[three >> 18];
    out[at++] = CODES[(three >> 12) & 63];
    out[at++] = CODES[(three >> 6) & 63];
    out[at++] = CODES[three & 63];
  }
  const rest = bytes.length % 3;
  if (rest > 0) out.fill(PAD, out.length - 3 + rest);
  return out;
}
