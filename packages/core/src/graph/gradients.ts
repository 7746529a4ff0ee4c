/**
 * Differentiation. Reverse mode over the DAG: every operation gives its vector–Jacobian product as graphs, so what
 * comes out can be differentiated again. Forward mode is got from reverse mode twice: a vector–Jacobian product is
 * linear in its cotangent, and the transpose of that linear map is the Jacobian–vector product (Townsend 2017).
 */
import { InputError } from '../base/index.ts';
import { formatShape, sameShape } from './dims.ts';
import { broadcastLike, reshape, zerosLike } from './broadcasting.ts';
import { add } from './arithmetic.ts';
import { concat } from './shape-ops.ts';
import { constant, input, topological } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/**
 * The gradients of y for each of xs, of their shapes; zeros where y does not depend on one.
 * @param cotangent  what y's own gradient is taken to be, of y's shape; may be left out when y is a scalar
 * @throws InputError when y is no scalar and no cotangent is given, or an operation on the way has no gradient
 */
export function gradients(y: Tensor, xs: readonly Tensor[], cotangent?: Tensor): Tensor[] {
  if (cotangent === undefined && y.shape.length !== 0) {
    throw new InputError(
      `gradients: got y of shape ${formatShape(y.shape)}, expected a scalar or a cotangent of y's shape`,
    );
  }
  return pullback([y], xs, [cotangent ?? constant(1)]);
}

/**
 * The derivatives of ys along the direction `tangents` at xs: Σ over xs of ∂y/∂x · tangent, for each y.
 * @throws InputError when tangents do not fit xs
 */
export function jvp(ys: readonly Tensor[], xs: readonly Tensor[], tangents: readonly Tensor[]): Tensor[] {
  checkShapes('jvp: tangents', tangents, xs);
  // placeholders: the result is linear in them, so they do not occur in its derivative
  const us = ys.map((y, i) => input(`cotangent ${i}`, y.shape));
  return pullback(pullback(ys, xs, us), us, tangents);
}

/**
 * The Jacobians of y by x at every row, [batch, m, k]; row i of y must depend on row i of x alone.
 * As many passes as the smaller of m and k.
 * @param y  [batch, m]
 * @param x  [batch, k]
 */
export function jacobian(y: Tensor, x: Tensor): Tensor {
  const [batch, m] = y.shape;
  const [batchX, k] = x.shape;
  if (
    y.shape.length !== 2 ||
    x.shape.length !== 2 ||
    batch !== batchX ||
    typeof m !== 'number' ||
    typeof k !== 'number'
  ) {
    throw new InputError(
      `jacobian: got y ${formatShape(y.shape)} and x ${formatShape(x.shape)}, expected [batch, m] and [batch, k]`,
    );
  }
  if (k <= m) {
    const byInput = units(k, x).map((unit) => reshape(jvp([y], [x], [unit])[0], [batch, m, 1]));
    return concat(byInput, 2);
  }
  const byOutput = units(m, y).map((unit) => reshape(gradients(y, [x], unit)[0], [batch, 1, k]));
  return concat(byOutput, 1);
}

/** The n unit vectors, each at every row of `like`. */
function units(n: number, like: Tensor): Tensor[] {
  return Array.from({ length: n }, (_, i) => {
    const vector = Float32Array.from({ length: n }, (_, j) => (i === j ? 1 : 0));
    return broadcastLike(constant(vector, [1, n]), like);
  });
}

/** Reverse mode: Σ over ys of cotangentᵀ · ∂y/∂x, for each x. */
function pullback(ys: readonly Tensor[], xs: readonly Tensor[], cotangents: readonly Tensor[]): Tensor[] {
  checkShapes('gradients: cotangents', cotangents, ys);
  const order = topological(ys);
  const wanted = new Set(xs);
  // only numbers that vary smoothly carry a derivative: a shape, an index or a truth that is made of x does not
  const depends = new Set<Tensor>();
  for (const t of order) {
    if (wanted.has(t) || (t.dtype === 'float32' && t.inputs.some((i) => depends.has(i)))) depends.add(t);
  }

  const collected = new Map<Tensor, Tensor>();
  const collect = (t: Tensor, g: Tensor): void => {
    const before = collected.get(t);
    collected.set(t, before === undefined ? g : add(before, g));
  };
  ys.forEach((y, i) => collect(y, cotangents[i]));
  for (const t of order.reverse()) {
    const g = collected.get(t);
    if (g === undefined || !t.inputs.some((i) => depends.has(i))) continue;
    if (!t.op.gradient) throw new InputError(`gradients: ${t.op.name} has no gradient`);
    const parts = t.op.gradient(g, t, t.attributes);
    t.inputs.forEach((source, i) => {
      const part = depends.has(source) ? parts[i] : null;
      if (part) collect(source, part());
    });
  }
  return xs.map((x) => broadcastLike(collected.get(x) ?? zerosLike(x), x));
}

function checkShapes(what: string, got: readonly Tensor[], expected: readonly Tensor[]): void {
  if (got.length === expected.length && got.every((t, i) => sameShape(t.shape, expected[i].shape))) return;
  throw new InputError(`${what}: got shapes ${list(got)}, expected ${list(expected)}`);
}

const list = (tensors: readonly Tensor[]): string => tensors.map((t) => formatShape(t.shape)).join(', ') || 'none';
