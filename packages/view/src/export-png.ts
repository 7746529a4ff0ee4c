/**
 * The map as a PNG of any size. What one canvas can hold is drawn on it and encoded by the browser; more, a poster, is
 * drawn tile by tile and written strip by strip, with time for the page in between.
 */
import { pngWriter, withResolution } from '@portolan/core/pictures';
import { isSpatial, moved } from './camera.ts';
import { drawFurniture } from './furniture.ts';
import type { Furniture } from './furniture.ts';
import type { GraticuleLine } from './graticule.ts';
import { drawOverlay } from './overlay.ts';
import type { OverlayScene } from './overlay.ts';
import type { Frame, MapRenderer } from './renderer.ts';

export interface PngScene {
  frame: Frame;
  overlay: OverlayScene;
  furniture: Furniture;
}

export interface PngSize {
  /** pixels */
  width: number;
  height: number;
  /** pixels a CSS pixel */
  scale: number;
  /** dots an inch, kept in the file; undefined for not saying */
  dpi?: number;
}

/** Every browser's canvas holds so much: pixels a side, and in all. */
const CANVAS = { side: 16_384, area: 100e6 };
/** Pixels of a tile of a poster: wide, so that strips are low. */
const TILE = { width: 4096, height: 512 };

export function fitsCanvas({ width, height }: PngSize): boolean {
  return Math.max(width, height) <= CANVAS.side && width * height <= CANVAS.area;
}

/** Draws at once, and encodes later. @throws Error when the browser makes no canvas or picture of that size */
export async function pictureBlob(renderer: MapRenderer, scene: PngScene, size: PngSize): Promise<Blob> {
  const { width, height, dpi } = size;
  const canvas = drawPicture(renderer, scene.frame, size);
  drawOver(canvas.getContext('2d')!, scene, size.scale);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  if (!blob) throw new Error(`view: the browser could not make a picture of ${width} × ${height} pixels`);
  if (dpi === undefined) return blob;
  return new Blob([withResolution(new Uint8Array(await blob.arrayBuffer()), dpi)], { type: 'image/png' });
}

/** The map without what is written over it, on a canvas. @throws Error when the browser makes none of that size */
export function drawPicture(renderer: MapRenderer, frame: Frame, size: PngSize): HTMLCanvasElement {
  const { width, height } = size;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('view: no 2-D canvas to make a picture with');
  startTiles(renderer, frame, size);
  for (let top = 0; top < height; top += renderer.maxSize) {
    for (let left = 0; left < width; left += renderer.maxSize) {
      const tile = { left, top, width: renderer.maxSize, height: renderer.maxSize };
      context.drawImage(drawTile(renderer, frame, size, tile), left, top);
    }
  }
  return canvas;
}

/**
 * The same without a limit; the renderer is to be one that nothing else draws with meanwhile.
 * @param pause  lets the page do something else; rejects to stop
 */
export async function posterBlob(
  renderer: MapRenderer,
  scene: PngScene,
  size: PngSize,
  pause: (done: number, total: number) => Promise<void>,
): Promise<Blob> {
  const { width, height, scale, dpi } = size;
  const writer = pngWriter({ width, height, channels: 3, dpi });
  const parts: Blob[] = [];
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('view: no 2-D canvas to make a picture with');
  startTiles(renderer, scene.frame, size);
  const side = { width: Math.min(TILE.width, renderer.maxSize), height: Math.min(TILE.height, renderer.maxSize) };
  for (let top = 0; top < height; top += side.height) {
    const rows = Math.min(side.height, height - top);
    const strip = new Uint8Array(rows * width * 3);
    for (let left = 0; left < width; left += side.width) {
      const columns = Math.min(side.width, width - left);
      canvas.width = columns;
      canvas.height = rows;
      context.drawImage(drawTile(renderer, scene.frame, size, { left, top, ...side }), 0, 0);
      context.translate(-left, -top);
      drawOver(context, scene, scale);
      copyRows(context.getImageData(0, 0, columns, rows), strip, left, width);
      await pause(top * width + left * rows, width * height);
    }
    // what is in a blob need not be in memory
    parts.push(new Blob(writer.push(strip) as Uint8Array<ArrayBuffer>[]));
    await pause((top + rows) * width, width * height);
  }
  return new Blob([...parts, ...(writer.end() as Uint8Array<ArrayBuffer>[])], { type: 'image/png' });
}

/** The tones of tiles are those of the whole, which is drawn once for them. */
function startTiles(renderer: MapRenderer, frame: Frame, { width, height }: PngSize): void {
  if (Math.max(width, height) <= renderer.maxSize) return;
  renderer.draw({ ...frame, pixelRatio: Math.min(1, renderer.maxSize / Math.max(frame.width, frame.height)) });
}

interface Tile {
  /** pixels */
  left: number;
  top: number;
  width: number;
  height: number;
}

function drawTile(renderer: MapRenderer, frame: Frame, size: PngSize, tile: Tile): HTMLCanvasElement {
  const { scale } = size;
  const left = tile.left / scale;
  const top = tile.top / scale;
  const width = Math.min(tile.width, size.width - tile.left) / scale;
  const height = Math.min(tile.height, size.height - tile.top) / scale;
  const across = left + width / 2 - size.width / scale / 2;
  const down = top + height / 2 - size.height / scale / 2;
  const spatial = isSpatial(frame.camera);
  const unit = frame.camera.scale;
  const camera = spatial ? frame.camera : moved(frame.camera, across / unit, -down / unit);
  const middle: [number, number] = spatial ? [-across, down] : [0, 0];
  const net = { vertical: shifted(frame.net.vertical, left), horizontal: shifted(frame.net.horizontal, top) };
  const isTile = Math.max(size.width, size.height) > Math.min(tile.width, tile.height);
  renderer.draw({ ...frame, camera, middle, isTile, width, height, net, pixelRatio: scale });
  return renderer.canvas;
}

function drawOver(context: CanvasRenderingContext2D, { overlay, furniture }: PngScene, scale: number): void {
  context.save();
  context.scale(scale, scale);
  drawOverlay(context, overlay);
  drawFurniture(context, overlay, furniture);
  context.restore();
}

function shifted(lines: readonly GraticuleLine[], by: number): GraticuleLine[] {
  return lines.map((line) => ({ ...line, pixel: line.pixel - by }));
}

function copyRows({ data, width, height }: ImageData, strip: Uint8Array, left: number, stripWidth: number): void {
  for (let y = 0; y < height; y++) {
    let to = (y * stripWidth + left) * 3;
    for (let from = y * width * 4; from < (y + 1) * width * 4; from += 4) {
      strip[to++] = data[from];
      strip[to++] = data[from + 1];
      strip[to++] = data[from + 2];
    }
  }
}
