/** Images side by side in one PNG, about as wide as high, a pixel apart. */
import { encode } from 'fast-png';
import type { Matrix, Medium } from '@portolan/core';

const GAP = 1;
const PAPER = 128;

export function contactSheet(
  rows: Matrix,
  { height, width, channels }: Extract<Medium, { kind: 'image' }>,
): Uint8Array {
  const across = Math.ceil(Math.sqrt((rows.rows * height) / width));
  const down = Math.ceil(rows.rows / across);
  const sheetWidth = across * (width + GAP) - GAP;
  const sheetHeight = down * (height + GAP) - GAP;
  const data = new Uint8Array(sheetWidth * sheetHeight * channels).fill(PAPER);
  for (let i = 0; i < rows.rows; i++) {
    const left = (i % across) * (width + GAP);
    const top = Math.floor(i / across) * (height + GAP);
    for (let y = 0; y < height; y++) {
      const from = i * rows.cols + y * width * channels;
      const to = ((top + y) * sheetWidth + left) * channels;
      for (let k = 0; k < width * channels; k++) {
        data[to + k] = Math.round(255 * Math.min(1, Math.max(0, rows.data[from + k])));
      }
    }
  }
  return encode({ width: sheetWidth, height: sheetHeight, data, channels, depth: 8 });
}
