/** The ONNX forms of the three convolutions: which is fastest on ONNX Runtime's CPU kernels was measured. */
import type { Shape } from './dims.ts';
import type { Emitter } from './tensor.ts';
import type { Window } from './convolution-window.ts';

type OutputPadding = { readonly outputPadding: readonly [number, number] };

export function writeConv(emit: Emitter, inputs: readonly string[], window: Window, wShape: Shape): string {
  const { strides, pads, dilations, groups: group } = window;
  const kernel = wShape.slice(2) as readonly number[];
  return emit.node('Conv', inputs, { kernel_shape: kernel, strides, pads, dilations, group });
}

export function writeConvTranspose(
  emit: Emitter,
  inputs: readonly string[],
  { strides, pads, dilations, groups: group, outputPadding }: Window & OutputPadding,
  wShape: Shape,
): string {
  const kernel = wShape.slice(2) as readonly number[];
  const attributes = { kernel_shape: kernel, strides, pads, dilations, group, output_padding: outputPadding };
  return emit.node('ConvTranspose', inputs, attributes);
}

/**
 * The weights' gradient as matrix products, one for each place of the kernel: Gᵀ · X(i, j), where the rows of both are
 * all windows of all images. Pixels go first and channels last, so that taking every second row and column copies
 * whole blocks. Few channels would leave such products idle: one channel is put together into one product, two to
 * seven, and groups, are written as a convolution.
 */
export function writeWeightGradient(
  emit: Emitter,
  x: string,
  g: string,
  window: Window,
  xShape: Shape,
  gShape: Shape,
  wShape: Shape,
): string {
  const { strides, pads, dilations, groups } = window;
  const [c, h, w] = xShape.slice(1) as number[];
  const [o, gh, gw] = gShape.slice(1) as number[];
  const [kh, kw] = wShape.slice(2) as number[];
  if (groups > 1 || (c > 1 && c < 8)) return writeAsConvolution(emit, x, g, window, xShape, gShape, wShape);

  const rows = emit.node('Reshape', [pixelsFirst(emit, g, gh, gw), emit.int64([-1, o])]); // [gh · gw · n, o]
  let pixels = pixelsFirst(emit, x, h, w);
  if (pads.some((p) => p > 0)) {
    pixels = emit.node('Pad', [pixels, emit.int64([pads[0], pads[1], 0, pads[2], pads[3], 0])]);
  }
  const parts: string[] = [];
  for (let i = 0; i < kh; i++) {
    for (let j = 0; j < kw; j++) {
      const start = [i * dilations[0], j * dilations[1]];
      const ends = [start[0] + (gh - 1) * strides[0] + 1, start[1] + (gw - 1) * strides[1] + 1];
      const bounds = [emit.int64(start), emit.int64(ends), emit.int64([0, 1]), emit.int64(strides)];
      const seen = emit.node('Slice', [pixels, ...bounds]); // [gh, gw, n · c]
      if (c === 1) parts.push(emit.node('Reshape', [seen, emit.int64([1, -1])]));
      else {
        const matrix = emit.node('Reshape', [seen, emit.int64([-1, c])]);
        parts.push(emit.node('Gemm', [matrix, rows], { transA: 1 })); // [c, o]
      }
    }
  }
  const joined = parts.length === 1 ? parts[0] : emit.node('Concat', parts, { axis: 0 });
  const product = c === 1 ? emit.node('Gemm', [joined, rows]) : joined; // [kh · kw · c, o]
  const kernel = emit.node('Reshape', [product, emit.int64([kh, kw, c, o])]);
  return emit.node('Transpose', [kernel], { perm: [3, 2, 0, 1] });
}

/**
 * [n, c, h, w] → [h, w, n · c]. With images and channels taken together only one axis moves, for which ONNX Runtime has
 * a kernel that is eight times as fast as the one for any order of four axes.
 */
function pixelsFirst(emit: Emitter, x: string, h: number, w: number): string {
  const flat = emit.node('Reshape', [x, emit.int64([-1, h, w])]);
  return emit.node('Transpose', [flat], { perm: [1, 2, 0] });
}

/**
 * As a convolution in which images are channels and channels images: x is passed over by g, the stride becoming the
 * dilation and the other way round. The padding is what the windows really reach, so that nothing but the kernel's
 * places is computed.
 */
function writeAsConvolution(
  emit: Emitter,
  x: string,
  g: string,
  { strides, pads, dilations, groups }: Window,
  xShape: Shape,
  gShape: Shape,
  wShape: Shape,
): string {
  const [c, ...size] = xShape.slice(1) as number[];
  const places = gShape.slice(2) as number[];
  const kernel = wShape.slice(2) as number[];
  const behind = size.map((n, i) => (places[i] - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1 - n - pads[i]);
  const used = size.map((n, i) => n + Math.min(0, behind[i]));
  const whole = used.every((n, i) => n === size[i]);
  const seen = whole ? x : emit.node('Slice', [x, emit.int64([0, 0]), emit.int64(used), emit.int64([2, 3])]);
  const images = swapImagesAndChannels(emit, seen, c, groups, used);
  const swapped = emit.node('Conv', [images, emit.node('Transpose', [g], { perm: [1, 0, 2, 3] })], {
    kernel_shape: places,
    strides: dilations,
    dilations: strides,
    pads: [pads[0], pads[1], ...behind.map((n) => Math.max(0, n))],
    group: groups,
  });
  return emit.node('Transpose', [swapped], { perm: [1, 0, 2, 3] });
}

/** [n, groups · c', h, w] → [c', groups · n, h, w]. */
function swapImagesAndChannels(emit: Emitter, x: string, c: number, groups: number, size: readonly number[]): string {
  if (groups === 1) return emit.node('Transpose', [x], { perm: [1, 0, 2, 3] });
  const split = emit.node('Reshape', [x, emit.int64([-1, groups, c / groups, ...size])]);
  const swapped = emit.node('Transpose', [split], { perm: [2, 1, 0, 3, 4] });
  return emit.node('Reshape', [swapped, emit.int64([c / groups, -1, ...size])]);
}
