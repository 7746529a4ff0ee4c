/**
 * The way back from codes to rows: ridge regression on the likeness of a code to those of some rows (an rbf kernel in
 * the latent space, as wide as codes typically lie apart), about the mean row (Bakır, Weston & Schölkopf 2004).
 */
import { breathe, drive, matrix, takeRows } from '../base/index.ts';
import type { JobOptions, Matrix } from '../base/index.ts';
import { constant, add, compile, gemm, input, matmul, sub, toOnnx } from '../graph/index.ts';
import { addProducts, matrix64, solveCholeskySteps } from '../linalg/index.ts';
import type { Matrix64 } from '../linalg/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { kernelTensor, typicalSquare } from './kernel-pca-graphs.ts';
import type { LearnJob } from './latent-space.ts';

/** Codes that the regression is made of, and rows that it learns from. */
const CENTRES = 300;
const MOST_ROWS = 5000;
const CHUNK = 512;
/** Rows whose products are summed between two breaths. */
const BLOCK = 128;

/** decoder.onnx. */
export async function kernelDecoder(
  x: Matrix,
  encoder: Uint8Array,
  { ridge, order, kept }: { ridge: number; order: Uint32Array; kept: string[] },
  runtime: Runtime,
  job: LearnJob,
): Promise<Uint8Array> {
  const rows = x.rows > MOST_ROWS ? takeRows(x, order.slice(0, MOST_ROWS)) : takeRows(x, order);
  if (rows.rows < x.rows) kept.push(`The way back was learned from ${rows.rows} of the ${x.rows} rows.`);
  const { rows: n, cols: d } = rows;
  await breathe();
  const codes = await encoded(rows, encoder, runtime, job);
  const k = codes.cols;
  const m = Math.min(n, CENTRES);
  const centres = matrix(m, k, codes.data.slice(0, m * k));
  const mean = new Float64Array(d);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < d; j++, at++) mean[j] += rows.data[at] / n;
  await breathe();
  const centre = constant(Float32Array.from(mean), [1, d]);

  const gamma = 1 / Math.max(typicalSquare(centres, true), 1e-30);
  const normal = await normalMatrix(codes, centres, gamma, ridge, job);
  const z = input('z', ['batch', k]);
  const target = input('x', ['batch', d]);
  const likeness = kernelTensor(z, { kernel: 'rbf', gamma, degree: 1, coef0: 0, landmarks: centres });
  const cross = gemm(likeness, sub(target, centre), undefined, { transposeA: true });
  const right = matrix64(m, d);
  const executable = await compile(runtime, { cross }, { inputs: [z, target] });
  await breathe();
  try {
    for (let from = 0; from < n; from += CHUNK) {
      job.signal?.throwIfAborted();
      const to = Math.min(n, from + CHUNK);
      const out = await executable.run({
        z: { dtype: 'float32', shape: [to - from, k], data: codes.data.subarray(from * k, to * k) },
        x: { dtype: 'float32', shape: [to - from, d], data: rows.data.subarray(from * d, to * d) },
      });
      (out.cross.data as Float32Array).forEach((value, at) => (right.data[at] += value));
      await breathe();
    }
  } finally {
    await executable.dispose();
  }
  const weights = await drive('learning the way back', solveCholeskySteps(normal, right), job as JobOptions<never>);
  await breathe();
  const xHat = add(matmul(likeness, constant(Float32Array.from(weights.data), [m, d])), centre);
  return toOnnx({ xHat }, { inputs: [z], metadata: { producer: 'portolan', method: 'kernel-pca' } });
}

/** Kᵀ K + ridge · (n / m) · K of the centres: its small eigenvalues matter, so it is summed in double precision. */
async function normalMatrix(
  codes: Matrix,
  centres: Matrix,
  gamma: number,
  ridge: number,
  { signal }: LearnJob,
): Promise<Matrix64> {
  const [n, m] = [codes.rows, centres.rows];
  const normal = matrix64(m, m);
  for (let from = 0; from < n; from += BLOCK) {
    signal?.throwIfAborted();
    const depth = Math.min(n, from + BLOCK) - from;
    const block = new Float64Array(m * depth);
    for (let a = 0; a < m; a++) {
      for (let i = 0; i < depth; i++) block[a * depth + i] = nearness(codes, from + i, centres, a, gamma);
    }
    addProducts(normal.data, { a: block, m, b: block, n: m, depth }, { triangle: true });
    await breathe();
  }
  let trace = 0;
  for (let a = 0; a < m; a++) trace += normal.data[a * (m + 1)];
  for (let a = 0; a < m; a++) {
    for (let b = a; b < m; b++) normal.data[a * m + b] += ((ridge * n) / m) * nearness(centres, a, centres, b, gamma);
    // the right side is summed in single precision; what is finer than that is not asked of it
    normal.data[a * (m + 1)] += (1e-7 * trace) / m;
  }
  return normal;
}

function nearness(a: Matrix, i: number, b: Matrix, j: number, gamma: number): number {
  let square = 0;
  for (let c = 0; c < a.cols; c++) square += (a.data[i * a.cols + c] - b.data[j * b.cols + c]) ** 2;
  return Math.exp(-gamma * square);
}

async function encoded(x: Matrix, encoder: Uint8Array, runtime: Runtime, { signal }: LearnJob): Promise<Matrix> {
  const executable = await runtime.load(encoder);
  await breathe();
  try {
    const parts: Float32Array[] = [];
    for (let from = 0; from < x.rows; from += CHUNK) {
      signal?.throwIfAborted();
      const to = Math.min(x.rows, from + CHUNK);
      const data = x.data.subarray(from * x.cols, to * x.cols);
      const out = await executable.run({ x: { dtype: 'float32', shape: [to - from, x.cols], data } });
      parts.push((out.z.data as Float32Array).slice());
      await breathe();
    }
    const k = parts[0].length / Math.min(x.rows, CHUNK);
    const codes = matrix(x.rows, k);
    parts.forEach((part, i) => codes.data.set(part, i * CHUNK * k));
    return codes;
  } finally {
    await executable.dispose();
  }
}
