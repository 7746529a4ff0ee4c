export type { DType, Executable, Runtime, TensorInfo, TensorValue } from './runtime.ts';
