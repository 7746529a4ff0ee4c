export {
  zeros,
  filled,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  fanInUniform,
  orthogonal,
} from './initialisers.ts';
export type { Fans, Initialiser } from './initialisers.ts';
export { declaringScope, boundScope, constantScope, frozenScope } from './scope.ts';
export type { Change, Parameter, Scope } from './scope.ts';
export { activate, conv, convTranspose, dense, flatten, knownDim, normalized } from './layers.ts';
export type { Activation, ConvOptions, LayerOptions } from './layers.ts';
export {
  squaredError,
  bernoulli,
  bernoulliRows,
  gaussianLikelihood,
  gaussianRows,
  normalLogDensity,
  crossEntropy,
  gaussianKl,
  negativeElbo,
  sampleLatent,
} from './losses.ts';
export type { LossParts } from './losses.ts';
export {
  covarianceGap,
  jacobianNorm,
  klParts,
  maximumMeanDiscrepancy,
  neighborGap,
  sparsityGap,
  squaredDistances,
} from './regularisers.ts';
export type { KlParts } from './regularisers.ts';
export { sgd, adam, adamw } from './optimisers.ts';
export type { AdamOptions, Factors, Optimiser } from './optimisers.ts';
export { constantRate, cosineDecay, stepDecay, warmUp } from './schedules.ts';
export type { Schedule } from './schedules.ts';
export { rowStream, splitRows } from './batches.ts';
export type { RowStream } from './batches.ts';
export { maskAtRandom, saltAndPepper } from './noise.ts';
export { stepGraph } from './train-step.ts';
export type { BatchInput, Model, StepGraphOptions } from './train-step.ts';
export { trainer } from './trainer.ts';
export type { Losses, Trained, Trainer, TrainOptions, TrainRecord, TrainUnit } from './trainer.ts';
export { adversarialTrainer } from './adversarial.ts';
export type {
  AdversarialOptions,
  AdversarialRecord,
  AdversarialResult,
  AdversarialTrainer,
  AdversarialUnit,
  PlayerOptions,
} from './adversarial.ts';
export { ROLES } from './adversarial-step.ts';
export type { PlayerLoss, Role, Scopes } from './adversarial-step.ts';
export {
  discriminatorLoss,
  generatorLoss,
  gradientPenalty,
  minibatchFeatures,
  packed,
  spectralScope,
  zeroCenteredPenalty,
} from './adversarial-losses.ts';
export type { GanLoss } from './adversarial-losses.ts';
