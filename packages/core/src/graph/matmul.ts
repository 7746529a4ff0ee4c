/**
 * Matrix products. Two matrices go to Gemm, which transposes in its packing, so that no gradient needs a Transpose
 * and a dense layer with its bias is one node (and its activation can be fused into it).
 */
import { InputError } from '../base/index.ts';
import { broadcastShapes, formatShape, sameShape } from './dims.ts';
import { reshape, sumTo } from './broadcasting.ts';
import { mul } from './arithmetic.ts';
import { transpose } from './shape-ops.ts';
import { constant, defineOp, sameDtype } from './tensor.ts';
import type { Tensor } from './tensor.ts';

export interface MatmulOptions {
  transposeA?: boolean;
  transposeB?: boolean;
}

export interface GemmOptions extends MatmulOptions {
  /** factor of the product */
  alpha?: number;
  /** factor of c */
  beta?: number;
}

const gemmOp = defineOp<Required<GemmOptions>>({
  name: 'gemm',
  shape: ([a, b, c], { transposeA, transposeB }) => {
    const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
    const [k2, n] = transposeB ? [b.shape[1], b.shape[0]] : b.shape;
    if (a.shape.length !== 2 || b.shape.length !== 2 || k !== k2) throw misfit('gemm', a, b, transposeA, transposeB);
    if (c && !sameShape(broadcastShapes('gemm', c.shape, [m, n]), [m, n])) {
      throw new InputError(`gemm: got c of shape ${formatShape(c.shape)}, expected one that stretches to [${m}, ${n}]`);
    }
    return [m, n];
  },
  gradient: (g, { inputs: [a, b, c] }, { transposeA: ta, transposeB: tb, alpha, beta }) => [
    () =>
      ta
        ? gemm(b, g, undefined, { alpha, transposeA: tb, transposeB: true })
        : gemm(g, b, undefined, { alpha, transposeB: !tb }),
    () =>
      tb
        ? gemm(g, a, undefined, { alpha, transposeA: true, transposeB: ta })
        : gemm(a, g, undefined, { alpha, transposeA: !ta }),
    c ? () => mul(c.shape.length === 1 ? sumOfRows(g, c) : sumTo(g, c.shape), beta) : null,
  ],
  onnx: (emit, inputs, { transposeA, transposeB, alpha, beta }) =>
    emit.node('Gemm', inputs, {
      ...(transposeA && { transA: 1 }),
      ...(transposeB && { transB: 1 }),
      ...(alpha !== 1 && { alpha: { float: alpha } }),
      ...(beta !== 1 && { beta: { float: beta } }),
    }),
});

const ones = new Map<number, Tensor>();

/** The gradient of a bias c [n] or [1], from that of the product, [m, n]: as a product it takes half of ReduceSum's time. */
function sumOfRows(g: Tensor, c: Tensor): Tensor {
  const m = g.shape[0];
  if (typeof m !== 'number' || !sameShape(c.shape, [g.shape[1]])) return sumTo(g, c.shape);
  const row = ones.get(m) ?? constant(new Float32Array(m).fill(1), [1, m]);
  ones.set(m, row);
  return reshape(gemm(row, g), c.shape);
}

/**
 * alpha · a · b + beta · c; a [m, k] and b [k, n] after their transposes, c anything that stretches to [m, n].
 * @throws InputError when the shapes do not fit
 */
export function gemm(
  a: Tensor,
  b: Tensor,
  c?: Tensor,
  { alpha = 1, beta = 1, transposeA = false, transposeB = false }: GemmOptions = {},
): Tensor {
  const inputs = c ? [a, b, c] : [a, b];
  sameDtype('gemm', inputs);
  // a transposed operand is read as it stands, the other way round
  const flips = [a, b].map((t) => t.op.name === 'transpose' && t.shape.length === 2);
  const [x, y] = [a, b].map((t, i) => (flips[i] ? t.inputs[0] : t));
  return gemmOp(c ? [x, y, c] : [x, y], {
    alpha,
    beta,
    transposeA: transposeA !== flips[0],
    transposeB: transposeB !== flips[1],
  });
}

const matmulOp = defineOp<object>({
  name: 'matmul',
  shape: ([a, b]) => {
    const [m, k] = a.shape.slice(-2);
    const [k2, n] = b.shape.slice(-2);
    if (a.shape.length < 2 || b.shape.length < 2 || k !== k2) throw misfit('matmul', a, b, false, false);
    return [...broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n];
  },
  gradient: (g, { inputs: [a, b] }) => [
    () => sumTo(matmul(g, b, { transposeB: true }), a.shape),
    () => sumTo(matmul(a, g, { transposeA: true }), b.shape),
  ],
  onnx: (emit, inputs) => emit.node('MatMul', inputs),
});

/**
 * The product of matrices in the last two axes, [..., m, k] · [..., k, n] after their transposes; leading axes are
 * broadcast.
 * @throws InputError when the shapes do not fit
 */
export function matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
  if (a.shape.length === 2 && b.shape.length === 2) return gemm(a, b, undefined, { transposeA, transposeB });
  sameDtype('matmul', [a, b]);
  return matmulOp([transposeA ? swapLast(a) : a, transposeB ? swapLast(b) : b], {});
}

function swapLast(x: Tensor): Tensor {
  const rank = x.shape.length;
  if (rank < 2) throw new InputError(`matmul: got shape ${formatShape(x.shape)}, expected at least two axes`);
  return transpose(x, [...x.shape.keys()].slice(0, -2).concat(rank - 1, rank - 2));
}

function misfit(what: string, a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): InputError {
  return new InputError(
    `${what}: got ${show(a, transposeA)} · ${show(b, transposeB)}, expected matrices with equal inner dimensions`,
  );
}

const show = ({ shape }: Tensor, transposed: boolean): string => formatShape(shape) + (transposed ? ' transposed' : '');
