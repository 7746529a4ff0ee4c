/** Mean, greatest element, log-sum-exp and the softmax that is its gradient. */
import { normalizeAxes, product } from './dims.ts';
import { reducedShape, reshape, shapeOf, sum, unreduce } from './broadcasting.ts';
import type { ReduceOptions } from './broadcasting.ts';
import { cast, div, equal, exp, mul, sub } from './arithmetic.ts';
import { defineOp } from './tensor.ts';
import type { Tensor } from './tensor.ts';

interface Reduction {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

function reduction(
  name: string,
  type: string,
  gradient: (g: Tensor, x: Tensor, y: Tensor, axes: readonly number[]) => Tensor,
): (x: Tensor, options?: ReduceOptions) => Tensor {
  const apply = defineOp<Reduction>({
    name,
    shape: ([x], { axes, keepDims }) => reducedShape(x.shape, axes, keepDims),
    gradient: (g, y, { axes }) => [() => gradient(g, y.inputs[0], y, axes)],
    onnx: (emit, [x], { axes, keepDims }) => emit.node(type, [x], { axes, keepdims: keepDims ? 1 : 0 }),
  });
  return (x, { axes, keepDims = false } = {}) => {
    const list = normalizeAxes(name, axes, x.shape.length);
    if (list.every((axis) => x.shape[axis] === 1)) return reshape(x, reducedShape(x.shape, list, keepDims));
    return apply([x], { axes: list, keepDims });
  };
}

/** The mean over some axes; over all of them, a scalar, when none is given. */
export const mean = reduction('mean', 'ReduceMean', (g, x, _, axes) => unreduce(div(g, countOf(x, axes)), x, axes));

/** The greatest element over some axes; its gradient is shared by all that are equal to it. */
export const max = reduction('max', 'ReduceMax', (g, x, y, axes) => {
  const hits = cast(equal(x, unreduce(y, x, axes)), 'float32');
  return mul(hits, unreduce(div(g, reshape(sum(hits, { axes }), g.shape)), x, axes));
});

/** log Σ exp(x) over some axes, without overflow. */
export const logSumExp = reduction('logSumExp', 'ReduceLogSumExp', (g, x, y, axes) => {
  // the same number twice, but exp(x − y) has the rounding of a large y in its exponent
  const share = axes.length === 1 ? softmax(x, axes[0]) : exp(sub(x, unreduce(y, x, axes)));
  return mul(unreduce(g, x, axes), share);
});

const countOp = defineOp<{ axes: readonly number[] }>({
  name: 'count',
  shape: () => [],
  onnx: (emit, [shape], { axes }) => {
    const sizes = emit.node('Gather', [shape, emit.int64(axes)]);
    return emit.node('Cast', [emit.node('ReduceProd', [sizes], { keepdims: 0 })], { to: 1 });
  },
  dtype: () => 'float32',
});

/** The number of elements along some axes; a tensor where that is known only at run time. */
export function countOf(x: Tensor, axes?: number | readonly number[]): number | Tensor {
  const list = normalizeAxes('count', axes, x.shape.length);
  const count = product(list.map((axis) => x.shape[axis]));
  return typeof count === 'number' ? count : countOp([shapeOf(x)], { axes: list });
}

/** The mean of squared deviations (divided by n) over some axes. */
export function variance(x: Tensor, options: ReduceOptions = {}): Tensor {
  const centred = sub(x, mean(x, { ...options, keepDims: true }));
  return mean(mul(centred, centred), options);
}

const softmaxOp = defineOp<{ axis: number }>({
  name: 'softmax',
  shape: ([x]) => x.shape,
  gradient: (g, y, { axis }) => [
    () => {
      const gy = mul(g, y);
      return sub(gy, mul(y, sum(gy, { axes: axis, keepDims: true })));
    },
  ],
  onnx: (emit, [x], { axis }) => emit.node('Softmax', [x], { axis }),
});

/** exp(x) / Σ exp(x) along an axis, the last when left out. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const [at] = normalizeAxes('softmax', axis, x.shape.length);
  return softmaxOp([x], { axis: at });
}

const logSoftmaxOp = defineOp<{ axis: number }>({
  name: 'logSoftmax',
  shape: ([x]) => x.shape,
  gradient: (g, y, { axis }) => [() => sub(g, mul(exp(y), sum(g, { axes: axis, keepDims: true })))],
  onnx: (emit, [x], { axis }) => emit.node('LogSoftmax', [x], { axis }),
});

/** x − log Σ exp(x) along an axis, the last when left out. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const [at] = normalizeAxes('logSoftmax', axis, x.shape.length);
  return logSoftmaxOp([x], { axis: at });
}
