/**
 * NMF's encoder and decoder. To encode is to solve min |x − z H|², z ≥ 0; that has no formula, but Nesterov's projected
 * gradient with a step and a momentum that the parts alone decide (Nesterov 2004, §2.2) is a graph of fixed length.
 */
import type { Matrix } from '../base/index.ts';
import { add, constant, gemm, input, matmul, mul, relu, sub, toOnnx } from '../graph/index.ts';
import { matrix64, symmetricEigen } from '../linalg/index.ts';
import type { Models } from './linear-space.ts';

/** The error of a code that is aimed at, and the steps that may be made for it. */
const AIM = 1e-5;
const MOST_STEPS = 200;
const LEAST_STEPS = 20;

/**
 * @param parts  [k, d], ≥ 0, of length 1 or 0
 * @param least  what is taken off each column first, [d]
 */
export function nmfModels(parts: Matrix, least: Float32Array): Models {
  const { rows: k, cols: d } = parts;
  const gram = matrix64(k, k);
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < k; b++) {
      for (let j = 0; j < d; j++) gram.data[a * k + b] += parts.data[a * d + j] * parts.data[b * d + j];
    }
    // a part without length: its code stays at 0
    if (gram.data[a * (k + 1)] === 0) gram.data[a * (k + 1)] = 1;
  }
  const { values } = symmetricEigen(gram);
  const ratio = Math.sqrt(values[0] / Math.max(values[k - 1], 1e-4 * values[0]));
  const nSteps = Math.min(MOST_STEPS, Math.max(LEAST_STEPS, Math.ceil(ratio * Math.log(1 / AIM))));
  const momentum = (ratio - 1) / (ratio + 1);

  const x = input('x', ['batch', d]);
  const weights = constant(parts.data, [k, d]);
  const floor = constant(least, [1, d]);
  // one gradient step is y · (1 − G / L) + x Hᵀ / L
  const step = Float32Array.from(gram.data, (value, at) => (at % (k + 1) === 0 ? 1 : 0) - value / values[0]);
  const keep = constant(step, [k, k]);
  const towards = gemm(sub(x, floor), weights, undefined, { transposeB: true, alpha: 1 / values[0] });
  let z = relu(towards);
  let y = z;
  for (let t = 0; t < nSteps; t++) {
    const next = relu(add(matmul(y, keep), towards));
    y = add(next, mul(sub(next, z), momentum));
    z = next;
  }
  const code = input('z', ['batch', k]);
  const metadata = { producer: 'portolan', method: 'nmf' };
  return {
    encoder: toOnnx({ z }, { inputs: [x], metadata }),
    // there is no less than none of a part
    decoder: toOnnx({ xHat: add(matmul(relu(code), weights), floor) }, { inputs: [code], metadata }),
  };
}
