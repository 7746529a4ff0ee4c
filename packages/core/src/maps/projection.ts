/**
 * A map is a projection of codes (or rows) to the plane: coordinates, and where the method allows it a way to put new
 * points on it and a way back.
 */
import type { JobOptions, Matrix } from '../base/index.ts';
import type { Figures, OptionSpec, Options } from '../spaces/index.ts';

export interface Projection {
  readonly method: string;
  /** [n, nComponents] */
  readonly coordinates: Matrix;
  /** new points → the map */
  transform?(x: Matrix): Matrix;
  /** places on the map → what lies there, [m, nFeatures of what was projected] */
  inverse?(y: Matrix): Matrix;
  /** plain figures of the method itself: explainedVariance */
  readonly figures: Figures;
  /** projection.json and what the method needs beside it; the coordinates are kept apart, in coordinates.npy */
  toFiles(): Record<string, Uint8Array>;
}

export interface MapMethod {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  fit(x: Matrix, options: Partial<Options>, job?: JobOptions): Promise<Projection>;
  /** What `toFiles` of a projection of this method gave → the projection, over the coordinates given. */
  load(files: Record<string, Uint8Array>, coordinates: Matrix): Projection;
}

/** How far a map can be believed; each in [0, 1], exact on `sampleSize` points. */
export interface MapQuality {
  /** 1 when every neighbour on the map is one in the data */
  trustworthiness: number;
  /** 1 when every neighbour in the data is one on the map */
  continuity: number;
  /** share of the data's nearest neighbours that are nearest on the map too */
  neighborRecall: number;
  /** leave-one-out accuracy of k nearest neighbours on the map; only with labels */
  labelAccuracy?: number;
  /** share of the variance the map keeps; PCA only */
  explainedVariance?: number;
  nNeighbors: number;
  sampleSize: number;
}
