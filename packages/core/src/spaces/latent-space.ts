/**
 * A latent space is a value. Whatever made it, the rest of the program sees this interface and works with it.
 */
import type { Matrix, Options, OptionSpec } from '../base/index.ts';
import type { Dataset, Medium } from '../data/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Geometry } from './geometry.ts';

/** File name → bytes: space.json, encoder.onnx, decoder.onnx, *.safetensors. */
export type SpaceFiles = Record<string, Uint8Array>;

/** A distribution over codes. */
export interface Prior {
  readonly name: string;
  /** n codes, [n, latentDim], the same for the same seed */
  sample(n: number, seed: number): Matrix;
}

/** A column of the data that a space was learned given. */
export interface Conditions {
  readonly column: string;
  readonly categories: readonly string[];
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
  /** the classes by which it encodes and decodes, of a space that was learned given them (a conditional VAE or GAN) */
  readonly conditions?: Conditions;
  /**
   * [n, nFeatures] → [n, latentDim]; the posterior's mean where there is a posterior.
   * @param classes  of each row, where the space has `conditions`; negative, or left out: all classes in equal parts
   */
  encode?(x: Matrix, classes?: Int32Array): Promise<Matrix>;
  /** n texts → [n, latentDim], of a space whose rows are texts */
  encodeTexts?(texts: readonly string[]): Promise<Matrix>;
  /** [n, latentDim] → [n, nFeatures] */
  decode?(z: Matrix, classes?: Int32Array): Promise<Matrix>;
  readonly prior?: Prior;
  toFiles(): SpaceFiles;
  dispose(): Promise<void>;
}

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
  /** of two who learn against each other: the steps that each has made, by name, and whose turn is next */
  players?: { steps: Readonly<Record<string, number>>; next: string };
  /** a finished epoch, at its end */
  record?: EpochRecord;
  /** a few times a second at most */
  preview?: LearnPreview;
}

/** The state of a space half-way: codes of a fixed subset and how well a few samples come back. */
export interface LearnPreview {
  /** which rows, the same each time */
  indices: Uint32Array;
  /**
   * what each is called, where what is placed are other things than the rows of the data (the words of a text, the nodes
   * of a graph); `indices` are then their places among those
   */
  names?: readonly string[];
  /** [indices.length, 2]: the codes themselves when latentDim is 2, else their PCA, turned to fit the one before */
  coordinates: Matrix;
  /** [m, nFeatures] */
  originals: Matrix;
  reconstructions: Matrix;
  /** [m, nFeatures]: what was made of nothing, the same codes each time; of methods that generate */
  samples?: Matrix;
  /** whether these are of the generator as it stands, while it is stepped by hand, and not of its running average */
  momentary?: boolean;
  /** what is counted in many such samples: `modesCovered` of `modes`, and of all a share `nearModes` or `rarestMode` */
  figures?: Figures;
  /** of data in the plane: what a critic thinks of each place, size × size values in [0, 1], rows from `low` up */
  surface?: { size: number; low: readonly [number, number]; high: readonly [number, number]; values: Float32Array };
}

/** What learning takes beside its options. */
export interface LearnJob extends KernelJob<LearnDetail> {
  /** the files of another space of the project, to begin at its weights */
  files?: (space: string) => Promise<SpaceFiles>;
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
  /**
   * What the space places, where that is not the rows it was learned from: the words of a text, the nodes of a graph,
   * users and items. Its rows are their codes, its columns their names and figures.
   */
  readonly items?: Dataset;
  /**
   * The codes of what it places, where they are known already and not the items' rows: of texts that fitting has
   * encoded, of codes that were drawn
   */
  readonly codes?: Matrix;
  readonly metrics: LearnMetrics;
  readonly history: readonly EpochRecord[];
  readonly warnings: readonly string[];
  /** the options in full, defaults filled in */
  readonly options: Options;
  /** whether it was stopped before its end */
  readonly stopped: boolean;
}

/**
 * What a method learns from: rows of numbers, those that are pictures alone, a column of texts, links between things,
 * ratings of things by users.
 */
export type Takes = 'rows' | 'pictures' | 'texts' | 'links' | 'ratings';

/** How methods are grouped for people. */
export type Family =
  | 'linear'
  | 'autoencoder'
  | 'variational'
  | 'adversarial'
  | 'supervised'
  | 'text'
  | 'graph'
  | 'ratings'
  | 'vectors'
  | 'pretrained';

/** A way to learn a space, as the registry (spaces/methods.ts) holds it. */
export interface SpaceMethod {
  readonly name: string;
  readonly title: string;
  /** one sentence for people */
  readonly summary: string;
  readonly family: Family;
  readonly takes: Takes;
  /** what else it can do with, in its stead */
  readonly alsoTakes?: Takes;
  /** whether it can learn from texts that are streamed (`Dataset.texts`) */
  readonly streams?: true;
  /** whether it needs a column of classes, or can use one; by the option `label`, else the data's label */
  readonly labels?: 'needed' | 'used';
  readonly options: readonly OptionSpec[];
  fit(dataset: Dataset, options: Partial<Options>, runtime: Runtime, job?: LearnJob): Promise<FittedSpace>;
}
