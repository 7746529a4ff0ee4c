/** The outside of an ONNX model: what goes in, what comes out, and what was written about it. */
import { ONNX_TYPES } from './onnx-proto.ts';
import type { OnnxValue } from './onnx-proto.ts';
import { parseModel } from './parse-model.ts';
import type { ModelPort } from './parse-model.ts';
import type { DType } from './tensor.ts';

export interface OnnxSummary {
  /** inputs that must be fed: those that have no initialiser */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: Readonly<Record<string, string>>;
  /** version of each operator set, by domain; '' is ONNX itself */
  readonly opsets: Readonly<Record<string, number>>;
  readonly irVersion: number;
  readonly producer: string;
  readonly name: string;
  /** how often each operation occurs */
  readonly operations: Readonly<Record<string, number>>;
}

const DTYPES = new Map(Object.entries(ONNX_TYPES).map(([dtype, code]) => [code, dtype as DType]));

/**
 * @param name  how messages name the bytes
 * @throws FormatError when the bytes are no ONNX model, are cut off, or have ports of a type we do not handle
 */
export function readOnnx(bytes: Uint8Array, { name = 'model.onnx' }: { name?: string } = {}): OnnxSummary {
  const { graph, irVersion, metadata, opsets, producer, error } = parseModel(bytes, name);
  if (irVersion < 1) {
    throw error('got bytes without a version, a graph or an output, expected an ONNX model', 0);
  }
  const value = ({ name, type, shape = [], offset }: ModelPort): OnnxValue => {
    const dtype = DTYPES.get(type);
    if (dtype) return { name, dtype, shape };
    throw error(
      `"${name}" has type number ${Math.max(0, type)}, expected a tensor of ${[...DTYPES.values()].join(', ')}`,
      offset,
    );
  };
  const operations: Record<string, number> = {};
  for (const { type } of graph.nodes) operations[type] = (operations[type] ?? 0) + 1;
  return {
    inputs: graph.inputs.filter(({ name }) => !graph.initializers.has(name)).map(value),
    outputs: graph.outputs.map(value),
    metadata,
    opsets,
    irVersion,
    producer,
    name: graph.name,
    operations,
  };
}
