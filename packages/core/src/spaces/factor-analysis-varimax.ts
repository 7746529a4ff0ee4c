import { matrix64, multiply, svd, transposed } from '../linalg/index.ts';
import type { Matrix64 } from '../linalg/index.ts';

const MAX_ROUNDS = 500;
const TOLERANCE = 1e-9;

/**
 * Loadings turned so that the squares of each factor's vary most: each factor then has to do with few columns (Kaiser
 * 1958), by the singular vectors of the criterion's gradient. The factor of greatest loadings first.
 * @param w  [m, k]
 */
export function varimax(w: Matrix64): Matrix64 {
  const { rows: m, cols: k } = w;
  let turn = matrix64(k, k);
  for (let a = 0; a < k; a++) turn.data[a * (k + 1)] = 1;
  for (let round = 0, before = 0; k > 1 && round < MAX_ROUNDS; round++) {
    const turned = multiply(w, turn);
    const mean = new Float64Array(k);
    turned.data.forEach((value, at) => (mean[at % k] += (value * value) / m));
    const cubes = matrix64(m, k, turned.data.map((value, at) => value ** 3 - value * mean[at % k])); // prettier-ignore
    const { u, vt, singularValues } = svd(multiply(transposed(w), cubes));
    turn = multiply(u, vt);
    const size = singularValues.reduce((sum, value) => sum + value, 0);
    if (size < before * (1 + TOLERANCE)) break;
    before = size;
  }
  const turned = multiply(w, turn);
  const sizes = new Float64Array(k);
  turned.data.forEach((value, at) => (sizes[at % k] += value * value));
  const order = Array.from(sizes, (_, c) => c).sort((a, b) => sizes[b] - sizes[a] || a - b);
  const out = matrix64(m, k);
  for (let i = 0; i < m; i++) order.forEach((from, to) => (out.data[i * k + to] = turned.data[i * k + from]));
  return signedColumns(out);
}

/** Columns with their greatest number positive. */
export function signedColumns({ data, rows: m, cols: k }: Matrix64): Matrix64 {
  const out = matrix64(m, k, data.slice());
  for (let c = 0; c < k; c++) {
    let greatest = 0;
    for (let i = 0; i < m; i++) if (Math.abs(data[i * k + c]) > Math.abs(greatest)) greatest = data[i * k + c];
    if (greatest < 0) for (let i = 0; i < m; i++) out.data[i * k + c] *= -1;
  }
  return out;
}
