import { expect, test } from 'vitest';
import { matrix, random, takeRows } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { lda } from './index.ts';

const NEW = 500;

/** Classes apart along a few columns of noise, in which `factors` loud directions are shared by all columns. */
function classes(n: number, d: number, { count, apart, factors }: { count: number; apart: number; factors: number }) {
  const rng = random(d);
  const labels = Int32Array.from({ length: n + NEW }, (_, i) => i % count);
  const means = matrix(count, d);
  for (let c = 0; c < count; c++) for (let t = 0; t < 3; t++) means.data[c * d + rng.below(d)] += apart;
  const loud = Float64Array.from({ length: factors * d }, () => rng.normal());
  const x = matrix(n + NEW, d);
  for (let i = 0; i < x.rows; i++) {
    const along = Array.from({ length: factors }, () => 2 * rng.normal());
    for (let j = 0; j < d; j++) {
      x.data[i * d + j] = rng.normal() + means.data[labels[i] * d + j];
      for (let f = 0; f < factors; f++) x.data[i * d + j] += along[f] * loud[f * d + j];
    }
  }
  return { x, labels };
}

/** The share of new rows that are nearest to the mean of their class. */
async function heldOut(x: Matrix, labels: Int32Array, options: { autoShrinkage?: boolean; shrinkage?: number }) {
  const n = x.rows - NEW;
  const rows = (from: number, count: number): Matrix =>
    takeRows(
      x,
      Uint32Array.from({ length: count }, (_, i) => from + i),
    );
  const map = await lda.fit(rows(0, n), options, { labels: labels.slice(0, n) });
  const { coordinates, figures } = map;
  const { data } = (await map.transform?.(rows(n, NEW))) ?? matrix(0, 2);
  const count = Math.max(...labels) + 1;
  const means = new Float64Array(2 * count);
  const sizes = new Float64Array(count);
  for (let i = 0; i < n; i++) {
    sizes[labels[i]]++;
    for (const c of [0, 1]) means[2 * labels[i] + c] += coordinates.data[2 * i + c];
  }
  let right = 0;
  for (let i = 0; i < NEW; i++) {
    const far = Array.from(sizes, (size, c) =>
      Math.hypot(data[2 * i] - means[2 * c] / size, data[2 * i + 1] - means[2 * c + 1] / size),
    );
    if (far.indexOf(Math.min(...far)) === labels[n + i]) right++;
  }
  return { accuracy: right / NEW, shrinkage: figures.shrinkage as number };
}

// what serves new rows is far to the one side or the other
test.each([
  ['as few rows as columns that have nothing in common', 200, 200, { count: 4, apart: 2, factors: 0 }, [0.5, 0.9]],
  ['many rows, columns that depend on each other', 2000, 60, { count: 4, apart: 1.5, factors: 5 }, [0.01, 0.1]],
  ['few rows, columns that depend on each other', 100, 300, { count: 3, apart: 3, factors: 4 }, [0.01, 0.3]],
] as const)('is chosen for %s', async (_, n, d, make, [least, most]) => {
  const { x, labels } = classes(n, d, make);
  const { accuracy, shrinkage } = await heldOut(x, labels, {});
  expect(shrinkage).toBeGreaterThanOrEqual(least);
  expect(shrinkage).toBeLessThanOrEqual(most);
  const others = [0.01, 0.1, 0.3, 0.6, 0.9].map((value) =>
    heldOut(x, labels, { autoShrinkage: false, shrinkage: value }),
  );
  const best = Math.max(...(await Promise.all(others)).map((other) => other.accuracy));
  expect(accuracy).toBeGreaterThan(best - 0.04);
});

test('does not depend on the units of columns', async () => {
  const { x, labels } = classes(300, 20, { count: 3, apart: 1, factors: 2 });
  const scaled = matrix(
    x.rows,
    20,
    x.data.map((value, i) => value * 2 ** ((i % 20) - 8)),
  );
  const [one, other] = [await heldOut(x, labels, {}), await heldOut(scaled, labels, {})];
  expect(other.shrinkage).toBe(one.shrinkage);
  expect(other.accuracy).toBeCloseTo(one.accuracy, 2);
});

test('a cancel is heard while it is looked for', async () => {
  const { x, labels } = classes(500, 500, { count: 3, apart: 1, factors: 2 });
  const cancel = new AbortController();
  const fit = lda.fit(x, {}, { labels, signal: cancel.signal });
  setTimeout(() => cancel.abort(), 1);
  await expect(fit).rejects.toMatchObject({ name: 'AbortError' });
});
