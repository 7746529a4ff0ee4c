/** The ONNX forms of the three convolutions: which is fastest on ONNX Runtime's CPU kernels was measured. */
import type { Shape } from './dims.ts';
import type { Emitter } from './tensor.ts';
import type { Window } from './convolution.ts';

type OutputPadding = { readonly outputPadding: readonly [number, number] };

export function writeConv(emit: Emitter, x: string, w: string, window: Window, wShape: Shape): string {
  const { strides, pads, dilations, groups: group } = window;
  const kernel = wShape.slice(2) as readonly number[];
  return emit.node('Conv', [x, w], { kernel_shape: kernel, strides, pads, dilations, group });
}

export function writeConvTranspose(
  emit: Emitter,
  x: string,
  w: string,
  { strides, pads, dilations, groups: group, outputPadding }: Window & OutputPadding,
  wShape: Shape,
): string {
  const kernel = wShape.slice(2) as readonly number[];
  const attributes = { kernel_shape: kernel, strides, pads, dilations, group, output_padding: outputPadding };
  return emit.node('ConvTranspose', [x, w], attributes);
}

/**
 * As a convolution in which images are channels and channels images: x is passed over by g, the stride becoming the
 * dilation and the other way round. The padding is what the windows really reach, so that nothing but the kernel's
 * places is computed.
 */
export function writeWeightGradient(
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
