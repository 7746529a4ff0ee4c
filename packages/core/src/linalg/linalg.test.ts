import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drive, finish, matrix, matrixOf, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import {
  centredMap,
  cholesky,
  columnMoments,
  covarianceSteps,
  gramSteps,
  leastSquares,
  matrix64,
  multiply,
  multiplyTransposed,
  procrustes,
  qr,
  randomizedSvdSteps,
  solveCholesky,
  symmetricEigen,
  toDouble,
  transposed,
} from './index.ts';
import type { Matrix64 } from './index.ts';

function normal64(rows: number, cols: number, seed: number): Matrix64 {
  const rng = random(seed);
  return matrix64(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => rng.normal()),
  );
}

const normal = (rows: number, cols: number, seed: number): Matrix =>
  matrix(rows, cols, random(seed).fillNormal(new Float32Array(rows * cols)));

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

/** Covariance as it is written in a textbook. */
function textbookCovariance(x: Matrix): Float64Array {
  const { mean } = columnMoments(x);
  const out = new Float64Array(x.cols ** 2);
  for (let r = 0; r < x.rows; r++) {
    for (let i = 0; i < x.cols; i++) {
      for (let j = 0; j < x.cols; j++) {
        out[i * x.cols + j] += (x.data[r * x.cols + i] - mean[i]) * (x.data[r * x.cols + j] - mean[j]);
      }
    }
  }
  return out.map((sum) => sum / Math.max(1, x.rows - 1));
}

describe('moments', () => {
  test('the covariance is the textbook one, whatever the size and however many zeros', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(),
        fc.constantFrom(-9, 0, 1.5),
        (n, d, seed, floor) => {
          const x = normal(n, d, seed);
          x.data.forEach((value, i) => (x.data[i] = value < floor ? 0 : value));
          expect(difference(finish(covarianceSteps(x)).data, textbookCovariance(x))).toBeLessThan(1e-12);
        },
      ),
      { numRuns: 80 },
    );
  });

  test('a mean that is large beside its deviation loses no digits, zeros or not', () => {
    const x = matrix(200, 6);
    const rng = random(5);
    for (let i = 0; i < 200; i++) x.data[i * 6] = 4096 + rng.normal() / 64; // five columns are zeros
    const cov = finish(covarianceSteps(x)).data;
    const exact = textbookCovariance(x);
    expect(Math.abs(cov[0] / exact[0] - 1)).toBeLessThan(1e-12);
  });

  test('inner products of rows and of columns have the same spectrum', () => {
    const x = normal(9, 70, 2);
    const { mean } = columnMoments(x);
    const gram = symmetricEigen(finish(gramSteps(x, mean))).values;
    const covariance = symmetricEigen(finish(covarianceSteps(x))).values;
    for (let i = 0; i < 8; i++) expect(gram[i] / 8).toBeCloseTo(covariance[i], 11);
  });

  test('a long covariance is cancelled between two blocks', async () => {
    const cancel = new AbortController();
    const job = drive('covariance', covarianceSteps(normal(4000, 200, 1)), {
      signal: cancel.signal,
      onProgress: ({ done }) => done > 0.2 && cancel.abort(),
    });
    await expect(job).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('factorisations', () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 12 }), fc.nat());

  test('qr: q is orthonormal, r is upper triangular, their product is a', () => {
    fc.assert(
      fc.property(sizes, ([n, more, seed]) => {
        const a = normal64(n + more, n, seed);
        const { q, r } = qr(a);
        const eye = multiplyTransposed(q, q).data;
        expect(
          difference(
            eye,
            eye.map((_, i) => (i % (n + 1) === 0 ? 1 : 0)),
          ),
        ).toBeLessThan(1e-14 * 10);
        expect(difference(multiply(q, r).data, a.data)).toBeLessThan(1e-13);
        for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) expect(r.data[i * n + j]).toBe(0);
      }),
    );
  });

  test('qr of a deficient matrix still gives orthonormal columns', () => {
    const a = matrix64(5, 3);
    for (let i = 0; i < 5; i++) a.data[i * 3] = a.data[i * 3 + 2] = i;
    const { q, r } = qr(a);
    expect(difference(multiplyTransposed(q, q).data, [1, 0, 0, 0, 1, 0, 0, 0, 1])).toBeLessThan(1e-14);
    expect(difference(multiply(q, r).data, a.data)).toBeLessThan(1e-13);
  });

  test('solving gives back what was multiplied in', () => {
    fc.assert(
      fc.property(sizes, ([n, more, seed]) => {
        const a = normal64(n + more + 1, n, seed);
        const x = normal64(n, 2, seed + 1);
        // conditioning of a random square matrix varies, so errors are judged by the residual
        const fitted = leastSquares(a, multiply(a, x));
        expect(difference(multiply(a, fitted).data, multiply(a, x).data)).toBeLessThan(1e-11);
        const spd = multiplyTransposed(a, a);
        for (let i = 0; i < n; i++) spd.data[i * n + i] += 0.1;
        expect(difference(solveCholesky(spd, multiply(spd, x)).data, x.data)).toBeLessThan(1e-9);
        const l = cholesky(spd);
        expect(difference(multiply(l, transposed(l)).data, spd.data)).toBeLessThan(1e-12);
      }),
    );
  });

  test('what cannot be solved is said', () => {
    expect(() => cholesky(matrix64(2, 2, Float64Array.of(1, 2, 2, 1)))).toThrow('not positive definite (pivot 1');
    const twice = matrix64(3, 2, Float64Array.of(1, 2, 2, 4, 3, 6));
    expect(() => leastSquares(twice, matrix64(3, 1))).toThrow('column 1 depends');
    expect(() => qr(matrix64(2, 3))).toThrow('got 2 × 3');
    expect(() => multiply(matrix64(2, 3), matrix64(2, 3))).toThrow('inner sizes differ, 3 and 2');
  });
});

describe('randomised SVD', () => {
  test('finds the exact singular values and vectors where the spectrum falls', () => {
    const [n, d, k] = [120, 40, 5];
    const u = qr(normal64(n, d, 1)).q;
    const v = qr(normal64(d, d, 2)).q;
    for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) u.data[i * d + j] *= 100 * 0.7 ** j;
    const product = multiply(u, transposed(v));
    const x = matrix(n, d, Float32Array.from(product.data));
    const { mean } = columnMoments(x);
    const { singularValues, u: left, vt } = finish(randomizedSvdSteps(centredMap(x, mean), k, { seed: 3 }));
    const exact = symmetricEigen(finish(covarianceSteps(x)));
    for (let i = 0; i < k; i++) {
      expect(singularValues[i] ** 2 / (n - 1) / exact.values[i]).toBeCloseTo(1, 8);
      expect(
        difference(vt.data.subarray(i * d, (i + 1) * d), exact.vectors.data.subarray(i * d, (i + 1) * d)),
      ).toBeLessThan(1e-5);
    }
    expect(
      difference(
        multiplyTransposed(left, left).data,
        [...Array(k * k)].map((_, i) => (i % (k + 1) ? 0 : 1)),
      ),
    ).toBeLessThan(1e-10);
  });

  test('with all directions it is exact, zeros and odd sizes included, and the same for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 1, max: 13 }), fc.nat(), (n, d, seed) => {
        const x = normal(n, d, seed);
        x.data.forEach((value, i) => (x.data[i] = value < 0 ? 0 : value));
        const { mean } = columnMoments(x);
        const centred = toDouble(x);
        for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) centred.data[i * d + j] -= mean[j];
        const k = Math.min(n, d);
        const svd = finish(randomizedSvdSteps(centredMap(x, mean), k, { seed }));
        const scaled = matrix64(
          n,
          k,
          svd.u.data.map((value, i) => value * svd.singularValues[i % k]),
        );
        expect(difference(multiply(scaled, svd.vt).data, centred.data)).toBeLessThan(1e-6);
        expect(finish(randomizedSvdSteps(centredMap(x, mean), k, { seed }))).toEqual(svd);
      }),
      { numRuns: 40 },
    );
  });
});

describe('procrustes', () => {
  test('undoes any rotation, reflection, scale and shift', () => {
    const angle = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(angle, fc.boolean(), angle, fc.nat(), (turn, flip, shift, seed) => {
        const target = normal(20, 2, seed);
        const y = matrix(20, 2);
        const sign = flip ? -1 : 1;
        for (let i = 0; i < 20; i++) {
          const [p, q] = [target.data[2 * i], target.data[2 * i + 1] * sign];
          y.data[2 * i] = 3 * (Math.cos(turn) * p - Math.sin(turn) * q) + shift;
          y.data[2 * i + 1] = 3 * (Math.sin(turn) * p + Math.cos(turn) * q) - shift;
        }
        const { coordinates, residual } = procrustes(y, target, { scale: true });
        expect(difference(coordinates.data, target.data)).toBeLessThan(1e-5);
        expect(residual).toBeLessThan(1e-10);
      }),
    );
  });

  test('without scale it keeps distances, and without reflection it keeps the sense of turning', () => {
    const y = matrixOf([
      [0, 0],
      [2, 0],
      [0, 2],
    ]);
    const mirrored = matrixOf([
      [0, 0],
      [-1, 0],
      [0, 1],
    ]);
    const [a, b, c, d] = procrustes(y, mirrored, { reflection: false }).transform;
    expect(a * d - b * c).toBeCloseTo(1);
    const [e, f, g, h] = procrustes(y, mirrored).transform;
    expect(e * h - f * g).toBeCloseTo(-1);
  });

  test('points in one place stay whole', () => {
    const { coordinates } = procrustes(
      matrixOf([
        [1, 1],
        [1, 1],
      ]),
      matrixOf([
        [5, 6],
        [5, 6],
      ]),
      { scale: true },
    );
    expect([...coordinates.data]).toEqual([5, 6, 5, 6]);
  });
});
