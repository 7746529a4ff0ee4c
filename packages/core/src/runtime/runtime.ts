/**
 * What runs an ONNX model. The binding (onnxruntime-node or onnxruntime-web) is injected, so core depends on neither.
 */
import type { Matrix } from '../base/index.ts';
import type { DType } from '../graph/index.ts';

export type { DType };

/** A tensor as the runtime takes and gives it; int64 as BigInt64Array, bool as Uint8Array of 0 and 1. */
export interface TensorValue {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

/** Name, type and shape of an input or output; a dimension that may vary is a string. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
}

/** A loaded model, ready to run. */
export interface Executable {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /**
   * @param into  buffers for outputs, by name: an output named here is written into that buffer (where the binding
   *   can, without a copy); the others are allocated
   */
  run(feeds: Record<string, TensorValue>, into?: Record<string, TensorValue>): Promise<Record<string, TensorValue>>;
  dispose(): Promise<void>;
}

/** Buffers that a runtime reads and writes where they are; all others it may have to copy at every run. */
export interface RuntimeMemory {
  /** zeros; nobody may use them after `release` */
  float32(length: number): Float32Array;
  release(): void;
}

/** An encoder that was trained elsewhere and comes in a package of its own: its files are not ours to keep. */
export interface PretrainedEncoder {
  /** the name by which it is found from anywhere, where that is not the one that was asked for: a folder's path in full */
  readonly model?: string;
  readonly latentDim: number;
  /** n texts → [n, latentDim] */
  texts?(texts: readonly string[]): Promise<Matrix>;
  /** pictures of values in [0, 1], [n, height · width · channels] → [n, latentDim] */
  images?(x: Matrix, size: { height: number; width: number; channels: 1 | 3 }): Promise<Matrix>;
  dispose(): Promise<void>;
}

/** Where models run. */
export interface Runtime {
  /** engine and place, to be shown: `onnxruntime-node 1.30.0, 2 threads` */
  readonly name: string;
  /**
   * @param model  the bytes of an ONNX model
   * @throws FormatError when they are not one the engine accepts
   */
  load(model: Uint8Array): Promise<Executable>;
  /**
   * Opens a pretrained encoder, where the host can.
   * @param model  `sentences`, `images` or `hf:` and a folder or a name on the Hugging Face hub
   * @throws InputError, code `missing-package`, that says what to install
   */
  pretrained?(model: string): Promise<PretrainedEncoder>;
  /** where a runtime has memory of its own, apart from JavaScript's */
  memory?(): RuntimeMemory;
}
