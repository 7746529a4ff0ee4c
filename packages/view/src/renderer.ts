/**
 * What the map asks of whatever draws it. The map keeps all state and hands it over when it changed, so a renderer may
 * be thrown away and made anew (a lost context, another back end) at any time.
 */
import type { Rgba } from './colors.ts';
import type { Net } from './graticule.ts';
import type { Backdrop, Camera, Line, Thumbnails } from './types.ts';

/** Colours by code: 0 is missing, k > 0 the k-th of the palette. */
export interface PointStyle {
  /** [n] */
  codes: Uint16Array;
  /** [nColors * 4], 0 … 255 */
  palette: Uint8Array;
}

/** What a point's flag says; 0 is nothing special. */
export const MUTED = 1;
export const SELECTED = 2;
export const FADED = 4;

/** Which points have a picture now, and how large it is drawn. */
export interface ThumbnailChoice {
  indices: Uint32Array;
  /** CSS pixels, the longer side */
  size: number;
}

/** One picture: everything that changes from frame to frame. */
export interface Frame {
  camera: Camera;
  /** CSS pixels */
  width: number;
  height: number;
  /** device pixels a CSS pixel */
  pixelRatio: number;
  /** how far the points are on their way, eased, in [0, 1] */
  time: number;
  /** CSS pixels */
  pointRadius: number;
  /** opacity of a point, and of one that is not selected while others are */
  opacity: number;
  unselectedOpacity: number;
  /** of what they had, the opacity that faded points are left with */
  fadedOpacity: number;
  background: Rgba;
  muted: Rgba;
  graticule: Rgba;
  accent: Rgba;
  net: Net;
}

export interface MapRenderer {
  readonly canvas: HTMLCanvasElement;
  /** the widest and highest picture `draw` can make, device pixels */
  readonly maxSize: number;
  /** where points come from and go to, [n * 2] each */
  setPositions(from: Float32Array, to: Float32Array): void;
  setStyle(style: PointStyle): void;
  /** a byte of flags for each point, and the points in the order they are drawn, the last on top */
  setOrder(flags: Uint8Array, order: Uint32Array): void;
  setThumbnails(thumbnails: Thumbnails | null): void;
  setThumbnailChoice(choice: ThumbnailChoice | null): void;
  setBackdrop(backdrop: Backdrop | null): void;
  setLines(lines: readonly Line[], defaultColor: string): void;
  draw(frame: Frame): void;
  destroy(): void;
}
