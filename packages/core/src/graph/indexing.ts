/** Rows taken by index, and rows added by index: each one's gradient is the other. */
import { InputError } from '../base/index.ts';
import { formatShape, normalizeAxes, sameShape } from './dims.ts';
import { reshape, zerosLike } from './broadcasting.ts';
import { cast } from './arithmetic.ts';
import { transpose } from './shape-ops.ts';
import { defineOp } from './tensor.ts';
import type { Tensor } from './tensor.ts';

const gatherOp = defineOp<object>({
  name: 'gather',
  shape: ([x, indices]) => [...indices.shape, ...x.shape.slice(1)],
  gradient: (g, { inputs: [x, indices] }) => [() => scatterAdd(zerosLike(x), indices, g), null],
  onnx: (emit, inputs) => emit.node('Gather', inputs, { axis: 0 }),
});

/**
 * x[indices] along an axis: embedding rows when it is 0.
 * @param indices  int64 or int32, of any shape; it takes the axis's place
 */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  checkIndices('gather', indices);
  const [at] = normalizeAxes('gather', axis, x.shape.length);
  if (at === 0) return gatherOp([x, indices], {});
  // the axis goes to the front, and what it becomes goes back to where it was
  const { length: rank } = x.shape;
  const front = [at, ...[...x.shape.keys()].filter((i) => i !== at)];
  const taken = gatherOp([transpose(x, front), indices], {});
  const depth = indices.shape.length;
  const rest = Array.from({ length: rank - 1 }, (_, i) => depth + i);
  return transpose(taken, [...rest.slice(0, at), ...Array.from({ length: depth }, (_, i) => i), ...rest.slice(at)]);
}

const scatterAddOp = defineOp<object>({
  name: 'scatterAdd',
  shape: ([x]) => x.shape,
  gradient: (g, { inputs: [, places] }) => [() => g, null, () => gather(g, reshape(places, places.shape.slice(0, -1)))],
  onnx: (emit, inputs) => emit.node('ScatterND', inputs, { reduction: 'add' }),
});

/**
 * x with `updates` added to the rows that `indices` name; a row named twice gets both.
 * @param indices  int64 or int32, of any shape s
 * @param updates  [...s, ...x.shape without its first]
 */
export function scatterAdd(x: Tensor, indices: Tensor, updates: Tensor): Tensor {
  checkIndices('scatterAdd', indices);
  const expected = [...indices.shape, ...x.shape.slice(1)];
  if (!sameShape(updates.shape, expected)) {
    throw new InputError(`scatterAdd: got updates ${formatShape(updates.shape)}, expected ${formatShape(expected)}`);
  }
  // ScatterND's last axis holds a place in x, here of one coordinate
  const places = reshape(cast(indices, 'int64'), [...indices.shape, 1]);
  return scatterAddOp([x, places, updates], {});
}

function checkIndices(what: string, indices: Tensor): void {
  if (indices.dtype !== 'int64' && indices.dtype !== 'int32') {
    throw new InputError(`${what}: got indices of type ${indices.dtype}, expected int64 or int32`);
  }
}

const argMaxOp = defineOp<{ axis: number }>({
  name: 'argMax',
  shape: ([x], { axis }) => x.shape.filter((_, i) => i !== axis),
  dtype: () => 'int64',
  onnx: (emit, [x], { axis }) => emit.node('ArgMax', [x], { axis, keepdims: 0 }),
});

/** Where the greatest element lies along an axis, the last when left out; of equal ones the first. int64. */
export function argMax(x: Tensor, axis = -1): Tensor {
  const [at] = normalizeAxes('argMax', axis, x.shape.length);
  return argMaxOp([x], { axis: at });
}
