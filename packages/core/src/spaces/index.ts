export type {
  Conditions,
  EpochRecord,
  Family,
  Figures,
  FittedSpace,
  LatentSpace,
  LearnDetail,
  LearnJob,
  LearnMetrics,
  LearnPreview,
  Prior,
  SpaceFiles,
  SpaceMethod,
  Takes,
} from './latent-space.ts';
export { euclidean, geometryOf, geometrySpec, hyperbolic, sphere } from './geometry.ts';
export type { Geometry, GeometrySpec } from './geometry.ts';
export { bringSpace } from './brought.ts';
export type { BroughtSpace } from './brought.ts';
export type { BroughtSpec } from './brought-infer.ts';
export type { BroughtData } from './brought-scale.ts';
export type { ModelFile } from './brought-model.ts';
export type { BroughtOptions } from './brought-ports.ts';
export { loadSpace } from './load-space.ts';
export { readManifest, SPACE_VERSION, writeManifest } from './manifest.ts';
export type { SpaceManifest } from './manifest.ts';
export { onnxSpace } from './onnx-space.ts';
export type { OnnxSpaceOptions } from './onnx-space.ts';
export { fitPrior, gaussianOf } from './gaussian-prior.ts';
export { makePrior } from './prior.ts';
export type { PriorSpec } from './prior.ts';
export { autoencoder } from './autoencoder.ts';
export { vae } from './vae.ts';
export { networkOf, fitDesign } from './variational.ts';
export type { Design, Regulariser, View } from './variational.ts';
export type { Posterior, PosteriorFamily, Terms } from './posterior.ts';
export { mixtureLogDensity, mixtureSteps } from './mixture.ts';
export type { FittedMixture, Mixture, MixtureOptions } from './mixture.ts';
export { classifier } from './classifier.ts';
export { gan } from './gan.ts';
export { projectLatent } from './project-latent.ts';
export type { LatentProjection, ProjectLatentOptions } from './project-latent.ts';
export { spaceMethods } from './methods.ts';
export { transformer } from './transformer.ts';
export { attentionOf, transformerSpace } from './transformer-space.ts';
export type { Attention, TransformerParts, TransformerSpace } from './transformer-space.ts';
export { word2vec } from './word2vec.ts';
export { analogy, analogyAccuracy, nearestWords, wordSimilarity } from './word2vec-words.ts';
export type { NearWord, WordTable } from './word2vec-words.ts';
export { encodeAllTexts } from './encode-texts.ts';
export type { TextsEncoder } from './encode-texts.ts';
export { word2vecSpace } from './word2vec-space.ts';
export type { WordVectors } from './word2vec-space.ts';
export { corpusSteps, tokensOf } from './vocabulary.ts';
export type { Corpus, Tokenising, VocabularyOptions } from './vocabulary.ts';
export { countItems, SEQUENCE_END, sequencesOf } from './sequences.ts';
export type { Sequences } from './sequences.ts';
export { fitSkipGram } from './word2vec-fit.ts';
export type { SkipGram, SkipGramOptions } from './word2vec-fit.ts';
export { unitRows, vectors, vectorsSpace } from './vectors-space.ts';
export type { VectorsSpaceOptions } from './vectors-space.ts';
export { factorsSpace } from './factors-space.ts';
export type { FactorsSpace } from './factors-space.ts';
export { knowsItems, newPeople, ratingsRows } from './ratings-new.ts';
export type { Given, People } from './ratings-new.ts';
export { bestOf } from './ratings-quality.ts';
export { ratingsOf } from './ratings.ts';
export { ratingsRow, recommend, userCode } from './ratings-recommend.ts';
export type { Recommendation, RecommendOptions } from './ratings-recommend.ts';
export { SHRINKAGE_OPTIONS, discriminants, labelWarnings, labelledClasses } from './lda-discriminants.ts';
export type { Discriminants, LabelledClasses } from './lda-discriminants.ts';
export { inBands } from './lda-spread.ts';
export { fitPca, pcaOf, pcaSteps } from './pca.ts';
export { pca, pcaModels, SOLVER_OPTIONS } from './pca-space.ts';
export type { Pca, PcaOptions, PcaParts, PcaSolver } from './pca.ts';
export { fitPcaJob, transformPca } from './pca-kernels.ts';
export { incrementalPca } from './incremental-pca.ts';
export type { IncrementalPca, RowMoments } from './incremental-pca.ts';
export { epochsFor } from './training-options.ts';
