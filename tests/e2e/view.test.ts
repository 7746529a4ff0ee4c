/** The map in a real browser: what it draws, read back pixel by pixel, and what it keeps. */
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type * as View from '@portolan/view';
import { BACKGROUND, BLUE, GREEN, near, RED, useViewPage } from './view-page.ts';
import type { Rgb } from './view-page.ts';
import { PLACES, pointsOn } from './view-points.ts';

const here = useViewPage();
let page: Page;

beforeEach(() => {
  page = here.page;
});

const { fivePoints, colorsAt } = pointsOn(() => page);
const along = (y: number): [number, number][] => Array.from({ length: 60 }, (_, k) => [150 + 5 * k, y]);

describe('drawing', () => {
  it('puts points where they should be, y up, in their colours', async () => {
    await fivePoints();
    const colors = await colorsAt(PLACES);
    expect(near(colors[0], RED, 40), `${colors[0]}`).toBe(true);
    expect(near(colors[1], GREEN, 40), `${colors[1]}`).toBe(true);
    expect(near(colors[2], BLUE, 40), `${colors[2]}`).toBe(true);
    expect(near(colors[3], [0x8b, 0x86, 0x7a], 30), `missing: ${colors[3]}`).toBe(true);
    const [corner, beside] = await colorsAt([[109, 109], [115, 103]]); // prettier-ignore
    expect(near(corner, BACKGROUND, 24), `discs are round: ${corner}`).toBe(true);
    expect(near(beside, BACKGROUND, 24), `and of their size: ${beside}`).toBe(true);
  });

  it('shows the same on the page as in the file, at any pixel ratio', async () => {
    const context = await here.browser.newContext({ viewport: { width: 640, height: 440 }, deviceScaleFactor: 2 });
    const sharp = await context.newPage();
    await sharp.goto(page.url());
    await sharp.waitForFunction('window.ready');
    const [before, page1] = [page, sharp];
    page = page1;
    await fivePoints();
    await page.evaluate(() => window.settled());
    const shot = (await page.screenshot({ clip: { x: 0, y: 0, width: 600, height: 400 } })).toString('base64');
    const [size, ...colors] = await page.evaluate(
      async ([shot, places]) => {
        const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${shot}`)).blob());
        const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
        context.drawImage(image, 0, 0);
        return [
          [image.width],
          ...places.map(([x, y]) => Array.from(context.getImageData(2 * x, 2 * y, 1, 1).data.subarray(0, 3))),
        ];
      },
      [shot, PLACES] as const,
    );
    expect(size).toEqual([1200]);
    expect(await page.evaluate(() => document.querySelector('canvas')!.width)).toBe(1200);
    const file = await colorsAt(PLACES, 2);
    colors.forEach((color, k) => expect(near(color as Rgb, file[k], 3), `${color} ${file[k]}`).toBe(true));
    await context.close();
    page = before;
  });

  it('greys what is filtered out, keeps it there, and never picks it', async () => {
    await fivePoints();
    await page.evaluate(() => window.map.setFilter(Uint8Array.of(0, 1, 1, 1, 1)));
    const [first, second] = await colorsAt(PLACES);
    expect(near(first, [0xd3, 0xcb, 0xba], 12), `${first}`).toBe(true);
    expect(near(second, GREEN, 40)).toBe(true);
    expect(await page.evaluate(() => [window.map.pick([100, 100]), window.map.pick([503, 102])])).toEqual([-1, 1]);
    await page.evaluate(() => window.map.setFilter(null));
    expect(await page.evaluate(() => window.map.pick([100, 100]))).toBe(0);
  });

  it('draws the selected over the others and fades the rest', async () => {
    await page.evaluate(() => {
      const map = window.makeMap({ pointSize: 20 });
      map.setPoints(Float32Array.of(0, 0, 0, 0, 2, 0), { order: Uint32Array.of(0, 1, 2), animate: false });
      map.setColoring({ type: 'category', codes: Int32Array.of(0, 1, 2), colors: ['#dc1e1e', '#14a03c', '#1e3cdc'] });
      map.setCamera({ x: 0, y: 0, scale: 100 });
    });
    expect(near((await colorsAt([[300, 200]]))[0], GREEN, 40)).toBe(true);
    await page.evaluate(() => window.map.setSelection(Uint32Array.of(0)));
    const [selected, other] = await colorsAt([[300, 200], [500, 200]]); // prettier-ignore
    expect(near(selected, RED, 40), `${selected}`).toBe(true);
    expect(other[0], 'faded towards the ground').toBeGreaterThan(130);
  });

  it('lets points step back and come again, selected ones never, and picks them all the same', async () => {
    await fivePoints();
    const before = await colorsAt(PLACES);
    await page.evaluate(() => {
      window.map.setSelection(Uint32Array.of(2));
      window.map.setFaded(Uint32Array.of(0, 2));
    });
    await page.waitForTimeout(500);
    const faded = await colorsAt(PLACES);
    await page.evaluate(() => {
      window.map.setSelection(null);
      window.map.setFaded(null);
    });
    await page.waitForTimeout(500);
    const after = await colorsAt(PLACES);
    const saturation = ([r, g, b]: Rgb): number => Math.max(r, g, b) - Math.min(r, g, b);
    expect(saturation(faded[0]), 'stepped back').toBeLessThan(0.4 * saturation(before[0]));
    expect(saturation(faded[2]), 'selected').toBeGreaterThan(0.8 * saturation(before[2]));
    expect(await page.evaluate(() => window.map.pick([100, 100]))).toBe(0);
    after.forEach((color, k) => expect(near(color, before[k], 2), `${color} ${before[k]}`).toBe(true));
  });

  it('colours numbers by the scale, NaN as missing, and clamps', async () => {
    await fivePoints();
    await page.evaluate(() =>
      window.map.setColoring({
        type: 'number',
        values: Float32Array.of(0, 1, 99, NaN, 0.5),
        domain: [0, 1],
        scale: 'viridis',
      }),
    );
    const [low, high, above, missing] = await colorsAt(PLACES);
    expect(near(low, [0x44, 0x01, 0x54], 40), `${low}`).toBe(true);
    expect(near(high, [0xfd, 0xe7, 0x25], 40), `${high}`).toBe(true);
    expect(near(above, high, 2)).toBe(true);
    expect(near(missing, [0x8b, 0x86, 0x7a], 30)).toBe(true);
  });

  it('glides from A to B: between on the way, at B in the end, at once with reduced motion', async () => {
    const onTheWay = await page.evaluate(async () => {
      const map = window.makeMap({ pointSize: 16, reducedMotion: false });
      map.setPoints(Float32Array.of(-2, 0, 2, 0));
      map.setCamera({ x: 0, y: 0, scale: 100 });
      map.setPoints(Float32Array.of(-2, 1, 2, -1), { durationMs: 600, fit: false });
      await new Promise((resolve) => setTimeout(resolve, 250));
      await window.settled();
      return window.colorsAt([[100, 200], [100, 100]]); // prettier-ignore
    });
    expect(near(onTheWay[1], BACKGROUND, 90), `not there yet: ${onTheWay[1]}`).toBe(true);
    await page.waitForTimeout(900);
    const [left, arrived] = await colorsAt([[100, 205], [100, 100]]); // prettier-ignore
    expect(near(left, BACKGROUND, 50), `${left}`).toBe(true);
    expect(arrived[0]).toBeLessThan(80);
    const moved = await page.evaluate(() => {
      const map = window.makeMap({ pointSize: 16, reducedMotion: true });
      map.setPoints(Float32Array.of(-2, 0, 2, 0));
      map.setCamera({ x: 0, y: 0, scale: 100 });
      map.setPoints(Float32Array.of(-2, 1, 2, -1), { fit: false });
      return window.colorsAt([[100, 100]]);
    });
    expect(moved[0][0]).toBeLessThan(80);
  });

  it('does not turn the backdrop upside down or over', async () => {
    await page.evaluate(() => {
      const map = window.makeMap();
      map.setPoints(Float32Array.of(100, 100, 101, 101), { animate: false });
      map.setCamera({ x: 0, y: 0, scale: 100 });
      const image = new ImageData(2, 2);
      image.data.set([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 0, 0, 0, 255]); // red green / blue black
      map.setBackdrop({ image, extent: { xMin: -2, xMax: 2, yMin: -1, yMax: 1 }, pixelated: true });
    });
    const corners: [number, number][] = [[130, 130], [470, 130], [130, 270], [470, 270]]; // prettier-ignore
    const expected: Rgb[] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0]]; // prettier-ignore
    const drawn = await colorsAt(corners);
    drawn.forEach((color, k) => expect(near(color, expected[k], 60), `${color} at ${corners[k]}`).toBe(true));
    // the same from an ImageBitmap, half as strong
    await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(2, 2);
      const context = canvas.getContext('2d')!;
      context.fillStyle = 'red';
      context.fillRect(0, 0, 2, 1);
      const image = await createImageBitmap(canvas);
      window.map.setBackdrop({
        image,
        extent: { xMin: -2, xMax: 2, yMin: -1, yMax: 1 },
        opacity: 0.5,
        pixelated: true,
      });
    });
    const [top, bottom] = await colorsAt([corners[0], corners[2]]);
    expect(near(top, [250, 120, 115], 20), `${top}`).toBe(true);
    expect(near(bottom, BACKGROUND, 30), `${bottom}`).toBe(true);
  });

  it.each([
    { what: 'from one small atlas', atlasWidth: 80, cells: [2, 0, -1, 1] },
    { what: 'from one wider than a texture, cut into layers', atlasWidth: 9000, cells: [440, 3, -1, 230] },
  ])('shows thumbnails, each its own cell and the right way up, $what', async ({ atlasWidth, cells }) => {
    await page.evaluate(
      ({ atlasWidth, cells }) => {
        const map = window.makeMap({ pointSize: 6 });
        map.setPoints(Float32Array.of(-2, 1, 2, 1, -2, -1, 2, -1), { animate: false });
        map.setCamera({ x: 0, y: 0, scale: 100 });
        const image = new OffscreenCanvas(atlasWidth, 20);
        const context = image.getContext('2d')!;
        context.fillRect(0, 0, atlasWidth, 20);
        ['blue', 'red', '', 'lime'].forEach((color, k) => {
          context.fillStyle = color;
          if (cells[k] >= 0) context.fillRect(20 * cells[k], 0, 20, 10);
        });
        map.setThumbnails({ image, cellWidth: 20, cellHeight: 20, cells: Int32Array.from(cells) });
      },
      { atlasWidth, cells },
    );
    const pixels: [number, number][] = [[100, 92], [500, 92], [500, 292], [500, 308], [493, 292], [507, 292], [106, 294]]; // prettier-ignore
    const [first, second, top, bottom, left, right, none] = await colorsAt(pixels);
    expect(near(first, [0, 0, 255], 30), `${first}`).toBe(true);
    expect(near(second, [255, 0, 0], 30), `${second}`).toBe(true);
    for (const color of [top, left, right]) expect(near(color, [0, 255, 0], 30), `${color}`).toBe(true);
    expect(near(bottom, [0, 0, 0], 30), `${bottom}`).toBe(true);
    expect(near(none, BACKGROUND, 30), 'a point without a cell stays a point').toBe(true);
  });

  it('draws lines in their colour, whole or dashed, over the points', async () => {
    await fivePoints();
    await page.evaluate(() =>
      window.map.setLines([
        { points: [[-2, 0.5], [2, 0.5]], color: '#1e3cdc', width: 4 }, // prettier-ignore
        { points: [[-2, -0.5], [2, -0.5]], color: '#1e3cdc', width: 4, dashed: true }, // prettier-ignore
      ]),
    );
    const whole = await colorsAt(along(150));
    expect(whole.every((color) => near(color, BLUE, 20))).toBe(true);
    const dashed = (await colorsAt(along(250))).filter((color) => near(color, BLUE, 20)).length;
    expect(dashed).toBeGreaterThan(15);
    expect(dashed).toBeLessThan(50);
  });

  it('draws a million points, and answers the pointer in under 2 ms', async () => {
    const times = await page.evaluate(async () => {
      const n = 1_000_000;
      const map = window.makeMap();
      const coordinates = new Float32Array(2 * n);
      for (let i = 0; i < n; i++) {
        const angle = i * 2.399963;
        const radius = Math.sqrt((i + 0.5) / n) ** 3; // crowded in the middle
        coordinates[2 * i] = radius * Math.cos(angle);
        coordinates[2 * i + 1] = radius * Math.sin(angle);
      }
      map.setPoints(coordinates, { animate: false });
      map.setColoring({
        type: 'category',
        codes: Int32Array.from({ length: n }, (_, i) => i % 10),
        colors: window.view.categoryColors(10),
      });
      await map.whenReady();
      const times: number[] = [];
      for (let k = 0; k < 2000; k++) {
        const begin = performance.now();
        map.pick([20 + ((k * 97) % 560), 20 + ((k * 61) % 360)]);
        times.push(performance.now() - begin);
      }
      await window.settled();
      return times.sort((a, b) => a - b);
    });
    const [middle, edge] = await colorsAt([[300, 200], [30, 30]]); // prettier-ignore
    expect(near(middle, BACKGROUND, 40)).toBe(false);
    expect(near(edge, BACKGROUND, 30)).toBe(true);
    expect(times[1000]).toBeLessThan(0.5);
    expect(times[1980]).toBeLessThan(2);
  });

  it('takes no points, one point, points that are not numbers', async () => {
    await page.evaluate(async () => {
      const map = window.makeMap({ pointSize: 16 });
      await window.settled();
      map.setPoints(new Float32Array(0));
      map.fit();
      await window.settled();
      map.setPoints(Float32Array.of(7, 7));
      await window.settled();
      if (!(map.camera.scale > 0)) throw new Error('no camera');
      map.setPoints(Float32Array.of(0, 0, NaN, 1, 1, Infinity));
      map.setCamera({ x: 0, y: 0, scale: 100 });
    });
    const [point, elsewhere] = await colorsAt([[300, 200], [306, 94]]); // prettier-ignore
    expect(near(point, [0x1c, 0x23, 0x2b], 40), `${point}`).toBe(true);
    expect(near(elsewhere, BACKGROUND, 40)).toBe(true);
    expect(await page.evaluate(() => window.map.pick([300, 200]))).toBe(0);
    const messages = await page.evaluate(() =>
      [
        () => window.map.setPoints(new Float32Array(3)),
        () => window.map.setFilter(new Uint8Array(2)),
        () => window.map.setColoring({ type: 'category', codes: new Int32Array(9), colors: ['red'] }),
      ].map((attempt) => {
        try {
          attempt();
          return 'nothing';
        } catch (error) {
          return (error as Error).message;
        }
      }),
    );
    expect(messages[0]).toMatch(/got 3 coordinates/);
    expect(messages[1]).toMatch(/filter has 2 values, expected 3/);
    expect(messages[2]).toMatch(/colouring has 9 values, expected 3/);
  });

  it('comes back after the context was lost, everything uploaded again', async () => {
    await fivePoints();
    const before = await colorsAt(PLACES);
    await page.evaluate(async () => {
      const canvas = document.querySelector('canvas')!;
      const lose = canvas.getContext('webgl2')!.getExtension('WEBGL_lose_context')!;
      lose.loseContext();
      await new Promise((resolve) => canvas.addEventListener('webglcontextlost', resolve, { once: true }));
      window.map.setSelection(null);
      await window.settled();
      lose.restoreContext();
      await new Promise((resolve) => canvas.addEventListener('webglcontextrestored', resolve, { once: true }));
      await window.settled();
    });
    expect(await colorsAt(PLACES)).toEqual(before);
  });
});

/** The errors told so far, taken off the record. */
const messages = (): Promise<string[]> =>
  page.evaluate(() => {
    const found = window.events.filter(({ name }) => name === 'error').map(({ value }) => (value as Error).message);
    window.events = [];
    return found;
  });

describe('without graphics', () => {
  it('says so when there is no WebGL2, and still holds the points', async () => {
    const result = await page.evaluate(async () => {
      const original = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
        return kind === 'webgl2' ? null : Reflect.apply(original, this, [kind, ...rest]);
      } as typeof original;
      const map = window.makeMap();
      map.setPoints(Float32Array.of(0, 0, 1, 1));
      await window.settled();
      const blob = await map.toBlob().catch((error: Error) => error.message);
      return { picked: map.pick(map.pixelAt([1, 1]) as [number, number]), blob };
    });
    expect(result).toEqual({ picked: 1, blob: expect.stringMatching(/cannot be drawn/) });
    expect(await messages()).toEqual([expect.stringMatching(/WebGL2/)]);
  });

  it('says so when a lost context does not come back', async () => {
    await fivePoints();
    await page.evaluate(() => {
      document.querySelector('canvas')!.getContext('webgl2')!.getExtension('WEBGL_lose_context')!.loseContext();
    });
    await page.waitForTimeout(4000);
    expect(await messages()).toEqual([]);
    await page.waitForTimeout(1800);
    expect(await messages()).toEqual([expect.stringMatching(/lost/)]);
  });
});

describe('keeping', () => {
  it('saves PNGs of 1, 2 and 4 times the size, also where that takes several tiles', async () => {
    await fivePoints();
    const sizes = await page.evaluate(async () => {
      const sizes: number[][] = [];
      for (const scale of [1, 2, 4] as const) {
        const image = await createImageBitmap(await window.map.toBlob({ scale }));
        sizes.push([image.width, image.height]);
      }
      return sizes;
    });
    expect(sizes).toEqual([[600, 400], [1200, 800], [2400, 1600]]); // prettier-ignore
    await page.evaluate(async () => {
      document.querySelector<HTMLElement>('#stage')!.style.width = '1100px';
      window.map.resize();
      window.map.setCamera({ x: 0, y: 0, scale: 100 });
    });
    const [left, right, middle] = await colorsAt([[350, 100], [750, 100], [550, 200]], 4); // prettier-ignore
    expect(near(left, RED, 40), `${left}`).toBe(true);
    expect(near(right, GREEN, 40), `${right}`).toBe(true);
    expect(near(middle, RED, 40), `${middle}`).toBe(true);
  });

  it('writes an SVG that a browser draws the same', async () => {
    await fivePoints();
    await page.evaluate(() => window.map.setPins([{ place: [0, 1], label: 'Here <& there>' }]));
    const svg = await page.evaluate(() => window.map.toSvg());
    expect(svg).toContain('Here &lt;&amp; there&gt;');
    const colors = await page.evaluate(
      async ([svg, places]) => {
        const image = new Image();
        image.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
        await image.decode();
        const context = new OffscreenCanvas(600, 400).getContext('2d')!;
        context.drawImage(image, 0, 0);
        return places.map(([x, y]) => Array.from(context.getImageData(x, y, 1, 1).data.subarray(0, 3)) as Rgb);
      },
      [svg, PLACES] as const,
    );
    const drawn = await colorsAt(PLACES);
    colors.forEach((color, k) => expect(near(color, drawn[k], 30), `${color} ${drawn[k]}`).toBe(true));
  });

  it('follows its element’s size, and leaves nothing behind when destroyed', async () => {
    await fivePoints();
    await page.evaluate(async () => {
      document.querySelector<HTMLElement>('#stage')!.style.height = '300px';
      await window.settled();
      await window.settled();
    });
    const { yMin, yMax } = await page.evaluate(() => window.map.extent);
    expect([yMin, yMax]).toEqual([-1.5, 1.5]);
    expect(await page.evaluate(() => document.querySelector('canvas')!.height)).toBe(300);
    const waited = await page.evaluate(async () => {
      window.map.setPoints(new Float32Array(200_000));
      const waiting = [window.map.whenDrawn(), window.map.whenReady()];
      window.map.destroy();
      const late = new Promise((resolve) => setTimeout(() => resolve('never'), 2000));
      return Promise.race([Promise.all(waiting).then(() => 'over'), late]);
    });
    expect(waited, 'nobody waits for it any more').toBe('over');
    expect(await page.evaluate(() => document.querySelector('#stage')!.childElementCount)).toBe(0);
  });

  it('is a web component too', async () => {
    const result = await page.evaluate(async () => {
      window.view.defineLatentMap();
      const element = document.createElement('latent-map') as View.LatentMapElement;
      element.setAttribute('theme', 'dark');
      element.setAttribute('label', 'Digits');
      element.style.height = '200px';
      element.points = Float32Array.of(0, 0, 1, 1);
      element.coloring = { type: 'category', codes: Int32Array.of(0, 1), colors: ['red', 'lime'] };
      document.body.append(element);
      let clicked = -2;
      element.addEventListener(
        'map-click',
        (event) => (clicked = (event as CustomEvent<{ point: number }>).detail.point),
      );
      await window.settled();
      const root = element.querySelector('[role=application]')!;
      const { left, top } = root.getBoundingClientRect();
      const [x, y] = element.map!.pixelAt([1, 1]);
      const at = { clientX: left + x, clientY: top + y, pointerId: 1, bubbles: true };
      (root as HTMLElement).setPointerCapture = () => {};
      root.dispatchEvent(new PointerEvent('pointerdown', at));
      root.dispatchEvent(new PointerEvent('pointerup', at));
      const label = root.getAttribute('aria-label');
      element.remove();
      return { clicked, label, left: element.childElementCount };
    });
    expect(result).toEqual({ clicked: 1, label: 'Digits, 2 points', left: 0 });
  });
});
