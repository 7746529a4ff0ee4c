/**
 * Every operation once or more: what the table tests of `operations.test.ts` go through. A case that PyTorch has too
 * bears the same name in `golden.py`.
 */
import * as g from './index.ts';
import type { Tensor } from './index.ts';

export interface Case {
  name: string;
  /** shapes of the differentiable inputs */
  shapes: number[][];
  build: (...xs: Tensor[]) => Tensor;
  /** range of the inputs' values; −2 to 2 when left out */
  range?: [number, number];
}

const indices = (values: number[], shape = [values.length]): Tensor =>
  g.constant(BigInt64Array.from(values, BigInt), shape, 'int64');
const mask = (n: number, shape: number[]): Tensor =>
  g.constant(
    Float32Array.from({ length: n }, (_, i) => ((i * 7) % 5 < 3 ? 1 : 0)),
    shape,
  );

const positive: [number, number] = [0.5, 3];
const matrix = [[3, 5]];
const image = [2, 3, 7, 6];

export const cases: Case[] = [
  // arithmetic
  { name: 'add', shapes: [[3, 4], [4]], build: g.add },
  {
    name: 'add, stretched both ways',
    shapes: [
      [3, 1],
      [2, 1, 4],
    ],
    build: g.add,
  },
  {
    name: 'sub',
    shapes: [
      [3, 1],
      [1, 4],
    ],
    build: g.sub,
  },
  {
    name: 'mul',
    shapes: [
      [2, 3, 4],
      [3, 1],
    ],
    build: g.mul,
  },
  {
    name: 'div',
    shapes: [
      [3, 4],
      [3, 1],
    ],
    build: g.div,
    range: positive,
  },
  { name: 'neg', shapes: matrix, build: g.neg },
  { name: 'pow', shapes: [[3, 4], [4]], build: g.pow, range: positive },
  { name: 'pow 2.5', shapes: matrix, build: (x) => g.pow(x, 2.5), range: positive },
  { name: 'pow 3', shapes: matrix, build: (x) => g.pow(x, 3) },
  { name: 'number to a power', shapes: matrix, build: (x) => g.pow(2, x) },
  { name: 'sqrt', shapes: matrix, build: g.sqrt, range: positive },
  { name: 'exp', shapes: matrix, build: g.exp },
  { name: 'log', shapes: matrix, build: g.log, range: positive },
  { name: 'abs', shapes: matrix, build: g.abs },
  { name: 'erf', shapes: matrix, build: g.erf },
  {
    name: 'minimum',
    shapes: [
      [3, 4],
      [3, 4],
    ],
    build: g.minimum,
  },
  { name: 'maximum', shapes: [[3, 4], [4]], build: g.maximum },
  { name: 'clip', shapes: matrix, build: (x) => g.clip(x, -1.1, 0.77) },
  { name: 'clip above', shapes: matrix, build: (x) => g.clip(x, undefined, 0.77) },
  { name: 'where', shapes: [[3, 4], [4]], build: (a, b) => g.where(g.greater(a, b), g.mul(a, b), g.square(b)) },
  {
    name: 'equal',
    shapes: [
      [3, 4],
      [3, 4],
    ],
    build: (a, b) => g.where(g.not(g.equal(a, b)), a, b),
  },
  { name: 'cast', shapes: matrix, build: (x) => g.mul(x, g.cast(g.greater(x, 0.5), 'float32')) },
  // activations
  { name: 'relu', shapes: matrix, build: g.relu },
  { name: 'leakyRelu', shapes: matrix, build: (x) => g.leakyRelu(x, 0.2) },
  { name: 'leakyRelu, negative slope', shapes: matrix, build: (x) => g.leakyRelu(x, -0.3) },
  { name: 'elu', shapes: matrix, build: (x) => g.elu(x, 1.3) },
  { name: 'gelu', shapes: matrix, build: g.gelu },
  { name: 'silu', shapes: matrix, build: g.silu },
  { name: 'sigmoid', shapes: matrix, build: g.sigmoid },
  { name: 'tanh', shapes: matrix, build: g.tanh },
  { name: 'softplus', shapes: matrix, build: g.softplus },
  {
    name: 'binaryCrossEntropy',
    shapes: [
      [3, 5],
      [3, 5],
    ],
    build: g.binaryCrossEntropy,
  },
  {
    name: 'binaryCrossEntropy, one x for several logits, in groups',
    shapes: [
      [2, 3, 242],
      [2, 1, 242],
    ],
    build: g.binaryCrossEntropy,
    range: [-3, 3],
  },
  {
    name: 'withSlope',
    shapes: matrix,
    build: (x) => {
      const y = g.div(1, g.add(g.square(x), 1));
      return g.withSlope(y, x, () => g.mul(g.mul(x, g.square(y)), -2));
    },
  },
  // products
  {
    name: 'matmul',
    shapes: [
      [3, 4],
      [4, 5],
    ],
    build: (a, b) => g.matmul(a, b),
  },
  ...[1, 2, 3].map((i) => {
    const [transposeA, transposeB] = [(i & 1) === 1, i > 1];
    return {
      name: `matmul${transposeA ? ', a transposed' : ''}${transposeB ? ', b transposed' : ''}`,
      shapes: [transposeA ? [4, 3] : [3, 4], transposeB ? [5, 4] : [4, 5]],
      build: (a: Tensor, b: Tensor) => g.matmul(a, b, { transposeA, transposeB }),
    };
  }),
  {
    name: 'matmul of stacks',
    shapes: [
      [2, 3, 4],
      [2, 4, 5],
    ],
    build: (a, b) => g.matmul(a, b),
  },
  {
    name: 'matmul of stacks, stretched and transposed',
    shapes: [
      [2, 1, 4, 3],
      [3, 5, 4],
    ],
    build: (a, b) => g.matmul(a, b, { transposeA: true, transposeB: true }),
  },
  { name: 'gemm', shapes: [[3, 4], [4, 5], [5]], build: (a, b, c) => g.gemm(a, b, c) },
  {
    name: 'gemm, scaled and transposed',
    shapes: [
      [4, 3],
      [5, 4],
      [3, 1],
    ],
    build: (a, b, c) => g.gemm(a, b, c, { alpha: 0.7, beta: -1.3, transposeA: true, transposeB: true }),
  },
  {
    name: 'gemm of Transpose nodes',
    shapes: [
      [4, 3],
      [5, 4],
    ],
    build: (a, b) => g.gemm(g.transpose(g.exp(a)), g.transpose(g.exp(b))),
  },
  // shapes
  { name: 'reshape', shapes: [[3, 4]], build: (x) => g.square(g.reshape(x, [2, -1])) },
  { name: 'transpose', shapes: [[2, 3, 4]], build: (x) => g.transpose(g.square(x), [1, 2, 0]) },
  { name: 'transpose twice', shapes: [[2, 3, 4]], build: (x) => g.transpose(g.transpose(x, [1, 2, 0]), [1, 0, 2]) },
  { name: 'transpose of ones', shapes: [[2, 1, 4]], build: (x) => g.transpose(g.square(x), [1, 0, 2]) },
  {
    name: 'concat',
    shapes: [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    build: (...xs) => g.square(g.concat(xs, 1)),
  },
  { name: 'slice', shapes: [[4, 5]], build: (x) => g.slice(g.square(x), [1, 0], [3, -1]) },
  {
    name: 'slice by steps',
    shapes: [[7, 5]],
    build: (x) => g.slice(g.square(x), [1, 0], [7, 5], { axes: [0, 1], steps: [3, 2] }),
  },
  { name: 'pad', shapes: [[2, 3]], build: (x) => g.pad(g.square(x), [1, 0], [2, 1], 0.5) },
  { name: 'pad, cutting', shapes: [[4, 5]], build: (x) => g.pad(g.square(x), [1, -1], [-1, 2]) },
  { name: 'expand', shapes: [[3, 1]], build: (x) => g.square(g.expand(x, [2, 3, 4])) },
  {
    name: 'broadcastLike',
    shapes: [
      [3, 1],
      [3, 4],
    ],
    build: (x, y) => g.exp(g.broadcastLike(x, y)),
  },
  { name: 'gather', shapes: [[5, 3]], build: (x) => g.gather(g.square(x), indices([4, 0, 4, 2], [2, 2])) },
  { name: 'gather, axis 1', shapes: [[2, 5, 3]], build: (x) => g.gather(g.square(x), indices([4, 0, 4]), 1) },
  {
    name: 'scatterAdd',
    shapes: [
      [5, 3],
      [4, 3],
    ],
    build: (x, u) => g.scatterAdd(g.square(x), indices([1, 3, 1, 0]), g.square(u)),
  },
  // reductions
  { name: 'sum', shapes: [[3, 4]], build: (x) => g.sum(g.square(x)) },
  { name: 'sum of axes', shapes: [[2, 3, 4]], build: (x) => g.sum(g.square(x), { axes: [0, -1] }) },
  { name: 'mean', shapes: [[2, 3, 4]], build: (x) => g.mean(g.square(x), { axes: 1, keepDims: true }) },
  { name: 'mean of all', shapes: [[2, 3]], build: (x) => g.mean(g.square(x)) },
  { name: 'variance', shapes: [[4, 3]], build: (x) => g.variance(x, { axes: 0 }) },
  { name: 'max', shapes: [[2, 3, 4]], build: (x) => g.max(x, { axes: [1, 2] }) },
  { name: 'max, kept', shapes: [[2, 3, 4]], build: (x) => g.max(x, { axes: 1, keepDims: true }) },
  { name: 'logSumExp', shapes: [[3, 4]], build: (x) => g.logSumExp(x, { axes: 1 }) },
  { name: 'softmax', shapes: [[3, 4]], build: (x) => g.softmax(x) },
  { name: 'softmax, axis 1', shapes: [[2, 3, 2]], build: (x) => g.softmax(x, 1) },
  { name: 'logSoftmax', shapes: [[3, 4]], build: (x) => g.logSoftmax(x) },
  // normalisation
  { name: 'layerNorm', shapes: [[3, 5], [5], [5]], build: (x, s, b) => g.layerNorm(x, s, b) },
  {
    name: 'layerNorm, two axes',
    shapes: [
      [2, 3, 4],
      [3, 4],
    ],
    build: (x, s) => g.layerNorm(x, s),
  },
  { name: 'batchNorm', shapes: [[2, 3, 2, 2], [3], [3]], build: (x, s, b) => g.batchNorm(x, s, b).y },
  {
    name: 'batchNorm statistics',
    shapes: [[5, 3], [3], [3]],
    build: (x, s, b) => {
      const { mean, variance } = g.batchNorm(x, s, b);
      return g.concat([mean, variance]);
    },
  },
  {
    name: 'batchNorm at inference',
    shapes: [[2, 3, 2, 2], [3], [3], [3], [3]],
    build: (x, s, b, mean, variance) => g.batchNorm(x, s, b, { running: { mean, variance } }).y,
    range: positive,
  },
  { name: 'dropout', shapes: [[3, 4]], build: (x) => g.dropout(g.square(x), mask(12, [3, 4]), 0.4) },
  // images
  { name: 'conv2d', shapes: [image, [4, 3, 3, 3], [4]], build: (x, w, b) => g.conv2d(x, w, b) },
  {
    name: 'conv2d, stride 2',
    shapes: [[2, 1, 6, 6], [3, 1, 3, 3], [3]],
    build: (x, w, b) => g.conv2d(x, w, b, { strides: 2, pads: 1 }),
  },
  {
    name: 'conv2d, odd sizes and uneven pads',
    shapes: [image, [2, 3, 3, 2]],
    build: (x, w) => g.conv2d(x, w, undefined, { strides: [3, 2], pads: [1, 0, 2, 1] }),
  },
  {
    name: 'conv2d, dilated',
    shapes: [image, [2, 3, 3, 2]],
    build: (x, w) => g.conv2d(x, w, undefined, { dilations: [2, 3], pads: 1 }),
  },
  {
    name: 'conv2d, groups',
    shapes: [[2, 4, 5, 6], [6, 2, 3, 3], [6]],
    build: (x, w, b) => g.conv2d(x, w, b, { groups: 2, strides: 2, pads: 1 }),
  },
  {
    name: 'conv2d, one channel a group',
    shapes: [
      [2, 3, 5, 5],
      [3, 1, 3, 3],
    ],
    build: (x, w) => g.conv2d(x, w, undefined, { groups: 3 }),
  },
  {
    name: 'conv2d, 1 × 1',
    shapes: [
      [2, 3, 3, 2],
      [4, 3, 1, 1],
    ],
    build: (x, w) => g.conv2d(x, w),
  },
  {
    name: 'convTranspose2d',
    shapes: [[2, 3, 4, 3], [3, 2, 3, 3], [2]],
    build: (x, w, b) => g.convTranspose2d(x, w, b),
  },
  {
    name: 'convTranspose2d, stride 2',
    shapes: [[2, 2, 4, 4], [2, 3, 3, 3], [3]],
    build: (x, w, b) => g.convTranspose2d(x, w, b, { strides: 2, pads: 1, outputPadding: 1 }),
  },
  {
    name: 'convTranspose2d, groups, dilated, uneven',
    shapes: [
      [1, 4, 3, 4],
      [4, 1, 2, 3],
    ],
    build: (x, w) =>
      g.convTranspose2d(x, w, undefined, { strides: [3, 2], pads: 1, outputPadding: [1, 0], dilations: 2, groups: 2 }),
  },
  { name: 'averagePool2d', shapes: [[2, 3, 4, 6]], build: (x) => g.averagePool2d(g.square(x), { kernel: 2 }) },
  {
    name: 'averagePool2d, overlapping',
    shapes: [[2, 2, 6, 5]],
    build: (x) => g.averagePool2d(g.square(x), { kernel: 3, strides: 2, pads: 1 }),
  },
  { name: 'maxPool2d', shapes: [[2, 3, 5, 4]], build: (x) => g.maxPool2d(x, { kernel: 2 }) },
  {
    name: 'maxPool2d, overlapping',
    shapes: [[2, 2, 6, 5]],
    build: (x) => g.maxPool2d(x, { kernel: 3, strides: 2, pads: 1 }),
  },
  { name: 'upsampleNearest2d', shapes: [[2, 3, 2, 3]], build: (x) => g.square(g.upsampleNearest2d(x, [2, 3])) },
];
