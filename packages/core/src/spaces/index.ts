export type {
  EpochRecord,
  Figures,
  FittedSpace,
  Geometry,
  LatentSpace,
  LearnDetail,
  LearnJob,
  LearnMetrics,
  LearnPreview,
  OptionSpec,
  Options,
  Prior,
  SpaceFiles,
  SpaceMethod,
} from './latent-space.ts';
export { resolveOptions } from './options.ts';
export { loadSpace, makePrior, onnxSpace, readManifest, SPACE_VERSION } from './onnx-space.ts';
export type { OnnxSpaceOptions, PriorSpec, SpaceManifest } from './onnx-space.ts';
export { autoencoder } from './autoencoder.ts';
export { vae } from './vae.ts';
export { spaceMethods } from './methods.ts';
export { fitPca, pcaOf, pcaSteps } from './pca.ts';
export { pca, pcaModels, SOLVER_OPTIONS } from './pca-space.ts';
export type { Pca, PcaOptions, PcaParts, PcaSolver } from './pca.ts';
export { fitPcaJob, transformPca } from './pca-kernels.ts';
export { incrementalPca } from './incremental-pca.ts';
export type { IncrementalPca, RowMoments } from './incremental-pca.ts';
