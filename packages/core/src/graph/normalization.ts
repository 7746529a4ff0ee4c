/** Layer and batch normalisation, and dropout: made of smaller operations, so their gradients follow. */
import { InputError } from '../base/index.ts';
import { formatShape, normalizeAxes } from './dims.ts';
import { reshape } from './broadcasting.ts';
import { add, div, mul, sqrt, sub } from './arithmetic.ts';
import { mean } from './reductions.ts';
import type { Tensor } from './tensor.ts';

/**
 * (x − mean) / √(variance + epsilon) · scale + bias, over the trailing axes that scale has (Ba, Kiros & Hinton 2016).
 * @param scale  of the shape of x's trailing axes, as `bias`
 */
export function layerNorm(
  x: Tensor,
  scale: Tensor,
  bias?: Tensor,
  { epsilon = 1e-5 }: { epsilon?: number } = {},
): Tensor {
  const offset = x.shape.length - scale.shape.length;
  if (offset < 0 || scale.shape.length === 0 || scale.shape.some((d, i) => d !== x.shape[offset + i])) {
    throw new InputError(
      `layerNorm: got scale ${formatShape(scale.shape)}, expected the last dimensions of ${formatShape(x.shape)}`,
    );
  }
  const { y } = normalize(
    x,
    scale.shape.map((_, i) => offset + i),
    epsilon,
  );
  const scaled = mul(y, scale);
  return bias ? add(scaled, bias) : scaled;
}

export interface BatchNormOptions {
  /** the axis of the features; statistics are taken over all others */
  axis?: number;
  epsilon?: number;
  /** statistics gathered in training, of the features' shape; those of the batch are used when left out */
  running?: { readonly mean: Tensor; readonly variance: Tensor };
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015). With `running` statistics, as at inference; without, by the batch's own,
 * which are also given so that running ones can be kept.
 * @param scale  [features], as `bias`
 * @returns y of x's shape; mean and variance (divided by n), [features]
 */
export function batchNorm(
  x: Tensor,
  scale: Tensor,
  bias: Tensor,
  { axis = 1, epsilon = 1e-5, running }: BatchNormOptions = {},
): { y: Tensor; mean: Tensor; variance: Tensor } {
  const [at] = normalizeAxes('batchNorm', axis, x.shape.length);
  const features = x.shape[at];
  for (const t of [scale, bias, ...(running ? [running.mean, running.variance] : [])]) {
    if (t.shape.length !== 1 || t.shape[0] !== features) {
      throw new InputError(`batchNorm: got a parameter of shape ${formatShape(t.shape)}, expected [${features}]`);
    }
  }
  const aligned = (t: Tensor): Tensor =>
    reshape(
      t,
      x.shape.map((d, i) => (i === at ? d : 1)),
    );
  if (running) {
    const factor = div(scale, sqrt(add(running.variance, epsilon)));
    const shift = sub(bias, mul(running.mean, factor));
    return { y: add(mul(x, aligned(factor)), aligned(shift)), ...running };
  }
  const others = [...x.shape.keys()].filter((i) => i !== at);
  const { y, mean: m, variance } = normalize(x, others, epsilon);
  return {
    y: add(mul(y, aligned(scale)), aligned(bias)),
    mean: reshape(m, [features]),
    variance: reshape(variance, [features]),
  };
}

function normalize(x: Tensor, axes: readonly number[], epsilon: number): { y: Tensor; mean: Tensor; variance: Tensor } {
  const m = mean(x, { axes, keepDims: true });
  const centred = sub(x, m);
  const variance = mean(mul(centred, centred), { axes, keepDims: true });
  return { y: div(centred, sqrt(add(variance, epsilon))), mean: m, variance };
}

/**
 * x with the elements where `mask` is 0 dropped, the rest scaled up by 1 / (1 − rate).
 * @param mask  of 0 and 1, where a 1 keeps; drawn by the caller with probability 1 − rate
 */
export function dropout(x: Tensor, mask: Tensor, rate: number): Tensor {
  if (!(rate >= 0 && rate < 1)) throw new InputError(`dropout: got rate ${rate}, expected 0 ≤ rate < 1`);
  return mul(x, mul(mask, 1 / (1 - rate)));
}
