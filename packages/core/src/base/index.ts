export {
  PortolanError,
  InputError,
  FormatError,
  NumericalError,
  StoreError,
  errorToMessage,
  errorFromMessage,
  isAbort,
  isOutOfMemory,
} from './errors.ts';
export type { ErrorMessage, ErrorOptions } from './errors.ts';
export { joinBytes } from './bytes.ts';
export { inBatches } from './batches.ts';
export type { Batches } from './batches.ts';
export { matrix, matrixOf, row, takeRows, checkFinite } from './matrix.ts';
export type { Matrix } from './matrix.ts';
export { random, permutation } from './random.ts';
export type { Random } from './random.ts';
export { didYouMean, listNames, nearestName } from './did-you-mean.ts';
export { run, drive, finish, breathe, stopwatch, jobControl } from './progress.ts';
export type { Progress, Control, StepOf, JobOptions, Stepper, Steps } from './progress.ts';
export {
  decodeTensor,
  halfToNumber,
  parseSafetensorsHead,
  readSafetensors,
  safetensorsHeadBytes,
  writeSafetensors,
} from './safetensors.ts';
export type {
  Safetensors,
  SafetensorsDType,
  SafetensorsHead,
  SavedTensor,
  TensorData,
  TensorEntry,
} from './safetensors.ts';
export { resolveOptions } from './options.ts';
export type { OptionSpec, Options } from './options.ts';
