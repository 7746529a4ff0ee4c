/**
 * The bytes of ONNX: the few messages of onnx.proto that a model of ours is made of.
 * Field numbers are those of onnx.proto3; numbers are stored as little-endian, as all engines that run this are.
 */
import { PbfWriter } from 'pbf';
import type { Shape } from './dims.ts';
import type { DType, OnnxAttribute, TypedArray } from './tensor.ts';

/** The numbers of the types in ONNX. */
export const ONNX_TYPES: Record<DType, number> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 };

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

export interface OnnxValue {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly irVersion: number;
  readonly opset: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A model → its bytes. Large tensors are copied once, into the result. */
export function writeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const graph = new Chunks();
  for (const node of model.nodes) graph.message(1, (w) => writeNode(node, w));
  graph.message(2, undefined, new TextEncoder().encode(model.name));
  for (const tensor of model.initializers) graph.tensor(5, tensor);
  for (const value of model.inputs) graph.message(11, (w) => writeValue(value, w));
  for (const value of model.outputs) graph.message(12, (w) => writeValue(value, w));

  const out = new Chunks();
  out.write((w) => {
    w.writeVarintField(1, model.irVersion);
    w.writeStringField(2, 'portolan');
  });
  out.nested(7, graph);
  out.message(8, (w) => {
    w.writeStringField(1, '');
    w.writeVarintField(2, model.opset);
  });
  for (const [key, value] of Object.entries(model.metadata)) {
    out.message(14, (w) => {
      w.writeStringField(1, key);
      w.writeStringField(2, value);
    });
  }
  return out.join();
}

/** Bytes in pieces, whose total length is known before they are put together. */
class Chunks {
  private readonly parts: Uint8Array[] = [];
  length = 0;

  write(fill: (w: PbfWriter) => void): void {
    const writer = new PbfWriter();
    fill(writer);
    this.push(writer.finish());
  }

  message(tag: number, fill?: (w: PbfWriter) => void, bytes?: Uint8Array): void {
    const body = new PbfWriter();
    fill?.(body);
    const content = bytes ?? body.finish();
    this.header(tag, content.length);
    this.push(content);
  }

  nested(tag: number, inner: Chunks): void {
    this.header(tag, inner.length);
    for (const part of inner.parts) this.push(part);
  }

  tensor(tag: number, { name, dtype, shape, data }: OnnxTensor): void {
    const inner = new Chunks();
    inner.write((w) => {
      if (shape.length > 0) w.writePackedVarint(1, [...shape]);
      w.writeVarintField(2, ONNX_TYPES[dtype]);
      w.writeStringField(8, name);
    });
    inner.message(9, undefined, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.nested(tag, inner);
  }

  join(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  private header(tag: number, length: number): void {
    this.write((w) => {
      w.writeTag(tag, 2);
      w.writeVarint(length);
    });
  }

  private push(part: Uint8Array): void {
    this.parts.push(part);
    this.length += part.length;
  }
}

function writeNode({ type, inputs, outputs, attributes }: OnnxNode, w: PbfWriter): void {
  for (const name of inputs) w.writeStringField(1, name);
  for (const name of outputs) w.writeStringField(2, name);
  w.writeStringField(3, outputs.find((name) => name !== '') ?? '');
  w.writeStringField(4, type);
  for (const [name, value] of Object.entries(attributes)) w.writeMessage(5, writeAttribute, { name, value });
}

function writeAttribute({ name, value }: { name: string; value: OnnxAttribute }, w: PbfWriter): void {
  w.writeStringField(1, name);
  if (typeof value === 'number') {
    w.writeVarintField(3, value);
    w.writeVarintField(20, 2);
  } else if (typeof value === 'string') {
    w.writeStringField(4, value);
    w.writeVarintField(20, 3);
  } else if ('float' in value) {
    w.writeFloatField(2, value.float);
    w.writeVarintField(20, 1);
  } else {
    for (const item of value) w.writeVarintField(8, item);
    w.writeVarintField(20, 7);
  }
}

function writeValue({ name, dtype, shape }: OnnxValue, w: PbfWriter): void {
  w.writeStringField(1, name);
  w.writeMessage(
    2,
    (_, type) => {
      type.writeMessage(
        1,
        (__, tensor) => {
          tensor.writeVarintField(1, ONNX_TYPES[dtype]);
          tensor.writeMessage(2, writeShape, shape);
        },
        null,
      );
    },
    null,
  );
}

function writeShape(shape: Shape, w: PbfWriter): void {
  for (const dim of shape) {
    w.writeMessage(
      1,
      (_, d) => {
        if (typeof dim === 'number') d.writeVarintField(1, dim);
        else d.writeStringField(2, dim);
      },
      null,
    );
  }
}
