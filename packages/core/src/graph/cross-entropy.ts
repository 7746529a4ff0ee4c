/**
 * The cross-entropy of binary values, as one operation: its gradient is sigmoid(logits) − x, and its value takes a
 * logarithm of many numbers at once. ONNX Runtime's Log works number by number, slower than all the rest together.
 */
import { InputError } from '../base/index.ts';
import { broadcastShapes, formatShape, sameShape } from './dims.ts';
import { mul, neg, sub } from './arithmetic.ts';
import { sigmoid } from './activations.ts';
import { reshape, sumTo, withoutExpand } from './broadcasting.ts';
import { defineOp } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/** so many factors of ½ or more have a product that a float can hold */
const MOST_FACTORS = 120;

const crossEntropyOp = defineOp<object>({
  name: 'binaryCrossEntropy',
  shape: ([logits]) => logits.shape.slice(0, -1),
  gradient: (g, { inputs: [logits, x] }) => {
    const each = reshape(g, [...g.shape, 1]);
    return [() => mul(each, sub(sigmoid(logits), x)), () => neg(sumTo(mul(each, logits), x.shape))];
  },
  // log(1 + eˡ) = max(l, 0) − log s, where s = max(σ(l), 1 − σ(l)) lies between ½ and 1; σ is the gradient's too
  onnx(emit, [logits, x], _, { inputs: [{ shape }] }) {
    const n = shape.at(-1) as number;
    const last = emit.int64([shape.length - 1]);
    const share = emit.node('Sigmoid', [logits]);
    const surer = emit.node('Max', [share, emit.node('Sub', [emit.scalar(1), share])]);
    const count = mostFactors(n);
    // 0 keeps a dimension as it is
    const cut = emit.node('Reshape', [surer, emit.int64([...shape.slice(0, -1).map(() => 0), n / count, count])]);
    const products = emit.node('ReduceProd', [cut], { axes: [shape.length], keepdims: 0 });
    const logs = emit.node('ReduceSum', [emit.node('Log', [products]), last], { keepdims: 0 });
    const rest = emit.node('Sub', [emit.node('Relu', [logits]), emit.node('Mul', [x, logits])]);
    return emit.node('Sub', [emit.node('ReduceSum', [rest, last], { keepdims: 0 }), logs]);
  },
});

/**
 * −Σ x log σ(logits) + (1 − x) log(1 − σ(logits)), nats, summed over the last axis: [..., n] → [...]; without overflow.
 * x in [0, 1] is of the logits' shape or stretches to it.
 * @throws InputError when the shapes do not fit, or n is not known
 */
export function binaryCrossEntropy(logits: Tensor, x: Tensor): Tensor {
  const { shape } = logits;
  const fits =
    typeof shape.at(-1) === 'number' && sameShape(broadcastShapes('binaryCrossEntropy', shape, x.shape), shape);
  if (!fits) {
    throw new InputError(
      `binaryCrossEntropy: got logits ${formatShape(shape)} and x ${formatShape(x.shape)}, ` +
        'expected one shape whose last dimension is known',
    );
  }
  return crossEntropyOp([logits, withoutExpand('binaryCrossEntropy', [logits, x])[1]], {});
}

/** The greatest divisor that is not too many. */
function mostFactors(n: number): number {
  let count = Math.min(n, MOST_FACTORS);
  while (n % count !== 0) count--;
  return count;
}
