/** What pointers and keys do to the map, in a real browser. */
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type * as View from '@portolan/view';
import { useViewPage } from './view-page.ts';
import { pointsOn } from './view-points.ts';

const here = useViewPage();
let page: Page;

beforeEach(() => {
  page = here.page;
});

const { fivePoints, eventsNamed } = pointsOn(() => page);

describe('hands and keys', () => {
  it('zooms about the pointer with the wheel: the place under it stays', async () => {
    for (const reducedMotion of [true, false]) {
      await page.evaluate((reducedMotion) => {
        const map = window.makeMap({ reducedMotion });
        map.setPoints(Float32Array.of(-2, -1, 2, 1, 0.3, 0.4), { animate: false });
      }, reducedMotion);
      await page.mouse.move(437, 121);
      const before = await page.evaluate(() => ({
        place: window.map.placeAt([437, 121]),
        scale: window.map.camera.scale,
      }));
      await page.mouse.wheel(0, -240);
      await page.waitForTimeout(60);
      await page.mouse.wheel(0, -120);
      await page.waitForTimeout(500);
      const after = await page.evaluate(() => ({
        place: window.map.placeAt([437, 121]),
        scale: window.map.camera.scale,
      }));
      expect(after.scale).toBeGreaterThan(before.scale * 1.5);
      expect(after.place[0]).toBeCloseTo(before.place[0], 4);
      expect(after.place[1]).toBeCloseTo(before.place[1], 4);
      expect(await page.evaluate(() => window.map.pixelAt(window.map.placeAt([10, 20])))).toEqual([
        expect.closeTo(10, 6),
        expect.closeTo(20, 6),
      ]);
    }
  });

  it('drags the map with the pointer, and a drag is no click', async () => {
    await fivePoints();
    await page.mouse.move(300, 200);
    await page.mouse.down();
    await page.mouse.move(340, 230, { steps: 4 });
    await page.mouse.move(400, 250, { steps: 4 });
    await page.mouse.up();
    const { x, y } = await page.evaluate(() => window.map.camera);
    expect(x).toBeCloseTo(-1, 1);
    expect(y).toBeCloseTo(0.5, 1);
    expect(await eventsNamed('click')).toEqual([]);
    await page.mouse.click(201, 149);
    await page.mouse.click(550, 30);
    const clicks = await eventsNamed<View.MapEvents['click']>('click');
    expect(clicks.map(({ point }) => point)).toEqual([0, -1]);
    expect(clicks[0].pixel).toEqual([201, 149]);
  });

  it('a double click clicks once and zooms', async () => {
    await fivePoints();
    await page.mouse.dblclick(300, 200);
    expect(await eventsNamed('click')).toHaveLength(1);
    expect(await page.evaluate(() => window.map.camera.scale)).toBeCloseTo(200);
  });

  it('selects with the lasso exactly the points inside, whatever the filter hides', async () => {
    await page.evaluate(() => {
      const map = window.makeMap();
      const side = 41;
      const coordinates = Float32Array.from({ length: 2 * side * side }, (_, k) => {
        const i = k >> 1;
        return (k % 2 ? Math.floor(i / side) : i % side) / 10 - 2 + 0.003;
      });
      map.setPoints(coordinates, { animate: false });
      map.setCamera({ x: 0, y: 0, scale: 90 });
      map.setFilter(Uint8Array.from({ length: side * side }, (_, i) => (i % 5 ? 1 : 0)));
      map.tool = 'lasso';
    });
    const corners: [number, number][] = [[180, 90], [420, 120], [390, 300], [290, 180], [200, 310]]; // prettier-ignore
    await page.mouse.move(...corners[0]);
    await page.mouse.down();
    for (const corner of corners.slice(1)) await page.mouse.move(...corner, { steps: 12 });
    await page.mouse.up();
    const [{ indices }] = await page.evaluate(() =>
      window.events
        .filter(({ name }) => name === 'select')
        .map(({ value }) => ({ indices: [...(value as { indices: Uint32Array }).indices] })),
    );
    const expected: number[] = [];
    const unsure = new Set<number>();
    for (let i = 0; i < 41 * 41; i++) {
      if (i % 5 === 0) continue;
      const x = 300 + ((i % 41) / 10 - 2 + 0.003) * 90;
      const y = 200 - (Math.floor(i / 41) / 10 - 2 + 0.003) * 90;
      let inside = false;
      let least = Infinity;
      corners.forEach(([ax, ay], k) => {
        const [bx, by] = corners[(k + 1) % corners.length];
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
        const t = Math.min(
          1,
          Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)),
        );
        least = Math.min(least, Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)));
      });
      if (least < 3)
        unsure.add(i); // the pointer's path is cut in steps of three pixels
      else if (inside) expected.push(i);
    }
    expect(indices.filter((i) => !unsure.has(i))).toEqual(expected);
    expect(expected.length).toBeGreaterThan(200);
    expect(indices).toEqual([...indices].sort((a, b) => a - b));
  });

  it('selects with the box, and with shift held lassoes whatever the tool', async () => {
    await fivePoints();
    await page.evaluate(() => (window.map.tool = 'box'));
    await page.mouse.move(60, 60);
    await page.mouse.down();
    await page.mouse.move(340, 340, { steps: 5 });
    await page.mouse.up();
    await page.evaluate(() => (window.map.tool = 'pan'));
    await page.keyboard.down('Shift');
    await page.mouse.move(450, 50);
    await page.mouse.down();
    for (const [x, y] of [[550, 50], [550, 350], [450, 350]]) await page.mouse.move(x, y, { steps: 5 }); // prettier-ignore
    await page.mouse.up();
    await page.keyboard.up('Shift');
    const selected = await page.evaluate(() =>
      window.events
        .filter(({ name }) => name === 'select')
        .map(({ value }) => [...(value as { indices: Uint32Array }).indices]),
    );
    expect(selected).toEqual([[0, 2, 4], [1, 3]]); // prettier-ignore
    expect(await page.evaluate(() => window.map.camera)).toEqual({ x: 0, y: 0, scale: 100 });
  });

  it('tells what the pointer is over, and when it leaves', async () => {
    await fivePoints();
    await page.mouse.move(497, 104);
    await page.mouse.move(380, 140);
    await page.mouse.move(620, 420);
    const hovers = await eventsNamed<View.MapEvents['hover']>('hover');
    expect(hovers.map(({ point }) => point)).toEqual([1, -1]);
    expect(hovers[1].place).toEqual([expect.closeTo(0.8), expect.closeTo(0.6)]);
    expect(await eventsNamed('leave')).toHaveLength(1);
  });

  it('travels from sample to sample by arrows, zooms by + and −, fits by 0', async () => {
    await fivePoints();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)).toBe('solid');
    await page.keyboard.press('ArrowRight'); // the first step lands on the sample nearest the middle
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const hovers = await eventsNamed<View.MapEvents['hover']>('hover');
    expect(hovers.map(({ point }) => point)).toEqual([4, 0, 2, 3]);
    expect((await eventsNamed<View.MapEvents['click']>('click')).map(({ point }) => point)).toEqual([3]);
    await page.keyboard.press('+');
    expect(await page.evaluate(() => window.map.camera.scale)).toBeCloseTo(150);
    await page.keyboard.press('-');
    expect(await page.evaluate(() => window.map.camera.scale)).toBeCloseTo(100);
    await page.keyboard.press('0');
    const extent = await page.evaluate(() => window.map.extent);
    expect(extent.xMin).toBeLessThan(-2);
    expect(extent.yMax).toBeGreaterThan(1);
  });

  it('pinches with two fingers about their middle', async () => {
    await fivePoints();
    await page.evaluate(() => {
      const root = document.querySelector<HTMLElement>('#stage > div')!;
      root.setPointerCapture = () => {};
      const send = (type: string, pointerId: number, clientX: number, clientY: number): boolean =>
        root.dispatchEvent(
          new PointerEvent(type, { pointerId, clientX, clientY, pointerType: 'touch', bubbles: true }),
        );
      send('pointerdown', 1, 250, 200);
      send('pointerdown', 2, 350, 200);
      for (let k = 1; k <= 10; k++) {
        send('pointermove', 1, 250 - 5 * k, 200);
        send('pointermove', 2, 350 + 5 * k, 200);
      }
      send('pointerup', 1, 200, 200);
      send('pointerup', 2, 400, 200);
    });
    const camera = await page.evaluate(() => window.map.camera);
    expect(camera.scale).toBeCloseTo(200, 0);
    expect(Math.abs(camera.x)).toBeLessThan(0.05);
    expect(await eventsNamed('click')).toEqual([]);
  });
});
