/**
 * The outside of an ONNX model: what goes in, what comes out, and what was written about it. Weights are passed over,
 * so reading takes no memory to speak of, whatever the bytes claim.
 */
import { PbfReader } from 'pbf';
import { FormatError } from '../base/index.ts';
import type { Dim } from './dims.ts';
import { ONNX_TYPES } from './onnx-proto.ts';
import type { OnnxValue } from './onnx-proto.ts';
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

const VARINT = 0;
const BYTES = 2;
const DTYPES = new Map(Object.entries(ONNX_TYPES).map(([dtype, code]) => [code, dtype as DType]));

/**
 * @param name  how messages name the bytes
 * @throws FormatError when the bytes are no ONNX model, are cut off, or have ports of a type we do not handle
 */
export function readOnnx(bytes: Uint8Array, { name = 'model.onnx' }: { name?: string } = {}): OnnxSummary {
  const reader = new Reader(bytes, name);
  const opsets: Record<string, number> = {};
  const metadata: Record<string, string> = {};
  let irVersion = 0;
  let producer = '';
  let graph: Graph | undefined;
  reader.fields(bytes.length, (tag) => {
    if (tag === 1) irVersion = reader.number();
    else if (tag === 2) producer = reader.text();
    else if (tag === 7) graph = readGraph(reader);
    else if (tag === 8) {
      const [domain, version] = readPair(reader);
      opsets[domain === 'ai.onnx' ? '' : domain] = version;
    } else if (tag === 14) {
      const [key, , value] = readPair(reader);
      metadata[key] = value;
    }
  });
  if (!graph || irVersion < 1 || Object.keys(opsets).length === 0 || graph.outputs.length === 0) {
    throw reader.error('got bytes without a version, a graph or an output, expected an ONNX model', 0);
  }
  const { initializers, inputs, outputs, operations } = graph;
  return {
    inputs: inputs.filter((value) => !initializers.has(value.name)),
    outputs,
    metadata,
    opsets,
    irVersion,
    producer,
    name: graph.name,
    operations: Object.fromEntries(operations),
  };
}

interface Graph {
  name: string;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  initializers: Set<string>;
  operations: Map<string, number>;
}

function readGraph(reader: Reader): Graph {
  const graph: Graph = { name: '', inputs: [], outputs: [], initializers: new Set(), operations: new Map() };
  reader.message((tag) => {
    if (tag === 1) {
      const type = readTextField(reader, 4);
      graph.operations.set(type, (graph.operations.get(type) ?? 0) + 1);
    } else if (tag === 2) graph.name = reader.text();
    else if (tag === 5) graph.initializers.add(readTextField(reader, 8));
    else if (tag === 11) graph.inputs.push(readValue(reader, graph.initializers));
    else if (tag === 12) graph.outputs.push(readValue(reader));
  });
  return graph;
}

function readTextField(reader: Reader, wanted: number): string {
  let text = '';
  reader.message((tag) => {
    if (tag === wanted) text = reader.text();
  });
  return text;
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

function readValue(reader: Reader, initializers?: ReadonlySet<string>): OnnxValue {
  const start = reader.offset;
  let name = '';
  let code = 0;
  const shape: Dim[] = [];
  reader.message((tag) => {
    if (tag === 1) name = reader.text();
    else if (tag === 2) {
      reader.message((kind) => {
        if (kind !== 1) return;
        reader.message((field) => {
          if (field === 1) code = reader.number();
          else if (field === 2) reader.message((dim) => dim === 1 && shape.push(readDim(reader)));
        });
      });
    }
  });
  const dtype = DTYPES.get(code) ?? (initializers?.has(name) ? 'float32' : undefined);
  if (!dtype) {
    throw reader.error(
      `"${name}" has type number ${code}, expected a tensor of ${[...DTYPES.values()].join(', ')}`,
      start,
    );
  }
  return { name, dtype, shape };
}

function readDim(reader: Reader): Dim {
  let dim: Dim = '';
  reader.message((tag) => {
    if (tag === 1) dim = reader.number();
    else if (tag === 2) dim = reader.text();
  });
  return dim;
}

/** Protocol buffers, read with every length checked against what contains it. */
export class Reader {
  private readonly pbf: PbfReader;
  private readonly what: string;
  private end: number;
  private depth = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.pbf = new PbfReader(bytes);
    this.what = what;
    this.end = bytes.length;
  }

  get offset(): number {
    return this.pbf.pos;
  }

  error(message: string, offset: number): FormatError {
    const at = Math.min(offset, this.pbf.length);
    return new FormatError(`${this.what}: ${message} (at byte ${at})`, { details: { name: this.what, offset: at } });
  }

  /**
   * Visits the fields up to `end`; a field that the visitor does not read is passed over.
   * @param passed  told of each field, from its key to its end
   */
  fields(
    end: number,
    visit: (tag: number, type: number) => void,
    passed?: (tag: number, from: number, to: number) => void,
  ): void {
    const outer = this.end;
    this.end = end;
    while (this.pbf.pos < end) {
      const start = this.pbf.pos;
      const key = this.varint();
      const [tag, type] = [Math.floor(key / 8), key % 8];
      if (tag === 0 || (type !== VARINT && type !== BYTES && type !== 1 && type !== 5)) {
        throw this.error(`got field ${tag} of kind ${type}, expected an ONNX model`, start);
      }
      this.pbf.type = type;
      const body = this.pbf.pos;
      visit(tag, type);
      if (this.pbf.pos === body) this.skip(type);
      if (this.pbf.pos > end) throw this.error('the bytes end within a field; is the file cut off?', start);
      passed?.(tag, start, this.pbf.pos);
    }
    this.end = outer;
  }

  message(visit: (tag: number, type: number) => void, passed?: (tag: number, from: number, to: number) => void): void {
    const end = this.lengthEnd();
    if (++this.depth > 32) throw this.error('got messages nested too deep, expected an ONNX model', this.offset);
    this.fields(end, visit, passed);
    this.depth--;
  }

  text(): string {
    const end = this.lengthEnd();
    const text = new TextDecoder().decode(this.pbf.buf.subarray(this.pbf.pos, end));
    this.pbf.pos = end;
    return text;
  }

  number(): number {
    this.expect(VARINT);
    return this.varint();
  }

  private skip(type: number): void {
    if (type === VARINT) this.varint();
    else if (type === BYTES) this.pbf.pos = this.lengthEnd();
    else this.pbf.pos += type === 1 ? 8 : 4;
  }

  /** The end of a length-delimited field, whose length is read here. */
  private lengthEnd(): number {
    this.expect(BYTES);
    const start = this.pbf.pos;
    const length = this.varint();
    if (length > this.end - this.pbf.pos) {
      throw this.error(
        `a field claims ${length} bytes where ${this.end - this.pbf.pos} are left; is the file cut off?`,
        start,
      );
    }
    return this.pbf.pos + length;
  }

  private varint(): number {
    const start = this.pbf.pos;
    let value: number;
    try {
      value = this.pbf.readVarint();
    } catch (cause) {
      throw new FormatError(`${this.what}: got a number of over ten bytes, expected an ONNX model (at byte ${start})`, {
        details: { name: this.what, offset: start },
        cause,
      });
    }
    if (this.pbf.pos > this.end) throw this.error('the bytes end within a number; is the file cut off?', start);
    return value;
  }

  private expect(type: number): void {
    if (this.pbf.type !== type) {
      throw this.error(`got a field of kind ${this.pbf.type}, expected ${type}; this is no ONNX model`, this.offset);
    }
  }
}
