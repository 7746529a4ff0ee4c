/** Polygons in the plane: a closed ring of places, given without repeating the first. */
import type { Extent, Place } from './types.ts';

/** Whether (x, y) lies inside by the even–odd rule; a crossing is counted by the half-open edge, so none counts twice. */
export function insidePolygon(ring: readonly Place[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

export function extentOfPolygon(ring: readonly Place[]): Extent {
  const extent = { xMin: Infinity, xMax: -Infinity, yMin: Infinity, yMax: -Infinity };
  for (const [x, y] of ring) {
    extent.xMin = Math.min(extent.xMin, x);
    extent.xMax = Math.max(extent.xMax, x);
    extent.yMin = Math.min(extent.yMin, y);
    extent.yMax = Math.max(extent.yMax, y);
  }
  return extent;
}

/** The four corners of a box from two opposite ones. */
export function boxRing([x0, y0]: Place, [x1, y1]: Place): Place[] {
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
}
