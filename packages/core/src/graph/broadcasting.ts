/**
 * Reshape, expand and sum: the three operations that broadcasting and its gradient are made of. The gradient of a
 * stretched tensor is the sum over the axes that were stretched; the gradient of a sum is the stretched tensor.
 */
import { InputError } from '../base/index.ts';
import { broadcastShapes, formatShape, normalizeAxes, product, quotient, sameShape } from './dims.ts';
import type { Dim, Shape } from './dims.ts';
import { asTensor, defineOp } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/** Which axes a reduction takes (all when left out), and whether they stay with length 1. */
export interface ReduceOptions {
  axes?: number | readonly number[];
  keepDims?: boolean;
}

const reshapeOp = defineOp<{ shape: Shape }>({
  name: 'reshape',
  shape: (_, { shape }) => shape,
  gradient: (g, y) => [() => reshape(g, y.inputs[0].shape)],
  onnx: (emit, [x], { shape }, y) => {
    const from = y.inputs[0].shape;
    // 0 copies the dimension at the same axis, -1 is worked out from the rest: one dimension may be the latter
    const free = shape.filter((d) => typeof d === 'string').length > 1;
    const target = shape.map((d, i) => (typeof d === 'number' ? d : free && from[i] === d ? 0 : -1));
    if (target.filter((d) => d === -1).length > 1) {
      throw new InputError(
        `reshape: got ${formatShape(from)} to ${formatShape(shape)}, expected one new dimension that varies`,
      );
    }
    return emit.node('Reshape', [x, emit.int64(target)]);
  },
});

/**
 * The same numbers in another shape. One dimension may be -1: it is worked out from the others.
 * @throws InputError when the number of elements differs
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const size = product(x.shape);
  const rest = product(shape.filter((d) => d !== -1));
  const inferred = rest === 0 ? 0 : quotient(size, rest);
  const target = shape.map((d) => (d === -1 ? (inferred ?? -1) : d));
  if (product(target) !== size || target.includes(-1)) {
    throw new InputError(
      `reshape: got ${formatShape(x.shape)}, which has not as many elements as ${formatShape(shape)}`,
    );
  }
  if (sameShape(target, x.shape)) return x;
  return reshapeOp([x.op.name === 'reshape' ? x.inputs[0] : x], { shape: target });
}

const shapeOfOp = defineOp<object>({
  name: 'shapeOf',
  shape: ([x]) => [x.shape.length],
  dtype: () => 'int64',
  onnx: (emit, [x]) => emit.node('Shape', [x]),
});

/** The shape at run time, int64 [rank]. */
export const shapeOf = (x: Tensor): Tensor => shapeOfOp([x], {});

const expandOp = defineOp<{ shape: Shape }>({
  name: 'expand',
  shape: (_, { shape }) => shape,
  gradient: (g, y) => [() => sumTo(g, y.inputs[0].shape), null],
  onnx: (emit, [x, like], { shape }, y) => {
    // Expand stretches both ways: a 1 keeps the dimension that is there, so one that varies need not be known
    const { shape: from } = y.inputs[0];
    const offset = shape.length - from.length;
    const target = shape.map((d, i) => (d === from[i - offset] ? 1 : d));
    return emit.node('Expand', [x, like === undefined ? emit.int64(target as number[]) : emit.node('Shape', [like])]);
  },
});

/**
 * x stretched to the shape of another tensor.
 * @throws InputError unless each dimension of x is 1 or that of `like`
 */
export function broadcastLike(x: Tensor | number, like: Tensor): Tensor {
  const tensor = asTensor(x, like.dtype);
  if (sameShape(tensor.shape, like.shape)) return tensor;
  checkStretch(tensor, like.shape);
  const offset = like.shape.length - tensor.shape.length;
  const known = like.shape.every((d, i) => typeof d === 'number' || d === tensor.shape[i - offset]);
  return expandOp(known ? [tensor] : [tensor, like], { shape: like.shape });
}

/**
 * x stretched to a shape. A dimension of it that is known only at run time is x's own.
 * @throws InputError unless each dimension of x is 1 or that of the shape
 */
export function expand(x: Tensor | number, shape: Shape): Tensor {
  const tensor = asTensor(x);
  const offset = shape.length - tensor.shape.length;
  if (shape.some((d, i) => typeof d === 'string' && d !== tensor.shape[i - offset])) {
    throw new InputError(
      `expand: got ${formatShape(tensor.shape)}, expected the dimensions of ${formatShape(shape)} that vary`,
    );
  }
  if (sameShape(tensor.shape, shape)) return tensor;
  checkStretch(tensor, shape);
  return expandOp([tensor], { shape });
}

function checkStretch(x: Tensor, shape: Shape): void {
  if (!sameShape(broadcastShapes('expand', x.shape, shape), shape)) {
    throw new InputError(
      `expand: got ${formatShape(x.shape)}, expected a shape that stretches to ${formatShape(shape)}`,
    );
  }
}

export const zerosLike = (x: Tensor): Tensor => broadcastLike(0, x);
export const onesLike = (x: Tensor): Tensor => broadcastLike(1, x);

/**
 * Operands of an element-wise operation without the stretching that the operation does itself: stretched tensors are
 * replaced by what they were made of as long as the result keeps its shape.
 */
export function withoutExpand(what: string, operands: readonly Tensor[]): Tensor[] {
  const shape = broadcastShapes(what, ...operands.map((t) => t.shape));
  const out = [...operands];
  out.forEach((t, i) => {
    if (t.op.name !== 'expand') return;
    out[i] = t.inputs[0];
    if (!sameShape(broadcastShapes(what, ...out.map((o) => o.shape)), shape)) out[i] = t;
  });
  return out;
}

/** The shape that is left when the axes are reduced. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  if (keepDims) return shape.map((d, i) => (axes.includes(i) ? 1 : d));
  return shape.filter((_, i) => !axes.includes(i));
}

/** A reduced tensor, stretched back over the axes it was reduced over. */
export function unreduce(g: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  const kept = g.shape.length === 0 ? g : reshape(g, reducedShape(x.shape, axes, true));
  return broadcastLike(kept, x);
}

const sumOp = defineOp<{ axes: readonly number[]; keepDims: boolean }>({
  name: 'sum',
  shape: ([x], { axes, keepDims }) => reducedShape(x.shape, axes, keepDims),
  gradient: (g, y, { axes }) => [() => unreduce(g, y.inputs[0], axes)],
  onnx: (emit, [x], { axes, keepDims }) =>
    emit.node('ReduceSum', [x, emit.int64(axes)], { keepdims: keepDims ? 1 : 0 }),
});

/** The sum over some axes; over all of them, a scalar, when none is given. */
export function sum(x: Tensor, { axes, keepDims = false }: ReduceOptions = {}): Tensor {
  const list = normalizeAxes('sum', axes, x.shape.length);
  if (list.every((axis) => x.shape[axis] === 1)) return reshape(x, reducedShape(x.shape, list, keepDims));
  return sumOp([x], { axes: list, keepDims });
}

/** The gradient of stretching: the sum over the axes in which `shape` was stretched to that of g. */
export function sumTo(g: Tensor, shape: Shape): Tensor {
  const offset = g.shape.length - shape.length;
  const axes: number[] = [];
  g.shape.forEach((d: Dim, i) => {
    if (i < offset || (shape[i - offset] === 1 && d !== 1)) axes.push(i);
  });
  const leading = axes.every((axis) => axis < offset);
  const out = axes.length === 0 ? g : sum(g, { axes, keepDims: !leading });
  return reshape(out, shape);
}
