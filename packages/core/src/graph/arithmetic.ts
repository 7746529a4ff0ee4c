/** Element-wise arithmetic, comparison and choice, with broadcasting; neutral elements are dropped as graphs are built. */
import { InputError } from '../base/index.ts';
import { broadcastShapes, formatShape } from './dims.ts';
import { ONNX_TYPES } from './onnx-proto.ts';
import { broadcastLike, sumTo, withoutExpand, zerosLike } from './broadcasting.ts';
import { asTensor, constant, defineOp, sameDtype, scalarValue } from './tensor.ts';
import type { DType, Emitter, Operation, Tensor } from './tensor.ts';

type Value = Tensor | number;

interface Binary {
  name: string;
  type: string;
  dtype?: DType;
  /** the gradients for a and b before they are summed back to their shapes */
  gradient?: (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => [() => Tensor, () => Tensor];
  fold?: (a: number, b: number) => number;
  /** a simpler tensor of the same value, where one scalar is known; NaN stands for one that is not */
  simplify?: (a: Tensor, b: Tensor, av: number, bv: number) => Tensor | undefined;
}

function binary({ name, type, dtype, gradient, fold, simplify }: Binary): (a: Value, b: Value) => Tensor {
  const apply = defineOp<object>({
    name,
    shape: ([a, b]) => broadcastShapes(name, a.shape, b.shape),
    dtype: ([a]) => dtype ?? a.dtype,
    gradient:
      gradient &&
      ((g, y) => {
        const [a, b] = y.inputs;
        const [ga, gb] = gradient(g, a, b, y);
        return [() => sumTo(ga(), a.shape), () => sumTo(gb(), b.shape)];
      }),
    onnx: (emit, inputs) => emit.node(type, inputs),
  });
  return (first, second) => {
    const a0 = asTensor(first, typeof second === 'number' ? undefined : second.dtype);
    const b0 = asTensor(second, a0.dtype);
    sameDtype(name, [a0, b0]);
    const [a, b] = withoutExpand(name, [a0, b0]);
    const [av, bv] = [scalarValue(a), scalarValue(b)];
    if (fold && av !== undefined && bv !== undefined) return constant(fold(av, bv), [], a.dtype);
    const simpler = (av === undefined) === (bv === undefined) ? undefined : simplify?.(a, b, av ?? NaN, bv ?? NaN);
    return simpler ?? apply([a, b], {});
  };
}

interface Unary {
  name: string;
  onnx: string | ((emit: Emitter, x: string) => string);
  gradient?: (g: Tensor, x: Tensor, y: Tensor) => Tensor;
  fold?: (x: number) => number;
}

/** A function of one tensor, element by element. */
export function unary({ name, onnx, gradient, fold }: Unary): (x: Tensor) => Tensor {
  const op: Operation<object> = {
    name,
    shape: ([x]) => x.shape,
    gradient: gradient && ((g, y) => [() => gradient(g, y.inputs[0], y)]),
    onnx: (emit, [x]) => (typeof onnx === 'string' ? emit.node(onnx, [x]) : onnx(emit, x)),
  };
  const apply = defineOp(op);
  return (x) => {
    const value = fold && scalarValue(x);
    if (fold && value !== undefined) return constant(fold(value), [], x.dtype);
    if (x.op.name === 'expand') return broadcastLike(apply([x.inputs[0]], {}), x.inputs[1] ?? x);
    return apply([x], {});
  };
}

export const add = binary({
  name: 'add',
  type: 'Add',
  gradient: (g) => [() => g, () => g],
  fold: (a, b) => a + b,
  simplify: (a, b, av, bv) => (bv === 0 ? a : av === 0 ? b : undefined),
});

export const sub = binary({
  name: 'sub',
  type: 'Sub',
  gradient: (g) => [() => g, () => neg(g)],
  fold: (a, b) => a - b,
  simplify: (a, b, av, bv) => (bv === 0 ? a : av === 0 ? neg(b) : undefined),
});

const product = binary({
  name: 'mul',
  type: 'Mul',
  gradient: (g, a, b) => [() => mul(g, b), () => mul(g, a)],
  fold: (a, b) => a * b,
  simplify: (a, b, av, bv) => (Number.isNaN(bv) ? scale(b, av) : scale(a, bv)),
});

const squareOp = defineOp<object>({
  name: 'square',
  shape: ([x]) => x.shape,
  gradient: (g, { inputs: [x] }) => [() => mul(mul(g, 2), x)],
  onnx: (emit, [x]) => emit.node('Mul', [x, x]),
});

/** a · b. A tensor with itself is one operation, so that its gradient is one product and not the sum of two. */
export const mul = (a: Value, b: Value): Tensor => (a === b && typeof a !== 'number' ? square(a) : product(a, b));

/** x · c for a known c, without products by 1, and with factors gathered. */
function scale(x: Tensor, c: number): Tensor | undefined {
  if (c === 1) return x;
  if (c === -1) return neg(x);
  if (c === 0) return zerosLike(x);
  if (x.op.name !== 'mul' || x.dtype !== 'float32') return undefined;
  const at = x.inputs.findIndex((t) => scalarValue(t) !== undefined);
  return at < 0 ? undefined : mul(x.inputs[1 - at], c * (scalarValue(x.inputs[at]) as number));
}

export const div = binary({
  name: 'div',
  type: 'Div',
  gradient: (g, _, b, y) => [() => div(g, b), () => neg(div(mul(g, y), b))],
  fold: (a, b) => a / b,
  simplify: (a, _, __, bv) => (bv === 1 ? a : undefined),
});

const power = binary({
  name: 'pow',
  type: 'Pow',
  gradient: (g, a, b, y) => [
    // b · aᵇ⁻¹ is 0 where b is, whatever a
    () => mul(g, mul(b, pow(a, scalarValue(b) === undefined ? where(equal(b, 0), 1, sub(b, 1)) : sub(b, 1)))),
    // 0ᵇ stays 0 when b moves
    () => mul(g, mul(y, log(where(equal(a, 0), 1, a)))),
  ],
  fold: (a, b) => a ** b,
});

/** a to the power b; small whole powers and the root are written as such. Its gradient for b needs a ≥ 0. */
export function pow(a: Value, b: Value): Tensor {
  const exponent = typeof b === 'number' ? b : scalarValue(b);
  if (typeof a !== 'number') {
    if (exponent === 0) return broadcastLike(1, a);
    if (exponent === 1) return a;
    if (exponent === 2) return square(a);
    if (exponent === 3) return mul(square(a), a);
    if (exponent === 0.5) return sqrt(a);
    if (exponent === -1) return div(1, a);
  }
  return power(a, b);
}

/** x². */
export const square = (x: Tensor): Tensor =>
  scalarValue(x) !== undefined || x.op.name === 'expand' ? product(x, x) : squareOp([x], {});

/** The greater of the two; where they are equal the gradient goes to a. */
export const maximum = binary({
  name: 'maximum',
  type: 'Max',
  gradient: (g, a, b) => [() => where(greater(b, a), 0, g), () => where(greater(b, a), g, 0)],
  fold: Math.max,
});

/** The lesser of the two; where they are equal the gradient goes to a. */
export const minimum = binary({
  name: 'minimum',
  type: 'Min',
  gradient: (g, a, b) => [() => where(greater(a, b), 0, g), () => where(greater(a, b), g, 0)],
  fold: Math.min,
});

/** a > b, as bool. */
export const greater = binary({ name: 'greater', type: 'Greater', dtype: 'bool' });
/** a = b, as bool. */
export const equal = binary({ name: 'equal', type: 'Equal', dtype: 'bool' });

const negate = unary({ name: 'neg', onnx: 'Neg', gradient: (g) => neg(g), fold: (x) => -x });
/** −x. */
export const neg = (x: Tensor): Tensor => (x.op.name === 'neg' ? x.inputs[0] : negate(x));

export const sqrt = unary({
  name: 'sqrt',
  onnx: 'Sqrt',
  gradient: (g, _, y) => div(mul(g, 0.5), y),
  fold: Math.sqrt,
});
export const exp = unary({ name: 'exp', onnx: 'Exp', gradient: (g, _, y) => mul(g, y), fold: Math.exp });
/** The natural logarithm. */
export const log = unary({ name: 'log', onnx: 'Log', gradient: (g, x) => div(g, x), fold: Math.log });
export const abs = unary({ name: 'abs', onnx: 'Abs', gradient: (g, x) => mul(g, sign(x)), fold: Math.abs });
/** −1, 0 or 1. */
export const sign = unary({ name: 'sign', onnx: 'Sign', gradient: (_, x) => zerosLike(x), fold: Math.sign });
/** The error function. */
export const erf = unary({
  name: 'erf',
  onnx: 'Erf',
  gradient: (g, x) => mul(g, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
});
/** The opposite truth. */
export const not = unary({ name: 'not', onnx: 'Not' });

const clipOp = defineOp<{ min: number; max: number }>({
  name: 'clip',
  shape: ([x]) => x.shape,
  gradient: (g, y) => [() => where(equal(y, y.inputs[0]), g, 0)],
  onnx: (emit, [x], { min, max }, { dtype }) => {
    const above = max === Infinity ? [] : [emit.scalar(max, dtype)];
    return emit.node('Clip', [x, min === -Infinity ? '' : emit.scalar(min, dtype), ...above]);
  },
});

/** x kept within [min, max]; outside the gradient is 0. @throws InputError unless min ≤ max */
export function clip(x: Tensor, min = -Infinity, max = Infinity): Tensor {
  if (!(min <= max)) throw new InputError(`clip: got bounds ${min} and ${max}, expected min ≤ max`);
  return min === -Infinity && max === Infinity ? x : clipOp([x], { min, max });
}

const whereOp = defineOp<object>({
  name: 'where',
  shape: ([c, a, b]) => broadcastShapes('where', c.shape, a.shape, b.shape),
  dtype: ([, a]) => a.dtype,
  gradient: (g, y) => {
    const [c, a, b] = y.inputs;
    return [null, () => sumTo(where(c, g, 0), a.shape), () => sumTo(where(c, 0, g), b.shape)];
  },
  onnx: (emit, inputs) => emit.node('Where', inputs),
});

/** a where the condition holds, else b. @throws InputError unless the condition is bool and the shapes fit */
export function where(condition: Tensor, a: Value, b: Value): Tensor {
  if (condition.dtype !== 'bool') {
    throw new InputError(
      `where: got a condition of type ${condition.dtype} ${formatShape(condition.shape)}, expected bool`,
    );
  }
  const ta = asTensor(a, typeof b === 'number' ? undefined : b.dtype);
  const tb = asTensor(b, ta.dtype);
  sameDtype('where', [ta, tb]);
  if (scalarValue(ta) === 0 && isZeros(tb)) return zerosLike(whereOp([condition, ta, tb], {}));
  return whereOp(withoutExpand('where', [condition, ta, tb]), {});
}

/** Whether a tensor is known to be nothing but zeros. */
export const isZeros = (t: Tensor): boolean => scalarValue(t.op.name === 'expand' ? t.inputs[0] : t) === 0;

const detachOp = defineOp<object>({
  name: 'detach',
  shape: ([x]) => x.shape,
  gradient: () => [null],
  onnx: (_, [x]) => x,
});

/** x, taken for a constant: no gradient goes through. */
export const detach = (x: Tensor): Tensor => (x.op.name === 'detach' ? x : detachOp([x], {}));

const slopedOp = defineOp<{ slope: () => Tensor }>({
  name: 'withSlope',
  shape: ([y]) => y.shape,
  gradient: (g, _, { slope }) => [null, () => mul(g, slope())],
  onnx: (_, [y]) => y,
});

/**
 * y, a function of x element by element, with a derivative that takes fewer steps than the one worked out from how y
 * was made.
 * @param slope  makes dy/dx, of x's shape, where a gradient is asked for
 */
export const withSlope = (y: Tensor, x: Tensor, slope: () => Tensor): Tensor => slopedOp([y, x], { slope });

const castOp = defineOp<{ dtype: DType }>({
  name: 'cast',
  shape: ([x]) => x.shape,
  dtype: (_, { dtype }) => dtype,
  onnx: (emit, [x], { dtype }) => emit.node('Cast', [x], { to: ONNX_TYPES[dtype] }),
});

/** x in another type; no gradient goes through. */
export const cast = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : castOp([x], { dtype }));
