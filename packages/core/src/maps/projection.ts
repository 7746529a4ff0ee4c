/**
 * A map is a projection of codes (or rows) to the plane: coordinates, and where the method allows it a way to put new
 * points on it and a way back.
 */
import type { Matrix, OptionSpec, Options } from '../base/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import type { Distance, Neighbors } from '../neighbors/index.ts';
import type { Figures } from '../spaces/index.ts';

export interface Projection {
  readonly method: string;
  /** [n, nComponents] */
  readonly coordinates: Matrix;
  /** what far means on the map: flat when left out; `hyperbolic` on the Poincaré disc */
  readonly geometry?: 'hyperbolic';
  /** new points → the map, [m, nFeatures] → [m, nComponents]; what is fitted stays where it is */
  transform?(x: Matrix, job?: KernelJob): Promise<Matrix>;
  /** places on the map → what lies there, [m, nFeatures of what was projected]; quick enough for a pointer */
  inverse?(y: Matrix): Matrix;
  /** plain figures of the method itself: explainedVariance, klDivergence, iterations */
  readonly figures: Figures;
  /** what was noticed: doubles, a graph in pieces, a fallback that was taken */
  readonly warnings: readonly string[];
  /** projection.json and what the method needs beside it; the coordinates are kept apart, in coordinates.npy */
  toFiles(): Record<string, Uint8Array>;
}

/** What a map has to show while it unfolds. */
export interface MapDetail {
  iteration: number;
  nIter: number;
  /** a copy, a few times a second at most, [n, nComponents] */
  coordinates?: Matrix;
  /** what the method makes small, where it is known: the Kullback–Leibler divergence of t-SNE */
  loss?: number;
}

/** What making a map takes beside its options. `control.stop()` keeps the map as far as it has come. */
export interface MapJob extends KernelJob<MapDetail> {
  /** n codes; negative where there is none. For methods that use labels */
  labels?: Int32Array;
  /** the rows' neighbours (without themselves), nearest first, where they are known already */
  neighbors?: Neighbors;
  /** a map to go on from: one that was stopped (with its `iterations`), or an earlier one to stay close to */
  start?: { coordinates: Matrix; iteration?: number };
}

export interface MapMethod {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  /** words of caution that belong to every map of this method, plain sentences */
  readonly cautions: readonly string[];
  /** whether it needs labels, can use them, or has no use for them */
  readonly labels?: 'needed' | 'used';
  fit(x: Matrix, options: Partial<Options>, job?: MapJob): Promise<Projection>;
  /** What `toFiles` of a projection of this method gave → the projection, over the coordinates given. */
  load(files: Record<string, Uint8Array>, coordinates: Matrix): Projection;
}

/** How far a map can be believed; each in [0, 1] unless said, exact on `sampleSize` points. */
export interface MapQuality {
  /** 1 when every neighbour on the map is one in the data */
  trustworthiness: number;
  /** 1 when every neighbour in the data is one on the map */
  continuity: number;
  /** share of the data's nearest neighbours that are nearest on the map too, of `nNeighbors` */
  neighborRecall: number;
  /** the same for other numbers of neighbours, by that number */
  neighborRecalls?: Record<string, number>;
  /** Spearman correlation of distances in the data and on the map, in [−1, 1] */
  shepard?: number;
  /** leave-one-out accuracy of k nearest neighbours on the map; only with labels */
  labelAccuracy?: number;
  /** share of the variance the map keeps; PCA only */
  explainedVariance?: number;
  nNeighbors: number;
  sampleSize: number;
  /** by which distance near was meant, in the data and, where it is not flat, on the map */
  distance?: Distance;
  mapDistance?: Distance;
}
