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
  toFiles(): Record<string, Uint8Array>;
}

export interface MapMethod {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  fit(x: Matrix, options: Partial<Options>, job?: JobOptions): Promise<Projection>;
}

/** How far a map can be believed; each in [0, 1], exact on `sampleSize` points. */
export interface MapQuality {
  trustworthiness: number;
  continuity: number;
  neighborRecall: number;
  /** leave-one-out accuracy of k nearest neighbours on the map; only with labels */
  labelAccuracy?: number;
  /** share of the variance the map keeps; PCA only */
  explainedVariance?: number;
  nNeighbors: number;
  sampleSize: number;
}
