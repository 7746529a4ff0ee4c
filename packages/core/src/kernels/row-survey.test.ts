import { expect, test } from 'vitest';
import { random } from '../base/index.ts';
import { createKernels } from './index.ts';
import { spawn } from './threads.fixture.ts';

const engines = [
  createKernels(),
  createKernels({ reproducible: true }),
  createKernels({ reproducible: true, threads: 3, spawn }),
];
const SIZES = [
  [1, 1],
  [257, 3],
  [1030, 9],
  [300, 70],
] as const;

const rowsOf = (n: number, d: number): Float32Array => random(n).fillNormal(new Float32Array(n * d), 3);

test.each(SIZES)('sums, lengths and groups of %i × %i are those of plain TypeScript', async (n, d) => {
  const rng = random(d);
  const x = rowsOf(n, d);
  const shift = Float64Array.from({ length: d }, () => rng.normal());
  const count = Math.ceil(n / 2);
  const rows = Int32Array.from({ length: count }, () => rng.below(n));
  const groups = Int32Array.from({ length: count }, () => rng.below(3));
  for (const factors of [undefined, Float64Array.from({ length: n }, () => rng.uniform())]) {
    const value = (i: number, j: number): number => x[i * d + j] * (factors?.[i] ?? 1);
    const totals = new Float64Array(d);
    const grouped = new Float64Array(3 * d);
    const lengths = Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < d; j++) {
        totals[j] += value(i, j);
        sum += (value(i, j) - shift[j]) ** 2;
      }
      return sum;
    });
    rows.forEach((row, i) => {
      for (let j = 0; j < d; j++) grouped[groups[i] * d + j] += value(row, j);
    });
    const results: number[][] = [];
    for (const kernels of engines) {
      const space = await kernels.open('norms');
      const [from, by] = [space.float32(x), factors ? space.float64(factors) : 0];
      const chunks = Math.ceil(n / 1024);
      const [sums, most] = [space.float64(chunks * d), space.float64(Math.ceil(n / 256))];
      const [whose, of, out] = [space.int32(rows), space.int32(groups), space.float64(3 * d)];
      await space.parallel('columnTotals', chunks, [from, n, d, by, sums]);
      await space.parallel('longestRows', Math.ceil(n / 256), [from, n, d, by, space.float64(shift), most]);
      await space.parallel('sumGroups', Math.ceil(d / 64), [from, d, whose, of, count, by, out]);
      const parts = sums.view;
      totals.forEach((total, j) => {
        let sum = 0;
        for (let chunk = 0; chunk < chunks; chunk++) sum += parts[chunk * d + j];
        expect(sum).toBeCloseTo(total, 8);
      });
      most.view.forEach((length, chunk) => {
        expect(length).toBeCloseTo(Math.max(...lengths.slice(chunk * 256, chunk * 256 + 256)), 8);
      });
      expect([...out.view]).toEqual([...grouped]);
      results.push([...parts, ...most.view]);
      space.close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  }
});

test.each(SIZES)('equal rows of %i × %i have equal hashes, others nearly never', async (n, d) => {
  const x = rowsOf(n, d);
  const double = Float32Array.from([...x, ...x.subarray(0, d)]);
  for (const kernels of engines) {
    const space = await kernels.open('norms');
    const chunks = Math.ceil((n + 1) / 256);
    const [hashes, strange] = [space.int32(n + 1), space.int32(chunks)];
    await space.parallel('surveyRows', chunks, [space.float32(double), n + 1, d, hashes, strange]);
    const seen = [...hashes.view];
    expect(seen[n]).toBe(seen[0]);
    expect(new Set(seen).size).toBe(n);
    expect(strange.view.every((flag) => flag === 0)).toBe(true);
    space.close();
  }
});

test('a value that is not finite is seen wherever it is', async () => {
  const [n, d] = [300, 11];
  for (const bad of [Number.NaN, Infinity, -Infinity]) {
    for (const at of [0, 7, 8, 10, 255 * d + 9, n * d - 1]) {
      const x = rowsOf(n, d);
      x[at] = bad;
      const space = await engines[0].open('norms');
      const strange = space.int32(2);
      await space.parallel('surveyRows', 2, [space.float32(x), n, d, space.int32(n), strange]);
      expect([...strange.view]).toEqual(at < 256 * d ? [1, 0] : [0, 1]);
      space.close();
    }
  }
  // numbers whose sums are not finite are no such values
  const space = await engines[0].open('norms');
  const strange = space.int32(1);
  await space.parallel('surveyRows', 1, [
    space.float32(new Float32Array(60).fill(3e38)),
    4,
    15,
    space.int32(4),
    strange,
  ]);
  expect(strange.view[0]).toBe(0);
  space.close();
});
