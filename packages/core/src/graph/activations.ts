/**
 * Activations. Where it can be, a gradient is written in terms of the *output*: the input need not be kept, and ONNX
 * Runtime can fuse the activation into the product or convolution before it.
 */
import { add, erf, greater, mul, sign, sub, unary, where } from './arithmetic.ts';
import { defineOp } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/** max(x, 0); its gradient at 0 is 0. */
export const relu = unary({ name: 'relu', onnx: 'Relu', gradient: (g, _, y) => mul(g, sign(y)) });

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
export const softplus = unary({ name: 'softplus', onnx: 'Softplus', gradient: (g, x) => mul(g, sigmoid(x)) });

/** x · Φ(x), Φ the normal distribution function (the exact form, not the tanh approximation). */
export const gelu = (x: Tensor): Tensor => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));

/** x · sigmoid(x). */
export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x));
