import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOutLabels } from './label-layout.ts';
import type { LabelBox, LabelPlace } from './label-layout.ts';

const SIZE = { width: 600, height: 400 };
const box = fc.record({
  x: fc.double({ min: -50, max: 650, noNaN: true }),
  y: fc.double({ min: -50, max: 450, noNaN: true }),
  width: fc.integer({ min: 10, max: 160 }),
  height: fc.integer({ min: 10, max: 24 }),
  priority: fc.integer({ min: 1, max: 1000 }),
  beside: fc.option(fc.constant(6), { nil: undefined }),
});

function overlap(boxes: LabelBox[], a: LabelPlace, b: LabelPlace): boolean {
  const [p, q] = [boxes[a.index], boxes[b.index]];
  return Math.abs(a.x - b.x) < (p.width + q.width) / 2 - 1e-9 && Math.abs(a.y - b.y) < (p.height + q.height) / 2 - 1e-9;
}

describe('labels', () => {
  it('never overlap, and the first in priority is always there', () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 60 }), (boxes) => {
        const places = layOutLabels(boxes, SIZE);
        places.forEach((a, i) => places.slice(0, i).forEach((b) => expect(overlap(boxes, a, b)).toBe(false)));
        const within = boxes.filter(({ x, y }) => x >= 0 && y >= 0 && x <= 600 && y <= 400);
        expect(places.length > 0).toBe(within.length > 0);
        if (places.length > 0) {
          expect(boxes[places[0].index].priority).toBe(Math.max(...within.map(({ priority }) => priority)));
        }
      }),
    );
  });

  it('stay as they are when nothing moved: laying out again changes nothing', () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 60 }), (boxes) => {
        const first = layOutLabels(boxes, SIZE);
        const again = layOutLabels(boxes, SIZE, { shown: new Map(first.map(({ index, side }) => [index, side])) });
        for (const place of first) expect(again).toContainEqual(place);
      }),
    );
  });

  it('do not flicker: a label that is shown stays beside one of slightly more priority, not of much more', () => {
    const make = (priority: number): LabelBox[] => [
      { x: 300, y: 200, width: 100, height: 250, priority: 10 },
      { x: 340, y: 200, width: 100, height: 250, priority },
    ];
    const shown = new Map([[0, 0]]);
    expect(layOutLabels(make(12), SIZE).map(({ index }) => index)).toEqual([1]);
    expect(layOutLabels(make(12), SIZE, { shown }).map(({ index }) => index)).toEqual([0]);
    expect(layOutLabels(make(20), SIZE, { shown }).map(({ index }) => index)).toEqual([1]);
  });

  it('a new label needs more room than one that stays', () => {
    const boxes = [
      { x: 200, y: 200, width: 100, height: 250, priority: 10 },
      { x: 304, y: 200, width: 100, height: 250, priority: 5 },
    ];
    expect(layOutLabels(boxes, SIZE)).toHaveLength(1);
    expect(layOutLabels(boxes, SIZE, { shown: new Map([[0, 0], [1, 0]]) })).toHaveLength(2); // prettier-ignore
  });

  it('more of them are shown as one comes nearer', () => {
    const at = (scale: number): number =>
      layOutLabels(
        Array.from({ length: 100 }, (_, i) => ({
          x: 300 + ((i % 10) - 4.5) * scale,
          y: 200 + (Math.floor(i / 10) - 4.5) * scale,
          width: 60,
          height: 16,
          priority: 1 + (i % 7),
        })),
        SIZE,
      ).length;
    expect(at(20)).toBeLessThan(at(40));
    expect(at(40)).toBeGreaterThan(at(10));
  });

  it('over their thing give way by a line before they give up', () => {
    const three = [3, 2, 1, 0.5].map((priority) => ({ x: 300, y: 200, width: 90, height: 16, priority }));
    const places = layOutLabels(three.map((label, k) => ({ ...label, x: 300 + 60 * (k % 2) })), SIZE); // prettier-ignore
    expect(places.map(({ side }) => side)).toEqual([0]);
    const apart = [{ ...three[0] }, { ...three[1], y: 195 }, { ...three[2], y: 205 }];
    expect(layOutLabels(apart, SIZE).map(({ y, side }) => [y, side])).toEqual([[200, 0], [179, 5], [221, 6]]); // prettier-ignore
  });

  it('go beside their thing where there is room, and keep the side they have', () => {
    const boxes = [
      { x: 300, y: 200, width: 80, height: 16, priority: 2, beside: 8 },
      { x: 330, y: 190, width: 80, height: 16, priority: 1, beside: 8 },
    ];
    const places = layOutLabels(boxes, SIZE);
    expect(places.map(({ side }) => side)).toEqual([1, 3]);
    expect(places[0]).toMatchObject({ x: 348, y: 200 });
    expect(layOutLabels(boxes, SIZE, { shown: new Map([[0, 4]]) })[0].side).toBe(4);
  });

  it('over the edge are moved in, cover no obstacle, and are no more than asked for', () => {
    const corner = { x: 2, y: 399, width: 100, height: 20, priority: 1 };
    expect(layOutLabels([corner], SIZE)[0]).toMatchObject({ x: 55, y: 385 });
    const obstacles = [{ x: 40, y: 380, width: 60, height: 30 }];
    expect(layOutLabels([corner], SIZE, { obstacles })).toEqual([]);
    const many = Array.from({ length: 9 }, (_, i) => ({ ...corner, x: 300, y: 40 * i + 20 }));
    expect(layOutLabels(many, SIZE, { limit: 4 })).toHaveLength(4);
  });
});
