/**
 * A foreign ONNX model seen from outside, and made to speak float32 there. Models come with halves, bytes and doubles
 * at their ports; a cast in front of each such input and behind such outputs lets every engine feed them alike. The
 * graph itself and its weights are passed on byte for byte.
 */
import { PbfWriter } from 'pbf';
import { FormatError } from '../base/index.ts';
import type { Dim } from './dims.ts';
import { joined } from './inline-weights.ts';
import { Reader } from './read-onnx.ts';

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
  const { graph, opsets } = parse(bytes, name);
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const endings: Record<string, string> = {};
  for (const output of graph.outputs) {
    let maker = makers.get(output.name);
    for (let i = 0; maker && MOVING.has(maker.type) && i < 100; i++) maker = makers.get(maker.inputs[0]);
    if (maker) endings[output.name] = maker.type;
  }
  const inputs = graph.inputs
    .filter((input) => !graph.initializers.has(input.name))
    .map(({ name, type, shape }) => ({ name, type, shape }));
  return { inputs, outputs: graph.outputs, opsets, endings, external: graph.external };
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
  const { graph, fields, opsets } = parse(bytes, name);
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
    const feed = castName(port, name);
    inputs[port.name] = feed;
    if (feed !== port.name) before.push(castNode(feed, port.name, TYPES.indexOf(port.type)));
    after.push(floatPort(11, feed, port.shape));
  }
  for (const port of graph.outputs) {
    if (!wanted.includes(port.name)) continue;
    const given = castName(port, name);
    outputs[port.name] = given;
    if (given !== port.name) after.push(castNode(port.name, given, FLOAT32));
    after.push(floatPort(12, given, port.shape));
  }
  const body = joined([...before, ...kept, ...after]);
  const head = new PbfWriter();
  // a model of other operators alone need not name ONNX's own, of which the cast is one
  if (opsets[''] === undefined) {
    head.writeMessage(8, (_, opset) => (opset.writeStringField(1, ''), opset.writeVarintField(2, 13)), null);
  }
  head.writeTag(7, 2);
  head.writeVarint(body.length);
  const others = fields.filter(({ tag }) => tag !== 7).map((field) => field.bytes);
  return { bytes: joined([...others, head.finish(), body]), inputs, outputs };
}

interface Field {
  readonly tag: number;
  /** key and all */
  readonly bytes: Uint8Array;
}

interface Node {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

interface Graph {
  fields: readonly Field[];
  nodes: Node[];
  inputs: (OnnxPort & { field: Uint8Array })[];
  outputs: OnnxPort[];
  initializers: Set<string>;
  external: boolean;
}

function parse(bytes: Uint8Array, name: string) {
  const reader = new Reader(bytes, name);
  const opsets: Record<string, number> = {};
  let graph: Graph | undefined;
  const fields = sliced(reader, bytes, bytes.length, (tag) => {
    if (tag === 7) graph = readGraph(reader, bytes);
    else if (tag === 8) {
      let domain = '';
      let version = 0;
      reader.message((field) => {
        if (field === 1) domain = reader.text();
        else if (field === 2) version = reader.number();
      });
      opsets[domain === 'ai.onnx' ? '' : domain] = version;
    }
  });
  if (!graph || graph.outputs.length === 0 || Object.keys(opsets).length === 0) {
    throw reader.error('got bytes without a version, a graph or an output, expected an ONNX model', 0);
  }
  return { graph, fields, opsets };
}

function readGraph(reader: Reader, bytes: Uint8Array): Graph {
  const graph: Graph = { fields: [], nodes: [], inputs: [], outputs: [], initializers: new Set(), external: false };
  reader.message(
    (tag) => {
      if (tag === 1) graph.nodes.push(readNode(reader));
      else if (tag === 5) readInitializer(reader, graph);
      else if (tag === 11) graph.inputs.push({ ...readPort(reader), field: new Uint8Array() });
      else if (tag === 12) graph.outputs.push(readPort(reader));
    },
    (tag, from, to) => {
      const field = bytes.subarray(from, to);
      (graph.fields as Field[]).push({ tag, bytes: field });
      if (tag === 11) graph.inputs[graph.inputs.length - 1].field = field;
    },
  );
  return graph;
}

function readNode(reader: Reader): Node {
  let type = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  reader.message((tag) => {
    if (tag === 1) inputs.push(reader.text());
    else if (tag === 2) outputs.push(reader.text());
    else if (tag === 4) type = reader.text();
  });
  return { type, inputs, outputs };
}

/** A tensor's name, and whether its numbers lie elsewhere. */
function readInitializer(reader: Reader, graph: Graph): void {
  reader.message((tag) => {
    if (tag === 8) graph.initializers.add(reader.text());
    else if (tag === 14 && reader.number() === 1) graph.external = true;
  });
}

function readPort(reader: Reader): OnnxPort {
  let name = '';
  let type = 'other';
  let shape: Dim[] | undefined;
  reader.message((tag) => {
    if (tag === 1) name = reader.text();
    else if (tag === 2) {
      reader.message((kind) => {
        if (kind !== 1) return;
        reader.message((field) => {
          if (field === 1) type = TYPES[reader.number()] ?? 'other';
          else if (field === 2) {
            shape = [];
            reader.message((dim) => dim === 1 && shape!.push(readDim(reader)));
          }
        });
      });
    }
  });
  return { name, type, shape };
}

function readDim(reader: Reader): Dim {
  let dim: Dim = '';
  reader.message((tag) => {
    if (tag === 1) dim = reader.number();
    else if (tag === 2) dim = reader.text();
  });
  // some exporters write 0 or −1 for what varies
  return typeof dim === 'number' && !(dim > 0 && dim < 2 ** 31) ? '' : dim;
}

function sliced(reader: Reader, bytes: Uint8Array, end: number, visit: (tag: number) => void): Field[] {
  const fields: Field[] = [];
  reader.fields(end, visit, (tag, from, to) => fields.push({ tag, bytes: bytes.subarray(from, to) }));
  return fields;
}

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
