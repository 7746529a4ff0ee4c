/** How large points are and how opaque, from their number and how they crowd. */
import type { Extent, Size } from './framing.ts';

/** CSS pixels, when all points are in view. */
export function fittedRadius(count: number, { width, height }: Size): number {
  const spacing = Math.sqrt((width * height) / Math.max(1, count));
  return Math.min(4.5, Math.max(0.7, 0.32 * spacing));
}

/** Points grow slower than the map when it is zoomed. */
export function zoomedRadius(fitted: number, zoom: number): number {
  return Math.min(Math.max(fitted, 10), Math.max(0.5, fitted * zoom ** (zoom < 1 ? 0.5 : 0.42)));
}

/** How much earlier points of one colour let others through: nothing but their overlap tells how many there are. */
const ALIKE = 6;

/** How many other points lie over a point on average: the area of their discs over the area they occupy, CSS pixels. */
export function coverageBy(count: number, radius: number, pixels: number): number {
  return (Math.max(0, count - 1) * Math.PI * radius * radius) / pixels;
}

/**
 * Opacity of a point: less the more they overlap, so that density shows.
 * @param coverage  see `coverageBy`
 * @param alike  all have one colour
 */
export function opacityFor(coverage: number, alike = false): number {
  const crowd = Math.max(coverage, 1e-6) * (alike ? ALIKE : 1);
  return Math.min(0.9, Math.max(0.2, 0.95 * (crowd / 4) ** -0.8));
}

/**
 * The share of the extent that the points really occupy, in (0, 1]: one over the chance that two of them fall into the
 * same cell of a coarse grid, in cells. 1 for even points, far less for clusters beside outliers.
 */
export function occupiedShare(coordinates: Float32Array, { xMin, xMax, yMin, yMax }: Extent): number {
  const side = Math.max(1, Math.min(64, Math.floor(Math.sqrt(coordinates.length / 16))));
  const counts = new Float64Array(side * side);
  const across = xMax > xMin ? (side - 1e-6) / (xMax - xMin) : 0;
  const down = yMax > yMin ? (side - 1e-6) / (yMax - yMin) : 0;
  for (let i = 0; i < coordinates.length; i += 2) {
    const col = Math.floor((coordinates[i] - xMin) * across);
    const row = Math.floor((coordinates[i + 1] - yMin) * down);
    if (col >= 0 && col < side && row >= 0 && row < side) counts[row * side + col]++;
  }
  let n = 0;
  let pairs = 0;
  for (const count of counts) {
    n += count;
    pairs += count * (count - 1);
  }
  return pairs === 0 ? 1 : Math.min(1, (n * (n - 1)) / pairs / counts.length);
}
