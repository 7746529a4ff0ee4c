import { describe, expect, test } from 'vitest';
import { matrix, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { loadProjection, pcaMap, umap } from './index.ts';
import { TURN, readTurn, turnedMap } from './turned-map.ts';
import type { Turn } from './turned-map.ts';

const normals = (n: number, d: number, seed: number): Matrix =>
  matrix(n, d, random(seed).fillNormal(new Float32Array(n * d)));
const x = normals(60, 5, 1);
/** a quarter turn, mirrored */
const turn: Turn = { rotation: [0, 1, 1, 0], shift: [3, -2] };

describe.each([pcaMap, umap])('a turned map by $name', (method) => {
  const made = method.fit(x, method === umap ? { nEpochs: 20 } : {});

  test('is turned, and leads back to where it led before', async () => {
    const inner = await made;
    const outer = turnedMap(inner, turn);
    const { data } = inner.coordinates;
    for (let i = 0; i < 60; i++) {
      expect(outer.coordinates.data[2 * i]).toBeCloseTo(data[2 * i + 1] + 3, 5);
      expect(outer.coordinates.data[2 * i + 1]).toBeCloseTo(data[2 * i] - 2, 5);
    }
    const [back, before] = [outer.inverse!(outer.coordinates), inner.inverse!(inner.coordinates)];
    back.data.forEach((value, i) => expect(value).toBeCloseTo(before.data[i], 3));
    const news = normals(7, 5, 2);
    const [there, plain] = [await outer.transform!(news), await inner.transform!(news)];
    for (let i = 0; i < 7; i++) expect(there.data[2 * i]).toBeCloseTo(plain.data[2 * i + 1] + 3, 5);
  });

  test('saved and loaded it is the same', async () => {
    const outer = turnedMap(await made, turn);
    const loaded = loadProjection(outer.toFiles(), outer.coordinates);
    const news = normals(7, 5, 2);
    expect(await loaded.transform!(news)).toEqual(await outer.transform!(news));
    expect(loaded.inverse!(outer.coordinates)).toEqual(outer.inverse!(outer.coordinates));
    expect(loaded.coordinates).toBe(outer.coordinates);
    expect(loaded.toFiles()).toEqual(outer.toFiles());
    const { coordinates } = outer;
    expect(loadProjection(outer.toFiles()).inverse!(coordinates)).toEqual(outer.inverse!(coordinates));
  });
});

test.each([
  '',
  '{}',
  '{"rotation":[1,0,0,1]}',
  '{"rotation":[1,0,0,2],"shift":[0,0]}',
  '{"rotation":[1,0,0,1],"shift":[0]}',
])('a turn that is none is refused: %j', (text) => {
  expect(() => readTurn(new TextEncoder().encode(text), 2)).toThrow(TURN);
});
