import { InputError } from '../base/index.ts';
import { fixSigns, symmetricEigen } from './eigen.ts';
import type { Eigen } from './eigen.ts';
import { cholesky } from './factor.ts';
import { matrix64, transposed } from './matrix64.ts';
import type { Matrix64 } from './matrix64.ts';

/**
 * Eigenvalues and vectors of a v = λ b v for symmetric a and symmetric positive definite b, by b = L Lᵀ and the
 * eigenvectors of L⁻¹ a L⁻ᵀ (Golub & Van Loan 2013, §8.7).
 * @returns values, greatest first, and vectors in rows with vᵢᵀ b vⱼ = 1 for i = j, else 0
 * @throws InputError unless both are square and of one size
 * @throws NumericalError when b is not positive definite
 */
export function generalizedEigen(a: Matrix64, b: Matrix64): Eigen {
  const n = a.rows;
  if (a.cols !== n || b.rows !== n || b.cols !== n) {
    throw new InputError(
      `generalised eigen needs two square matrices of one size, got ${n} × ${a.cols} and ${b.rows} × ${b.cols}`,
    );
  }
  const l = cholesky(b);
  const whole = matrix64(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) whole.data[i * n + j] = whole.data[j * n + i] = a.data[i * n + j];
  }
  const half = transposed(forward(l, whole));
  const { values, vectors } = symmetricEigen(forward(l, half));
  for (let row = 0; row < n; row++) {
    const at = row * n;
    for (let i = n - 1; i >= 0; i--) {
      let sum = vectors.data[at + i];
      for (let k = i + 1; k < n; k++) sum -= l.data[k * n + i] * vectors.data[at + k];
      vectors.data[at + i] = sum / l.data[i * (n + 1)];
    }
  }
  fixSigns(vectors);
  return { values, vectors };
}

/** L⁻¹ x. */
function forward(l: Matrix64, x: Matrix64): Matrix64 {
  const { rows: n, cols } = x;
  const out = matrix64(n, cols, x.data.slice());
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) {
      const factor = l.data[i * n + k];
      if (factor !== 0) for (let j = 0; j < cols; j++) out.data[i * cols + j] -= factor * out.data[k * cols + j];
    }
    for (let j = 0; j < cols; j++) out.data[i * cols + j] /= l.data[i * (n + 1)];
  }
  return out;
}
