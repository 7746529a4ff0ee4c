/**
 * Procrustes alignment in the plane: the rotation (reflected where that fits better) and optional scale that bring one
 * set of points closest to another, in closed form (Gower 1975; Umeyama 1991).
 */
import { InputError, matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';

export interface Alignment {
  /** y moved onto the target, [n, 2] */
  readonly coordinates: Matrix;
  /** a b c d e f: (x, y) → (a x + b y + e, c x + d y + f) */
  readonly transform: readonly [number, number, number, number, number, number];
  /** mean squared distance that is left */
  readonly residual: number;
}

/**
 * Moves y onto the target, point by point.
 * @param y  [n, 2]
 * @param target  [n, 2]
 * @throws InputError unless both are [n, 2] with n ≥ 1
 */
export function procrustes(y: Matrix, target: Matrix, { scale = false, reflection = true } = {}): Alignment {
  if (y.cols !== 2 || target.cols !== 2 || y.rows !== target.rows || y.rows === 0) {
    throw new InputError(
      `procrustes needs two sets of as many points in the plane, got ${y.rows} × ${y.cols} and ${target.rows} × ${target.cols}`,
    );
  }
  const n = y.rows;
  const [yx, yy] = centre(y);
  const [tx, ty] = centre(target);
  let xx = 0;
  let xy = 0;
  let yxSum = 0;
  let yySum = 0;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    const px = y.data[2 * i] - yx;
    const py = y.data[2 * i + 1] - yy;
    const qx = target.data[2 * i] - tx;
    const qy = target.data[2 * i + 1] - ty;
    xx += px * qx;
    xy += px * qy;
    yxSum += py * qx;
    yySum += py * qy;
    spread += px * px + py * py;
  }
  // a proper rotation keeps Re(p̄ q), a reflection Re(p q)
  const turned = Math.hypot(xx + yySum, xy - yxSum);
  const mirrored = Math.hypot(xx - yySum, xy + yxSum);
  const flip = reflection && mirrored > turned * (1 + 1e-12) ? -1 : 1;
  const fit = flip < 0 ? mirrored : turned;
  const angle = fit > 0 ? Math.atan2(xy - flip * yxSum, xx + flip * yySum) : 0;
  const size = scale && spread > 0 && fit > 0 ? fit / spread : 1;
  const c = size * Math.cos(angle);
  const s = size * Math.sin(angle);
  const [a, b, cc, d] = [c, -s * flip, s, c * flip];
  const e = tx - (a * yx + b * yy);
  const f = ty - (cc * yx + d * yy);

  const coordinates = matrix(n, 2);
  let residual = 0;
  for (let i = 0; i < n; i++) {
    const px = a * y.data[2 * i] + b * y.data[2 * i + 1] + e;
    const py = cc * y.data[2 * i] + d * y.data[2 * i + 1] + f;
    coordinates.data[2 * i] = px;
    coordinates.data[2 * i + 1] = py;
    residual += (px - target.data[2 * i]) ** 2 + (py - target.data[2 * i + 1]) ** 2;
  }
  return { coordinates, transform: [a, b, cc, d, e, f], residual: residual / n };
}

function centre({ data, rows }: Matrix): [number, number] {
  let x = 0;
  let y = 0;
  for (let i = 0; i < rows; i++) {
    x += data[2 * i];
    y += data[2 * i + 1];
  }
  return [x / rows, y / rows];
}
