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
 * dilation and the other way round. What the last window reaches beyond the kernel is cut off.
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
  const [, c, h, w] = xShape as [unknown, number, number, number];
  const [o, , kh, kw] = wShape as readonly number[];
  let images = x;
  if (groups > 1) {
    // [n, groups · c', h, w] → [c', groups · n, h, w]
    images = emit.node('Reshape', [x, emit.int64([-1, groups, c / groups, h, w])]);
    images = emit.node('Transpose', [images], { perm: [2, 1, 0, 3, 4] });
    images = emit.node('Reshape', [images, emit.int64([c / groups, -1, h, w])]);
  } else images = emit.node('Transpose', [x], { perm: [1, 0, 2, 3] });
  const kernels = emit.node('Transpose', [g], { perm: [1, 0, 2, 3] });
  const wide = emit.node('Conv', [images, kernels], {
    kernel_shape: gShape.slice(2) as readonly number[],
    strides: dilations,
    dilations: strides,
    pads,
    group: groups,
  });
  const cut = emit.node('Slice', [wide, emit.int64([0, 0]), emit.int64([kh, kw]), emit.int64([2, 3])]);
  return o === 1 && c === 1 ? cut : emit.node('Transpose', [cut], { perm: [1, 0, 2, 3] });
}
