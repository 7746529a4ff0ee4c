/** CSS colours as numbers. The palettes are core's, so that pictures made without a page look the same. */
import { parseHex } from '@portolan/core/pictures';
import type { Rgba } from '@portolan/core/pictures';

export { categoryColors, hexOf, sequentialColor, sequentialRgb } from '@portolan/core/pictures';
export type { Rgba, SequentialScale } from '@portolan/core/pictures';

const parsed = new Map<string, Rgba>();

/** A CSS colour as numbers. Hexadecimal forms are read at once, all others by the browser; what it can't read is black. */
export function parseColor(color: string): Rgba {
  let rgba = parsed.get(color);
  if (!rgba) {
    rgba = parseHex(color) ?? readByCanvas(color);
    if (parsed.size > 4096) parsed.clear();
    parsed.set(color, rgba);
  }
  return rgba;
}

/** A CSS colour with another opacity. */
export function withAlpha(color: string, alpha: number): string {
  const [r, g, b, a] = parseColor(color);
  return `rgba(${r}, ${g}, ${b}, ${(a / 255) * alpha})`;
}

function readByCanvas(color: string): Rgba {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return [0, 0, 0, 255];
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a];
}
