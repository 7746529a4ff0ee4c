/** Transpose, concat, slice and pad: each one's gradient is another of them. */
import { InputError } from '../base/index.ts';
import { formatShape, normalizeAxes, sameShape } from './dims.ts';
import type { Dim } from './dims.ts';
import { reshape } from './broadcasting.ts';
import { defineOp, sameDtype } from './tensor.ts';
import type { Tensor } from './tensor.ts';

const transposeOp = defineOp<{ perm: readonly number[] }>({
  name: 'transpose',
  shape: ([x], { perm }) => perm.map((axis) => x.shape[axis]),
  gradient: (g, _, { perm }) => [() => transpose(g, invert(perm))],
  onnx: (emit, [x], { perm }) => emit.node('Transpose', [x], { perm }),
});

const invert = (perm: readonly number[]): number[] => perm.map((_, i) => perm.indexOf(i));

/** Axes in another order, `out.shape[i] = x.shape[perm[i]]`; reversed when no order is given. */
export function transpose(x: Tensor, perm?: readonly number[]): Tensor {
  const rank = x.shape.length;
  const order = perm ?? x.shape.map((_, i) => rank - 1 - i);
  if (order.length !== rank || new Set(order).size !== rank || order.some((a) => a < 0 || a >= rank)) {
    throw new InputError(`transpose: got axes [${order.join(', ')}], expected an order of 0 to ${rank - 1}`);
  }
  if (order.every((axis, i) => axis === i)) return x;
  // axes of length 1 may move freely, so such a transpose is only a reshape
  const long = order.filter((axis) => x.shape[axis] !== 1);
  if (long.every((axis, i) => i === 0 || axis > long[i - 1]))
    return reshape(
      x,
      order.map((axis) => x.shape[axis]),
    );
  if (x.op.name !== 'transpose') return transposeOp([x], { perm: order });
  const inner = x.attributes.perm as readonly number[];
  return transpose(
    x.inputs[0],
    order.map((axis) => inner[axis]),
  );
}

const concatOp = defineOp<{ axis: number }>({
  name: 'concat',
  shape: (inputs, { axis }) => {
    const first = inputs[0].shape;
    const total = inputs
      .map((t) => t.shape[axis])
      .reduce((a, b) => (typeof a === 'number' && typeof b === 'number' ? a + b : `${a}+${b}`));
    return first.map((d, i) => (i === axis ? total : d));
  },
  gradient: (g, y, { axis }) => {
    let from = 0;
    return y.inputs.map((t) => {
      const size = t.shape[axis];
      if (typeof size !== 'number') {
        throw new InputError(
          `concat: its gradient needs known dimensions along axis ${axis}, got ${formatShape(t.shape)}`,
        );
      }
      const start = from;
      from += size;
      return () => slice(g, [start], [start + size], { axes: [axis] });
    });
  },
  onnx: (emit, inputs, { axis }) => emit.node('Concat', inputs, { axis }),
});

/** Tensors one after another along an axis. @throws InputError when they differ in another dimension */
export function concat(inputs: readonly Tensor[], axis = 0): Tensor {
  if (inputs.length === 0) throw new InputError('concat: got no tensors, expected at least one');
  sameDtype('concat', inputs);
  const rank = inputs[0].shape.length;
  const [at] = normalizeAxes('concat', axis, rank);
  const rest = (t: Tensor): Dim[] => t.shape.filter((_, i) => i !== at);
  if (inputs.some((t) => t.shape.length !== rank || !sameShape(rest(t), rest(inputs[0])))) {
    throw new InputError(
      `concat: got shapes ${inputs.map((t) => formatShape(t.shape)).join(' and ')}, expected equal ones but for axis ${at}`,
    );
  }
  return inputs.length === 1 ? inputs[0] : concatOp(inputs, { axis: at });
}

interface SliceAttributes {
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps: readonly number[];
}

const sliceOp = defineOp<SliceAttributes>({
  name: 'slice',
  shape: ([x], { axes, starts, ends, steps }) => {
    const out = [...x.shape];
    axes.forEach((axis, i) => (out[axis] = Math.max(0, Math.ceil((ends[i] - starts[i]) / steps[i]))));
    return out;
  },
  gradient: (g, y, { axes, starts, steps }) => [
    () => {
      const { shape } = y.inputs[0];
      let out = g;
      const before = shape.map(() => 0);
      const after = shape.map(() => 0);
      axes.forEach((axis, i) => {
        const size = shape[axis];
        if (typeof size !== 'number') {
          throw new InputError(`slice: its gradient needs a known dimension ${axis}, got ${formatShape(shape)}`);
        }
        if (steps[i] > 1) out = spread(out, axis, steps[i]);
        before[axis] = starts[i];
        after[axis] = size - starts[i] - (out.shape[axis] as number);
      });
      return pad(out, before, after);
    },
  ],
  onnx: (emit, [x], { axes, starts, ends, steps }) =>
    emit.node('Slice', [
      x,
      emit.int64(starts),
      emit.int64(ends),
      emit.int64(axes),
      ...(steps.every((s) => s === 1) ? [] : [emit.int64(steps)]),
    ]),
});

/**
 * Elements `starts[i]` up to but not including `ends[i]` along `axes[i]` (the leading axes when left out), every
 * `steps[i]`-th. Negative bounds count from the end.
 * @throws InputError when a step is not positive, or a bound does not fit
 */
export function slice(
  x: Tensor,
  starts: readonly number[],
  ends: readonly number[],
  { axes, steps }: { axes?: readonly number[]; steps?: readonly number[] } = {},
): Tensor {
  const list = axes ?? starts.map((_, i) => i);
  const attributes = { axes: [] as number[], starts: [] as number[], ends: [] as number[], steps: [] as number[] };
  list.forEach((given, i) => {
    const [axis] = normalizeAxes('slice', given, x.shape.length);
    const size = x.shape[axis];
    const bound = (v: number): number => (typeof size !== 'number' ? v : Math.min(v < 0 ? v + size : v, size));
    const [start, end, step] = [bound(starts[i]), bound(ends[i]), steps?.[i] ?? 1];
    if (!(start >= 0 && end >= start && Number.isFinite(end) && step >= 1)) {
      throw new InputError(
        `slice: got ${starts[i]} to ${ends[i]} by ${step} along axis ${axis} of ${formatShape(x.shape)}, ` +
          'expected start ≤ end within it and a positive step',
      );
    }
    if (start === 0 && end === size && step === 1) return;
    attributes.axes.push(axis);
    attributes.starts.push(start);
    attributes.ends.push(end);
    attributes.steps.push(step);
  });
  return attributes.axes.length === 0 ? x : sliceOp([x], attributes);
}

const minus = (n: number): number => (n === 0 ? 0 : -n);

const padOp = defineOp<{ before: readonly number[]; after: readonly number[]; value: number }>({
  name: 'pad',
  shape: ([x], { before, after }) => x.shape.map((d, i) => (typeof d === 'number' ? d + before[i] + after[i] : d)),
  gradient: (g, _, { before, after }) => [() => pad(g, before.map(minus), after.map(minus))],
  onnx: (emit, [x], { before, after, value }, { dtype }) =>
    emit.node('Pad', [x, emit.int64([...before, ...after]), ...(value === 0 ? [] : [emit.scalar(value, dtype)])]),
});

/**
 * x with `before[i]` elements of a value put before axis i and `after[i]` behind it; negative numbers cut off.
 * @throws InputError when the lists do not fit, or a dimension that may vary would change
 */
export function pad(x: Tensor, before: readonly number[], after: readonly number[], value = 0): Tensor {
  const rank = x.shape.length;
  const bad = x.shape.some((d, i) => typeof d === 'string' && (before[i] !== 0 || after[i] !== 0));
  if (before.length !== rank || after.length !== rank || bad) {
    throw new InputError(
      `pad: got ${formatShape(before)} and ${formatShape(after)} for ${formatShape(x.shape)}, ` +
        `expected ${rank} numbers each, 0 where a dimension may vary`,
    );
  }
  if ([...before, ...after].every((n) => n === 0)) return x;
  if ([...before, ...after].every((n) => n <= 0)) {
    const axes = before.map((_, i) => i).filter((i) => before[i] !== 0 || after[i] !== 0);
    const ends = axes.map((i) => (x.shape[i] as number) + after[i]);
    return slice(
      x,
      axes.map((i) => -before[i]),
      ends,
      { axes },
    );
  }
  return padOp([x], { before, after, value });
}

/** x with step − 1 zeros between neighbours along an axis: n becomes (n − 1) · step + 1. */
export function spread(x: Tensor, axis: number, step: number): Tensor {
  const { shape } = x;
  const size = shape[axis];
  if (step === 1 || size === 1) return x;
  if (typeof size !== 'number') {
    throw new InputError(`spread: got ${formatShape(shape)}, expected a known dimension ${axis}`);
  }
  const { length: rank } = shape;
  const split = reshape(x, [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]);
  const wide = pad(split, only(0, 0, rank + 1), only(axis + 1, step - 1, rank + 1));
  const joined = reshape(wide, [...shape.slice(0, axis), size * step, ...shape.slice(axis + 1)]);
  return pad(joined, only(0, 0, rank), only(axis, 1 - step, rank));
}

const only = (axis: number, value: number, rank: number): number[] =>
  Array.from({ length: rank }, (_, i) => (i === axis ? value : 0));
