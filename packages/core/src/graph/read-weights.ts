/**
 * The weights of a model's layers, in the order in which the model has them: what another network can begin with.
 * Layers are products of what flows by a fixed matrix (Gemm, MatMul) and convolutions (Conv) by fixed kernels.
 */
import { PbfReader } from 'pbf';
import { FormatError } from '../base/index.ts';

export interface LayerWeights {
  readonly type: 'dense' | 'conv';
  /** dense: [in, out]; conv: [out, in, height, width] */
  readonly shape: readonly number[];
  readonly weight: Float32Array;
  /** [out] */
  readonly bias?: Float32Array;
}

interface Tensor {
  shape: number[];
  data?: Float32Array;
}

interface Node {
  type: string;
  inputs: string[];
  transposed: boolean;
}

const FLOAT = 1;
const BYTES = 2;

/**
 * @param name  how messages name the bytes
 * @throws FormatError when the bytes are no ONNX model
 */
export function readWeights(bytes: Uint8Array, { name = 'model.onnx' }: { name?: string } = {}): LayerWeights[] {
  const nodes: Node[] = [];
  const tensors = new Map<string, Tensor>();
  try {
    new PbfReader(bytes).readFields((tag: number, _: unknown, pbf: PbfReader) => {
      if (tag === 7) pbf.readMessage((field: number) => readGraphField(field, pbf, nodes, tensors), undefined);
    }, undefined);
  } catch (cause) {
    throw new FormatError(`${name}: its weights could not be read; it may be damaged or cut off`, {
      details: { name },
      cause,
    });
  }
  return nodes.flatMap(({ type, inputs, transposed }) => {
    const weight = tensors.get(inputs[1]);
    const rank = type === 'Conv' ? 4 : type === 'Gemm' || type === 'MatMul' ? 2 : 0;
    if (!weight?.data || weight.shape.length !== rank) return [];
    const bias = type === 'MatMul' ? undefined : tensors.get(inputs[2])?.data;
    const [rows, cols] = weight.shape;
    const turned = type === 'Gemm' && transposed;
    return [
      {
        type: rank === 4 ? ('conv' as const) : ('dense' as const),
        shape: turned ? [cols, rows] : weight.shape,
        weight: turned ? transposedData(weight.data, rows, cols) : weight.data,
        ...(bias && { bias }),
      },
    ];
  });
}

function readGraphField(tag: number, pbf: PbfReader, nodes: Node[], tensors: Map<string, Tensor>): void {
  if (tag === 1) {
    const node: Node = { type: '', inputs: [], transposed: false };
    pbf.readMessage((field: number) => {
      if (field === 1) node.inputs.push(pbf.readString());
      else if (field === 4) node.type = pbf.readString();
      else if (field === 5) node.transposed ||= readTransposed(pbf);
    }, undefined);
    nodes.push(node);
  } else if (tag === 5) {
    let name = '';
    let type = 0;
    let raw: Uint8Array | undefined;
    const numbers: number[] = [];
    const tensor: Tensor = { shape: [] };
    pbf.readMessage((field: number) => {
      if (field === 1) {
        if (pbf.type === BYTES) pbf.readPackedVarint(tensor.shape);
        else tensor.shape.push(pbf.readVarint());
      } else if (field === 2) type = pbf.readVarint();
      else if (field === 4) pbf.readPackedFloat(numbers);
      else if (field === 8) name = pbf.readString();
      else if (field === 9) raw = pbf.readBytes();
    }, undefined);
    const count = tensor.shape.reduce((size, dim) => size * dim, 1);
    // a copy: its place among the bytes need not be a multiple of four
    if (type === FLOAT && raw?.length === 4 * count) tensor.data = new Float32Array(raw.slice().buffer);
    else if (type === FLOAT && numbers.length === count) tensor.data = Float32Array.from(numbers);
    tensors.set(name, tensor);
  }
}

/** Whether an attribute is transB = 1. */
function readTransposed(pbf: PbfReader): boolean {
  let name = '';
  let value = 0;
  pbf.readMessage((field: number) => {
    if (field === 1) name = pbf.readString();
    else if (field === 3) value = pbf.readVarint();
  }, undefined);
  return name === 'transB' && value === 1;
}

function transposedData(data: Float32Array, rows: number, cols: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = data[i * cols + j];
  return out;
}
