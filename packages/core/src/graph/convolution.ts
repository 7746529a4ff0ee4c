/**
 * Convolutions of images [n, channels, height, width]. Three operations, each linear in both of its arguments, are
 * closed under differentiation: the convolution y = w ∗ x, its transpose for x (convTranspose2d), and its transpose
 * for w (the weights' gradient).
 */
import { InputError } from '../base/index.ts';
import { formatShape } from './dims.ts';
import type { Dim, Shape } from './dims.ts';
import { sum } from './broadcasting.ts';
import { pair, windowOf } from './convolution-window.ts';
import type { Conv2dOptions, Window } from './convolution-window.ts';
import { writeConv, writeConvTranspose, writeWeightGradient } from './convolution-onnx.ts';
import { defineOp, sameDtype } from './tensor.ts';
import type { Tensor } from './tensor.ts';

export interface ConvTranspose2dOptions extends Conv2dOptions {
  /** rows and columns added below and at the right, fewer than the stride */
  outputPadding?: number | readonly [number, number];
}

type TransposeWindow = Window & { readonly outputPadding: readonly [number, number] };
type GradientWindow = Window & { readonly kernel: readonly [number, number] };

const convOp = defineOp<Window>({
  name: 'conv2d',
  shape: ([x, w], window) => {
    const [n, c] = imageShape('conv2d', x);
    const [o, ci, ...kernel] = weightShape('conv2d', w);
    if (c !== ci * window.groups || o % window.groups !== 0)
      throw misfit('conv2d', x, w, 'image channels = groups · w[1]');
    return [n, o, ...convSize('conv2d', x, kernel, window)];
  },
  gradient: (g, { inputs: [x, w] }, window) => [
    () => transposeToFit(g, w, x.shape, window),
    () => weightGradient(x, g, { ...window, kernel: w.shape.slice(2) as unknown as [number, number] }),
    () => sum(g, { axes: [0, 2, 3] }),
  ],
  onnx: (emit, inputs, window, y) => writeConv(emit, inputs, window, y.inputs[1].shape),
});

/**
 * Cross-correlation of x [n, c, h, w] with w [o, c / groups, kh, kw], plus b [o]: [n, o, h', w'].
 * @throws InputError when the shapes do not fit
 */
export function conv2d(x: Tensor, w: Tensor, b?: Tensor, options: Conv2dOptions = {}): Tensor {
  sameDtype('conv2d', [x, w]);
  const window = windowOf('conv2d', options);
  return convOp(b ? [x, w, biasFor('conv2d', b, w.shape[0])] : [x, w], window);
}

const convTransposeOp = defineOp<TransposeWindow>({
  name: 'convTranspose2d',
  shape: ([x, w], { strides, pads, dilations, groups, outputPadding }) => {
    const [n, c, ...size] = imageShape('convTranspose2d', x);
    const [ci, o, ...kernel] = weightShape('convTranspose2d', w);
    if (c !== ci || ci % groups !== 0) throw misfit('convTranspose2d', x, w, 'as many image channels as w[0]');
    const out = size.map(
      (s, i) => (s - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1 - pads[i] - pads[i + 2] + outputPadding[i],
    );
    if (out.some((s) => s < 1)) throw misfit('convTranspose2d', x, w, 'a result of at least one row and column');
    return [n, o * groups, ...out];
  },
  gradient: (g, { inputs: [x, w] }, window) => [
    () => convOp([g, w], window),
    () => weightGradient(g, x, { ...window, kernel: w.shape.slice(2) as unknown as [number, number] }),
    () => sum(g, { axes: [0, 2, 3] }),
  ],
  onnx: (emit, inputs, window, y) => writeConvTranspose(emit, inputs, window, y.inputs[1].shape),
});

/**
 * The transpose of conv2d with the same options: x [n, c, h, w], w [c, o / groups, kh, kw], b [o] → [n, o, h', w'],
 * h' = (h − 1) · stride + dilation · (kh − 1) + 1 − top − bottom + outputPadding.
 * @throws InputError when the shapes do not fit
 */
export function convTranspose2d(x: Tensor, w: Tensor, b?: Tensor, options: ConvTranspose2dOptions = {}): Tensor {
  sameDtype('convTranspose2d', [x, w]);
  const window = windowOf('convTranspose2d', options);
  const outputPadding = pair(options.outputPadding ?? 0);
  if (outputPadding.some((p, i) => !Number.isInteger(p) || p < 0 || p >= window.strides[i])) {
    throw new InputError(
      `convTranspose2d: got outputPadding ${outputPadding.join(', ')}, expected 0 up to less than the strides ${window.strides.join(', ')}`,
    );
  }
  const channels = (w.shape[1] as number) * window.groups;
  return convTransposeOp(b ? [x, w, biasFor('convTranspose2d', b, channels)] : [x, w], { ...window, outputPadding });
}

const weightGradientOp = defineOp<GradientWindow>({
  name: 'convWeightGradient',
  shape: ([x, g], { groups, kernel }) => [g.shape[1], (x.shape[1] as number) / groups, ...kernel],
  gradient: (v, { inputs: [x, g] }, window) => [
    () => transposeToFit(g, v, x.shape, window),
    () => convOp([x, v], window),
  ],
  onnx: (emit, [x, g], window, y) =>
    writeWeightGradient(emit, x, g, window, y.inputs[0].shape, y.inputs[1].shape, y.shape),
});

/** Σ over images and places of g · the patch of x there: [o, c / groups, kh, kw]. */
const weightGradient = (x: Tensor, g: Tensor, window: GradientWindow): Tensor => weightGradientOp([x, g], window);

/** The transposed convolution whose result has the size of the image that a convolution took. */
function transposeToFit(g: Tensor, w: Tensor, image: Shape, window: Window): Tensor {
  const { strides, pads, dilations } = window;
  const outputPadding = [0, 1].map((i) => {
    const reached = ((g.shape[2 + i] as number) - 1) * strides[i] + dilations[i] * ((w.shape[2 + i] as number) - 1) + 1;
    return (image[2 + i] as number) - (reached - pads[i] - pads[i + 2]);
  });
  return convTransposeOp([g, w], { ...window, outputPadding: outputPadding as [number, number] });
}

function biasFor(what: string, b: Tensor, channels: Dim): Tensor {
  if (b.shape.length !== 1 || b.shape[0] !== channels) {
    throw new InputError(`${what}: got a bias of shape ${formatShape(b.shape)}, expected [${channels}]`);
  }
  return b;
}

/** Height and width after a window has passed over an image. @throws InputError when it does not fit in it */
export function convSize(
  what: string,
  x: Tensor,
  kernel: readonly number[],
  { strides, pads, dilations }: Omit<Window, 'groups'>,
): number[] {
  const [, , ...size] = imageShape(what, x);
  return size.map((s, i) => {
    const room = s + pads[i] + pads[i + 2] - dilations[i] * (kernel[i] - 1) - 1;
    if (room < 0) {
      throw new InputError(
        `${what}: got an image ${formatShape(x.shape)}, smaller than the window ${kernel.join(' × ')}`,
      );
    }
    return Math.floor(room / strides[i]) + 1;
  });
}

/** [n, channels, height, width], all but n known. @throws InputError otherwise */
export function imageShape(what: string, x: Tensor): [Dim, number, number, number] {
  const { shape } = x;
  if (shape.length !== 4 || shape.slice(1).some((d) => typeof d !== 'number')) {
    throw new InputError(
      `${what}: got ${formatShape(shape)}, expected images [n, channels, height, width] of known size`,
    );
  }
  return shape as [Dim, number, number, number];
}

function weightShape(what: string, w: Tensor): [number, number, number, number] {
  const { shape } = w;
  if (shape.length !== 4 || shape.some((d) => typeof d !== 'number')) {
    throw new InputError(`${what}: got weights ${formatShape(shape)}, expected four known dimensions`);
  }
  return shape as [number, number, number, number];
}

const misfit = (what: string, x: Tensor, w: Tensor, expected: string): InputError =>
  new InputError(
    `${what}: got an image ${formatShape(x.shape)} and weights ${formatShape(w.shape)}, expected ${expected}`,
  );
