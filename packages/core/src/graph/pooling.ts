/** Pooling and nearest-neighbour up-sampling of images [n, channels, height, width]. */
import { InputError } from '../base/index.ts';
import { product } from './dims.ts';
import { reshape, sum, zerosLike } from './broadcasting.ts';
import { mul } from './arithmetic.ts';
import { convSize, convTranspose2d, imageShape } from './convolution.ts';
import { windowOf } from './convolution-window.ts';
import type { Conv2dOptions, Window } from './convolution-window.ts';
import { scatterAdd } from './indexing.ts';
import { constant, defineOp } from './tensor.ts';
import type { Tensor } from './tensor.ts';

export interface Pool2dOptions extends Pick<Conv2dOptions, 'strides' | 'pads'> {
  /** height and width of the window; one number for both */
  kernel: number | readonly [number, number];
}

interface Pool extends Window {
  readonly kernel: readonly [number, number];
}

function poolOf(what: string, { kernel, strides = kernel, pads = 0 }: Pool2dOptions): Pool {
  const size = typeof kernel === 'number' ? ([kernel, kernel] as const) : kernel;
  const window = windowOf(what, { strides, pads });
  if (size.some((k) => !Number.isInteger(k) || k < 1) || window.pads.some((p, i) => p >= size[i % 2])) {
    throw new InputError(
      `${what}: got kernel ${size.join(' × ')} with pads ${pads}, expected one larger than its pads`,
    );
  }
  return { ...window, kernel: size };
}

const poolAttributes = ({ kernel, strides, pads }: Pool): Record<string, readonly number[]> => ({
  kernel_shape: kernel,
  strides,
  pads,
});

const averagePoolOp = defineOp<Pool>({
  name: 'averagePool2d',
  shape: ([x], pool) => [x.shape[0], x.shape[1], ...convSize('averagePool2d', x, pool.kernel, pool)],
  gradient: (g, { inputs: [x] }, pool) => [() => spreadOut(g, x, pool)],
  onnx: (emit, [x], pool) => emit.node('AveragePool', [x], { ...poolAttributes(pool), count_include_pad: 1 }),
});

/** The mean of each window, zeros of the padding counted; windows lie side by side unless strides are given. */
export function averagePool2d(x: Tensor, options: Pool2dOptions): Tensor {
  imageShape('averagePool2d', x);
  return averagePoolOp([x], poolOf('averagePool2d', options));
}

/** The gradient of averaging: every window's share, put back where it came from; channels are taken as images. */
function spreadOut(g: Tensor, x: Tensor, { kernel, strides, pads }: Pool): Tensor {
  const [n, c, h, w] = imageShape('averagePool2d', x);
  const [, , gh, gw] = imageShape('averagePool2d', g);
  const [kh, kw] = kernel;
  const even = h === gh * kh && w === gw * kw && kh === strides[0] && kw === strides[1];
  if (even && pads.every((p) => p === 0)) return mul(upsampleNearest2d(g, kernel), 1 / (kh * kw));
  const weights = constant(new Float32Array(kh * kw).fill(1 / (kh * kw)), [1, 1, kh, kw]);
  const images = product([n, c]);
  // the image whose windows these are, as the transpose of the same convolution
  const flat = reshape(g, [images, 1, gh, gw]);
  const reach = [h, w].map((size, i) => size + pads[i] + pads[i + 2] - (([gh, gw][i] - 1) * strides[i] + kernel[i]));
  const outputPadding = reach as [number, number];
  return reshape(convTranspose2d(flat, weights, undefined, { strides, pads, outputPadding }), [n, c, h, w]);
}

const maxPoolOp = defineOp<Pool>({
  name: 'maxPool2d',
  shape: ([x], pool) => [x.shape[0], x.shape[1], ...convSize('maxPool2d', x, pool.kernel, pool)],
  gradient: (g, { inputs: [x] }, pool) => [
    () => {
      const all = [product(x.shape)];
      return reshape(scatterAdd(reshape(zerosLike(x), all), maxPoolIndices([x], pool), g), x.shape);
    },
  ],
  onnx: (emit, [x], pool) => emit.node('MaxPool', [x], poolAttributes(pool), 0),
});

/** Where in the flat x the greatest elements lie: the same node's second output. */
const maxPoolIndices = defineOp<Pool>({
  name: 'maxPoolIndices',
  shape: ([x], pool) => [x.shape[0], x.shape[1], ...convSize('maxPool2d', x, pool.kernel, pool)],
  dtype: () => 'int64',
  onnx: (emit, [x], pool) => {
    emit.node('MaxPool', [x], poolAttributes(pool), 0);
    return emit.node('MaxPool', [x], poolAttributes(pool), 1);
  },
});

/** The greatest element of each window; windows lie side by side unless strides are given. */
export function maxPool2d(x: Tensor, options: Pool2dOptions): Tensor {
  imageShape('maxPool2d', x);
  return maxPoolOp([x], poolOf('maxPool2d', options));
}

const upsampleOp = defineOp<{ scale: readonly [number, number] }>({
  name: 'upsampleNearest2d',
  shape: ([x], { scale }) => {
    const [n, c, h, w] = imageShape('upsampleNearest2d', x);
    return [n, c, h * scale[0], w * scale[1]];
  },
  gradient: (g, { inputs: [x] }, { scale }) => [
    () => {
      const [n, c, h, w] = imageShape('upsampleNearest2d', x);
      return sum(reshape(g, [n, c, h, scale[0], w, scale[1]]), { axes: [3, 5] });
    },
  ],
  onnx: (emit, [x], { scale }) => {
    const scales = emit.constant(Float32Array.of(1, 1, ...scale), [4], 'float32');
    const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    return emit.node('Resize', [x, '', scales], attributes);
  },
});

/** Every pixel repeated `scale` times down and across. */
export function upsampleNearest2d(x: Tensor, scale: number | readonly [number, number]): Tensor {
  const factors = typeof scale === 'number' ? ([scale, scale] as const) : scale;
  if (factors.some((f) => !Number.isInteger(f) || f < 1)) {
    throw new InputError(`upsampleNearest2d: got scale ${factors.join(' × ')}, expected whole numbers of at least 1`);
  }
  return factors.every((f) => f === 1) ? x : upsampleOp([x], { scale: factors });
}
