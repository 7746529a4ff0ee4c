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

/** Below so many corners all edges are looked at. */
const MANY = 16;
const MAX_BANDS = 256;

/** `insidePolygon` for many places: of a ring with many corners only the edges in the band around y are looked at. */
export function polygonTest(ring: readonly Place[]): (x: number, y: number) => boolean {
  const { yMin, yMax } = extentOfPolygon(ring);
  if (ring.length < MANY || !(yMax > yMin)) return (x, y) => insidePolygon(ring, x, y);
  const bands = Array.from({ length: Math.min(MAX_BANDS, ring.length) }, (): number[] => []);
  const bandOf = (y: number): number =>
    Math.min(bands.length - 1, Math.floor(((y - yMin) / (yMax - yMin)) * bands.length));
  ring.forEach(([xi, yi], i) => {
    const [xj, yj] = ring[(i || ring.length) - 1];
    if (yi === yj) return;
    for (let b = bandOf(Math.min(yi, yj)); b <= bandOf(Math.max(yi, yj)); b++) bands[b].push(xi, yi, xj, yj);
  });
  return (x, y) => {
    if (!(y >= yMin && y <= yMax)) return false;
    const edges = bands[bandOf(y)];
    let inside = false;
    for (let at = 0; at < edges.length; at += 4) {
      const [yi, yj] = [edges[at + 1], edges[at + 3]];
      if (yi > y !== yj > y && x < ((edges[at + 2] - edges[at]) * (y - yi)) / (yj - yi) + edges[at]) inside = !inside;
    }
    return inside;
  };
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
