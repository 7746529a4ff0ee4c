/** Kernels between rows and landmarks as graphs: in the saved encoder, and to sum products of many rows while fitting. */
import { breathe, matrix, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import {
  add,
  clip,
  compile,
  constant,
  div,
  exp,
  gemm,
  input,
  matmul,
  mul,
  pow,
  relu,
  sqrt,
  square,
  sub,
  sum,
  toOnnx,
} from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { matrix64 } from '../linalg/index.ts';
import type { Matrix64 } from '../linalg/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { LearnJob } from './latent-space.ts';

/** Rows in one call. */
const CHUNK = 512;
/** Pairs whose distances decide gamma. */
const PAIRS = 1000;

export interface KernelSpec {
  kernel: 'rbf' | 'poly' | 'cosine';
  gamma: number;
  degree: number;
  coef0: number;
  /** rows are taken less this, divided by `scale`; [d] */
  mean: Float32Array;
  scale: Float32Array;
  /** [m, d], so scaled */
  landmarks: Matrix;
}

/** z = (k(x) − mean) · weights. */
export interface Directions {
  /** [m, k] */
  weights: Matrix64;
  /** of the kernel with each landmark, over all rows; [m] */
  mean: Float64Array;
  /** share of the variance in the bent space */
  explained: number;
}

/** k(x, landmarks) [batch, m], of scaled rows [batch, d]. */
export function kernelTensor(
  x: Tensor,
  { kernel, gamma, degree, coef0, landmarks }: Omit<KernelSpec, 'mean' | 'scale'>,
): Tensor {
  const { data, rows: m, cols: d } = landmarks;
  const lengths = new Float32Array(m);
  for (let i = 0; i < m; i++) {
    let total = 0;
    for (let j = 0; j < d; j++) total += data[i * d + j] ** 2;
    lengths[i] = total;
  }
  if (kernel === 'cosine') {
    const units = data.map((value, at) => value / Math.sqrt(Math.max(lengths[Math.floor(at / d)], 1e-24)));
    const length = sqrt(clip(sum(square(x), { axes: [1], keepDims: true }), 1e-24, 3e38));
    return gemm(div(x, length), constant(units, [m, d]), undefined, { transposeB: true });
  }
  const weights = constant(data, [m, d]);
  if (kernel === 'poly') {
    return pow(add(gemm(x, weights, undefined, { transposeB: true, alpha: gamma }), coef0), degree);
  }
  const products = gemm(x, weights, undefined, { transposeB: true, alpha: -2 });
  const squares = add(add(products, sum(square(x), { axes: [1], keepDims: true })), constant(lengths, [1, m]));
  return exp(mul(relu(squares), -gamma));
}

/** encoder.onnx: rows as they are in the data → codes. */
export function encoderOf(spec: KernelSpec, { weights, mean }: Directions): Uint8Array {
  const { rows: m, cols: d } = spec.landmarks;
  const x = input('x', ['batch', d]);
  const scaled = div(sub(x, constant(spec.mean, [1, d])), constant(spec.scale, [1, d]));
  const likeness = sub(kernelTensor(scaled, spec), constant(Float32Array.from(mean), [1, m]));
  const z = matmul(likeness, constant(Float32Array.from(weights.data), [m, weights.cols]));
  return toOnnx({ z }, { inputs: [x], metadata: { producer: 'portolan', method: 'kernel-pca' } });
}

export interface KernelSums {
  /** [n, m]; with 'matrix' alone */
  kernel: Matrix;
  /** [m] */
  mean: Float64Array;
  /** of the kernel less its mean, [m, m]: Σ over rows, not divided */
  products: Matrix64;
  /** Σ over rows of the squared length in the bent space, less that of the mean as far as the landmarks tell */
  trace: number;
}

/** The kernel of rows with the landmarks, or the sums of its products over the rows. */
export async function kernelSums(
  spec: KernelSpec,
  rows: Matrix,
  runtime: Runtime,
  { signal }: LearnJob,
  what: 'matrix' | 'products',
): Promise<KernelSums> {
  const { rows: n, cols: d } = rows;
  const m = spec.landmarks.rows;
  const x = input('x', ['batch', d]);
  const about = input('about', [1, m]);
  const k = kernelTensor(x, spec);
  const apart = sub(k, about);
  const outputs: Record<string, Tensor> =
    what === 'matrix'
      ? { k }
      : { products: gemm(apart, apart, undefined, { transposeA: true }), sums: sum(apart, { axes: [0] }) };
  const executable = await compile(runtime, outputs, { inputs: what === 'matrix' ? [x] : [x, about] });
  await breathe();
  const kernel = matrix(what === 'matrix' ? n : 0, m);
  const [sums, products] = [new Float64Array(m), matrix64(what === 'matrix' ? 0 : m, m)];
  // sums are taken about what the kernel is for the first rows, so that digits are not lost
  const first = new Float32Array(m);
  if (what === 'products') {
    const few = matrix(Math.min(n, CHUNK), d, rows.data.slice(0, Math.min(n, CHUNK) * d));
    const { kernel: begun } = await kernelSums(spec, few, runtime, { signal }, 'matrix');
    begun.data.forEach((value, at) => (first[at % m] += value / few.rows));
  }
  try {
    for (let from = 0; from < n; from += CHUNK) {
      signal?.throwIfAborted();
      const to = Math.min(n, from + CHUNK);
      const data = rows.data.subarray(from * d, to * d);
      const feeds = { x: { dtype: 'float32' as const, shape: [to - from, d], data } };
      const out = await executable.run(
        what === 'matrix' ? feeds : { ...feeds, about: { dtype: 'float32' as const, shape: [1, m], data: first } },
      );
      if (what === 'matrix') kernel.data.set(out.k.data as Float32Array, from * m);
      else {
        (out.products.data as Float32Array).forEach((value, at) => (products.data[at] += value));
        (out.sums.data as Float32Array).forEach((value, at) => (sums[at] += value));
      }
      await breathe();
    }
  } finally {
    await executable.dispose();
  }
  for (let a = 0; a < m && what === 'products'; a++) {
    for (let b = 0; b < m; b++) products.data[a * m + b] -= (sums[a] * sums[b]) / n;
  }
  const mean = Float64Array.from(first, (value, a) => value + sums[a] / n);
  const trace =
    what === 'products' ? lengthsOf(spec, rows) - n * mean.reduce((total, value) => total + value / m, 0) : 0;
  return { kernel, mean, products, trace };
}

/** Σ k(x, x). */
function lengthsOf({ kernel, gamma, coef0, degree }: KernelSpec, { data, rows, cols }: Matrix): number {
  if (kernel !== 'poly') return rows;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    let length = 0;
    for (let j = 0; j < cols; j++) length += data[i * cols + j] ** 2;
    total += (gamma * length + coef0) ** degree;
  }
  return total;
}

/** The median squared distance of pairs of different rows, or the mean squared length of rows. */
export function typicalSquare({ data, rows, cols }: Matrix, ofPairs: boolean): number {
  const rng = random(1);
  const found: number[] = [];
  for (let p = 0; p < PAIRS; p++) {
    const [a, b] = [rng.below(rows) * cols, rng.below(rows) * cols];
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += (data[a + j] - (ofPairs ? data[b + j] : 0)) ** 2;
    if (sum > 0) found.push(sum);
  }
  if (found.length === 0) return 0;
  if (!ofPairs) return found.reduce((sum, value) => sum + value, 0) / found.length;
  return found.sort((a, b) => a - b)[found.length >> 1];
}
