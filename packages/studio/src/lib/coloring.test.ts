import { describe, expect, test } from 'vitest';
import type { Column } from '@portolan/core/data';
import { darkTheme, scaleColor, type ColorScale } from '@portolan/core/pictures';
import { colorBy, valueText } from './coloring.ts';

const digit: Column = {
  name: 'digit',
  type: 'category',
  codes: Int32Array.of(0, 1, 1, -1, 2),
  categories: ['a', 'b', 'c'],
};
const palette = (n: number): string[] => Array.from({ length: n }, (_, i) => `#00000${i}`);

describe('colouring', () => {
  test('a category gives counts over the points that are shown', () => {
    const all = colorBy(digit, null, palette)!;
    expect(all.legend).toMatchObject({
      missing: 1,
      entries: [{ count: 1 }, { name: 'b', count: 2, color: '#000001' }, {}],
    });
    const some = colorBy(digit, Uint32Array.of(4, 2), palette)!;
    expect(some.coloring).toMatchObject({ codes: Int32Array.of(2, 1) });
  });

  test('own colours stand in for the usual ones', () => {
    const { legend } = colorBy(digit, null, palette, { own: { b: '#123456' } })!;
    expect(legend).toMatchObject({ entries: [{ color: '#000000' }, { color: '#123456' }, {}] });
  });

  test('a number is spread over its middle; a constant still has a span; text has no colours', () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => i);
    values[3] = 1e9;
    values[4] = NaN;
    const { legend } = colorBy({ name: 'n', type: 'number', values }, null, palette)!;
    expect(legend).toMatchObject({ missing: 1 });
    expect((legend as unknown as { domain: number[] }).domain[1]).toBeLessThan(1000);
    const both = colorBy({ name: 'd', type: 'number', values: Float64Array.of(-1, 0, 3) }, null, palette, {
      scale: 'blueOrange',
    })!;
    expect(both.legend).toMatchObject({ domain: [-3, 3] });
    const flat = colorBy({ name: 'n', type: 'number', values: new Float64Array(4) }, null, palette)!;
    expect((flat.legend as unknown as { domain: number[] }).domain).toEqual([0, 1]);
    expect(colorBy({ name: 't', type: 'text', values: ['x'] }, null, palette)).toBeNull();
  });

  test('on a dark ground a scale begins where it can be seen, and ends as ever', () => {
    const column: Column = { name: 'n', type: 'number', values: Float64Array.of(0, 1) };
    const ends = (dark: boolean): string[] => {
      const { scale } = colorBy(column, null, palette, { dark })!.legend as unknown as { scale: ColorScale };
      return [scaleColor(0, scale), scaleColor(1, scale)];
    };
    const light = (hex: string): number => Math.max(...[1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
    const [low, high] = ends(true);
    expect(light(low)).toBeGreaterThan(4 * light(darkTheme.background));
    expect([...ends(false), high]).toEqual(['#440154', '#fde725', '#fde725']);
  });
});

test('values as text', () => {
  expect([0, 3].map((i) => valueText(digit, i))).toEqual(['a', '']);
  const time: Column = { name: 't', type: 'time', values: Float64Array.of(0, NaN) };
  expect([0, 1].map((i) => valueText(time, i))).toEqual(['1970-01-01T00:00:00', '']);
});
