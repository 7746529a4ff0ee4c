/**
 * The bytes of an ONNX model, taken apart as far as anybody here asks: ports, the names that nodes pass values by, what
 * was written about it, and every field as it stands. Weights are passed over, so reading takes no memory to speak of,
 * whatever the bytes claim.
 */
import type { FormatError } from '../base/index.ts';
import type { Dim } from './dims.ts';
import { Reader, VARINT } from './proto-reader.ts';

/** A field of a message, key and all. */
export interface ModelField {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

/** An input or output. */
export interface ModelPort {
  readonly name: string;
  /** the type of an element by ONNX's number; −1 where it is no tensor */
  readonly type: number;
  /** undefined where the model does not say it; a dimension that varies is a string, '' when it has no name */
  readonly shape: readonly Dim[] | undefined;
  readonly field: Uint8Array;
  /** where it begins, in bytes from the start of the model */
  readonly offset: number;
}

export interface ModelNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface ModelGraph {
  readonly name: string;
  readonly fields: readonly ModelField[];
  readonly nodes: readonly ModelNode[];
  readonly inputs: readonly ModelPort[];
  readonly outputs: readonly ModelPort[];
  readonly initializers: ReadonlySet<string>;
  /** whether weights lie in a file of their own */
  readonly external: boolean;
}

export interface ParsedModel {
  readonly irVersion: number;
  readonly producer: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** version of each operator set, by domain; '' is ONNX itself */
  readonly opsets: Readonly<Record<string, number>>;
  readonly graph: ModelGraph;
  readonly fields: readonly ModelField[];
  /** an error about the bytes from `offset` on */
  error(message: string, offset: number): FormatError;
}

/**
 * @param name  how messages name the bytes
 * @throws FormatError when the bytes are no ONNX model or are cut off
 */
export function parseModel(bytes: Uint8Array, name: string): ParsedModel {
  const reader = new Reader(bytes, name);
  const opsets: Record<string, number> = {};
  const metadata: Record<string, string> = {};
  const fields: ModelField[] = [];
  let irVersion = 0;
  let producer = '';
  let graph: ModelGraph | undefined;
  reader.fields(
    bytes.length,
    (tag) => {
      if (tag === 1) irVersion = reader.number();
      else if (tag === 2) producer = reader.text();
      else if (tag === 7) graph = readGraph(reader, bytes);
      else if (tag === 8) {
        const [domain, version] = readPair(reader);
        opsets[domain === 'ai.onnx' ? '' : domain] = version;
      } else if (tag === 14) {
        const [key, , value] = readPair(reader);
        metadata[key] = value;
      }
    },
    (tag, from, to) => fields.push({ tag, bytes: bytes.subarray(from, to) }),
  );
  if (!graph || graph.outputs.length === 0 || Object.keys(opsets).length === 0) {
    throw reader.error('got bytes without a version, a graph or an output, expected an ONNX model', 0);
  }
  return { irVersion, producer, metadata, opsets, graph, fields, error: (...about) => reader.error(...about) };
}

function readGraph(reader: Reader, bytes: Uint8Array): ModelGraph {
  const fields: ModelField[] = [];
  const nodes: ModelNode[] = [];
  const inputs: ModelPort[] = [];
  const outputs: ModelPort[] = [];
  const initializers = new Set<string>();
  let name = '';
  let external = false;
  let port: Omit<ModelPort, 'field'> | undefined;
  reader.message(
    (tag) => {
      if (tag === 1) nodes.push(readNode(reader));
      else if (tag === 2) name = reader.text();
      else if (tag === 5) external = readInitializer(reader, initializers) || external;
      else if (tag === 11 || tag === 12) port = readPort(reader);
    },
    (tag, from, to) => {
      const field = bytes.subarray(from, to);
      fields.push({ tag, bytes: field });
      if (port) (tag === 11 ? inputs : outputs).push({ ...port, field });
      port = undefined;
    },
  );
  return { name, fields, nodes, inputs, outputs, initializers, external };
}

function readNode(reader: Reader): ModelNode {
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

/** Notes a tensor's name; tells whether its numbers lie elsewhere. */
function readInitializer(reader: Reader, names: Set<string>): boolean {
  let elsewhere = false;
  reader.message((tag) => {
    if (tag === 8) names.add(reader.text());
    else if (tag === 14) elsewhere = reader.number() === 1;
  });
  return elsewhere;
}

/** A message of a text, and a number or a second text: an operator set, or an entry of the metadata. */
function readPair(reader: Reader): [string, number, string] {
  let key = '';
  let version = 0;
  let value = '';
  reader.message((tag, type) => {
    if (tag === 1) key = reader.text();
    else if (tag === 2 && type === VARINT) version = reader.number();
    else if (tag === 2) value = reader.text();
  });
  return [key, version, value];
}

function readPort(reader: Reader): Omit<ModelPort, 'field'> {
  const { offset } = reader;
  let name = '';
  let type = -1;
  let shape: Dim[] | undefined;
  reader.message((tag) => {
    if (tag === 1) name = reader.text();
    else if (tag === 2) {
      reader.message((kind) => {
        if (kind !== 1) return;
        reader.message((field) => {
          if (field === 1) type = reader.number();
          else if (field === 2) {
            shape = [];
            reader.message((dim) => dim === 1 && shape!.push(readDim(reader)));
          }
        });
      });
    }
  });
  return { name, type, shape, offset };
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
