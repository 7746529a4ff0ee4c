export type {
  DType,
  Executable,
  PretrainedEncoder,
  Runtime,
  RuntimeMemory,
  TensorInfo,
  TensorValue,
} from './runtime.ts';
export { ortRuntime } from './ort.ts';
export type { Ort, OrtOptions, OrtSession, OrtTensor } from './ort.ts';
