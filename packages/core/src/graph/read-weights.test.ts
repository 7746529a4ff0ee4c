import { expect, it } from 'vitest';
import { FormatError } from '../base/index.ts';
import { constant, conv2d, gemm, input, matmul, relu, reshape, toOnnx } from './index.ts';
import { readWeights } from './read-weights.ts';

const numbers = (n: number, from = 0): Float32Array => Float32Array.from({ length: n }, (_, i) => from + i / 8);

it('gives the weights of layers in their order, matrices as [in, out]', () => {
  const x = input('x', ['batch', 1, 4, 4]);
  const h = relu(conv2d(x, constant(numbers(18), [2, 1, 3, 3]), constant([1, 2]), { pads: 1 }));
  const flat = reshape(h, ['batch', 32]);
  const y = gemm(flat, constant(numbers(96, 3), [3, 32]), constant([5, 6, 7]), { transposeB: true });
  const z = matmul(y, constant(numbers(6, 9), [3, 2]));
  const layers = readWeights(toOnnx({ z }));
  expect(layers.map(({ type, shape, bias }) => [type, shape, bias && [...bias]])).toEqual([
    ['conv', [2, 1, 3, 3], [1, 2]],
    ['dense', [32, 3], [5, 6, 7]],
    ['dense', [3, 2], undefined],
  ]);
  expect(layers[0].weight).toEqual(numbers(18));
  expect([...layers[1].weight.subarray(0, 3)]).toEqual([3, 3 + 32 / 8, 3 + 64 / 8]);
  expect(layers[2].weight).toEqual(numbers(6, 9));
});

it('leaves out products of two things that flow', () => {
  const x = input('x', ['batch', 3]);
  expect(readWeights(toOnnx({ y: matmul(x, x, { transposeB: true }) }))).toEqual([]);
});

it('refuses bytes that end too soon', () => {
  const x = input('x', ['batch', 3]);
  const bytes = toOnnx({ y: matmul(x, constant(numbers(300), [3, 100])) });
  expect(() => readWeights(bytes.subarray(0, 500), { name: 'encoder.onnx' })).toThrow(FormatError);
});
