import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { random } from '../base/index.ts';
import type { Column } from '../data/index.ts';
import { parseHex } from './colors.ts';
import { colorsOf } from './legend.ts';
import { layOutPicture } from './picture.ts';
import { pointsToPng, pointsToPngPieces } from './points-to-png.ts';
import { pointsToSvg } from './points-to-svg.ts';
import { lightTheme } from './theme.ts';

const rng = random(8);

/** Three groups of points with a category. */
function groups(n: number): { coordinates: Float32Array; column: Extract<Column, { type: 'category' }> } {
  const codes = Int32Array.from({ length: n }, (_, i) => i % 3);
  const coordinates = Float32Array.from({ length: 2 * n }, (_, k) => {
    const angle = (codes[k >> 1] * 2 * Math.PI) / 3;
    return 10 * (k % 2 ? Math.sin(angle) : Math.cos(angle)) + rng.normal();
  });
  return { coordinates, column: { name: 'kind', type: 'category', codes, categories: ['<a&b>', 'two', 'three'] } };
}

describe('a map as SVG', () => {
  it('has every point once, text as text, and escapes what is not markup', () => {
    const { coordinates, column } = groups(600);
    const { svg, warnings } = pointsToSvg(coordinates, { column, title: 'Kinds & "colours"' });
    expect(svg.match(/h0/g)).toHaveLength(600);
    expect(svg).toContain('Kinds &amp; &quot;colours&quot;</text>');
    expect(svg.match(/&lt;a&amp;b&gt;<\/text>/g)).toHaveLength(2); // the label and the legend
    expect(svg).not.toContain('<image');
    expect(warnings).toEqual([]);
    const open = svg.match(/<[a-zA-Z][^>]*[^/]>/g)!.length;
    expect(svg.match(/<\/[a-zA-Z]+>/g)).toHaveLength(open);
  });

  it('puts points where the camera does, and leaves out those without a place', () => {
    const { svg } = pointsToSvg(Float32Array.of(0, 0, 10, 10, NaN, 3), { width: 500, height: 500 });
    const dots = [...svg.matchAll(/M(\d+) (\d+)h0/g)].map(([, x, y]) => [Number(x) / 10, Number(y) / 10]);
    const { area } = layOutPicture(new Float32Array(0), { width: 500, height: 500 });
    expect(dots.sort()).toEqual([[36, area.height - 36], [area.width - 36, 36]].sort()); // prettier-ignore
  });

  it('stays small for 100,000 points, and says so when more become a picture', () => {
    const { coordinates, column } = groups(100_000);
    const { svg } = pointsToSvg(coordinates, { column });
    expect(svg.length).toBeLessThan(1.6e6);
    const few = pointsToSvg(coordinates, { column, rasterAbove: 1000 });
    expect(few.warnings).toEqual([expect.stringContaining('100000 points, more than 1000, are one embedded picture')]);
    expect(few.svg).toContain(`<desc>${few.warnings[0]}`);
    expect(few.svg).toMatch(/<image [^>]*href="data:image\/png;base64,iVBOR/);
    expect(few.svg.includes('<path d="M')).toBe(true); // the graticule
    expect(few.svg.includes('stroke-linecap="round"')).toBe(false);
    expect(few.svg).toContain('three</text>');
  });

  it('takes labels of one’s own or none, and draws nothing but paper for no points', () => {
    const { coordinates, column } = groups(30);
    const own = pointsToSvg(coordinates, { column, labels: [{ text: 'Here', place: [10, 0] }], legend: false });
    expect(own.svg).toContain('Here</text>');
    expect(own.svg).not.toContain('two</text>');
    expect(pointsToSvg(coordinates, { column, labels: 'none', legend: false }).svg).not.toContain('two</text>');
    expect(pointsToSvg(new Float32Array(0)).svg).not.toContain('h0');
  });

  it('refuses what can’t be drawn', () => {
    const { coordinates, column } = groups(30);
    expect(() => pointsToSvg(Float32Array.of(1))).toThrow(/got 1 coordinates/);
    expect(() => pointsToSvg(coordinates.subarray(2), { column })).toThrow(/kind has 30 values for 29 points/);
    expect(() => pointsToSvg(coordinates, { width: 10 })).toThrow(/too small/);
  });
});

describe('a map as PNG', () => {
  it('is as large as asked for, says its resolution, and has each colour where it belongs', () => {
    const { coordinates, column } = groups(300);
    const image = decode(pointsToPng(coordinates, { column, width: 600, height: 450, density: 2 }), { checkCrc: true });
    expect([image.width, image.height, image.resolution?.x]).toEqual([1200, 900, Math.round(192 / 0.0254)]);
    const { codes, palette } = colorsOf(column, 300, { theme: lightTheme, dark: false });
    const { x, y, area } = layOutPicture(coordinates, { column, width: 600, height: 450, legend: false });
    const paper = parseHex(lightTheme.background)!;
    for (const i of [0, 1, 2]) {
      const at = 3 * (Math.round(2 * (area.top + y[i])) * 1200 + Math.round(2 * (area.left + x[i])));
      const pixel = [...image.data.subarray(at, at + 3)];
      const distance = (color: ArrayLike<number>) => Math.hypot(...pixel.map((v, k) => v - color[k]));
      const own = palette.subarray(4 * codes[i], 4 * codes[i] + 3);
      expect(distance(own)).toBeLessThan(distance(paper));
    }
  });

  it('comes in pieces, so that a poster needs no more memory than a strip', () => {
    const { coordinates } = groups(2000);
    let largest = 0;
    let total = 0;
    for (const piece of pointsToPngPieces(coordinates, { width: 1600, height: 1200, density: 5, dpi: 300 })) {
      largest = Math.max(largest, piece.length);
      total += piece.length;
    }
    expect(total).toBeGreaterThan(50_000);
    expect(largest).toBeLessThan(4e6);
    expect(() => pointsToPng(coordinates, { density: 500 })).toThrow(/too large/);
  });
});

describe('colours and legends', () => {
  const options = { theme: lightTheme, dark: false };

  it('of numbers run over their range, missing values apart', () => {
    const column: Column = { name: 'age', type: 'number', values: Float64Array.of(10, 20, NaN, 30) };
    const { codes, legend } = colorsOf(column, 4, options);
    expect([...codes]).toEqual([1, 129, 0, 256]);
    expect(legend).toMatchObject({ type: 'number', domain: [10, 30] });
    expect(legend?.type === 'number' && legend.ticks.map(({ label }) => label)).toEqual(['10', '15', '20', '25', '30']);
  });

  it('of times are dated, of constants and texts don’t fail', () => {
    const day = 864e5;
    const time: Column = { name: 'when', type: 'time', values: Float64Array.of(0, 10 * day) };
    const { legend } = colorsOf(time, 2, options);
    expect(legend?.type === 'number' && legend.ticks.map(({ label }) => label)).toEqual(['1970-01-01', '1970-01-06', '1970-01-11']); // prettier-ignore
    expect([...colorsOf({ name: 'c', type: 'number', values: Float64Array.of(5, 5) }, 2, options).codes]).toEqual([
      1, 1,
    ]);
    expect(colorsOf({ name: 't', type: 'text', values: ['a'] }, 1, options).legend).toBeNull();
  });

  it('of very many categories say how many are not listed', () => {
    const n = 100;
    const column: Column = {
      name: 'id', type: 'category',
      codes: Int32Array.from({ length: n }, (_, i) => i), categories: Array.from({ length: n }, (_, i) => `c${i}`),
    }; // prettier-ignore
    expect(colorsOf(column, n, options).legend).toMatchObject({ more: 60 });
  });
});
