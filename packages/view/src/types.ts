/** What a map is given and what it tells: plain data, so that any page, with or without a framework, can use it. */

/** Positions are map units, y up, as the projection made them; pixels are CSS pixels from the element's top left. */
export type Place = readonly [x: number, y: number];

export interface Extent {
  xMin: number;
  xMax: number;
  yMin: number;
  yMax: number;
}

/** The middle of the view in map units, and CSS pixels a map unit. */
export interface Camera {
  x: number;
  y: number;
  scale: number;
}

/** Points coloured by category or by a number. Codes and values below 0 / NaN are drawn in the `missing` colour. */
export type Coloring =
  | { type: 'category'; codes: Int32Array; colors: readonly string[] }
  | { type: 'number'; values: Float32Array; domain: readonly [number, number]; scale: 'viridis' | 'cividis' };

/** Small pictures for points: one atlas image, cells in row-major order; `cells[i]` is the cell of point i, −1 for none. */
export interface Thumbnails {
  image: ImageBitmap | ImageData | HTMLCanvasElement | OffscreenCanvas;
  cellWidth: number;
  cellHeight: number;
  cells: Int32Array;
  /** the pictures are drawings, light on dark: their brightness is drawn as ink in the point's colour, without ground */
  ink?: boolean;
}

/** A picture under the points, stretched over an extent of the map: the decoded plane. */
export interface Backdrop {
  image: ImageBitmap | ImageData | HTMLCanvasElement | OffscreenCanvas;
  extent: Extent;
  opacity?: number;
  /** no interpolation between its pixels */
  pixelated?: boolean;
}

/** Lines over the points: rhumb lines to neighbours, the path of a walk. */
export interface Line {
  points: readonly Place[];
  color?: string;
  width?: number;
  dashed?: boolean;
  opacity?: number;
}

export type Tool = 'pan' | 'lasso' | 'box';

export type { MapTheme } from '@portolan/core/pictures';

export interface MapEvents {
  /** the pointer is over the map at a place (map units and pixels); `point` is the nearest one within reach, or −1 */
  hover: { place: Place; pixel: Place; point: number };
  leave: undefined;
  /** a click that was not a drag */
  click: { place: Place; pixel: Place; point: number; shiftKey: boolean };
  /** a lasso, box or `select()` ended; indices ascending */
  select: { indices: Uint32Array };
  camera: Camera;
  /** drawing was lost and could not be restored */
  error: { message: string };
}
