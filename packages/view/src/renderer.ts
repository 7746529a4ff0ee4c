/**
 * What the map asks of whatever draws it. The map keeps all state and hands it over when it changed, so a renderer may
 * be thrown away and made anew (a lost context, another back end) at any time.
 */
import type { Rgba } from './colors.ts';
import type { Net } from './graticule.ts';
import type { Backdrop, Box, Camera, Density, Edges, Line, Thumbnails } from './types.ts';

/** Where points are, or come from and go to. */
export interface PointPlaces {
  /** [n * nComponents] */
  to: Float32Array;
  nComponents: 2 | 3;
  /** [n * fromComponents]; null when they rest */
  from: Float32Array | null;
  fromComponents: 2 | 3;
  /** the points in the order they are drawn, the last on top; a point's place in it is its slot */
  order: Uint32Array;
}

/** Colours by code: 0 is missing, k > 0 the k-th of the palette. */
export interface PointStyle {
  /** the code of a point; null when all have the first colour */
  codeOf: ((point: number) => number) | null;
  nCodes: number;
  /** [nCodes * 4], 0 … 255, alpha multiplied in */
  palette: Uint8Array;
}

/** What a point's flag says; 0 is nothing special. */
export const MUTED = 1;
export const SELECTED = 2;
export const FADED = 4;

export interface PointLayers {
  /** [n] by point; null when no point has any */
  flags: Uint8Array | null;
  /**
   * the layer of a point, below `nLayers`, drawn from the bottom up: 0 is filtered out, 1 is most, the last is selected, those
   * between are rare; null when all are 1
   */
  layerOf: ((point: number) => number) | null;
  nLayers: number;
}

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
  /** one over the distance of the eye, map units; 0 for a flat map */
  perspective: number;
  /** CSS pixels from the middle of this picture to that of the whole view, of which it may be a tile; y up */
  middle: readonly [number, number];
  /** this is a tile of a larger picture: tones are those of the whole drawn last */
  isTile: boolean;
  /** around all points of a map in space, drawn as hairlines so that its turning is seen; null for none */
  box: Box | null;
  /** how far the nearest and the farthest of the points are, as multiples of the distance of the middle */
  depths: readonly [near: number, far: number];
  /** how far the points are on their way, eased, in [0, 1] */
  time: number;
  /** CSS pixels */
  pointRadius: number;
  /** opacity of a point, and of one that is not selected while others are */
  opacity: number;
  unselectedOpacity: number;
  /** of what they had, the opacity that faded points are left with */
  fadedOpacity: number;
  /** of what they had, the opacity that points have over a density */
  pointShare: number;
  ink: Rgba;
  background: Rgba;
  muted: Rgba;
  graticule: Rgba;
  accent: Rgba;
  net: Net;
}

/** Points for each 100 CSS pixels square. */
export interface DensityMeasure {
  /** where there are most; 0 without a density */
  densest: number;
  /** where counting ends; null where it doesn't */
  limit: number | null;
}

export interface MapRenderer {
  readonly canvas: HTMLCanvasElement;
  /** the widest and highest picture `draw` can make, device pixels */
  readonly maxSize: number;
  setPlaces(places: PointPlaces): void;
  /** The points have come where they go: nothing of where they came from is needed any more. */
  arrive(): void;
  setStyle(style: PointStyle): void;
  setLayers(layers: PointLayers): void;
  setThumbnails(thumbnails: Thumbnails | null): void;
  setThumbnailChoice(choice: ThumbnailChoice | null): void;
  setBackdrop(backdrop: Backdrop | null): void;
  setLines(lines: readonly Line[], defaultColor: string): void;
  setEdges(edges: Edges | null): void;
  setDensity(density: Density | null): void;
  /** Takes over points for at most about so many milliseconds; until all are, the old ones are drawn. @returns whether all are */
  prepare(milliseconds: number): boolean;
  draw(frame: Frame): void;
  /** What the density drawn last says where it is greatest. Waits for the drawing. */
  measureDensity(): DensityMeasure;
  destroy(): void;
}
