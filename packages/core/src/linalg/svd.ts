/**
 * Singular values and vectors by one-sided Jacobi rotations (Hestenes 1958), which find small values to as many digits as
 * great ones (Demmel & Veselić 1992). A tall matrix is reduced to a square one by QR first.
 */
import { InputError, NumericalError } from '../base/index.ts';
import { fixSigns } from './eigen.ts';
import { qr } from './factor.ts';
import { matrix64, multiply, transposed } from './matrix64.ts';
import type { Matrix64 } from './matrix64.ts';
import type { Svd } from './randomized-svd.ts';

const MAX_SWEEPS = 60;

/**
 * All singular triplets, min(rows, cols) of them: a = u · diag(singularValues) · vt.
 * @throws InputError unless every value is finite
 */
export function svd(a: Matrix64): Svd {
  const at = a.data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    const [i, j] = [Math.floor(at / a.cols), at % a.cols];
    throw new InputError(`SVD: value ${a.data[at]} in row ${i}, column ${j}; expected finite numbers`);
  }
  if (a.rows < a.cols) {
    const { u, singularValues, vt } = svd(transposed(a));
    return signed({ u: transposed(vt), singularValues, vt: transposed(u) });
  }
  if (a.rows > a.cols) {
    const { q, r } = qr(a);
    const inner = svd(r);
    return { ...inner, u: multiply(q, inner.u) };
  }
  return signed(square(a));
}

/** For a square matrix. Columns are kept as rows, so that rotations run along memory. */
function square(a: Matrix64): Svd {
  const n = a.rows;
  const columns = transposed(a);
  const v = matrix64(n, n);
  for (let i = 0; i < n; i++) v.data[i * n + i] = 1;
  let turned = true;
  for (let sweep = 0; turned; sweep++) {
    if (sweep === MAX_SWEEPS) throw new NumericalError(`SVD: did not settle in ${MAX_SWEEPS} sweeps`);
    turned = false;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) turned = turnPair(columns, v, p, q) || turned;
  }
  const norms = Float64Array.from({ length: n }, (_, c) => Math.hypot(...columns.data.subarray(c * n, (c + 1) * n)));
  const order = Array.from(norms.keys()).sort((i, j) => norms[j] - norms[i] || i - j);
  const u = matrix64(n, n);
  const vt = matrix64(n, n);
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) {
      u.data[i * n + to] = norms[from] > 0 ? columns.data[from * n + i] / norms[from] : 0;
      vt.data[to * n + i] = v.data[from * n + i];
    }
  });
  return { u, singularValues: Float64Array.from(order, (i) => norms[i]), vt };
}

/** Makes columns p and q orthogonal; false where they are. */
function turnPair(columns: Matrix64, v: Matrix64, p: number, q: number): boolean {
  const { data, cols: n } = columns;
  let [pp, qq, pq] = [0, 0, 0];
  for (let i = 0, a = p * n, b = q * n; i < n; i++, a++, b++) {
    pp += data[a] * data[a];
    qq += data[b] * data[b];
    pq += data[a] * data[b];
  }
  if (Math.abs(pq) <= Number.EPSILON * Math.sqrt(pp * qq)) return false;
  const zeta = (qq - pp) / (2 * pq);
  const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const c = 1 / Math.hypot(1, t);
  for (const { data: rows } of [columns, v]) {
    for (let i = 0, a = p * n, b = q * n; i < n; i++, a++, b++) {
      const [x, y] = [rows[a], rows[b]];
      rows[a] = c * (x - t * y);
      rows[b] = c * (y + t * x);
    }
  }
  return true;
}

/** The greatest component of each right vector positive. */
function signed({ u, singularValues, vt }: Svd): Svd {
  fixSigns(vt).forEach((sign, c) => {
    if (sign < 0) for (let i = 0; i < u.rows; i++) u.data[i * u.cols + c] *= -1;
  });
  return { u, singularValues, vt };
}
