/** The map as a file: how large a picture is to be, and what is beside the map in it. */
import { InputError } from '@portolan/core/base';
import type { Size } from './camera.ts';
import { drawPicture, fitsCanvas, pictureBlob, posterBlob } from './export-png.ts';
import { mapToSvg } from './export-svg.ts';
import type { Furniture } from './furniture.ts';
import type { OverlayScene } from './overlay.ts';
import type { Painter } from './painter.ts';
import type { PointState } from './point-state.ts';
import type { Frame } from './renderer.ts';
import type { MapTheme } from './types.ts';

export interface PngPictureOptions extends Furniture {
  /** pixels a CSS pixel of the view; 1 unless a size is given */
  scale?: number;
  /** pixels; with one of the two the other follows from the view, with both more is seen above and below or at the sides */
  width?: number;
  height?: number;
  /** dots an inch, kept in the file for whoever prints it */
  dpi?: number;
  /** stops a poster, a picture too large for one canvas, that takes time */
  signal?: AbortSignal;
  /** told of a poster how much is done, in [0, 1] */
  onProgress?: (done: number) => void;
}

export interface SvgPictureOptions extends Furniture {
  /**
   * more points in view than this become one embedded picture, which the document says; 100,000 by default. Below a density
   * or edges they always are
   */
  rasterAbove?: number;
  /** the thumbnails that are seen now, each an embedded picture */
  thumbnails?: boolean;
}

/** Pixels of a picture in an SVG a CSS pixel, and at most in all. */
const DENSITY = 3;
const MAX_EMBEDDED = 32e6;

/** What an export must know of the map. */
export interface Exporter {
  theme: MapTheme;
  painter: Painter;
  points: PointState;
  time: number;
  /** of the view */
  size: Size;
  /** a frame of a size with the middle of the view, and what lies over it */
  sceneOf(size: Size): { frame: Frame; overlay: OverlayScene };
}

/** Draws what fits a canvas before it returns; a poster goes on while the page does other things. */
export async function savePng(
  map: Exporter,
  { title, legend, dpi, signal, onProgress, ...wanted }: PngPictureOptions,
): Promise<Blob> {
  const size = { ...sizeOf(wanted, map.size), dpi };
  const scene = {
    ...map.sceneOf({ width: size.width / size.scale, height: size.height / size.scale }),
    furniture: { title, legend },
  };
  if (fitsCanvas(size)) return pictureBlob(map.painter.renderer!, scene, size);
  // the page goes on drawing with its own renderer meanwhile
  const painter = map.painter.twin(map.theme);
  try {
    return await posterBlob(painter.renderer!, scene, size, async (done, total) => {
      await new Promise((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
      onProgress?.(done / total);
    });
  } finally {
    painter.renderer?.destroy();
    painter.stop();
  }
}

export function saveSvg(map: Exporter, { title, legend, rasterAbove, thumbnails = false }: SvgPictureOptions): string {
  const { painter, points, time } = map;
  const { choice, thumbnails: sheet, lines, backdrop, renderer } = painter;
  const scene = map.sceneOf(map.size);
  return mapToSvg({
    ...scene,
    points,
    time,
    lines,
    backdrop,
    furniture: { title, legend },
    thumbnails: thumbnails && sheet && choice ? { sheet, choice } : null,
    rasterAbove,
    surfaces: painter.density ? 'their density' : painter.edges ? 'the edges between them' : null,
    raster() {
      if (!renderer) throw new Error('view: the map cannot be drawn now: its graphics context is lost');
      const { width, height } = map.size;
      const scale = Math.min(DENSITY, Math.sqrt(MAX_EMBEDDED / (width * height)));
      const size = { width: Math.round(width * scale), height: Math.round(height * scale), scale };
      return drawPicture(renderer, scene.frame, size).toDataURL('image/png');
    },
  });
}

/** @throws InputError on a size without pixels */
function sizeOf(
  { scale, width, height }: Pick<PngPictureOptions, 'scale' | 'width' | 'height'>,
  view: Size,
): { width: number; height: number; scale: number } {
  const fitting = Math.min((width ?? Infinity) / view.width, (height ?? Infinity) / view.height);
  const density = scale ?? (Number.isFinite(fitting) ? fitting : 1);
  const size = {
    width: Math.round(scale === undefined && width ? width : view.width * density),
    height: Math.round(scale === undefined && height ? height : view.height * density),
    scale: density,
  };
  if (size.width >= 1 && size.height >= 1) return size;
  throw new InputError(`view: a picture can't be ${size.width} × ${size.height} pixels`);
}
