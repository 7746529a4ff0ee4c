import { describe, expect, it } from 'vitest';
import { FormatError, InputError, matrix, matrixOf, random } from '../base/index.ts';
import { rowsOf } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { loadSpace } from './load-space.ts';
import { gaussianOf } from './gaussian-prior.ts';
import { unitRows, vectors, vectorsSpace } from './vectors-space.ts';

const runtime = nodeRuntime();
const of = (rows: number[][]): Dataset => ({
  name: 'table',
  rows: rowsOf(matrixOf(rows)),
  columns: [],
  medium: { kind: 'vector' },
  warnings: [],
});

describe('vectors', () => {
  it('gives each row as its code, and back', async () => {
    const { space, metrics } = await vectors.fit(of([[3, 4], [1, 0], [0, 2]]), {}, runtime); // prettier-ignore
    const x = matrixOf([[5, 6]]);
    const z = await space.encode!(x);
    expect(z.data).toEqual(x.data);
    expect(z.data).not.toBe(x.data);
    expect((await space.decode!(z)).data).toEqual(x.data);
    expect(metrics.mse).toBe(0);
    expect(space).toMatchObject({ latentDim: 2, nFeatures: 2, geometry: { name: 'euclidean' } });
  });

  it('normalises, keeps rows of zeros, and says so', async () => {
    const fitted = await vectors.fit(of([[3, 4], [0, 0], [0, 2]]), { normalise: true }, runtime); // prettier-ignore
    const z = await fitted.space.encode!(matrixOf([[3, 4], [0, 0]])); // prettier-ignore
    expect([...z.data].map((value) => Math.round(value * 10) / 10)).toEqual([0.6, 0.8, 0, 0]);
    expect(fitted.warnings).toEqual(['1 of 3 vectors are all zeros and have no direction; they stay']);
    // (3 − .6)² + (4 − .8)² + (2 − 1)² over six values
    expect(fitted.metrics.mse).toBeCloseTo((2.4 ** 2 + 3.2 ** 2 + 1) / 6, 5);
    const loaded = await loadSpace(fitted.space.toFiles(), runtime);
    expect((await loaded.encode!(matrixOf([[0, 9]]))).data).toEqual(Float32Array.of(0, 1));
  });

  it('lies on the sphere when told to, its draws too', async () => {
    const { space } = await vectors.fit(of([[3, 4], [1, 0], [0, 2]]), { geometry: 'sphere' }, runtime); // prettier-ignore
    const loaded = await loadSpace(space.toFiles(), runtime);
    expect(loaded.geometry.name).toBe('sphere');
    for (const z of [await loaded.encode!(matrixOf([[3, 4]])), loaded.prior!.sample(1, 3)]) {
      expect(Math.hypot(...z.data)).toBeCloseTo(1, 6);
    }
    expect(loaded.geometry.distance([1, 0], [0, 1])).toBeCloseTo(Math.PI / 2, 6);
  });

  it('draws from the Gaussian of its codes', async () => {
    const rng = random(2);
    const codes = matrix(4000, 2);
    for (let i = 0; i < codes.rows; i++) {
      const a = rng.normal();
      codes.data.set([1 + a, 2 - a + 0.1 * rng.normal()], 2 * i);
    }
    const space = vectorsSpace({ method: 'vectors', latentDim: 2, prior: await gaussianOf(codes) });
    const drawn = space.prior!.sample(4000, 5);
    const sums = { x: 0, y: 0, xy: 0 };
    for (let i = 0; i < drawn.rows; i++) {
      const [x, y] = drawn.data.subarray(2 * i, 2 * i + 2);
      sums.x += x / drawn.rows;
      sums.y += y / drawn.rows;
      sums.xy += ((x - 1) * (y - 2)) / drawn.rows;
    }
    expect(sums.x).toBeCloseTo(1, 1);
    expect(sums.y).toBeCloseTo(2, 1);
    expect(sums.xy).toBeCloseTo(-1, 0);
    expect(await gaussianOf(matrix(10, 257))).toBeUndefined();
  });

  it('refuses rows of another width, and files that do not fit', async () => {
    const space = vectorsSpace({ method: 'word2vec', latentDim: 3 });
    await expect(async () => space.encode!(matrix(1, 2))).rejects.toThrow(InputError);
    const text = new TextDecoder().decode(space.toFiles()['space.json']).replace('"nFeatures": 3', '"nFeatures": 4');
    const files = { 'space.json': new TextEncoder().encode(text) };
    await expect(loadSpace(files, runtime)).rejects.toThrow(FormatError);
  });
});

it('brings rows to length 1 and counts those without direction', () => {
  const x = matrixOf([[0, 0], [0, -5]]); // prettier-ignore
  expect(unitRows(x)).toBe(1);
  expect([...x.data].map((value) => value + 0)).toEqual([0, 0, 0, -1]);
});
