/**
 * Tensors → an ONNX model. Equal nodes and equal constants are written once, whatever made them; nothing that the
 * outputs do not need is written. Opset 17 and IR version 8: old enough for any runtime of the last years.
 */
import { InputError } from '../base/index.ts';
import { formatShape } from './dims.ts';
import { writeModel } from './onnx-proto.ts';
import type { OnnxNode, OnnxTensor } from './onnx-proto.ts';
import { isInput, topological, toTyped } from './tensor.ts';
import type { DType, Emitter, OnnxAttribute, Tensor, TypedArray } from './tensor.ts';

const OPSET = 17;
const IR_VERSION = 8;
/** constants up to this many elements are compared by value, larger ones by identity */
const SMALL = 256;

export interface OnnxOptions {
  /** the model's inputs in their order; those that the outputs need when left out */
  inputs?: readonly Tensor[];
  /** written into the model's metadata_props */
  metadata?: Readonly<Record<string, string>>;
  name?: string;
}

/**
 * The bytes of a model with the given outputs, by name.
 * @throws InputError when names are taken twice, or an input is needed that is not among `inputs`
 */
export function toOnnx(
  outputs: Readonly<Record<string, Tensor>>,
  { inputs, metadata = {}, name = 'portolan' }: OnnxOptions = {},
): Uint8Array<ArrayBuffer> {
  const order = topological(Object.values(outputs));
  const needed = order.filter(isInput);
  const declared = inputs ?? needed.sort((a, b) => a.id - b.id);
  checkNames(declared, needed, Object.keys(outputs));

  const values = new Map<Tensor, string>(declared.map((t) => [t, t.name as string]));
  const writer = new GraphWriter([...values.values(), ...Object.keys(outputs)]);
  for (const t of order) {
    if (values.has(t)) continue;
    const names = t.inputs.map((source) => values.get(source) as string);
    values.set(t, t.op.onnx(writer, names, t.attributes, t));
  }
  for (const [key, t] of Object.entries(outputs)) writer.output(key, values.get(t) as string);

  return writeModel({
    name,
    nodes: writer.nodes,
    initializers: writer.initializers,
    inputs: declared.map(({ name, dtype, shape }) => ({ name: name as string, dtype, shape })),
    outputs: Object.entries(outputs).map(([key, { dtype, shape }]) => ({ name: key, dtype, shape })),
    irVersion: IR_VERSION,
    opset: OPSET,
    metadata,
  });
}

/** Compiles a graph: its model, loaded by a runtime. */
export function compile<E>(
  runtime: { load(model: Uint8Array): Promise<E> },
  outputs: Readonly<Record<string, Tensor>>,
  options: OnnxOptions = {},
): Promise<E> {
  return runtime.load(toOnnx(outputs, options));
}

function checkNames(inputs: readonly Tensor[], needed: readonly Tensor[], outputs: readonly string[]): void {
  const names = [...inputs.map((t) => t.name as string), ...outputs];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new InputError(`toOnnx: got the name "${twice}" twice, expected distinct inputs and outputs`);
  const missing = needed.find((t) => !inputs.includes(t));
  if (missing) {
    throw new InputError(
      `toOnnx: the outputs need the input "${missing.name}" ${formatShape(missing.shape)}, which is not among the inputs given`,
    );
  }
  if (outputs.length === 0) throw new InputError('toOnnx: got no outputs, expected at least one');
}

interface MutableNode extends OnnxNode {
  readonly inputs: string[];
  readonly outputs: string[];
}

/** Collects nodes and constants, each once. */
class GraphWriter implements Emitter {
  readonly nodes: MutableNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  private readonly taken: Set<string>;
  private readonly known = new Map<string, MutableNode>();
  private readonly makers = new Map<string, MutableNode>();
  private readonly small = new Map<string, string>();
  private readonly large = new Map<TypedArray, OnnxTensor[]>();
  private readonly renamed = new Map<string, string>();
  private count = 0;

  constructor(reserved: readonly string[]) {
    this.taken = new Set(reserved);
  }

  node(type: string, inputs: readonly string[], attributes: Record<string, OnnxAttribute> = {}, output = 0): string {
    const key = JSON.stringify([type, inputs, attributes]);
    let node = this.known.get(key);
    if (!node) {
      node = { type, inputs: [...inputs], outputs: [], attributes };
      this.nodes.push(node);
      this.known.set(key, node);
    }
    while (node.outputs.length < output) node.outputs.push('');
    if (!node.outputs[output]) {
      node.outputs[output] = this.fresh(type.toLowerCase());
      this.makers.set(node.outputs[output], node);
    }
    return node.outputs[output];
  }

  int64(values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], 'int64');
  }

  scalar(value: number, dtype: DType = 'float32'): string {
    return this.constant(toTyped([value], dtype), [], dtype);
  }

  constant(data: TypedArray, shape: readonly number[], dtype: DType): string {
    if (data.length <= SMALL) {
      // -0 and NaN payloads do not matter to what is folded here, but -0 must not become 0
      const key = `${dtype}[${shape}]${Array.from(data as ArrayLike<number | bigint>, (v) => (Object.is(v, -0) ? '-0' : v))}`;
      const name = this.small.get(key) ?? this.initializer(data, shape, dtype).name;
      this.small.set(key, name);
      return name;
    }
    const same = this.large.get(data) ?? [];
    this.large.set(data, same);
    let tensor = same.find((t) => t.dtype === dtype && String(t.shape) === String(shape));
    if (!tensor) same.push((tensor = this.initializer(data, shape, dtype)));
    return tensor.name;
  }

  /** Gives a value the name of an output: by renaming it where it is a node's and has none, else by Identity. */
  output(name: string, value: string): void {
    const maker = this.makers.get(value);
    if (!maker || this.renamed.has(value)) {
      const source = this.renamed.get(value) ?? value;
      this.nodes.push({ type: 'Identity', inputs: [source], outputs: [name], attributes: {} });
      return;
    }
    maker.outputs[maker.outputs.indexOf(value)] = name;
    for (const node of this.nodes) node.inputs.forEach((i, at) => i === value && (node.inputs[at] = name));
    this.renamed.set(value, name);
  }

  private initializer(data: TypedArray, shape: readonly number[], dtype: DType): OnnxTensor {
    const tensor = { name: this.fresh('constant'), dtype, shape, data };
    this.initializers.push(tensor);
    return tensor;
  }

  private fresh(stem: string): string {
    let name: string;
    do name = `${stem}_${this.count++}`;
    while (this.taken.has(name));
    return name;
  }
}
