/**
 * A latent space is a value. Whatever made it, the rest of the program sees this interface and works with it.
 */
import type { JobOptions, Matrix } from '../base/index.ts';
import type { Dataset, Medium } from '../data/index.ts';
import type { Runtime } from '../runtime/index.ts';

/** File name → bytes: space.json, encoder.onnx, decoder.onnx, *.safetensors. */
export type SpaceFiles = Record<string, Uint8Array>;

/** How far apart two codes are and what lies between; only the Euclidean one so far. */
export interface Geometry {
  readonly name: 'euclidean';
}

/** A distribution over codes. */
export interface Prior {
  readonly name: string;
  /** n codes, [n, latentDim], the same for the same seed */
  sample(n: number, seed: number): Matrix;
}

export interface LatentSpace {
  /** `pca`, `autoencoder`, `vae`, … */
  readonly method: string;
  readonly latentDim: number;
  /** width of a decoded row */
  readonly nFeatures: number;
  readonly geometry: Geometry;
  /** what a decoded row is, so that it can be shown or played */
  readonly medium: Medium;
  /** [n, nFeatures] → [n, latentDim]; the posterior's mean where there is a posterior */
  encode?(x: Matrix): Promise<Matrix>;
  /** [n, latentDim] → [n, nFeatures] */
  decode?(z: Matrix): Promise<Matrix>;
  readonly prior?: Prior;
  toFiles(): SpaceFiles;
  dispose(): Promise<void>;
}

/** One option of a method: from this table come validation, the CLI's flags and the studio's form. */
export interface OptionSpec {
  /** camelCase, the field's name: `latentDim`; the CLI's flag is `--latent-dim` */
  readonly name: string;
  readonly type: 'integer' | 'number' | 'boolean' | 'choice' | 'integers';
  readonly default: number | boolean | string | readonly number[];
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  /** a plain sentence: what it is, and what raising it does */
  readonly summary: string;
  /** one of the few that are shown first */
  readonly main?: boolean;
}

export type Options = Record<string, number | boolean | string | readonly number[]>;

/** A loss and its parts, or other figures, by name. */
export type Figures = Record<string, number>;

/** What `learn` reports: `mse` (mean over samples and features, on the rows learned from) and each loss part. */
export interface LearnMetrics {
  mse?: number;
  train: Figures;
  validation?: Figures;
}

/** One epoch of learning. */
export interface EpochRecord {
  epoch: number;
  train: Figures;
  validation?: Figures;
}

/** What learning has to show while it runs. */
export interface LearnDetail {
  epoch: number;
  nEpochs: number;
  /** mean over the latest mini-batches, up to eight */
  losses: Figures;
  samplesPerSecond: number;
  /** a finished epoch, at its end */
  record?: EpochRecord;
  /** a few times a second at most */
  preview?: LearnPreview;
}

/** The state of a space half-way: codes of a fixed subset and how well a few samples come back. */
export interface LearnPreview {
  /** which rows, the same each time */
  indices: Uint32Array;
  /** [indices.length, 2]: the codes themselves when latentDim is 2, else their PCA, turned to fit the one before */
  coordinates: Matrix;
  /** [m, nFeatures] */
  originals: Matrix;
  reconstructions: Matrix;
}

/** What learning takes beside its options. */
export interface LearnJob extends JobOptions<LearnDetail> {
  /** whether progress has previews, which cost time; on by default where there is somebody to show them to */
  previews?: boolean;
  /** what `onCheckpoint` was given, for the same options and data: learning goes on from there, bit-equal */
  checkpoint?: Uint8Array;
  /**
   * Takes the state of learning after each epoch, and once more when it is stopped or cancelled. After a divergence the
   * last one given is the one to go back to: what was finite just before is seldom good. Methods that solve in one
   * piece give none.
   */
  onCheckpoint?: (checkpoint: Uint8Array) => void | Promise<void>;
}

/** What a fit gives: the space, how it went, and what it noticed. */
export interface FittedSpace {
  readonly space: LatentSpace;
  readonly metrics: LearnMetrics;
  readonly history: readonly EpochRecord[];
  readonly warnings: readonly string[];
  /** the options in full, defaults filled in */
  readonly options: Options;
  /** whether it was stopped before its end */
  readonly stopped: boolean;
}

/** A way to learn a space, as the registry (spaces/methods.ts) holds it. */
export interface SpaceMethod {
  readonly name: string;
  readonly title: string;
  /** one sentence for people */
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  fit(dataset: Dataset, options: Partial<Options>, runtime: Runtime, job?: LearnJob): Promise<FittedSpace>;
}
