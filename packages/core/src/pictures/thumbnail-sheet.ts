/**
 * Images of a data set as one sheet of small pictures, made without a page. Strokes on an empty ground (digits,
 * letters, sketches) are kept as ink: bright is ink, so that a map can draw them in the colour of the point.
 */
import type { Medium, Rows } from '../data/index.ts';
import { encodePng } from './png.ts';
import { toneOf } from './tone.ts';

export interface ThumbnailSheet {
  /** an encoded PNG */
  image: Uint8Array;
  cellWidth: number;
  cellHeight: number;
  /** [n], the cell of each point, in row-major order; −1 for none */
  cells: Int32Array;
  ink: boolean;
  /** how many points have a picture */
  count: number;
}

export interface SheetOptions {
  /** the row of the data that each point is; by default the rows in order */
  indices?: ArrayLike<number>;
  /** longest side of a picture, pixels */
  maxCell?: number;
  /** longest side of the sheet, pixels */
  maxSide?: number;
}

/** Null for data that are not images. Where not all find room, every k-th point has a picture. */
export function thumbnailSheet(
  rows: Rows,
  medium: Medium,
  { indices, maxCell = 32, maxSide = 4096 }: SheetOptions = {},
): ThumbnailSheet | null {
  const n = indices ? indices.length : rows.nSamples;
  if (medium.kind !== 'image' || n === 0) return null;
  const { height, width, channels } = medium;
  const shrink = Math.max(1, Math.ceil(Math.max(height, width) / maxCell));
  const cell = { width: Math.ceil(width / shrink), height: Math.ceil(height / shrink) };
  const capacity = Math.floor(maxSide / cell.width) * Math.floor(maxSide / cell.height);
  const stride = Math.ceil(n / capacity);
  const count = Math.ceil(n / stride);
  const cols = Math.min(Math.floor(maxSide / cell.width), Math.ceil(Math.sqrt(count)));
  const lines = Math.ceil(count / cols);
  const tone = toneOf(medium, rows);
  const negative = tone === 'negative';
  const sheetWidth = cols * cell.width;
  const pixels = new Uint8Array(sheetWidth * lines * cell.height * channels);
  const cells = new Int32Array(n).fill(-1);
  for (let k = 0; k < count; k++) {
    const point = k * stride;
    cells[point] = k;
    const row = indices ? indices[point] : point;
    const left = (k % cols) * cell.width;
    const top = Math.floor(k / cols) * cell.height;
    for (let y = 0; y < cell.height; y++) {
      for (let x = 0; x < cell.width; x++) {
        for (let c = 0; c < channels; c++) {
          const value = meanOf(rows, row, medium, shrink, x, y, c);
          const bright = Math.round(255 * Math.min(1, Math.max(0, negative ? 1 - value : value)));
          pixels[((top + y) * sheetWidth + left + x) * channels + c] = bright;
        }
      }
    }
  }
  const image = encodePng(pixels, { width: sheetWidth, height: lines * cell.height, channels });
  return { image, cellWidth: cell.width, cellHeight: cell.height, cells, ink: tone !== 'plain', count };
}

function meanOf(
  { data, nFeatures, scale }: Rows,
  row: number,
  { height, width, channels }: Extract<Medium, { kind: 'image' }>,
  shrink: number,
  x: number,
  y: number,
  channel: number,
): number {
  let sum = 0;
  let hits = 0;
  for (let py = y * shrink; py < Math.min(height, (y + 1) * shrink); py++) {
    for (let px = x * shrink; px < Math.min(width, (x + 1) * shrink); px++) {
      sum += data[row * nFeatures + (py * width + px) * channels + channel];
      hits++;
    }
  }
  return (sum / hits) * scale;
}
