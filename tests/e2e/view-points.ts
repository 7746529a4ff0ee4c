/** Five points on the page of the view's tests, and what its map shows and tells. */
import type { Page } from 'playwright-core';
import type { Rgb } from './view-page.ts';

/** Where the five points are on the element. */
export const PLACES: [number, number][] = [[100, 100], [500, 100], [100, 300], [500, 300], [300, 200]]; // prettier-ignore

/** @param here  the page of the test that runs */
export function pointsOn(here: () => Page) {
  return {
    /** Five large points of three colours, one unit a hundred pixels, the middle at the middle. */
    fivePoints: (): Promise<void> =>
      here().evaluate(() => {
        const map = window.makeMap({ pointSize: 16 });
        map.setPoints(Float32Array.of(-2, 1, 2, 1, -2, -1, 2, -1, 0, 0), { animate: false });
        map.setColoring({
          type: 'category',
          codes: Int32Array.of(0, 1, 2, -1, 0),
          colors: ['rgb(220, 30, 30)', 'rgb(20, 160, 60)', 'rgb(30, 60, 220)'],
        });
        map.setCamera({ x: 0, y: 0, scale: 100 });
      }),
    colorsAt: (pixels: [number, number][], scale?: 1 | 2 | 4): Promise<Rgb[]> =>
      here().evaluate(([pixels, scale]) => window.colorsAt(pixels, scale), [pixels, scale] as const),
    eventsNamed: <T>(wanted: string): Promise<T[]> =>
      here().evaluate(
        (wanted) => window.events.filter(({ name }) => name === wanted).map(({ value }) => value),
        wanted,
      ),
  };
}
