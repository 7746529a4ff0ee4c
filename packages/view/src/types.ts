/** What a map is given and what it tells: plain data, so that any page, with or without a framework, can use it. */
import type { ColorScale } from '@portolan/core/pictures';

/**
 * Positions are map units, y up, as the projection made them, with a third on a map in space; pixels are CSS pixels from
 * the element's top left.
 */
export type Place = readonly [x: number, y: number] | readonly [x: number, y: number, z: number];

export interface Extent {
  xMin: number;
  xMax: number;
  yMin: number;
  yMax: number;
}

/** CSS pixels from the edges of the element, covered by something that lies over the map. */
export interface Insets {
  top?: number;
  right?: number;
  bottom?: number;
  left?: number;
}

/** An extent with a third side. */
export interface Box extends Extent {
  zMin: number;
  zMax: number;
}

/**
 * The middle of the view in map units, and CSS pixels a map unit there. Only a camera on a map in space has the rest: the
 * middle's z, and how far it is turned to the side (`yaw`) and lifted (`pitch`, within ±π/2), radians.
 */
export interface Camera {
  x: number;
  y: number;
  scale: number;
  z?: number;
  yaw?: number;
  pitch?: number;
}

/** Points coloured by category or by a number. Codes and values below 0 / NaN are drawn in the `missing` colour. */
export type Coloring =
  | { type: 'category'; codes: Int32Array; colors: readonly string[] }
  | { type: 'number'; values: Float32Array; domain: readonly [number, number]; scale: ColorScale };

export type { ColorScale, NamedScale } from '@portolan/core/pictures';

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

/** Hairlines between points, thousands of them: a graph of neighbours. They go with the points when these move. */
export interface Edges {
  /** the two points of each edge, [m * 2] */
  pairs: Uint32Array;
  /** one colour for all; by default each end has the colour of its point */
  color?: string;
  /** 0 … 1, by default less the more edges there are */
  opacity?: number;
}

/** Places on the map that are none of its points, such as rows put on it later: small diamonds over everything. */
export interface Marks {
  /** [n * nComponents]; places that are not finite are left out */
  places: Float32Array;
  /** 2 by default */
  nComponents?: 2 | 3;
  /** of all; by default the accent of the theme */
  color?: string;
  /** instead, of each by category; codes below 0 have none */
  codes?: Int32Array;
  colors?: readonly string[];
}

/** How close together points lie, as a smooth surface under them: a kernel density estimate made anew for every view. */
export interface Density {
  /** standard deviation of the Gaussian kernel, CSS pixels; 12 by default */
  bandwidth?: number;
  /** `count` (default): the number of points alone, by `scale`. `color`: the mean colour of the points, as strong as they are dense */
  by?: 'count' | 'color';
  /** for `count`; by default the ink of the theme, from nothing to full */
  scale?: ColorScale;
  /**
   * What becomes of the points themselves: drawn `over` the density, `hidden`, or `auto` (default): fading as they cover each
   * other so much that single ones can't be told apart.
   */
  points?: 'over' | 'hidden' | 'auto';
  /** 0 … 1 where it is densest; 0.85 by default */
  opacity?: number;
}

/** What a legend has to say of a density that is drawn, for the view as it is. */
export interface DensityScale {
  /** points for each 100 CSS pixels square at the densest place in view; strength grows with its logarithm */
  densest: number;
  /** the same where counting ends, on graphics drivers that add 16-bit numbers alone; null where it doesn't */
  limit: number | null;
  /** the kernel's standard deviation, in map units and CSS pixels */
  bandwidth: number;
  bandwidthPixels: number;
  /** of its full opacity, what is left to single points: 0 when the density stands for all of them */
  points: number;
  /** the colours from the sparsest to the densest, CSS; null when they are those of the points */
  colors: readonly string[] | null;
  /** all this as a sentence */
  text: string;
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
  /** other points, or the same elsewhere */
  points: { count: number };
  /** the selection is another, whoever made it */
  selection: { indices: Uint32Array | null };
  /** another point stands out, whoever said so; −1 for none */
  highlight: { point: number };
  /** drawing was lost and could not be restored */
  error: { message: string };
}
