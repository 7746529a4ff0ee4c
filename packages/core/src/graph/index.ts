export type { Dim, Shape } from './dims.ts';
export { formatShape } from './dims.ts';
export type { DType, Tensor, TypedArray, Operation, Emitter } from './tensor.ts';
export { constant, defineOp, input } from './tensor.ts';
export { broadcastLike, expand, onesLike, reshape, shapeOf, sum, zerosLike } from './broadcasting.ts';
export type { ReduceOptions } from './broadcasting.ts';
export {
  abs,
  add,
  cast,
  clip,
  detach,
  div,
  equal,
  erf,
  exp,
  greater,
  log,
  maximum,
  minimum,
  mul,
  neg,
  not,
  pow,
  sign,
  sqrt,
  square,
  sub,
  where,
  withSlope,
} from './arithmetic.ts';
export { binaryCrossEntropy } from './cross-entropy.ts';
export { elu, gelu, leakyRelu, relu, sigmoid, silu, softplus, tanh } from './activations.ts';
export { gemm, matmul } from './matmul.ts';
export type { GemmOptions, MatmulOptions } from './matmul.ts';
export { concat, pad, slice, transpose } from './shape-ops.ts';
export { countOf, logSoftmax, logSumExp, max, mean, softmax, variance } from './reductions.ts';
export { conv2d, convTranspose2d } from './convolution.ts';
export type { ConvTranspose2dOptions } from './convolution.ts';
export type { Conv2dOptions } from './convolution-window.ts';
export { averagePool2d, maxPool2d, upsampleNearest2d } from './pooling.ts';
export type { Pool2dOptions } from './pooling.ts';
export { argMax, gather, scatterAdd } from './indexing.ts';
export { batchNorm, dropout, layerNorm } from './normalization.ts';
export type { BatchNormOptions } from './normalization.ts';
export { gradients, jacobian, jvp } from './gradients.ts';
export { compile, toOnnx } from './to-onnx.ts';
export type { OnnxOptions } from './to-onnx.ts';
export { readOnnx } from './read-onnx.ts';
export type { OnnxSummary } from './read-onnx.ts';
export { inlineWeights } from './inline-weights.ts';
export { onnxPorts, withFloatPorts } from './onnx-ports.ts';
export type { FloatPorts, OnnxPort, OnnxPorts } from './onnx-ports.ts';
export { readWeights } from './read-weights.ts';
export type { LayerWeights } from './read-weights.ts';
