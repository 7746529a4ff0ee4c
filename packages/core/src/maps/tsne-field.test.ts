import { expect, test } from 'vitest';
import { random } from '../base/index.ts';
import { createKernels } from '../kernels/index.ts';
import type { Kernels } from '../kernels/index.ts';
import { spawn } from '../kernels/threads.fixture.ts';
import { tsneField, unitRoots } from './tsne-field.ts';

/** Points in clumps, [n, 2 or 4]. */
function places(n: number, dims: 2 | 3, extent: number): Float32Array {
  const rng = random(n);
  const stride = dims === 2 ? 2 : 4;
  const centres = rng.fillUniform(new Float32Array(5 * dims), -extent, extent);
  const y = new Float32Array(n * stride);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < dims; c++) y[i * stride + c] = centres[(i % 5) * dims + c] + 0.15 * extent * rng.normal();
  }
  return y;
}

function boxOf(y: Float32Array, dims: number): { least: number[]; most: number[] } {
  const stride = dims === 2 ? 2 : 4;
  const columns = Array.from({ length: dims }, (_, c) => y.filter((_, i) => i % stride === c));
  return { least: columns.map((column) => Math.min(...column)), most: columns.map((column) => Math.max(...column)) };
}

function bruteForce(y: Float32Array, dims: number) {
  const stride = dims === 2 ? 2 : 4;
  const n = y.length / stride;
  const out = new Float64Array(n * 4);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let r2 = 0;
      for (let c = 0; c < dims; c++) r2 += (y[i * stride + c] - y[j * stride + c]) ** 2;
      const k = 1 / (1 + r2);
      for (let c = 0; c < dims; c++) out[4 * i + c] += k * k * (y[i * stride + c] - y[j * stride + c]);
      out[4 * i + 3] += k;
    }
  }
  return out;
}

async function field(kernels: Kernels, y: Float32Array, dims: 2 | 3, exact?: boolean) {
  const n = y.length / (dims === 2 ? 2 : 4);
  const space = await kernels.open('tsne-field', 'tsne-fft');
  const block = space.float32(y);
  const out = space.float32(4 * n);
  const repulsion = tsneField(space, n, dims, { exact });
  const box = boxOf(y, dims);
  await repulsion.place(block, box);
  const sum = await repulsion.atSources(out);
  const got = out.view.slice();
  space.close();
  return { got, sum, grid: repulsion.grid };
}

function errors(got: Float32Array, expected: Float64Array) {
  let [difference, size, potential, total] = [0, 0, 0, 0];
  for (let i = 0; i < got.length; i++) {
    if (i % 4 === 3) {
      potential += got[i] - expected[i];
      total += expected[i];
    } else {
      difference += (got[i] - expected[i]) ** 2;
      size += expected[i] ** 2;
    }
  }
  return { force: Math.sqrt(difference / size), potential: Math.abs(potential) / total };
}

test.each([
  [2, 1, 3],
  [2, 37, 2],
  [3, 251, 5],
] as const)('all pairs in %i dimensions, %i points', async (dims, n, extent) => {
  const y = places(n, dims, extent);
  const { got, sum } = await field(createKernels(), y, dims);
  const expected = bruteForce(y, dims);
  got.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
  expect(sum).toBeCloseTo(
    expected.reduce((total, value, i) => (i % 4 === 3 ? total + value - 1 : total), 0),
    2,
  );
});

test.each([
  [2, 1501, 0.0001],
  [2, 1501, 0.4],
  [2, 1501, 3],
  [2, 1333, 20],
  [2, 3001, 90],
  [2, 1200, 1500],
  [3, 1201, 2],
  [3, 2003, 25],
  [3, 1100, 300],
] as const)('the mesh in %i dimensions, %i points within %f', async (dims, n, extent) => {
  const y = places(n, dims, extent);
  const { got } = await field(createKernels(), y, dims, false);
  const { force, potential } = errors(got, bruteForce(y, dims));
  expect(force).toBeLessThan(0.006);
  expect(potential).toBeLessThan(4e-4);
});

test('is the same for any number of threads', async () => {
  for (const dims of [2, 3] as const) {
    const y = places(2500, dims, 15);
    for (const reproducible of [true, false]) {
      const one = await field(createKernels({ reproducible }), y, dims);
      const three = await field(createKernels({ reproducible, threads: 3, spawn }), y, dims);
      expect(three.got).toEqual(one.got);
      expect(three.sum).toBe(one.sum);
    }
  }
});

test('roots of unity', () => {
  for (const n of [1, 2, 5, 16, 360]) {
    unitRoots(n).forEach((value, i) => {
      const angle = (2 * Math.PI * Math.floor(i / 2)) / n;
      expect(value).toBeCloseTo(i % 2 === 0 ? Math.cos(angle) : -Math.sin(angle), 14);
    });
  }
});
