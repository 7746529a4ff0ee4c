/** The contract of every map method; a new one joins by being in `mapMethods`. */
import { describe, expect, test } from 'vitest';
import { jobControl, matrix, matrixOf, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { createKernels } from '../kernels/index.ts';
import { spawn } from '../kernels/threads.fixture.ts';
import { measureMap } from '../measures/index.ts';
import { loadProjection, mapMethods, pcaMap } from './index.ts';
import type { MapDetail, MapJob, MapMethod } from './index.ts';

function blobs(n: number, d: number, seed: number): Matrix {
  const rng = random(seed);
  return matrix(
    n,
    d,
    Float32Array.from({ length: n * d }, (_, i) => rng.normal() + 6 * (Math.floor(i / d) % 3) * (i % 2)),
  );
}

/** Three labels by turns, those of the blobs, for the methods that need some; two for a few rows. */
const labelled = ({ labels }: MapMethod, rows: number): MapJob =>
  labels === 'needed' ? { labels: Int32Array.from({ length: rows }, (_, i) => i % (rows < 9 ? 2 : 3)) } : {};

describe.each(mapMethods.map((method) => [method.name, method] as const))('%s', (_, method) => {
  const x = blobs(150, 8, 1);
  const job = labelled(method, 150);
  const seed = method.options.some(({ name }) => name === 'seed') ? { seed: 5 } : {};

  test.each([2, 3])('gives finite coordinates in %i dimensions, the same for the same seed', async (nComponents) => {
    const before = x.data.slice();
    const { coordinates, figures } = await method.fit(x, { nComponents, ...seed }, job);
    expect([coordinates.rows, coordinates.cols]).toEqual([150, nComponents]);
    expect(coordinates.data.every(Number.isFinite)).toBe(true);
    expect(Object.values(figures).every(Number.isFinite)).toBe(true);
    expect((await method.fit(x, { nComponents, ...seed }, job)).coordinates).toEqual(coordinates);
    expect(x.data).toEqual(before);
  });

  test('saved and loaded it is the same', async () => {
    const projection = await method.fit(x, {}, job);
    const loaded = loadProjection(projection.toFiles(), projection.coordinates);
    expect(loaded.method).toBe(method.name);
    expect(loaded.figures).toEqual(projection.figures);
    expect(loaded.coordinates).toBe(projection.coordinates);
    const [news, places] = [
      blobs(20, 8, 2),
      matrixOf([
        [0, 0],
        [1, -2],
      ]),
    ];
    expect(await loaded.transform?.(news)).toEqual(await projection.transform?.(news));
    expect(loaded.inverse?.(places)).toEqual(projection.inverse?.(places));
    expect(loaded.toFiles()).toEqual(projection.toFiles());
    expect(loadProjection(projection.toFiles()).inverse?.(places)).toEqual(projection.inverse?.(places));
  });

  test('its own samples transform to where they are', async () => {
    const { coordinates, transform } = await method.fit(x, {}, job);
    if (!transform) return;
    (await transform(x)).data.forEach((value, i) => expect(value).toBeCloseTo(coordinates.data[i], 4));
  });

  test('keeps most of the neighbourhoods of blobs', async () => {
    const { coordinates } = await method.fit(x, {}, job);
    expect((await measureMap(x, coordinates)).trustworthiness).toBeGreaterThan(0.75);
  });

  test.each([
    ['one column', matrixOf([[1], [2], [4]])],
    [
      'points on a line',
      matrixOf([
        [0, 0, 0],
        [1, 2, 3],
        [2, 4, 6],
      ]),
    ],
    [
      'equal rows',
      matrixOf([
        [3, 3],
        [3, 3],
        [3, 3],
      ]),
    ],
    [
      'two rows',
      matrixOf([
        [3, 3, 0],
        [3, 4, 1],
      ]),
    ],
  ])('%s still make a map', async (_, few) => {
    const { coordinates, transform, inverse } = await method.fit(few, {}, labelled(method, few.rows));
    expect([coordinates.rows, coordinates.cols]).toEqual([few.rows, 2]);
    expect(coordinates.data.every(Number.isFinite)).toBe(true);
    expect((await transform?.(few))?.cols ?? 2).toBe(2);
    expect(inverse?.(coordinates).cols ?? few.cols).toBe(few.cols);
  });

  test('is cancelled, and refuses bad input', async () => {
    const cancel = new AbortController();
    cancel.abort();
    await expect(method.fit(x, {}, { ...job, signal: cancel.signal })).rejects.toMatchObject({ name: 'AbortError' });
    await expect(method.fit(x, { nComponents: 4 })).rejects.toThrow(
      'nComponents is 4, expected a whole number from 2 to 3',
    );
    await expect(method.fit(x, { colour: 'red' })).rejects.toMatchObject({ name: 'InputError', code: 'option' });
    await expect(method.fit(matrixOf([[1, 2]]), {})).rejects.toMatchObject({ name: 'InputError' });
    await expect(
      method.fit(
        matrixOf([
          [1, 2],
          [NaN, 0],
        ]),
        {},
      ),
    ).rejects.toThrow('row 1, column 0');
  });

  test('is the same on any number of threads', async () => {
    const [one, three] = await Promise.all(
      [1, 3].map((threads) => method.fit(x, seed, { ...job, kernels: createKernels({ threads, spawn }) })),
    );
    expect(three.coordinates).toEqual(one.coordinates);
  });

  test('is cancelled half-way', async () => {
    const cancel = new AbortController();
    const onProgress = (): void => cancel.abort();
    await expect(method.fit(x, {}, { ...job, signal: cancel.signal, onProgress })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  test('keeps what is done when it is stopped, and goes on from there to the end', async () => {
    const control = jobControl();
    let seen = 0;
    let last = 0;
    const onProgress = ({ detail }: { detail?: MapDetail }): void => {
      if (detail) [seen, last] = [detail.iteration, detail.nIter];
      if (detail) control.stop();
    };
    const stopped = await method.fit(x, {}, { ...job, control, onProgress });
    expect(stopped.coordinates.data.every(Number.isFinite)).toBe(true);
    if (seen === last) return; // done in one piece, or before the first picture
    expect(stopped.figures.iterations).toBe(seen);
    const start = { coordinates: stopped.coordinates, iteration: seen };
    const whole = await method.fit(x, {}, { ...job, start });
    expect(whole.coordinates.data.every(Number.isFinite)).toBe(true);
    expect(whole.figures.iterations).toBeGreaterThan(seen);
    // with momenta that begin anew the end differs in places, not in kind
    expect((await measureMap(x, whole.coordinates)).trustworthiness).toBeGreaterThan(0.75);
  });

  test('damaged files are said to be so', async () => {
    const files = (await method.fit(x, {}, job)).toFiles();
    expect(() => loadProjection({})).toThrow('needs a projection.json; found nothing');
    for (const name of Object.keys(files)) {
      for (const length of [0, 7, files[name].length - 1]) {
        const cut = { ...files, [name]: files[name].slice(0, length) };
        if (name === 'projection.json' && length === files[name].length - 1) continue; // only its last newline
        expect(() => loadProjection(cut)).toThrow(expect.objectContaining({ name: 'FormatError' }));
      }
      if (name === 'projection.json') continue;
      const { [name]: _, ...rest } = files;
      expect(() => loadProjection(rest)).toThrow(expect.objectContaining({ name: 'FormatError' }));
    }
    const newer = new TextEncoder().encode(
      new TextDecoder().decode(files['projection.json']).replace('"version": 1', '"version": 2'),
    );
    expect(() => loadProjection({ ...files, 'projection.json': newer })).toThrow('newer than 1');
    expect(() => loadProjection(files, matrix(3, 3))).toThrow('have 3 columns, projection.json says 2');
  });
});

describe('the PCA map', () => {
  test('of a plane is a rotation: quality is 1, and every place leads back', async () => {
    const plane = matrix(400, 2, random(3).fillNormal(new Float32Array(800)));
    const { coordinates, inverse, figures } = await pcaMap.fit(plane, {});
    const quality = await measureMap(plane, coordinates);
    expect(quality.trustworthiness).toBeGreaterThan(0.9999);
    expect(quality.continuity).toBeGreaterThan(0.9999);
    expect(quality.neighborRecall).toBeGreaterThan(0.999);
    expect(figures.explainedVariance).toBeCloseTo(1, 6);
    inverse?.(coordinates).data.forEach((value, i) => expect(value).toBeCloseTo(plane.data[i], 5));
  });

  test('of a line is flat', async () => {
    const { coordinates, figures } = await pcaMap.fit(
      matrixOf([
        [0, 0],
        [1, 1],
        [3, 3],
      ]),
      {},
    );
    expect([1, 3, 5].map((i) => coordinates.data[i])).toEqual([0, 0, 0]);
    expect(figures.explainedVariance).toBeCloseTo(1, 6);
  });
});
