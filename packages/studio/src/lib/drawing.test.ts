import { expect, test } from 'vitest';
import { bytesSource, readDataset } from '@portolan/core/data';
import { random } from '@portolan/core/base';
import { brush, erase, fitted, MAX_POINTS, REACH, spray, toCsv, tooFew, type Points } from './drawing.ts';

const origin = { x: 0, y: 0 };

test('a stroke lies along its line, as many points as it is long, in its ink', () => {
  const drawn = brush([], { x: -3, y: 1 }, { x: 3, y: 1 }, 0.3, 2, random(1));
  expect(drawn.length).toBe(360);
  const mean = (of: (p: (typeof drawn)[number]) => number) => drawn.reduce((sum, p) => sum + of(p), 0) / drawn.length;
  expect(mean(({ y }) => y)).toBeCloseTo(1, 1);
  expect(Math.sqrt(mean(({ y }) => (y - 1) ** 2))).toBeCloseTo(0.1, 1);
  expect(drawn.every(({ x, ink }) => Math.abs(x) < 3.6 && ink === 2)).toBe(true);
  expect(brush([], origin, origin, 0.3, 0, random(1)).length).toBeGreaterThan(1);
});

test('a puff stays in its disc and fills it evenly; what falls beside the sheet is lost', () => {
  const drawn = spray([], { x: 1, y: 2 }, 2, 0, 4000, random(2));
  const radii = drawn.map(({ x, y }) => Math.hypot(x - 1, y - 2));
  expect(Math.max(...radii)).toBeLessThanOrEqual(2);
  expect(radii.filter((r) => r < 1).length / 4000).toBeCloseTo(0.25, 1);
  const edge = spray([], { x: REACH, y: 0 }, 1, 0, 1000, random(2));
  expect(edge.length).toBeGreaterThan(300);
  expect(edge.length).toBeLessThan(700);
  expect(spray(drawn, origin, 1, 0, MAX_POINTS, random(2))).toHaveLength(MAX_POINTS);
});

test('the eraser takes what its line passes, and gives the same list when that is nothing', () => {
  const points: Points = [0, 1, 2, 3].map((x) => ({ x, y: 0, ink: 0 }));
  const left = (kept: Points): number[] => kept.map(({ x }) => x);
  expect(left(erase(points, { x: 0.9, y: 1 }, { x: 2.1, y: -1 }, 0.7))).toEqual([0, 3]);
  expect(left(erase(points, { x: 2, y: 0 }, { x: 2, y: 0 }, 0.1))).toEqual([0, 1, 3]);
  expect(erase(points, { x: 0, y: 3 }, { x: 3, y: 3 }, 1)).toBe(points);
});

test('a preset fills the sheet without bending', () => {
  const points = fitted([0, 0, 10, 0, 10, 4, 0, 4], [0, 1, 2, 3]);
  expect(points.map(({ x, y }) => [x, y].map((v) => +v.toFixed(9)))).toEqual([
    [-4.25, -1.7],
    [4.25, -1.7],
    [4.25, 1.7],
    [-4.25, 1.7],
  ]);
  expect(fitted([3, 3], [0])).toEqual([{ x: 0, y: 0, ink: 0 }]);
});

test('says how many are missing', () => {
  const n = (length: number): Points => Array.from({ length }, () => ({ x: 0, y: 0, ink: 0 }));
  expect(tooFew(n(0))).toBe('Draw at least 100 points.');
  expect(tooFew(n(99))).toBe('Draw at least 100 points: 1 more is missing.');
  expect(tooFew(n(100))).toBeUndefined();
});

test('becomes ordinary data: two numbers a row, and the inks as its label where there are several', async () => {
  const read = async (points: Points) => {
    const { text, label } = toCsv(points);
    return readDataset([bytesSource('drawing.csv', new TextEncoder().encode(text))], { label });
  };
  const one = spray([], origin, 3, 0, 150, random(3));
  const plain = await read(one);
  expect([plain.rows.nSamples, plain.rows.nFeatures, plain.featureNames, plain.label]).toEqual([
    150,
    2,
    ['x', 'y'],
    undefined,
  ]);
  expect(plain.rows.data[2 * 7 + 1]).toBeCloseTo(one[7].y, 4);
  const inked = await read(spray(one, origin, 3, 3, 50, random(4)));
  expect([inked.rows.nSamples, inked.rows.nFeatures, inked.label]).toEqual([200, 2, 'ink']);
  expect(inked.columns.find(({ name }) => name === 'ink')).toMatchObject({ categories: ['ink 1', 'ink 4'] });
});
