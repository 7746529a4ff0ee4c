/**
 * What a person can do with a project, one function per verb. The CLI calls it in-process, the studio over HTTP or in
 * a Worker: the same interface, so every argument and result is plain data that survives structured cloning.
 */
import type { JobOptions, Matrix, OptionSpec, Options } from '../base/index.ts';
import type { ByteSource, Column, Medium, Rows } from '../data/index.ts';
import type { MapDetail, MapQuality } from '../maps/index.ts';
import type { Distance, Nearest, Neighbors } from '../neighbors/index.ts';
import type {
  Attention,
  BroughtOptions,
  Conditions,
  EpochRecord,
  Family,
  Figures,
  GeometrySpec,
  Given,
  LearnJob,
  LearnMetrics,
  Recommendation,
  Takes,
} from '../spaces/index.ts';

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
  /** of images: the values of black and white in the files that it was added from */
  range?: readonly [number, number];
  columns: ColumnInfo[];
  label?: string;
  /**
   * where the rows are what a space places (words, nodes, users and items) and came with it: what they are, and the
   * space, unless it was removed
   */
  itemsOf?: { what: string; space?: string };
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
  /** id of the data whose rows its codes are of; the data may since have been removed */
  data: string;
  /** id of what it was learned from, where that is something else: a text whose words are the rows */
  learnedFrom?: string;
  method: string;
  latentDim: number;
  nFeatures: number;
  medium: Medium;
  /** of images: that of the data it was learned from */
  range?: readonly [number, number];
  encodes: boolean;
  /** the codes of its data are kept; as `encodes` when left out */
  coded?: boolean;
  decodes: boolean;
  samples: boolean;
  /** it takes texts as well as, or instead of, rows of numbers */
  encodesTexts?: boolean;
  /** it was learned from ratings: it encodes people by what they gave, and recommends */
  recommends?: boolean;
  /** the classes it encodes and decodes by */
  conditions?: Conditions;
  /** euclidean when left out */
  geometry?: GeometrySpec;
  options: Options;
  metrics: LearnMetrics;
  history: EpochRecord[];
  /** wall time, and CPU time of all threads where the platform can tell */
  seconds: number;
  cpuSeconds?: number;
  samplesPerSecond: number;
  stopped: boolean;
  /** a state on the way to another space, after so many epochs */
  checkpoint?: { of: string; epoch: number };
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
  /** what far means on the map: flat when left out, `hyperbolic` on the Poincaré disc */
  geometry?: 'hyperbolic';
  quality: MapQuality;
  /** the column whose categories it was made or measured with, where one was named */
  label?: string;
  /** plain figures of the method itself: klDivergence, explainedVariance */
  figures?: Figures;
  /** how far it came, for methods that go step by step */
  iterations?: number;
  /** whether it was stopped before its end; `map` with `from` goes on from there */
  stopped: boolean;
  /** the earlier map that it began at, and the one that it was turned to */
  from?: string;
  align?: string;
  /** its place among maps that were made in one frame, and the id of the first of them */
  frame?: { first: string; place: number; count: number };
  /** of how many neighbours `keep` counts those kept; undefined where it was not counted */
  keepNeighbors?: number;
  warnings: string[];
  /** of making it, without measuring; wall time, and CPU time of all threads where the platform can tell */
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
  /** of ways to learn: how they are grouped, and what they learn from */
  family?: Family;
  takes?: Takes;
  alsoTakes?: Takes;
  /** words of caution that belong to every map of this method */
  cautions?: string[];
  /** whether it needs labels, or can use them */
  labels?: 'needed' | 'used';
  /** of ways to make maps: what else can be chosen when several are made in one frame */
  together?: OptionSpec[];
}

/** All ways to learn a space, to make a map and to make data. */
export interface Methods {
  spaces: MethodInfo[];
  maps: MethodInfo[];
  data: MethodInfo[];
  /** public data sets that can be downloaded here */
  publicData?: PublicDataInfo[];
}

/** A space that comes with Portolan. */
export interface ZooEntry {
  name: string;
  title: string;
  summary: string;
  /** id of the data it was learned from */
  data: string;
  /** its own id, unless that is taken */
  space: string;
  map?: string;
  created: string;
  bytes: number;
}

/** A data set that others publish. */
export interface PublicDataInfo {
  name: string;
  title: string;
  summary: string;
  licence: string;
  /** to download */
  bytes: number;
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
  /** the values of black and white, where rows are images; by default told by the least and the greatest */
  range?: readonly [number, number];
}

export interface MakeDataArgs {
  /** a name of `methods().data`: sprites, sounds */
  generator: string;
  options?: Partial<Options>;
  name?: string;
}

/** A model from elsewhere. What can't be inferred of it is told here (BroughtOptions). */
export interface AddSpaceArgs extends BroughtOptions {
  /** an encoder and a decoder as .onnx, either alone, or the files of a saved space */
  files: ByteSource[];
  /** the data whose rows it encodes; its codes are computed at once */
  data?: string;
  /** which file is which, where their names do not tell */
  encoder?: string;
  decoder?: string;
  name?: string;
}

export interface LearnArgs {
  data: string;
  /** a text file that is learned from as it is, a text a line, without being added; `data` is then not looked at */
  texts?: ByteSource;
  method: string;
  options?: Partial<Options>;
  /** the id wanted for the space */
  name?: string;
  /** so many states on the way are kept as spaces of their own, after whole epochs, evenly; `ID-epoch-N` */
  checkpoints?: number;
}

/** Rows, texts or people. */
export interface EncodeArgs {
  space: string;
  /** [n, nFeatures] */
  rows?: Matrix;
  /** for a space that takes texts */
  texts?: string[];
  /** for a space of ratings: what each gave, by the names of items */
  people?: Given[];
  /** of each row, for a space that was learned given classes */
  classes?: Int32Array;
}

/** Whom to recommend to, in a space of ratings: `people` or `users`. */
export interface RecommendArgs {
  space: string;
  /** what each gave, by the names of items; they need not have been learned from */
  people?: Given[];
  /** those that were learned from, by name */
  users?: string[];
  /** how many items for each; 10 */
  n?: number;
  /** items that the space does not know are left out, instead of being refused */
  skipUnknown?: boolean;
}

export interface Recommended {
  /** where each lies, [people, latentDim] */
  codes: Matrix;
  /** of each, best first, without what was given already */
  items: Recommendation[][];
  /** names of items that were left out, as the space does not know them */
  skipped: string[];
  /** sentences about what was noticed */
  notes: string[];
}

export interface DecodeArgs {
  space: string;
  /** [n, latentDim] */
  codes: Matrix;
  classes?: Int32Array;
}

export interface MapArgs {
  /** a space (its codes are mapped) or a data set (its rows are) */
  of: string;
  method: string;
  options?: Partial<Options>;
  name?: string;
  /** the column of categories that methods with labels use, and that label accuracy is measured by; by default the label */
  label?: string;
  /** each row's neighbours where they are known, [n, k], nearest first; distances are computed when left out */
  neighbors?: { indices: Uint32Array; distances?: Float32Array };
  /** coordinates from elsewhere, [n, 2 or 3], for the method `coordinates` */
  coordinates?: Matrix;
  /** an earlier map of as many points to begin at; one of the same method and options that was stopped is gone on with */
  from?: string;
  /** an earlier map of the same points to be turned to, so that what moved is change and not mere rotation */
  align?: string;
  /**
   * further spaces or data sets of the same rows, checkpoints for instance, to be mapped in one frame with it, so that
   * what differs is change: each gets a map of its own, and that of `of` is told
   */
  together?: string[];
}

/** What `map` has to show; of very many points the coordinates of an even subset. */
export interface MapPreview extends MapDetail {
  /** which rows the coordinates are of; all when left out */
  rows?: Uint32Array;
}

export interface NeighborsArgs {
  /** among the rows of a data set, the codes of a space, or the points of a map */
  of: string;
  /** of one of them, itself left out */
  row?: number;
  /** or of any point: as many numbers as the rows, codes or places have */
  point?: ArrayLike<number>;
  k?: number;
  distance?: Distance;
}

export interface NeighborTableArgs {
  of: string;
  k?: number;
  distance?: Distance;
  /** the share of true neighbours to be found, in (0, 1]; 1 is exact */
  recall?: number;
}

export interface PlaceArgs {
  map: string;
  /** rows as the map's data has them, [m, nFeatures]; for the map of a space they are encoded first */
  rows?: Matrix;
  /** for the map of a space, codes instead */
  codes?: Matrix;
  /** their labels, m codes of the map's label column, negative where there is none */
  labels?: Int32Array;
}

export interface Placed {
  /** [m, nComponents] */
  coordinates: Matrix;
  /** undefined when what was mapped has been removed */
  quality?: PlacedQuality;
}

/** How well new points are placed among the fitted ones; exact, on `sampleSize` of them. */
export interface PlacedQuality {
  /** share of a point's nearest fitted rows that are nearest on the map too */
  neighborRecall: number;
  /** how often the commonest label among its nearest on the map is its own; only with labels */
  labelAccuracy?: number;
  nNeighbors: number;
  sampleSize: number;
}

export interface Workbench {
  project(): Promise<ProjectInfo>;
  /** what can be learned and mapped with, and what data can be made, options and all */
  methods(): Promise<Methods>;

  /** everything there is, newest last; all kinds, or one */
  list(args?: { kind?: Kind }): Promise<ItemInfo[]>;
  /** @throws InputError, code `no-such-item`, that lists what there is */
  show(args: { id: string }): Promise<ItemInfo>;
  remove(args: { id: string }): Promise<void>;

  addData(args: AddDataArgs, job?: JobOptions): Promise<DataInfo>;
  /** data with known factors, made on the fly */
  makeData(args: MakeDataArgs, job?: JobOptions): Promise<DataInfo>;
  /** a public data set by its name, downloaded once and kept in a cache */
  fetchData(args: { source: string; name?: string }, job?: JobOptions): Promise<DataInfo>;
  /** rows by index, or `count` from `from`; all by default */
  rows(args: { data: string; indices?: Uint32Array; from?: number; count?: number }): Promise<Rows>;
  columns(args: { data: string; names?: string[] }): Promise<Column[]>;

  /**
   * @throws InputError, code `tell`, where something can't be inferred: `details.ask` is `range`, `layout`, `latent`,
   *   `inputs`, `roles` or `data`
   */
  addSpace(args: AddSpaceArgs, job?: JobOptions): Promise<SpaceInfo>;
  learn(args: LearnArgs, job?: LearnJob): Promise<SpaceInfo>;
  /** codes of the rows that the space was learned from, [nSamples, latentDim] */
  codes(args: { space: string }): Promise<Matrix>;
  /** spaces that come with Portolan; none where the host has no zoo */
  zoo(): Promise<ZooEntry[]>;
  /** takes one of them into the project, unless it is there, and says what it is called */
  openZoo(args: { name: string }, job?: JobOptions): Promise<{ space: string; map?: string }>;
  encode(args: EncodeArgs, job?: JobOptions): Promise<Matrix>;
  /** what people would choose next, in a space of ratings */
  recommend(args: RecommendArgs, job?: JobOptions): Promise<Recommended>;
  decode(args: DecodeArgs, job?: JobOptions): Promise<Matrix>;
  /** what of a text attends to what, in a space of a transformer */
  attention(args: { space: string; text: string }): Promise<Attention>;
  /** @param args.class  one of the space's conditions, for all that are drawn */
  sample(args: { space: string; n: number; seed?: number; class?: number }): Promise<{ codes: Matrix; rows?: Matrix }>;

  map(args: MapArgs, job?: JobOptions<MapPreview>): Promise<MapInfo>;
  coordinates(args: { map: string }): Promise<Matrix>;
  /**
   * Of each point, the share of its true neighbours that the map keeps near, in [0, 1].
   * @throws InputError, code `no-keep`, for a map that was made before this was counted
   */
  keep(args: { map: string }): Promise<Float32Array>;
  /** new points on a map; what is fitted stays where it is */
  place(args: PlaceArgs, job?: JobOptions): Promise<Placed>;

  /** the k nearest, nearest first, exactly */
  neighbors(args: NeighborsArgs): Promise<Nearest>;
  /** those of every row */
  neighborTable(args: NeighborTableArgs, job?: JobOptions): Promise<Neighbors>;

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
