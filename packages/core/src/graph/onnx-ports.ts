/**
 * A foreign ONNX model seen from outside, and made to speak float32 there. Models come with halves, bytes and doubles
 * at their ports; a cast in front of each such input and behind such outputs lets every engine feed them alike. The
 * graph itself and its weights are passed on byte for byte.
 */
import { PbfWriter } from 'pbf';
import { FormatError, joinBytes } from '../base/index.ts';
import type { Dim } from './dims.ts';
import { parseModel } from './parse-model.ts';
import type { ModelPort } from './parse-model.ts';

/** An input or output. */
export interface OnnxPort {
  readonly name: string;
  /** of an element, as ONNX names it: float32, float16, uint8, string; `other` where it is no tensor */
  readonly type: string;
  /** undefined where the model does not say it; a dimension that varies is a string */
  readonly shape: readonly Dim[] | undefined;
}

export interface OnnxPorts {
  /** those that must be fed */
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /** version of each operator set, by domain; '' is ONNX itself */
  readonly opsets: Readonly<Record<string, number>>;
  /** the operation that gives an output its values, what only moves them passed over: Sigmoid, Gemm */
  readonly endings: Readonly<Record<string, string>>;
  /** whether weights lie in a file of their own */
  readonly external: boolean;
}

/** The types of ONNX by their numbers. */
const TYPES = (
  'undefined float32 uint8 int8 uint16 int16 int32 int64 string bool float16 float64 uint32 uint64 complex64 ' +
  'complex128 bfloat16'
).split(' ');
const FLOAT32 = 1;
/** what has no cast to and from numbers */
const UNCASTABLE = new Set(['undefined', 'string', 'complex64', 'complex128', 'other']);
/** operations that move values and leave their range as it is */
const MOVING = new Set(
  'Reshape Flatten Transpose Identity Cast Squeeze Unsqueeze Resize Upsample Slice DepthToSpace'.split(' '),
);

/**
 * @param name  how messages name the bytes
 * @throws FormatError when the bytes are no ONNX model or are cut off
 */
export function onnxPorts(bytes: Uint8Array, { name = 'model.onnx' }: { name?: string } = {}): OnnxPorts {
  const { graph, opsets } = parseModel(bytes, name);
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const endings: Record<string, string> = {};
  for (const output of graph.outputs) {
    let maker = makers.get(output.name);
    for (let i = 0; maker && MOVING.has(maker.type) && i < 100; i++) maker = makers.get(maker.inputs[0]);
    if (maker) endings[output.name] = maker.type;
  }
  const inputs = graph.inputs.filter((input) => !graph.initializers.has(input.name)).map(named);
  return { inputs, outputs: graph.outputs.map(named), opsets, endings, external: graph.external };
}

/** A model whose ports are float32, and how those that had to be wrapped are called now. */
export interface FloatPorts {
  readonly bytes: Uint8Array;
  /** of an input as the model calls it: the name to feed it by */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * The model with float32 ports, and only the outputs named: what the others alone need is never computed.
 * @throws FormatError when the bytes are no model, or a port holds texts or no tensor
 */
export function withFloatPorts(
  bytes: Uint8Array,
  wanted: readonly string[],
  { name = 'model.onnx' }: { name?: string } = {},
): FloatPorts {
  const { graph, fields, opsets } = parseModel(bytes, name);
  const inputs: Record<string, string> = {};
  const outputs: Record<string, string> = {};
  const before: Uint8Array[] = [];
  const after: Uint8Array[] = [];
  const kept = graph.fields.filter(({ tag }) => tag !== 11 && tag !== 12).map((field) => field.bytes);
  for (const port of graph.inputs) {
    if (graph.initializers.has(port.name)) {
      after.push(port.field);
      continue;
    }
    const feed = castName(named(port), name);
    inputs[port.name] = feed;
    if (feed !== port.name) before.push(castNode(feed, port.name, port.type));
    after.push(floatPort(11, feed, port.shape));
  }
  for (const port of graph.outputs) {
    if (!wanted.includes(port.name)) continue;
    const given = castName(named(port), name);
    outputs[port.name] = given;
    if (given !== port.name) after.push(castNode(port.name, given, FLOAT32));
    after.push(floatPort(12, given, port.shape));
  }
  const body = joinBytes([...before, ...kept, ...after]);
  const head = new PbfWriter();
  // a model of other operators alone need not name ONNX's own, of which the cast is one
  if (opsets[''] === undefined) {
    head.writeMessage(8, (_, opset) => (opset.writeStringField(1, ''), opset.writeVarintField(2, 13)), null);
  }
  head.writeTag(7, 2);
  head.writeVarint(body.length);
  const others = fields.filter(({ tag }) => tag !== 7).map((field) => field.bytes);
  return { bytes: joinBytes([...others, head.finish(), body]), inputs, outputs };
}

/** A port, its type by its name. */
const named = ({ name, type, shape }: ModelPort): OnnxPort => ({ name, type: TYPES[type] ?? 'other', shape });

/** What a port is called once it is float32. */
function castName({ name, type }: OnnxPort, what: string): string {
  if (type === 'float32') return name;
  if (!UNCASTABLE.has(type)) return `${name}:float32`;
  throw new FormatError(
    `${what}: "${name}" is ${type === 'other' ? 'no tensor' : `of type ${type}`}, expected numbers`,
    {
      code: 'onnx',
      details: { name: what, port: name },
    },
  );
}

function castNode(from: string, to: string, type: number): Uint8Array {
  const w = new PbfWriter();
  w.writeMessage(
    1,
    (_, node) => {
      node.writeStringField(1, from);
      node.writeStringField(2, to);
      node.writeStringField(3, `cast ${to}`);
      node.writeStringField(4, 'Cast');
      node.writeMessage(
        5,
        (__, attribute) => {
          attribute.writeStringField(1, 'to');
          attribute.writeVarintField(3, type);
          attribute.writeVarintField(20, 2);
        },
        null,
      );
    },
    null,
  );
  return w.finish();
}

function floatPort(tag: number, name: string, shape: readonly Dim[] | undefined): Uint8Array {
  const w = new PbfWriter();
  const writeDim = (dim: Dim, d: PbfWriter): void => {
    if (typeof dim === 'number') d.writeVarintField(1, dim);
    else if (dim !== '') d.writeStringField(2, dim);
  };
  const writeShape = (_: null, s: PbfWriter): void => shape?.forEach((dim) => s.writeMessage(1, writeDim, dim));
  const writeTensor = (_: null, t: PbfWriter): void => {
    t.writeVarintField(1, FLOAT32);
    if (shape) t.writeMessage(2, writeShape, null);
  };
  w.writeMessage(
    tag,
    (_, value) => {
      value.writeStringField(1, name);
      value.writeMessage(2, (__, type) => type.writeMessage(1, writeTensor, null), null);
    },
    null,
  );
  return w.finish();
}
