import { random } from '@portolan/core/base';
import { describe, expect, it } from 'vitest';
import { fittedRadius, occupiedShare, opacityFor, ThumbnailChooser, zoomedRadius } from './level-of-detail.ts';
import { PointGrid } from './point-grid.ts';

const size = { width: 800, height: 600 };
const n = 5000;
const points = random(3).fillUniform(new Float32Array(2 * n), -1, 1);
const grid = new PointGrid(points);
const cells = Int32Array.from({ length: n }, (_, i) => (i % 7 === 0 ? -1 : i));

describe('size and opacity', () => {
  it('fall with the number of points and grow with zoom, within limits', () => {
    const radii = [10, 1000, 10_000, 100_000, 1_000_000].map((count) => fittedRadius(count, size));
    expect(radii).toEqual([...radii].sort((a, b) => b - a));
    expect(radii[0]).toBeLessThanOrEqual(4.5);
    expect(radii[4]).toBeGreaterThanOrEqual(0.7);
    expect(zoomedRadius(2, 4)).toBeGreaterThan(2);
    expect(zoomedRadius(2, 1e6)).toBeLessThanOrEqual(10);
    expect(opacityFor(4)).toBeGreaterThan(opacityFor(20));
    expect(opacityFor(1e9)).toBeGreaterThan(0);
    expect(opacityFor(3, true)).toBeLessThan(opacityFor(3));
    expect(opacityFor(0.1, true)).toBe(opacityFor(0.1));
  });
});

describe('occupiedShare', () => {
  const extent = { xMin: 0, xMax: 4, yMin: 0, yMax: 2 };

  it('is all for even or few points and a cell for points in one place', () => {
    const even = Float32Array.from({ length: 2 * 128 * 128 }, (_, k) =>
      k % 2 ? (2 * (((k >> 1) >> 7) + 0.5)) / 128 : (4 * (((k >> 1) & 127) + 0.5)) / 128,
    );
    expect(occupiedShare(even, extent)).toBe(1);
    expect(occupiedShare(new Float32Array(2 * 64 * 64 * 8).fill(1), extent)).toBeCloseTo(1 / 64 ** 2);
    expect(occupiedShare(Float32Array.of(0, 0, 4, 2, 1, 1), extent)).toBe(1);
    expect(occupiedShare(Float32Array.of(NaN, NaN), extent)).toBe(1);
  });
});

/** CSS pixels between the two pictures that stand nearest, along the axis on which they are farther apart. */
function leastDistance(indices: Uint32Array, scale: number): number {
  const places = [...indices].map((i) => [points[2 * i] * scale, points[2 * i + 1] * scale]);
  let least = Infinity;
  places.forEach((a, i) =>
    places
      .slice(0, i)
      .forEach((b) => (least = Math.min(least, Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]))))),
  );
  return least;
}

describe('ThumbnailChooser', () => {
  const overview = { x: 0, y: 0, scale: 280 };

  it('gives pictures only to visible points that have one, spread out', () => {
    const visible = Uint8Array.from({ length: n }, (_, i) => (i % 2 ? 1 : 0));
    const choice = new ThumbnailChooser().choose(grid, overview, size, cells, visible);
    expect(choice!.indices.length).toBeGreaterThan(100);
    expect(choice!.indices.length).toBeLessThan((800 / 26) * (600 / 26) * 3);
    for (const i of choice!.indices) {
      expect(i % 2).toBe(1);
      expect(i % 7).not.toBe(0);
    }
    expect(leastDistance(choice!.indices, 280)).toBeGreaterThan(0.6 * choice!.size);
  });

  it('does not change when the view moves a little, nor depend on how it got there', () => {
    const chooser = new ThumbnailChooser();
    const first = chooser.choose(grid, { x: 0, y: 0, scale: 900 }, size, cells, null)!;
    const moved = chooser.choose(grid, { x: 0.05, y: 0.02, scale: 900 }, size, cells, null)!;
    expect(moved.indices).toBe(first.indices);
    const far = { x: 0.3, y: 0, scale: 900 };
    const travelled = chooser.choose(grid, far, size, cells, null)!;
    const fresh = new ThumbnailChooser().choose(grid, far, size, cells, null)!;
    expect(inView(travelled.indices)).toEqual(inView(fresh.indices));
  });

  it('draws pictures larger the nearer one comes, within limits, and never over each other', () => {
    const sizes = [200, 280, 900, 2000, 4000, 20_000].map((scale) => {
      const choice = new ThumbnailChooser().choose(grid, { x: 0, y: 0, scale }, size, cells, null)!;
      expect(leastDistance(choice.indices, scale)).toBeGreaterThan(0.6 * choice.size);
      return choice.size;
    });
    expect(sizes[0]).toBeLessThanOrEqual(44);
    expect(sizes[4]).toBeGreaterThan(50);
    expect(sizes[5]).toBeLessThan(100);
  });

  it('gives every point its picture when near enough', () => {
    const near = { x: 0, y: 0, scale: 20_000 };
    const choice = new ThumbnailChooser().choose(grid, near, size, cells, null);
    const inView = grid.inExtent({ xMin: -0.02, xMax: 0.02, yMin: -0.015, yMax: 0.015 });
    const shown = new Set(choice?.indices ?? []);
    expect(inView.length).toBeGreaterThan(0);
    for (const i of inView) if (cells[i] >= 0) expect(shown.has(i)).toBe(true);
  });
});

function inView(indices: Uint32Array): number[] {
  return [...indices].filter((i) => Math.abs(points[2 * i] - 0.3) < 0.3 && Math.abs(points[2 * i + 1]) < 0.25);
}
