import { gunzipSync } from 'node:zlib';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { random } from '../base/index.ts';
import type { Column, Rows } from '../data/index.ts';
import { packMap, unpackMap } from './map-data.ts';
import type { MapData } from './map-data.ts';
import { mapToHtml } from './map-page.ts';
import { thumbnailSheet } from './thumbnail-sheet.ts';

const rng = random(5);
const n = 500;
const columns: Column[] = [
  { name: 'kind', type: 'category', codes: Int32Array.from({ length: n }, (_, i) => (i % 7) - 1), categories: [...'abcdef'] },
  { name: 'size', type: 'number', values: Float64Array.from({ length: n }, (_, i) => (i === 3 ? NaN : i * 0.5)) },
  { name: 'id', type: 'number', values: Float64Array.from({ length: n }, (_, i) => 2 ** 40 + i) },
  { name: 'when', type: 'time', values: Float64Array.from({ length: n }, (_, i) => 1.7e12 + i * 1001) },
  { name: 'text', type: 'text', values: Array.from({ length: n }, (_, i) => `row “${i}” </script> é` ) },
]; // prettier-ignore
const map: MapData = {
  title: 'A map', about: 'of things', nComponents: 2, columns, colorBy: 'kind', labels: 'categories', theme: 'auto',
  coordinates: Float32Array.from({ length: 2 * n }, (_, k) => (k === 8 ? NaN : 30 * rng.normal())),
  thumbnails: { image: Uint8Array.of(1, 2, 3), cellWidth: 8, cellHeight: 9, cells: new Int32Array(n).fill(-1), ink: true },
}; // prettier-ignore

const back = (bytes: Uint8Array): MapData => unpackMap(gunzipSync(bytes));

describe('a map as bytes', () => {
  it('comes back: columns and pictures exactly, places to a 65,534th of the extent', () => {
    const { coordinates, ...rest } = back(packMap(map));
    const { coordinates: before, ...expected } = map;
    expect(rest).toEqual(expected);
    const finite = before.filter(Number.isFinite);
    const step = (Math.max(...finite) - Math.min(...finite)) / 65_534;
    coordinates.forEach((v, k) => {
      if (k === 8) expect(v).toBeNaN();
      else expect(Math.abs(v - before[k])).toBeLessThanOrEqual(step);
    });
    expect(back(packMap(map, true)).coordinates).toEqual(before);
  });

  it('keeps 3-D and many categories', () => {
    const categories = Array.from({ length: 400 }, (_, i) => `c${i}`);
    const codes = Int32Array.from({ length: 600 }, (_, i) => (i % 401) - 1);
    const coordinates = Float32Array.from({ length: 1800 }, () => rng.normal());
    const many = back(packMap({ ...map, nComponents: 3, coordinates, thumbnails: undefined, columns: [{ name: 'c', type: 'category', codes, categories }] })); // prettier-ignore
    expect(many.columns[0]).toEqual({ name: 'c', type: 'category', codes, categories });
    expect(many.coordinates).toHaveLength(1800);
  });

  it('refuses what does not fit', () => {
    expect(() => packMap({ ...map, coordinates: new Float32Array(3) })).toThrow(/got 3 coordinates, expected 2/);
    expect(() => packMap({ ...map, coordinates: new Float32Array(4) })).toThrow(
      /column kind has 500 values for 2 points/,
    );
    expect(() => unpackMap(Uint8Array.of(1, 2, 3))).toThrow(/map/);
  });
});

describe('a map as a page', () => {
  it('has no way out of its scripts, whatever the title and the viewer say', () => {
    const viewer = 'const a = "</script><script>alert(1)</script>", b = "<!--";';
    const html = mapToHtml({ viewer, coordinates: map.coordinates, columns, title: '</title><script>bad()</script>' });
    expect(html.match(/<script/g)).toHaveLength(3); // data, viewer, and the text in the viewer's string
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html).toContain('<title>&lt;/title&gt;&lt;script&gt;bad()');
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
    const packed = /id="portolan-map">([^<]+)</.exec(html)![1];
    expect(back(Buffer.from(packed, 'base64'))).toMatchObject({
      colorBy: 'kind',
      labels: 'categories',
      nComponents: 2,
    });
  });

  it('is small: 10,000 points with a category take under 60 kB beside the viewer', () => {
    const coordinates = Float32Array.from({ length: 20_000 }, () => rng.normal());
    const codes = Int32Array.from({ length: 10_000 }, (_, i) => i % 10);
    const column: Column = { name: 'c', type: 'category', codes, categories: [...'0123456789'] };
    expect(mapToHtml({ viewer: ';', coordinates, columns: [column] }).length).toBeLessThan(60_000);
  });

  it('asks for a viewer, and for a column that is there', () => {
    expect(() => mapToHtml({ viewer: '', coordinates: map.coordinates })).toThrow(/needs the viewer/);
    expect(() => mapToHtml({ viewer: ';', coordinates: map.coordinates, colorBy: 'x' })).toThrow(/no column x/);
  });
});

describe('a sheet of thumbnails', () => {
  const rows = (nSamples: number, side: number, value: (i: number, x: number, y: number) => number): Rows => ({
    data: Uint8Array.from({ length: nSamples * side * side }, (_, k) => {
      const p = k % (side * side);
      return value(Math.floor(k / (side * side)), p % side, Math.floor(p / side));
    }),
    nSamples, nFeatures: side * side, scale: 1 / 255,
  }); // prettier-ignore

  it('has each image in its cell', () => {
    const sheet = thumbnailSheet(
      rows(10, 5, (i, x, y) => 20 * i + x + y),
      { kind: 'image', height: 5, width: 5, channels: 1 },
    )!;
    const image = decode(sheet.image);
    const cols = image.width / 5;
    for (let i = 0; i < 10; i++) {
      const at = (Math.floor(sheet.cells[i] / cols) * 5 + 2) * image.width + (sheet.cells[i] % cols) * 5 + 3;
      expect(image.data[at]).toBe(20 * i + 5);
    }
    expect(sheet.ink).toBe(false);
  });

  it('knows strokes on an empty ground, and turns their negative', () => {
    const medium = { kind: 'image', height: 8, width: 8, channels: 1 } as const;
    const stroke = (bright: number, ground: number) =>
      rows(6, 8, (_i, x, y) => (x === 4 && y > 1 && y < 6 ? bright : ground));
    const light = thumbnailSheet(stroke(255, 0), medium)!;
    const dark = thumbnailSheet(stroke(0, 255), medium)!;
    expect([light.ink, dark.ink]).toEqual([true, true]);
    expect(decode(dark.image).data).toEqual(decode(light.image).data);
  });

  it('shrinks large images and thins too many of them', () => {
    const sheet = thumbnailSheet(
      rows(40, 40, (i) => i),
      { kind: 'image', height: 40, width: 40, channels: 1 },
      { maxCell: 20, maxSide: 80 },
    )!;
    expect([sheet.cellWidth, sheet.cellHeight, sheet.count]).toEqual([20, 20, 14]);
    expect(Array.from(sheet.cells.subarray(0, 7))).toEqual([0, -1, -1, 1, -1, -1, 2]);
    expect(
      thumbnailSheet(
        rows(1, 2, () => 0),
        { kind: 'vector' },
      ),
    ).toBeNull();
  });
});
