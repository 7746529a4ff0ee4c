/**
 * Activations. Where it can be, a gradient is written in terms of the *output*: the input need not be kept, and ONNX
 * Runtime can fuse the activation into the product or convolution before it.
 */
import { add, erf, greater, mul, sub, unary, where } from './arithmetic.ts';
import { zerosLike } from './broadcasting.ts';
import { defineOp } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/** 1 where an output of relu is above 0, else 0: in one vectorised node, which takes a sixth of Sign's time. */
const isPositive = unary({
  name: 'isPositive',
  onnx: (emit, y) => emit.node('HardSigmoid', [y], { alpha: { float: 3e38 }, beta: { float: 0 } }),
  gradient: (_, y) => zerosLike(y),
});

/** max(x, 0); its gradient at 0 is 0. */
export const relu = unary({ name: 'relu', onnx: 'Relu', gradient: (g, _, y) => mul(g, isPositive(y)) });

const leakyReluOp = defineOp<{ alpha: number }>({
  name: 'leakyRelu',
  shape: ([x]) => x.shape,
  gradient: (g, y, { alpha }) => {
    // a negative slope would turn the sign of the output, so the input tells the side
    const side = alpha > 0 ? y : y.inputs[0];
    return [() => where(greater(side, 0), g, mul(g, alpha))];
  },
  onnx: (emit, [x], { alpha }) => emit.node('LeakyRelu', [x], { alpha: { float: alpha } }),
});
/** x above 0, alpha · x below. */
export const leakyRelu = (x: Tensor, alpha = 0.01): Tensor => leakyReluOp([x], { alpha });

const eluOp = defineOp<{ alpha: number }>({
  name: 'elu',
  shape: ([x]) => x.shape,
  gradient: (g, y, { alpha }) => [() => mul(g, where(greater(y.inputs[0], 0), 1, add(y, alpha)))],
  onnx: (emit, [x], { alpha }) => emit.node('Elu', [x], { alpha: { float: alpha } }),
});
/** x above 0, alpha · (eˣ − 1) below. */
export const elu = (x: Tensor, alpha = 1): Tensor => eluOp([x], { alpha });

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = unary({
  name: 'sigmoid',
  onnx: 'Sigmoid',
  gradient: (g, _, y) => mul(g, mul(y, sub(1, y))),
  fold: (x) => 1 / (1 + Math.exp(-x)),
});

export const tanh = unary({
  name: 'tanh',
  onnx: 'Tanh',
  gradient: (g, _, y) => mul(g, sub(1, mul(y, y))),
  fold: Math.tanh,
});

/** log(1 + eˣ), without overflow. */
export const softplus = unary({
  name: 'softplus',
  // max(x, 0) + log(1 + e^−|x|): six vectorised nodes, faster than Softplus, which works number by number
  onnx: (emit, x) => {
    const small = emit.node('Exp', [emit.node('Neg', [emit.node('Abs', [x])])]);
    return emit.node('Add', [emit.node('Relu', [x]), emit.node('Log', [emit.node('Add', [small, emit.scalar(1)])])]);
  },
  gradient: (g, x) => mul(g, sigmoid(x)),
});

/** x · Φ(x), Φ the normal distribution function (the exact form, not the tanh approximation). */
export const gelu = (x: Tensor): Tensor => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));

/** x · sigmoid(x). */
export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x));
