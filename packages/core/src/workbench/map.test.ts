/** Maps and neighbours as verbs: what they take, keep and say. The methods themselves are tested in maps. */
import { beforeAll, describe, expect, it } from 'vitest';
import { jobControl, matrix, matrixOf, random, row } from '../base/index.ts';
import type { Matrix, Progress } from '../base/index.ts';
import { bytesSource, readDataset, readNpy, readRows, writeNpy } from '../data/index.ts';
import { nodeRuntime } from '../runtime/node.fixture.ts';
import { createWorkbench } from './create-workbench.ts';
import { coordinatesIn, exportTable } from './export.ts';
import { givenNeighbors } from './map-inputs.ts';
import { previewOf } from './map-preview.ts';
import { memoryStore } from './memory-store.ts';
import { joined } from './store.ts';
import type { MapInfo, MapPreview } from './workbench.ts';

const N = 120;
const D = 6;
/** Three groups of points; the last column says which. */
function points(n: number, seed: number): Matrix {
  const rng = random(seed);
  return matrix(
    n,
    D,
    Float32Array.from({ length: n * D }, (_, i) => 3 * ((Math.floor(i / D) % 3) * ((i % D) % 2)) + rng.normal()),
  );
}
const groups = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i % 3);
const x = points(N, 1);

const store = memoryStore();
const project = createWorkbench({ store, runtime: nodeRuntime() });
let map: MapInfo;
beforeAll(async () => {
  const lines = Array.from({ length: N }, (_, i) => `g${i % 3},h${i % 2},${i}`);
  await project.addData({
    files: [bytesSource('points.npy', writeNpy(x))],
    labels: bytesSource('groups.csv', new TextEncoder().encode(`group,half,size\n${lines.join('\n')}\n`)),
    label: 'group',
  });
  await project.learn({ data: 'points', method: 'pca', options: { latentDim: 3 } });
  map = await project.map({ of: 'points', method: 'pca' });
});

/** Rows by distance to a point, by brute force. */
function byDistance(rows: Matrix, point: ArrayLike<number>): number[] {
  const far = (i: number): number => row(rows, i).reduce((sum, value, c) => sum + (value - point[c]) ** 2, 0);
  return Array.from({ length: rows.rows }, (_, i) => i).sort((a, b) => far(a) - far(b) || a - b);
}

describe('a map', () => {
  it('says how it was made and keeps for each point how many neighbours it kept', async () => {
    expect(map).toMatchObject({ stopped: false, warnings: [], keepNeighbors: 15 });
    expect(map.figures!.explainedVariance).toBeCloseTo(map.quality.explainedVariance!, 6);
    const keep = await project.keep({ map: map.id });
    const places = await project.coordinates({ map: map.id });
    for (const i of [0, 7, N - 1]) {
      const truly = byDistance(x, row(x, i)).slice(1, 16);
      const onMap = new Set(byDistance(places, row(places, i)).slice(1, 16));
      expect(keep[i]).toBeCloseTo(truly.filter((j) => onMap.has(j)).length / 15, 6);
    }
    const file = await readNpy(await project.file({ id: map.id, name: 'keep.npy' }));
    expect(file).toMatchObject({ shape: [N], data: keep });
  });

  it('goes out with that beside its places in every format, and comes back by them alone', async () => {
    const keep = await project.keep({ map: map.id });
    const places = await project.coordinates({ map: map.id });
    for (const format of ['csv', 'jsonl', 'parquet'] as const) {
      const bytes = joined([...(await exportTable(project, { id: map.id, format, rows: Uint32Array.of(5, 0) }))]);
      const { rows, columns, featureNames } = await readDataset([bytesSource(`map.${format}`, bytes)]);
      const at = featureNames!.indexOf('neighbours kept');
      const table = readRows(rows);
      [5, 0].forEach((i, line) => expect(table.data[line * table.cols + at]).toBeCloseTo(keep[i], 6));
      expect(columns.map(({ name }) => name)).toContain('group');
      const back = coordinatesIn(table, featureNames);
      expect(back).toMatchObject({ rows: 2, cols: 2 });
      expect([...row(back, 0), ...row(back, 1)]).toEqual([...row(places, 5), ...row(places, 0)]);
    }
    const npy = await readNpy(joined([...(await exportTable(project, { id: map.id, format: 'npy' }))]));
    expect(npy.shape).toEqual([N, 2]);
  });

  it('that was made before that was counted says so', async () => {
    const { keepNeighbors: _, stopped: __, ...old } = map;
    const files = { 'info.json': new TextEncoder().encode(JSON.stringify({ ...old, id: 'old' })) };
    await store.put('maps', 'old', files);
    expect(await project.show({ id: 'old' })).toMatchObject({ stopped: false });
    await expect(project.keep({ map: 'old' })).rejects.toMatchObject({ code: 'no-keep' });
    await project.remove({ id: 'old' });
  });

  it('is measured by the column that is named', async () => {
    const halves = await project.map({ of: 'points', method: 'pca', label: 'half' });
    expect(halves.label).toBe('half');
    expect(map.quality.labelAccuracy).toBeGreaterThan(0.8);
    expect(halves.quality.labelAccuracy).toBeLessThan(0.75);
    await expect(project.map({ of: 'points', method: 'pca', label: 'size' })).rejects.toThrow(
      'the column size is a number, expected one of categories: group, half',
    );
    await expect(project.map({ of: 'points', method: 'pca', label: 'colour' })).rejects.toMatchObject({
      code: 'no-column',
    });
  });

  it('begins at an earlier map of as many points only', async () => {
    const few = await project.addData({ files: [bytesSource('few.npy', writeNpy(points(30, 2)))] });
    const small = await project.map({ of: few.id, method: 'pca' });
    await expect(project.map({ of: 'points', method: 'pca', from: small.id })).rejects.toMatchObject({
      code: 'wrong-start',
    });
    expect(await project.map({ of: 'points', method: 'pca', from: map.id })).toMatchObject({ from: map.id });
  });

  it('may be brought from elsewhere', async () => {
    const coordinates = matrix(
      N,
      2,
      Float32Array.from({ length: 2 * N }, (_, i) => Math.sin(i * i)),
    );
    const brought = await project.map({ of: 'points', method: 'coordinates', coordinates });
    expect(brought).toMatchObject({ id: 'points-rows-coordinates', method: 'coordinates', nComponents: 2 });
    expect(await project.coordinates({ map: brought.id })).toEqual(coordinates);
    expect(brought.quality.trustworthiness).toBeLessThan(0.75); // they say nothing
    await expect(project.place({ map: brought.id, rows: x })).rejects.toMatchObject({ code: 'no-transform' });
    const wrong = matrix(N - 1, 2);
    await expect(project.map({ of: 'points', method: 'coordinates', coordinates: wrong })).rejects.toThrow(/119 × 2/);
    await expect(project.map({ of: 'points', method: 'coordinates' })).rejects.toMatchObject({ name: 'InputError' });
    await expect(project.map({ of: 'points', method: 'pca', coordinates })).rejects.toMatchObject({ code: 'option' });
  });

  it('is turned to an earlier one, new points and all', async () => {
    const other = await project.map({ of: 'points', method: 'umap', options: { nEpochs: 50 } });
    const turned = await project.map({ of: 'points', method: 'pca', align: other.id });
    expect(turned.align).toBe(other.id);
    expect(turned.quality.trustworthiness).toBeCloseTo(map.quality.trustworthiness, 6);
    const [target, plain, there] = await Promise.all(
      [other, map, turned].map(({ id }) => project.coordinates({ map: id })),
    );
    const apart = (y: Matrix): number => y.data.reduce((sum, value, i) => sum + (value - target.data[i]) ** 2, 0);
    expect(apart(there)).toBeLessThan(apart(plain));
    const { coordinates } = await project.place({ map: turned.id, rows: x });
    coordinates.data.forEach((value, i) => expect(value).toBeCloseTo(there.data[i], 3));
    const few = await project.addData({ files: [bytesSource('little.npy', writeNpy(points(30, 2)))] });
    await expect(project.map({ of: few.id, method: 'pca', align: map.id })).rejects.toMatchObject({
      code: 'wrong-align',
    });
  });

  it('of so many points shows itself by an even part of them', () => {
    const n = 250_000;
    const coordinates = matrix(
      n,
      3,
      Float32Array.from({ length: n * 3 }, (_, i) => Math.floor(i / 3)),
    );
    const small = previewOf({ iteration: 1, nIter: 2, coordinates });
    expect(small.coordinates).toMatchObject({ rows: 100_000, cols: 3 });
    expect(small.rows![99_999]).toBe(249_997);
    for (const i of [0, 5, 99_999]) expect([...row(small.coordinates!, i)]).toEqual(Array(3).fill(small.rows![i]));
    const whole = { iteration: 1, nIter: 2, coordinates: matrix(5, 2) };
    expect(previewOf(whole)).toBe(whole);
  });
});

describe('a map that unfolds', () => {
  const making = { of: 'points', method: 'umap', options: { nEpochs: 400 } };

  it('shows itself a few times a second', async () => {
    const control = jobControl();
    let shown: MapPreview | undefined;
    const long = { ...making, options: { nEpochs: 100_000 } };
    await project.map(long, {
      control,
      onProgress({ detail }) {
        if (!detail?.coordinates) return;
        shown = detail;
        control.stop();
      },
    });
    expect(shown).toMatchObject({ nIter: 100_000, coordinates: { rows: N, cols: 2 } });
  });

  it('is kept as far as it came when it is stopped, and can be gone on with', async () => {
    const control = jobControl();
    const onProgress = ({ detail }: Progress<MapPreview>): void => {
      if (detail && detail.iteration >= 40) control.stop();
    };
    const stopped = await project.map(making, { control, onProgress });
    expect(stopped.stopped).toBe(true);
    expect(stopped.iterations).toBeGreaterThanOrEqual(40);
    expect(stopped.iterations).toBeLessThan(400);
    expect((await project.coordinates({ map: stopped.id })).data.every(Number.isFinite)).toBe(true);

    const iterations: number[] = [];
    const gone = await project.map(
      { ...making, from: stopped.id },
      { onProgress: ({ detail }) => void (detail && iterations.push(detail.iteration)) },
    );
    expect(gone).toMatchObject({ from: stopped.id, stopped: false, iterations: 400 });
    expect(Math.min(...iterations)).toBeGreaterThanOrEqual(stopped.iterations!);
    expect(gone.quality.trustworthiness).toBeGreaterThan(0.8);
  });

  it('leaves nothing when it is cancelled', async () => {
    const before = await project.list({ kind: 'map' });
    const controller = new AbortController();
    const cancelled = project.map(making, {
      signal: controller.signal,
      onProgress: ({ detail }) => detail && controller.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect(await project.list({ kind: 'map' })).toEqual(before);
  });

  it('places new points, and leads places back', async () => {
    const map = await project.map(making);
    const { quality } = await project.place({ map: map.id, rows: points(60, 9), labels: groups(60) });
    expect(quality!.labelAccuracy).toBeGreaterThan(map.quality.labelAccuracy! - 0.1);
  });
});

describe('neighbours that are given', () => {
  const line = matrixOf([[0], [1], [3], [7]]);

  it('are put in order, without the row itself, with the distances that were left out', () => {
    const indices = Uint32Array.of(0, 2, 1, 1, 0, 2, 2, 3, 1, 3, 1, 2);
    expect(givenNeighbors(line, { indices })).toEqual({
      nNeighbors: 2,
      indices: Uint32Array.of(1, 2, 0, 2, 1, 3, 2, 1),
      distances: Float32Array.of(1, 3, 1, 2, 2, 4, 4, 6),
    });
  });

  it('keep their own distances', () => {
    const given = { indices: Uint32Array.of(1, 2, 0, 3), distances: Float32Array.of(5, 6, 7, 8) };
    expect(givenNeighbors(line, given)).toEqual({ nNeighbors: 1, ...given });
  });

  it.each<[string, Uint32Array, Float32Array | undefined]>([
    ['a row that is not there', Uint32Array.of(1, 2, 0, 4), undefined],
    ['not as many for each', Uint32Array.of(1, 2, 0), undefined],
    ['fewer distances', Uint32Array.of(1, 2, 0, 3), Float32Array.of(1)],
    ['a distance that is none', Uint32Array.of(1, 2, 0, 3), Float32Array.of(1, NaN, 1, 1)],
    ['only themselves', Uint32Array.of(0, 1, 2, 3), undefined],
  ])('are refused when there is %s', (_, indices, distances) => {
    expect(() => givenNeighbors(line, { indices, distances })).toThrow(/neighbour/);
  });
});

describe('neighbors', () => {
  it('are those of a row, or of a point, in data, space and map', async () => {
    const codes = await project.codes({ space: 'points-pca' });
    const places = await project.coordinates({ map: map.id });
    for (const [of, rows] of [
      ['points', x],
      ['points-pca', codes],
      [map.id, places],
    ] as const) {
      const { indices, distances } = await project.neighbors({ of, row: 5, k: 4 });
      expect([...indices], of).toEqual(byDistance(rows, row(rows, 5)).slice(1, 5));
      expect([...distances]).toEqual([...distances].sort((a, b) => a - b));
      const point = [...row(rows, 5)].map((value) => value + 0.3);
      expect([...(await project.neighbors({ of, point, k: 3 })).indices]).toEqual(byDistance(rows, point).slice(0, 3));
      const table = await project.neighborTable({ of, k: 4 });
      expect(table.indices.subarray(5 * 4, 6 * 4)).toEqual(indices);
    }
  });

  it('are no more than there are, and know what they are asked of', async () => {
    expect((await project.neighbors({ of: 'points', row: 0, k: 1000 })).indices).toHaveLength(N - 1);
    const ask = project.neighbors;
    await expect(ask({ of: 'points', k: 3 })).rejects.toMatchObject({ name: 'InputError' });
    await expect(ask({ of: 'points', row: 0, point: [1] })).rejects.toMatchObject({ name: 'InputError' });
    await expect(ask({ of: 'points', row: N })).rejects.toThrow(`row ${N} of points was asked for, which has ${N}`);
    await expect(ask({ of: 'points', point: [1, 2] })).rejects.toMatchObject({ code: 'wrong-width' });
    await expect(ask({ of: 'points', row: 0, k: 0.5 })).rejects.toMatchObject({ name: 'InputError' });
    await expect(ask({ of: 'nothing', row: 0 })).rejects.toMatchObject({ code: 'no-such-item' });
  });
});

describe('place', () => {
  it('puts what was fitted where it is', async () => {
    const { coordinates, quality } = await project.place({ map: map.id, rows: x });
    const places = await project.coordinates({ map: map.id });
    coordinates.data.forEach((value, i) => expect(value).toBeCloseTo(places.data[i], 4));
    expect(quality).toMatchObject({ nNeighbors: 15, sampleSize: N });
    expect(quality).not.toHaveProperty('labelAccuracy');
  });

  it('puts new points among their like, and says how well', async () => {
    const { quality } = await project.place({ map: map.id, rows: points(60, 9), labels: groups(60) });
    expect(quality!.labelAccuracy).toBeGreaterThan(0.8);
    const shuffled = Int32Array.from(groups(60), (group) => (group + 1) % 3);
    const { quality: wrong } = await project.place({ map: map.id, rows: points(60, 9), labels: shuffled });
    expect(wrong!.labelAccuracy).toBeLessThan(0.2);
    expect(quality!.neighborRecall).toBeGreaterThan(0.2);
  });

  it('encodes rows first where the map is one of a space', async () => {
    const of = await project.map({ of: 'points-pca', method: 'pca' });
    const news = points(7, 4);
    const codes = await project.encode({ space: 'points-pca', rows: news });
    const byRows = await project.place({ map: of.id, rows: news });
    expect(await project.place({ map: of.id, codes })).toEqual(byRows);
    await expect(project.place({ map: map.id, codes })).rejects.toMatchObject({ code: 'wrong-kind' });
    await expect(project.place({ map: of.id })).rejects.toMatchObject({ name: 'InputError' });
    const short = { map: of.id, rows: news, labels: groups(3) };
    await expect(project.place(short)).rejects.toMatchObject({ code: 'labels' });
  });
});

describe('rows that no map is made of', () => {
  const bring = async (name: string, value: (i: number, j: number) => number, labels?: string[]): Promise<void> => {
    const data = Float32Array.from({ length: 100 * 3 }, (_, at) => value(Math.floor(at / 3), at % 3));
    await project.addData({
      files: [bytesSource(`${name}.npy`, writeNpy({ shape: [100, 3], data }))],
      ...(labels && {
        labels: bytesSource('labels.csv', new TextEncoder().encode(`what\n${labels.join('\n')}\n`)),
        label: 'what',
      }),
    });
  };

  it.each<[string, number, RegExp]>([
    ['vast', 1e30, /^the greatest number in vast is .*e\+30, expected one from 1e-15 to 1e15, .*divide the columns/],
    ['scant', 1e-30, /^the greatest number in scant is .*e-30, .*multiply the columns/],
  ])('%s numbers are refused before distances overflow or vanish', async (name, size, message) => {
    await bring(name, (i, j) => size * Math.sin(i + 2 * j));
    await expect(project.map({ of: name, method: 'mds' })).rejects.toThrow(message);
    await expect(project.neighborTable({ of: name, k: 3 })).rejects.toThrow(message);
  });

  it('a map by cosine is judged by cosine: lengths have no say', async () => {
    await bring('turned', (i, j) => Math.cos(i * 2.4 + 2 * j));
    await bring('stretched', (i, j) => Math.cos(i * 2.4 + 2 * j) * 2 ** (i % 7));
    const options = { distance: 'cosine', start: 'random', nIter: 400 };
    const [even, uneven] = [
      await project.map({ of: 'turned', method: 'tsne', options }),
      await project.map({ of: 'stretched', method: 'tsne', options }),
    ];
    expect(uneven.quality.neighborRecall).toBeCloseTo(even.quality.neighborRecall, 1);
    expect(uneven.warnings).toEqual([]);
    const other = await project.map({ of: 'turned', method: 'tsne', options: { ...options, distance: 'manhattan' } });
    expect(other.warnings).toEqual([]);
    expect([even, other].map(({ quality }) => quality.distance)).toEqual(['cosine', 'manhattan']);
  });

  it('of equal rows every method says the same', async () => {
    const labels = Array.from({ length: 100 }, (_, i) => 'ab'[i % 2]);
    const csv = labels.map((label) => `2,2,2,${label}`).join('\n');
    await project.addData({ files: [bytesSource('alike.csv', new TextEncoder().encode(`a,b,c,label\n${csv}\n`))] });
    for (const { name } of (await project.methods()).maps.filter(({ name }) => name !== 'coordinates')) {
      const { warnings } = await project.map({ of: 'alike', method: name });
      expect(warnings, name).toEqual([expect.stringMatching(/^all 100 rows are equal: where their points lie means/)]);
    }
  });

  it('rows that differ but come out in one place are said to do so', async () => {
    // each class has the same mean
    const csv = Array.from({ length: 100 }, (_, i) => `${i >> 1},${(i >> 1) % 7},${'ab'[i % 2]}`).join('\n');
    await project.addData({ files: [bytesSource('pairs.csv', new TextEncoder().encode(`a,b,label\n${csv}\n`))] });
    const { warnings } = await project.map({ of: 'pairs', method: 'lda' });
    expect(warnings.join()).toContain('in one place, though the rows differ');
  });

  it('a label without categories is told apart from none', async () => {
    await bring(
      'named',
      (i, j) => Math.sin(i * 3 + j),
      Array.from({ length: 100 }, (_, i) => `n${i}`),
    );
    await expect(project.map({ of: 'named', method: 'lda' })).rejects.toThrow(
      'lda needs labels, and the label of named, what, is text; name a column of categories',
    );
  });
});
