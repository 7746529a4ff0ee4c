/**
 * What a person can do with a project, one function per verb. The CLI calls it in-process, the studio over HTTP or in
 * a Worker: the same interface, so every argument and result is plain data that survives structured cloning.
 */
import type { JobOptions, Matrix } from '../base/index.ts';
import type { ByteSource, Column, Medium, Rows } from '../data/index.ts';
import type { MapQuality } from '../maps/index.ts';
import type { EpochRecord, LearnJob, LearnMetrics, OptionSpec, Options } from '../spaces/index.ts';

export interface ProjectInfo {
  /** the folder's name, or the browser project's */
  name: string;
  /** where it is, to be shown to a person */
  place: string;
  /** the engine that runs models: `onnxruntime-node 1.30.0, 2 threads` */
  runtime: string;
  version: number;
  /** items that could not be read, a sentence each */
  warnings: string[];
}

export interface ColumnInfo {
  name: string;
  type: Column['type'];
  /** only for categories */
  categories?: string[];
}

export interface DataInfo {
  kind: 'data';
  id: string;
  created: string;
  nSamples: number;
  nFeatures: number;
  medium: Medium;
  /** where the data names them, as a table does */
  featureNames?: string[];
  /** the value of a row's element is the number kept × scale: 1/255 for images of bytes */
  scale?: number;
  columns: ColumnInfo[];
  label?: string;
  warnings: string[];
  /** bytes on disk */
  bytes: number;
  /** it comes with Portolan: always there, and not removed */
  pack?: boolean;
}

export interface SpaceInfo {
  kind: 'space';
  id: string;
  created: string;
  /** id of the data it was learned from; the data may since have been removed */
  data: string;
  method: string;
  latentDim: number;
  nFeatures: number;
  medium: Medium;
  encodes: boolean;
  decodes: boolean;
  samples: boolean;
  options: Options;
  metrics: LearnMetrics;
  history: EpochRecord[];
  /** wall time, and CPU time of all threads where the platform can tell */
  seconds: number;
  cpuSeconds?: number;
  samplesPerSecond: number;
  stopped: boolean;
  warnings: string[];
  runtime: string;
}

export interface MapInfo {
  kind: 'map';
  id: string;
  created: string;
  /** the space whose codes were mapped; without it the data set's rows were */
  space?: string;
  data: string;
  method: string;
  options: Options;
  nComponents: number;
  quality: MapQuality;
  seconds: number;
  cpuSeconds?: number;
}

export type Kind = 'data' | 'space' | 'map';
export type ItemInfo = DataInfo | SpaceInfo | MapInfo;

/** A method as the studio's form and the CLI's help show it. */
export interface MethodInfo {
  name: string;
  title: string;
  summary: string;
  options: OptionSpec[];
}

export interface AddDataArgs {
  /** one file, or the files of a folder; a zip of images is one file */
  files: ByteSource[];
  /** the id wanted; by default the first file's name */
  name?: string;
  /** a table with one row a sample: csv, tsv, json, jsonl, parquet */
  labels?: ByteSource;
  /** which column is the label; by default one named label, class, target, category, digit or y */
  label?: string;
  /** rows are images of this size; images are resized to it */
  image?: { height: number; width: number; channels?: 1 | 3 };
}

export interface LearnArgs {
  data: string;
  method: string;
  options?: Partial<Options>;
  /** the id wanted for the space */
  name?: string;
}

export interface MapArgs {
  /** a space (its codes are mapped) or a data set (its rows are) */
  of: string;
  method: string;
  options?: Partial<Options>;
  name?: string;
}

export interface Workbench {
  project(): Promise<ProjectInfo>;
  /** what can be learned and mapped with, options and all */
  methods(): Promise<{ spaces: MethodInfo[]; maps: MethodInfo[] }>;

  /** everything there is, newest last; all kinds, or one */
  list(args?: { kind?: Kind }): Promise<ItemInfo[]>;
  /** @throws InputError, code `no-such-item`, that lists what there is */
  show(args: { id: string }): Promise<ItemInfo>;
  remove(args: { id: string }): Promise<void>;

  addData(args: AddDataArgs, job?: JobOptions): Promise<DataInfo>;
  /** rows by index, or `count` from `from`; all by default */
  rows(args: { data: string; indices?: Uint32Array; from?: number; count?: number }): Promise<Rows>;
  columns(args: { data: string; names?: string[] }): Promise<Column[]>;

  learn(args: LearnArgs, job?: LearnJob): Promise<SpaceInfo>;
  /** codes of the rows that the space was learned from, [nSamples, latentDim] */
  codes(args: { space: string }): Promise<Matrix>;
  encode(args: { space: string; rows: Matrix }, job?: JobOptions): Promise<Matrix>;
  decode(args: { space: string; codes: Matrix }, job?: JobOptions): Promise<Matrix>;
  sample(args: { space: string; n: number; seed?: number }): Promise<{ codes: Matrix; rows?: Matrix }>;

  map(args: MapArgs, job?: JobOptions): Promise<MapInfo>;
  coordinates(args: { map: string }): Promise<Matrix>;

  /** the files an item is kept in, and one of them: encoder.onnx, decoder.onnx, space.json, coordinates.npy … */
  files(args: { id: string }): Promise<{ name: string; bytes: number }[]>;
  file(args: { id: string; name: string }): Promise<Uint8Array>;

  /** the whole project as a zip, laid out as the folder is; or only some of its items */
  exportProject(args?: { ids?: string[] }, job?: JobOptions): Promise<Uint8Array>;
  /**
   * Takes over every item of such a zip. An item whose id is taken gets the next free one, and what refers to it follows.
   * @returns the ids as they are now
   */
  importProject(args: { zip: ByteSource }, job?: JobOptions): Promise<{ ids: string[] }>;
}
