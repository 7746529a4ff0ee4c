/**
 * Symbolic tensors. A tensor is a node of an immutable DAG: the operation that makes it, the tensors that go in, and
 * the shape and type that come out. An operation is defined once, with its shape rule, its gradient and its ONNX form
 * side by side; nothing else in the program knows one operation from another.
 */
import { InputError } from '../base/index.ts';
import { formatShape, product } from './dims.ts';
import type { Dim, Shape } from './dims.ts';

export type DType = 'float32' | 'int64' | 'int32' | 'bool' | 'uint8';
export type TypedArray = Float32Array | BigInt64Array | Int32Array | Uint8Array;
export type Attributes = Readonly<Record<string, unknown>>;

/** A node of the graph. */
export interface Tensor {
  readonly id: number;
  readonly op: Operation;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly shape: Shape;
  readonly dtype: DType;
  /** of an input: its name in the model */
  readonly name?: string;
}

/** An ONNX attribute; ONNX tells 1 from 1.0, so a float is marked. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

/** Where operations write their ONNX form; values are named by strings, equal nodes are written once. */
export interface Emitter {
  /** Adds a node; gives the name of its output number `output`. */
  node(type: string, inputs: readonly string[], attributes?: Record<string, OnnxAttribute>, output?: number): string;
  /** A constant vector of whole numbers: axes, shapes. */
  int64(values: readonly number[]): string;
  /** A constant number. */
  scalar(value: number, dtype?: DType): string;
  /** A constant of any kind. */
  constant(data: TypedArray, shape: readonly number[], dtype: DType): string;
}

/** What an operation is. */
export interface Operation<A = Attributes> {
  readonly name: string;
  /** @throws InputError when the inputs do not fit */
  shape(inputs: readonly Tensor[], attributes: A): Shape;
  /** that of the first input when left out */
  dtype?(inputs: readonly Tensor[], attributes: A): DType;
  /**
   * The vector–Jacobian product, as graphs again: for each input the gradient of a scalar whose gradient with respect
   * to `y` is `g`; null where there is none. Each is built only if it is wanted.
   */
  gradient?(g: Tensor, y: Tensor, attributes: A): readonly ((() => Tensor) | null)[];
  /** @param inputs  the names of the input values */
  onnx(emit: Emitter, inputs: readonly string[], attributes: A, y: Tensor): string;
}

let nextId = 0;

/** An operation → the function that applies it. */
export function defineOp<A extends object>(op: Operation<A>): (inputs: readonly Tensor[], attributes: A) => Tensor {
  return (inputs, attributes) => ({
    id: nextId++,
    op: op as unknown as Operation,
    inputs,
    attributes: attributes as Attributes,
    shape: op.shape(inputs, attributes),
    dtype: op.dtype ? op.dtype(inputs, attributes) : inputs[0].dtype,
  });
}

const inputOp: Operation<{ shape: Shape; dtype: DType }> = {
  name: 'input',
  shape: (_, { shape }) => shape,
  onnx: () => {
    throw new Error('an input has no ONNX node');
  },
};

/** A tensor that is fed at run time. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
  const bad = shape.find((d: Dim) => (typeof d === 'number' ? !Number.isInteger(d) || d < 0 : d === ''));
  if (bad !== undefined || name === '') {
    throw new InputError(`input "${name}": got shape ${formatShape(shape)}, expected a name and whole dimensions ≥ 0`);
  }
  const op = inputOp as unknown as Operation;
  return { id: nextId++, op, inputs: [], attributes: { shape, dtype }, shape, dtype, name };
}

/** Whether a tensor is fed at run time. */
export const isInput = (t: Tensor): boolean => t.op === (inputOp as unknown as Operation);

const constantOp: Operation<{ data: TypedArray }> = {
  name: 'constant',
  shape: () => [],
  onnx: (emit, _, { data }, y) => emit.constant(data, y.shape as readonly number[], y.dtype),
};

/**
 * A tensor with a value, kept, not copied. A number is a scalar; an array is a vector unless a shape is given; numbers
 * in a plain array become `dtype`, float32 when left out.
 * @throws InputError when the length does not fit the shape
 */
export function constant(
  value: number | readonly number[] | TypedArray,
  shape?: readonly number[],
  dtype?: DType,
): Tensor {
  const type = dtype ?? (ArrayBuffer.isView(value) ? dtypeOf(value) : 'float32');
  const data = ArrayBuffer.isView(value) ? value : toTyped(typeof value === 'number' ? [value] : value, type);
  const dims = shape ?? (typeof value === 'number' ? [] : [data.length]);
  if (product(dims) !== data.length) {
    throw new InputError(
      `constant: got ${data.length} numbers, expected ${product(dims)} for shape ${formatShape(dims)}`,
    );
  }
  return {
    id: nextId++,
    op: constantOp as unknown as Operation,
    inputs: [],
    attributes: { data },
    shape: dims,
    dtype: type,
  };
}

/** The data of a constant; undefined for any other tensor. */
export const constantData = (t: Tensor): TypedArray | undefined =>
  t.op === (constantOp as unknown as Operation) ? (t.attributes.data as TypedArray) : undefined;

/** The value of a constant scalar; undefined for any other tensor. */
export function scalarValue(t: Tensor): number | undefined {
  const data = t.shape.length === 0 ? constantData(t) : undefined;
  return data === undefined ? undefined : Number(data[0]);
}

/** A number → a constant of the type that goes with it. */
export const asTensor = (value: Tensor | number, dtype: DType = 'float32'): Tensor =>
  typeof value === 'number' ? constant(value, [], dtype) : value;

/** All tensors that the given ones are made of, each after its inputs. */
export function topological(ends: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  const stack: { tensor: Tensor; next: number }[] = [];
  const visit = (tensor: Tensor): void => {
    if (seen.has(tensor)) return;
    seen.add(tensor);
    stack.push({ tensor, next: 0 });
  };
  for (const end of ends) {
    visit(end);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (top.next < top.tensor.inputs.length) visit(top.tensor.inputs[top.next++]);
      else order.push((stack.pop() as typeof top).tensor);
    }
  }
  return order;
}

/** @throws InputError unless all have one type */
export function sameDtype(what: string, inputs: readonly Tensor[]): void {
  if (inputs.some((t) => t.dtype !== inputs[0].dtype)) {
    throw new InputError(
      `${what}: got types ${inputs.map((t) => t.dtype).join(' and ')}, expected one type: cast one of them`,
    );
  }
}

function dtypeOf(data: ArrayBufferView): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint8Array) return 'uint8';
  throw new InputError('constant: got an array of another kind, expected Float32, BigInt64, Int32 or Uint8');
}

/** Numbers as the array that holds a type. */
export function toTyped(values: readonly number[], dtype: DType): TypedArray {
  if (dtype === 'float32') return Float32Array.from(values);
  if (dtype === 'int64') return BigInt64Array.from(values, BigInt);
  return dtype === 'int32' ? Int32Array.from(values) : Uint8Array.from(values);
}
