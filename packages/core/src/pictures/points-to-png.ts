/**
 * A map as a PNG at any size, drawn without a graphics card and in strips. Points and graticule only: writing needs
 * fonts, which a program without a page doesn't have; the SVG has words.
 */
import { InputError, joinBytes } from '../base/index.ts';
import { parseHex } from './colors.ts';
import { layOutPicture } from './picture.ts';
import type { PictureOptions } from './picture.ts';
import { pngPieces } from './png.ts';
import { rasterStrips } from './raster.ts';
import type { Bar } from './raster.ts';

export interface PngOptions extends Omit<PictureOptions, 'title' | 'legend' | 'labels'> {
  /** pixels a CSS pixel; lines and points grow with it */
  density?: number;
  /** dots an inch, kept in the file, so that it is printed at its size; by default 96 times the density */
  dpi?: number;
}

const MAX_SIDE = 100_000;

/**
 * The pieces of the file, in order, each soon after the last: a poster is never whole in memory.
 * @param coordinates  [n * 2]; points that are not finite are left out
 * @throws InputError as `layOutPicture` does, and on a picture of more than 100,000 pixels a side
 */
export function* pointsToPngPieces(coordinates: Float32Array, options: PngOptions = {}): Generator<Uint8Array> {
  const { density = 2, dpi = 96 * density } = options;
  const { width, height, theme, area, net, x, y, radius, opacity, colors, order } = layOutPicture(coordinates, {
    ...options,
    legend: false,
    labels: 'none',
  });
  const size = { width: Math.round(width * density), height: Math.round(height * density) };
  if (!(Math.max(size.width, size.height) <= MAX_SIDE && Math.min(size.width, size.height) > 0)) {
    throw new InputError(`a picture of ${size.width} × ${size.height} pixels is too large; at most ${MAX_SIDE} a side`);
  }
  const rgb = (color: string) => parseHex(color) ?? ([0, 0, 0, 255] as const);
  const [left, top] = [area.left * density, area.top * density];
  const clip = { left, top, right: left + area.width * density, bottom: top + area.height * density };
  const color = rgb(theme.graticule);
  const half = (0.75 * density) / 2;
  const bars: Bar[] = [
    ...net.vertical.map(({ pixel, opacity }) => {
      const at = left + pixel * density;
      return { left: at - half, right: at + half, top: clip.top, bottom: clip.bottom, color, opacity };
    }),
    ...net.horizontal.map(({ pixel, opacity }) => {
      const at = top + pixel * density;
      return { left: clip.left, right: clip.right, top: at - half, bottom: at + half, color, opacity };
    }),
  ].filter(
    (bar) => bar.left >= clip.left && bar.right <= clip.right && bar.top >= clip.top && bar.bottom <= clip.bottom,
  );
  const discs = {
    x: x.map((v) => left + v * density),
    y: y.map((v) => top + v * density),
    radius: radius * density,
    codes: colors.codes,
    palette: colors.palette,
    opacity,
    order,
  };
  const strips = rasterStrips(discs, { ...size, background: rgb(theme.background), bars, clip });
  yield* pngPieces({ ...size, channels: 3, dpi }, strips);
}

/** The whole file. See `pointsToPngPieces`. */
export function pointsToPng(coordinates: Float32Array, options: PngOptions = {}): Uint8Array<ArrayBuffer> {
  return joinBytes([...pointsToPngPieces(coordinates, options)]);
}
