/** What is drawn for very many points, in a real browser: density, edges, rare categories on top, nothing that holds the page up. */
import { describe, expect, it } from 'vitest';
import type * as View from '@portolan/view';
import { BACKGROUND, BLUE, GREEN, near, RED, useViewPage } from './view-page.ts';
import type { Rgb } from './view-page.ts';

const here = useViewPage();
const colorsAt = (pixels: [number, number][], scale?: 1 | 2 | 4): Promise<Rgb[]> =>
  here.page.evaluate(([pixels, scale]) => window.colorsAt(pixels, scale), [pixels, scale] as const);
const COLORS = ['rgb(220, 30, 30)', 'rgb(20, 160, 60)', 'rgb(30, 60, 220)'];

describe('density', () => {
  /** 900 points at one place and 100 at another, a hundred pixels a unit. */
  async function twoHeaps(density: View.Density): Promise<void> {
    await here.page.evaluate((density) => {
      const map = window.makeMap({ pointSize: 2, theme: { graticule: '#00000000' } });
      const at = (i: number): [number, number] => (i < 900 ? [-1.5, 0] : [1.5, 0]);
      map.setPoints(
        Float32Array.from({ length: 2000 }, (_, k) => at(k >> 1)[k & 1]),
        { animate: false },
      );
      map.setCamera({ x: 0, y: 0, scale: 100 });
      map.setDensity(density);
    }, density);
  }

  it('is the sum of the kernels: its greatest value is the closed form', async () => {
    await twoHeaps({ bandwidth: 15, points: 'hidden' });
    const scale = await here.page.evaluate(async () => {
      await window.map.whenDrawn();
      return window.map.densityScale!;
    });
    // n / (2 π σ²) a pixel, on cells of a third of σ
    expect(scale.densest / ((900 * 10_000) / (2 * Math.PI * 15 ** 2))).toBeCloseTo(1, 1);
    expect(scale.bandwidth).toBeCloseTo(0.15);
    expect(scale.points).toBe(0);
    expect(scale.text).toMatch(/15 px \(0\.15 map units\).*6,\d00 points.*single points are not drawn/);
    expect(scale.colors).toHaveLength(6);
  });

  it('is strongest where most points are, fades out, and is gone when it is switched off', async () => {
    await twoHeaps({ points: 'hidden', scale: ['#ffffff', '#000000'], opacity: 1 });
    const [many, few, side, nowhere] = await colorsAt([[150, 200], [450, 200], [175, 200], [300, 100]]); // prettier-ignore
    expect(many[0]).toBeLessThan(12);
    expect(few[0]).toBeGreaterThan(many[0] + 25);
    expect(few[0]).toBeLessThan(190);
    expect(side[0]).toBeGreaterThan(many[0] + 25);
    expect(near(nowhere, BACKGROUND, 24), `${nowhere}`).toBe(true);
    await here.page.evaluate(() => window.map.setDensity(null));
    expect(near((await colorsAt([[175, 200]]))[0], BACKGROUND, 24)).toBe(true);
    expect(await here.page.evaluate(() => window.map.densityScale)).toBeNull();
  });

  it('leaves out what is filtered, and takes the mean of the colours', async () => {
    await twoHeaps({ points: 'hidden', by: 'color', opacity: 1 });
    await here.page.evaluate((colors) => {
      window.map.setColoring({ type: 'category', codes: Int32Array.from({ length: 1000 }, (_, i) => i % 2), colors });
    }, COLORS);
    const [mean] = await colorsAt([[150, 200]]);
    expect(near(mean, [120, 95, 45], 12), `${mean}`).toBe(true);
    await here.page.evaluate(() => window.map.setFilter(Uint8Array.from({ length: 1000 }, (_, i) => (i + 1) % 2)));
    const [red] = await colorsAt([[150, 200]]);
    expect(near(red, RED, 12), `${red}`).toBe(true);
  });

  it('lets points go as they drown and come back as one zooms in, and says so', async () => {
    const shares = await here.page.evaluate(async () => {
      const map = window.makeMap();
      map.setPoints(
        Float32Array.from({ length: 600_000 }, (_, k) => (k & 1 ? Math.floor(k / 2 / 600) : (k / 2) % 600) / 600),
        { animate: false },
      );
      map.setDensity({});
      await map.whenDrawn();
      const shares: number[] = [];
      const { camera } = map;
      for (const zoom of [0.3, 1, 8]) {
        map.setCamera({ ...camera, scale: camera.scale * zoom });
        await map.whenDrawn();
        shares.push(map.densityScale!.points);
      }
      return shares;
    });
    expect(shares[0]).toBe(0);
    expect(shares[2]).toBe(1);
  });

  it('says where it stops to count on drivers that add 16-bit floats alone', async () => {
    await here.page.evaluate(() => {
      const { getExtension } = WebGL2RenderingContext.prototype;
      WebGL2RenderingContext.prototype.getExtension = function (this: WebGL2RenderingContext, name: string) {
        return name === 'EXT_float_blend' ? null : (getExtension.call(this, name) as unknown);
      } as typeof getExtension;
    });
    await twoHeaps({ bandwidth: 30 });
    const scale = await here.page.evaluate(async () => {
      await window.map.whenDrawn();
      return window.map.densityScale!;
    });
    expect(scale.limit).toBe(2048 * (100 / 10) ** 2);
    expect(scale.text).toMatch(/above 2[01]0,000 points on 100 × 100 px it says too little/);
  });

  it('looks the same in a file of many tiles as on the page', async () => {
    await twoHeaps({ points: 'hidden', scale: 'viridis', bandwidth: 30 });
    await here.page.evaluate(() => {
      document.querySelector<HTMLElement>('#stage')!.style.width = '1100px';
      window.map.resize();
      window.map.setCamera({ x: 0, y: 0, scale: 100 });
    });
    const pixels: [number, number][] = [[400, 200], [420, 215], [700, 200], [680, 190], [550, 200]]; // prettier-ignore
    const [once, large] = [await colorsAt(pixels), await colorsAt(pixels, 4)];
    once.forEach((color, k) => expect(near(color, large[k], 10), `${color} ${large[k]}`).toBe(true));
  });
});

describe('edges', () => {
  it('run between their points, in the colours of both ends or one, and glide with them', async () => {
    await here.page.evaluate((colors) => {
      const map = window.makeMap({ pointSize: 4, theme: { graticule: '#00000000' } });
      map.setPoints(Float32Array.of(-2, 1, 2, 1, -2, -1, 2, -1), { animate: false });
      map.setCamera({ x: 0, y: 0, scale: 100 });
      map.setColoring({ type: 'category', codes: Int32Array.of(0, 2, 1, 1), colors });
      map.setEdges({ pairs: Uint32Array.of(0, 1, 2, 3, 1, 99), opacity: 1 });
    }, COLORS);
    const around = async (x: number, y: number): Promise<Rgb> => {
      const colors = await colorsAt([-1, 0, 1].map((d): [number, number] => [x, y + d]));
      return colors.sort((a, b) => a[0] + a[1] + a[2] - b[0] - b[1] - b[2])[0];
    };
    expect(near(await around(120, 100), RED, 40), `${await around(120, 100)}`).toBe(true);
    expect(near(await around(480, 100), BLUE, 40)).toBe(true);
    expect(near(await around(300, 300), GREEN, 30)).toBe(true);
    expect(near(await around(300, 200), BACKGROUND, 40)).toBe(true);
    await here.page.evaluate(() => {
      window.map.setEdges({ pairs: Uint32Array.of(2, 3), color: '#1e3cdc', opacity: 1 });
      window.map.setPoints(Float32Array.of(-2, 1, 2, 1, -2, 0.5, 2, 0.5), { fit: false });
    });
    expect(near(await around(300, 150), BLUE, 40)).toBe(true);
    expect(near(await around(300, 300), BACKGROUND, 40)).toBe(true);
    await here.page.evaluate(() => window.map.setFilter(Uint8Array.of(1, 1, 0, 0)));
    expect(near(await around(300, 150), BACKGROUND, 40), 'not between the filtered out').toBe(true);
  });
});

describe('order and colours', () => {
  it('draws a rare category over the many, whatever the order of the data, and others in proportion', async () => {
    const colors = await here.page.evaluate(async (colors) => {
      const map = window.makeMap({ pointSize: 20 });
      // thirty of the rare first, so that by the order of the data they would lie at the bottom; all at few places
      const n = 3000;
      const places = Float32Array.from({ length: 2 * n }, (_, k) => ((k >> 1) % 30) * (k & 1 ? 0 : 0.15) - (k & 1 ? 0 : 2.2)); // prettier-ignore
      map.setPoints(places, { animate: false });
      map.setCamera({ x: 0, y: 0, scale: 100 });
      const codes = Int32Array.from({ length: n }, (_, i) => (i < 30 ? 2 : i < 1500 ? 0 : 1));
      map.setColoring({ type: 'category', codes, colors });
      const rare = await window.colorsAt([[80, 200], [290, 200]]); // prettier-ignore
      const even = Int32Array.from({ length: n }, (_, i) => (i < 1500 ? 0 : 1));
      map.setColoring({ type: 'category', codes: even, colors });
      const mixed = await window.colorsAt(Array.from({ length: 30 }, (_, k): [number, number] => [80 + 15 * k, 200]));
      return { rare, mixed };
    }, COLORS);
    for (const [r, g, b] of colors.rare) expect(b, `${[r, g, b]}`).toBeGreaterThan(Math.max(r, g) + 40);
    const red = colors.mixed.filter(([r, g]) => r > g).length;
    expect(red).toBeGreaterThan(4);
    expect(red).toBeLessThan(26);
  });

  it('colours by scales of one’s own and the diverging one', async () => {
    await here.page.evaluate(() => {
      const map = window.makeMap({ pointSize: 30 });
      map.setPoints(Float32Array.of(-2, 0, 0, 0, 2, 0), { animate: false });
      map.setCamera({ x: 0, y: 0, scale: 100 });
      const values = Float32Array.of(-1, 0, 1);
      map.setColoring({ type: 'number', values, domain: [-1, 1], scale: ['red', '#00ff00', 'rgb(0, 0, 255)'] });
    });
    const pixels: [number, number][] = [[100, 200], [300, 200], [500, 200]]; // prettier-ignore
    const own = await colorsAt(pixels);
    ([[255, 0, 0], [0, 255, 0], [0, 0, 255]] as Rgb[]).forEach((color, k) => {
      expect(near(own[k], color, 40), `${own[k]}`).toBe(true);
    }); // prettier-ignore
    await here.page.evaluate(() =>
      window.map.setColoring({
        type: 'number',
        values: Float32Array.of(-1, 0, 1),
        domain: [-1, 1],
        scale: 'blueOrange',
      }),
    );
    const [low, middle, high] = await colorsAt(pixels);
    expect(low[2]).toBeGreaterThan(low[0] + 60);
    expect(Math.max(...middle) - Math.min(...middle)).toBeLessThan(30);
    expect(high[0]).toBeGreaterThan(high[2] + 60);
  });
});

describe('very many points', () => {
  it('takes two million over in slices, answers meanwhile, and then the same', async () => {
    const result = await here.page.evaluate(async () => {
      const n = 2_000_000;
      const coordinates = new Float32Array(2 * n);
      for (let i = 0; i < n; i++) {
        const angle = i * 2.399963;
        const radius = Math.sqrt((i + 0.5) / n);
        coordinates[2 * i] = radius * Math.cos(angle);
        coordinates[2 * i + 1] = radius * Math.sin(angle);
      }
      const map = window.makeMap();
      map.setPoints(coordinates, { copy: false });
      const pixels = Array.from({ length: 20 }, (_, k): [number, number] => [200 + 10 * k, 120 + 8 * k]);
      const before = pixels.map((pixel) => map.pick(pixel, 6));
      await map.whenReady();
      const after = pixels.map((pixel) => map.pick(pixel, 6));
      return { before, after };
    });
    expect(result.after).toEqual(result.before);
    expect(result.after.every((point) => point >= 0)).toBe(true);
    const [middle] = await colorsAt([[300, 200]]);
    expect(near(middle, BACKGROUND, 40)).toBe(false);
  });

  it('says so when the graphics card has no room for them, and goes on with fewer', async () => {
    const { message, picked } = await here.page.evaluate(async () => {
      const map = window.makeMap({ pointSize: 16 });
      map.setPoints(Float32Array.of(0, 0));
      await map.whenDrawn();
      const { getError } = WebGL2RenderingContext.prototype;
      WebGL2RenderingContext.prototype.getError = () => WebGL2RenderingContext.OUT_OF_MEMORY;
      map.setPoints(new Float32Array(2 * 600_000));
      await map.whenDrawn();
      WebGL2RenderingContext.prototype.getError = getError;
      const [{ value }] = window.events.filter(({ name }) => name === 'error');
      window.events = [];
      map.setPoints(Float32Array.of(0, 0, 1, 1));
      await map.whenDrawn();
      return { message: (value as Error).message, picked: map.pick(map.pixelAt([1, 1]) as [number, number]) };
    });
    expect(message).toMatch(/no room for 600,000 points; close/);
    expect(picked).toBe(1);
  });

  it('measures how fast it draws, and leaves the element empty', async () => {
    const { timings, told, left } = await here.page.evaluate(async () => {
      const element = document.querySelector<HTMLElement>('#stage')!;
      const told: number[] = [];
      const timings = await window.view.measureMap(element, {
        counts: [1000, 5000],
        frames: 5,
        onTiming: ({ n }) => told.push(n),
      });
      return { timings, told, left: element.childElementCount };
    });
    expect(told).toEqual([1000, 5000]);
    expect(left).toBe(0);
    for (const timing of timings) {
      expect(timing.firstFrameMs).toBeGreaterThan(0);
      expect(timing.slowFrameMs).toBeGreaterThanOrEqual(timing.frameMs);
      expect(timing.framesPerSecond).toBeCloseTo(1000 / timing.frameMs);
    }
    const aborted = await here.page.evaluate(() =>
      window.view
        .measureMap(document.querySelector<HTMLElement>('#stage')!, { signal: AbortSignal.abort() })
        .catch((error: Error) => error.name),
    );
    expect(aborted).toBe('AbortError');
  });
});

describe('marks', () => {
  /** Three points, and marks at two other places, a hundred pixels a unit. */
  const marked = (marks: View.Marks | null): Promise<void> =>
    here.page.evaluate((marks) => {
      const map = window.makeMap({ pointSize: 6, theme: { graticule: '#00000000' } });
      map.setPoints(Float32Array.of(-2, -1, 0, -1, 2, -1), { animate: false });
      map.setCamera({ x: 0, y: 0, scale: 100 });
      map.setMarks(marks && { ...marks, places: Float32Array.from(Object.values(marks.places)) });
    }, marks);

  it('are drawn over the points, by category or in one colour, and leave the points as they are', async () => {
    const places = Float32Array.of(-1, 1, 1, 1, NaN, 0);
    await marked({ places, codes: Int32Array.of(1, -1, 0), colors: COLORS });
    const [one, other] = await colorsAt([[200, 100], [400, 100]]); // prettier-ignore
    expect(near(one, GREEN, 30), `${one}`).toBe(true);
    expect(near(other, BACKGROUND, 24), `${other}`).toBe(false);
    expect(await here.page.evaluate(() => window.map.count)).toBe(3);
    await marked({ places, color: COLORS[2] });
    expect(near((await colorsAt([[400, 100]]))[0], BLUE, 30)).toBe(true);
    const svg = await here.page.evaluate(() => window.map.toSvg());
    expect(svg.match(/M[\d.]+ 95l5 5l-5 5l-5 -5z/g)).toHaveLength(2);
    await marked(null);
    expect(near((await colorsAt([[400, 100]]))[0], BACKGROUND, 24)).toBe(true);
  });
});
