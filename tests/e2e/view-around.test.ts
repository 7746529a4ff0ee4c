/** What is around the points of a map, in a real browser: labels, overview, table, linked maps, files. */
import { decode } from 'fast-png';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Column } from '@portolan/core/data';
import type * as View from '@portolan/view';
import { launch } from './server-browser.ts';
import { serveViewPage } from './view-page.ts';

declare global {
  interface Window {
    framesDrawn: number;
    makeMapIn(id: string): View.LatentMap;
  }
}

const PAGE = `<!doctype html><title>view</title><link rel="icon" href="data:,">
<style>body { margin: 0 } .stage { width: 600px; height: 400px; position: relative }</style>
<div class="stage" id="a"></div><div class="stage" id="b"></div>
<script type="module">
  import * as view from '/src/index.ts';
  window.view = view;
  const make = (id, options) => new view.LatentMap(document.getElementById(id), { reducedMotion: true, ...options });
  window.makeMap = (options) => make('a', options);
  window.makeMapIn = (id) => make(id);
  window.settled = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
  window.ready = true;
</script>`;

let served: Awaited<ReturnType<typeof serveViewPage>>;
let browser: Browser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  served = await serveViewPage(PAGE, 'view-around-test');
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await served?.close();
});

beforeEach(async () => {
  problems = [];
  page = await browser.newPage({ viewport: { width: 900, height: 820 }, colorScheme: 'light', acceptDownloads: true });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
});

afterEach(async () => {
  await page.close();
  expect(problems).toEqual([]);
});

async function openSource(): Promise<void> {
  await page.goto(served.url);
  await page.waitForFunction('window.ready');
}

/** Two groups of points side by side, 200 each, and how many lie in the middle of the second. */
const makeGroups = (): { coordinates: number[]; codes: number[] } => {
  const codes = Array.from({ length: 400 }, (_, i) => i % 2);
  const coordinates = codes.flatMap((code, i) => [
    4 * code + Math.cos(i) * ((i * 7) % 10) * 0.1,
    Math.sin(i) * ((i * 7) % 10) * 0.1,
  ]);
  return { coordinates, codes };
};

describe('labels', () => {
  it('are written where their points are densest, and move with them', async () => {
    await openSource();
    const found = await page.evaluate(async ({ coordinates, codes }) => {
      const map = window.makeMap();
      map.setPoints(Float32Array.from(coordinates), { animate: false });
      const members = (wanted: number) => codes.flatMap((code, i) => (code === wanted ? [i] : []));
      map.setLabels([
        { text: 'left & <first>', indices: members(0), color: '#0072b2' },
        { text: 'right', indices: members(1) },
        { text: 'hidden under', place: [4, 0.02], priority: 1 },
      ]);
      await window.settled();
      const texts = (svg: string) => [
        ...new DOMParser().parseFromString(svg, 'image/svg+xml').querySelectorAll('text[font-weight]'),
      ];
      const at = (svg: string) =>
        texts(svg).map((text) => [text.textContent, Number(text.getAttribute('x')), Number(text.getAttribute('y'))]);
      const before = at(map.toSvg());
      const pixel = map.pixelAt([4, 0]);
      map.setFilter(Uint8Array.from(codes, (code) => 1 - code));
      await window.settled();
      const filtered = at(map.toSvg());
      return { before, filtered, pixel };
    }, makeGroups());
    const names = found.before.map(([name]) => name);
    expect(names.slice(0, 2)).toEqual(['left & <first>', 'right']);
    const [, x, y] = found.before[1] as [string, number, number];
    expect(Math.abs(x - found.pixel[0])).toBeLessThan(60);
    expect(Math.abs(y - found.pixel[1])).toBeLessThan(60);
    // of what is filtered out nothing is named
    expect(found.filtered.map(([name]) => name)).not.toContain('right');
  });

  it('do not flicker: over many small moves none comes and goes again', async () => {
    await openSource();
    const changes = await page.evaluate(async () => {
      const map = window.makeMap();
      const n = 300;
      map.setPoints(
        Float32Array.from({ length: 2 * n }, (_, k) => ((k * 2654435761) % 1000) / 100),
        { animate: false },
      );
      map.setLabels(
        Array.from({ length: n }, (_, i) => ({ text: `sample ${i}`, indices: [i], priority: 1 + ((i * 37) % 100) })),
      );
      await window.settled();
      const { camera } = map;
      const seen: Set<string>[] = [];
      for (let step = 0; step < 24; step++) {
        map.camera = { ...camera, x: camera.x + 0.004 * step, scale: camera.scale * 1.002 ** step };
        await window.settled();
        seen.push(new Set([...map.toSvg().matchAll(/>(sample \d+)</g)].map(([, name]) => name)));
      }
      // how often each comes or goes
      const names = new Set(seen.flatMap((set) => [...set]));
      return {
        shown: seen[0].size,
        turns: [...names].map((name) => seen.slice(1).filter((set, k) => set.has(name) !== seen[k].has(name)).length),
      };
    });
    expect(changes.shown).toBeGreaterThan(20);
    expect(Math.max(...changes.turns)).toBeLessThanOrEqual(1);
  });
});

describe('the overview', () => {
  it('is there only while a part is looked at, and moves the map where it is dragged', async () => {
    await openSource();
    await page.evaluate(async () => {
      const map = (window.map = window.makeMap({ minimap: true }));
      map.setPoints(Float32Array.of(0, 0, 10, 0, 0, 10, 10, 10), { animate: false });
      await window.settled();
    });
    const overview = page.locator('[data-part=minimap]');
    await page.waitForTimeout(250);
    expect(await overview.isVisible()).toBe(false);
    await page.evaluate(() => (window.map.camera = { x: 1, y: 1, scale: window.map.camera.scale * 6 }));
    await page.waitForTimeout(250);
    expect(await overview.isVisible()).toBe(true);
    const box = (await overview.boundingBox())!;
    await page.mouse.click(box.x + box.width - 6, box.y + 6);
    const { x, y } = await page.evaluate(() => window.map.camera);
    expect(x).toBeCloseTo(10, 0);
    expect(y).toBeCloseTo(10, 0);
    expect(await page.evaluate(() => window.map.selection)).toBeNull();

    await page.evaluate(() => {
      window.map.destroy();
      const map = (window.map = window.makeMap({ minimap: true }));
      map.setPoints(Float32Array.of(0, 0, 10, 0, 0, 10, 10, 10), { animate: false });
      map.camera = { x: 1, y: 1, scale: map.camera.scale * 6 };
    });
    await page.waitForTimeout(400);
    expect(await overview.isVisible(), 'also of a map that begins with a part').toBe(true);
  });
});

describe('the table', () => {
  it('is a real table of what is in view or selected, of which only the rows in sight are in the page', async () => {
    await openSource();
    await page.evaluate(async ({ coordinates, codes }) => {
      const map = (window.map = window.makeMap());
      map.setPoints(Float32Array.from(coordinates), { animate: false });
      const columns: Column[] = [
        { name: 'kind', type: 'category', codes: Int32Array.from(codes), categories: ['a', 'b'] },
        { name: 'size', type: 'number', values: Float64Array.from(codes, (_, i) => (i * 7919) % 400) },
      ];
      const table = window.view.tableOf(map, { columns });
      table.element.style.height = '280px';
      document.getElementById('b')!.append(table.element);
      await window.settled();
    }, makeGroups());
    const table = page.getByRole('table');
    const rows = table.locator('tbody tr[data-point]');
    expect(await table.locator('caption').textContent()).toBe('400 points in view');
    expect(await table.getAttribute('aria-rowcount')).toBe('401');
    expect(await rows.count()).toBeLessThan(40);
    expect(await rows.nth(3).textContent()).toBe('3b157');

    await page.getByRole('button', { name: 'size' }).click();
    expect(await page.getByRole('columnheader', { name: 'size' }).getAttribute('aria-sort')).toBe('ascending');
    const sizes = await rows.evaluateAll((all) =>
      all.slice(0, 12).map((row) => Number((row as HTMLTableRowElement).cells[2].textContent)),
    );
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));

    await rows.first().focus();
    for (let k = 0; k < 30; k++) await page.keyboard.press('ArrowDown');
    const focused = await page.evaluate(() => Number(document.activeElement!.getAttribute('aria-rowindex')));
    expect(focused).toBe(32);
    const point = await page.evaluate(() => Number((document.activeElement as HTMLElement).dataset.point));
    expect(await page.evaluate(() => window.map.highlighted)).toBe(point);
    const inSight = await page.evaluate(() => {
      const row = document.activeElement!.getBoundingClientRect();
      const box = document.querySelector('[data-part=table]')!.getBoundingClientRect();
      return row.top >= box.top && row.bottom <= box.bottom + 1;
    });
    expect(inSight).toBe(true);

    await page.evaluate(() => window.map.setSelection(Uint32Array.of(5, 8, 13)));
    expect(await table.locator('caption').textContent()).toBe('3 points selected');
    expect(await rows.count()).toBe(3);
    await page.evaluate(() => window.map.setSelection(null));
    await page.evaluate(() => (window.map.camera = { x: 4, y: 0, scale: 200 }));
    await page.waitForFunction(() => document.querySelector('caption')!.textContent === '200 points in view');

    await rows.nth(5).focus();
    await page.keyboard.press('ArrowDown');
    const before = await page.evaluate(() => Number((document.activeElement as HTMLElement).dataset.point));
    await page.keyboard.press('Enter');
    await page.evaluate(() => (window.map.camera = { ...window.map.camera, scale: 20 }));
    await page.waitForFunction(() => document.querySelector('caption')!.textContent === '400 points in view');
    const after = await page.evaluate(() => (document.activeElement as HTMLElement).dataset.point);
    expect(Number(after), 'who walks its rows stays on the same one when the map moves').toBe(before);
  });
});

describe('by keys', () => {
  it('travels and says to screen readers where one is', async () => {
    await openSource();
    await page.evaluate(async () => {
      const names = ['west', 'middle', 'east'];
      window.map = window.makeMap({ describe: (point: number) => names[point] });
      window.map.setPoints(Float32Array.of(-1, 0, 0, 0, 1, 0), { animate: false });
      await window.settled();
    });
    const said = () => page.evaluate(() => document.querySelector('[aria-live]')!.textContent);
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    expect(await said()).toBe('middle');
    await page.keyboard.press('ArrowRight');
    expect(await said()).toBe('east');
    await page.keyboard.press('ArrowRight');
    expect(await said()).toBe('east');
  });
});

describe('linked maps', () => {
  it('share selection, highlight and, when asked, where they look; and no more once unlinked', async () => {
    await openSource();
    const found = await page.evaluate(async () => {
      const a = window.makeMap();
      const b = window.makeMapIn('b');
      a.setPoints(Float32Array.of(0, 0, 1, 0, 0, 1), { animate: false });
      b.setPoints(Float32Array.of(0, 0, 100, 0, 0, 100), { animate: false });
      a.setSelection(Uint32Array.of(2));
      const unlink = window.view.linkMaps([a, b], { camera: true });
      const taken = [...b.selection!];
      b.setSelection(Uint32Array.of(0, 1));
      a.setHighlight(1);
      const before = b.pixelAt([100, 0]);
      a.camera = { x: 1, y: 0, scale: a.camera.scale * 3 };
      const after = b.pixelAt([100, 0]);
      const linked = { taken, selection: [...a.selection!], highlight: b.highlighted, before, after };
      unlink();
      a.setSelection(null);
      a.setHighlight(-1);
      return { ...linked, left: [...b.selection!], still: b.highlighted };
    });
    expect(found).toMatchObject({ taken: [2], selection: [0, 1], highlight: 1, left: [0, 1], still: 1 });
    expect(found.before[0]).not.toBeCloseTo(300, 0);
    expect(found.after[0]).toBeCloseTo(300, 3);
    expect(found.after[1]).toBeCloseTo(200, 3);
  });
});

describe('files', () => {
  const png = async (options: View.PngPictureOptions): Promise<ReturnType<typeof decode>> => {
    const base64 = await page.evaluate(async (options) => {
      const bytes = new Uint8Array(await (await window.map.toBlob(options)).arrayBuffer());
      let text = '';
      for (let k = 0; k < bytes.length; k += 8192) text += String.fromCharCode(...bytes.subarray(k, k + 8192));
      return btoa(text);
    }, options);
    return decode(Buffer.from(base64, 'base64'), { checkCrc: true });
  };

  const drawThree = (): Promise<void> =>
    page.evaluate(async () => {
      const map = (window.map = window.makeMap({ pointSize: 40 }));
      map.setPoints(Float32Array.of(-2, 1, 2, 1, 0, -1), { animate: false });
      map.setColoring({ type: 'category', codes: Int32Array.of(0, 1, 2), colors: ['#ff0000', '#00ff00', '#0000ff'] });
      map.camera = { x: 0, y: 0, scale: 100 };
      await window.settled();
    });

  const pixelOf = (image: ReturnType<typeof decode>, x: number, y: number): number[] => {
    const at = (Math.round(y) * image.width + Math.round(x)) * image.channels;
    return [...image.data.subarray(at, at + 3)];
  };

  it('are PNGs of the size asked for, with their resolution, more of the map seen at another shape', async () => {
    await openSource();
    await drawThree();
    const wide = await png({ width: 2400, dpi: 300 });
    expect([wide.width, wide.height, wide.resolution?.x]).toEqual([2400, 1600, 11811]);
    expect(pixelOf(wide, 400, 400)[0]).toBeGreaterThan(200);
    const tall = await png({ width: 600, height: 800 });
    expect([tall.width, tall.height]).toEqual([600, 800]);
    expect(pixelOf(tall, 500, 300)[1]).toBeGreaterThan(200); // 200 pixels more above and below
    await expect(png({ width: 0.2 })).rejects.toThrow(/0 × 0/);
  });

  it('a poster beyond any canvas comes tile by tile, the same as a small one, while the page goes on', async () => {
    await openSource();
    await drawThree();
    await page.evaluate(async () => {
      document.getElementById('a')!.style.height = '100px';
      window.map.resize();
      window.map.camera = { x: 0, y: 0, scale: 20 };
      await window.settled();
    });
    await page.evaluate(() => {
      window.framesDrawn = 0;
      const next = (): void => {
        window.framesDrawn++;
        requestAnimationFrame(next);
      };
      next();
    });
    const poster = await png({ width: 18_000, dpi: 300 });
    expect([poster.width, poster.height]).toEqual([18_000, 3_000]);
    const small = await png({ width: 600 });
    for (const [x, y] of [
      [260, 30],
      [340, 30],
      [300, 70],
      [327, 45],
      [151, 57],
    ]) {
      // prettier-ignore
      const [p, q] = [pixelOf(poster, 30 * x + 15, 30 * y + 15), pixelOf(small, x, y)];
      p.forEach((v, k) => expect(Math.abs(v - q[k]), `${x},${y}: ${p} ${q}`).toBeLessThan(24));
    }
    expect(await page.evaluate(() => window.framesDrawn)).toBeGreaterThan(10);
  }, 120_000);

  it('are SVGs with labels, legend, title and pictures; above a limit the points are one picture', async () => {
    await openSource();
    await drawThree();
    const found = await page.evaluate(async () => {
      const { map } = window;
      map.setLabels([{ text: 'here', place: [0, 0.2] }]);
      const image = new ImageData(30, 10);
      image.data.fill(255);
      map.setThumbnails({ image, cellWidth: 10, cellHeight: 10, cells: Int32Array.of(0, 1, 2), ink: true });
      await window.settled();
      await new Promise((resolve) => setTimeout(resolve, 100));
      await window.settled();
      const column = {
        name: 'kind',
        type: 'category',
        codes: Int32Array.of(0, 1, 2),
        categories: ['x', 'y', 'z'],
      } as const;
      const theme = window.view.lightTheme;
      const { legend } = window.view.colorsOf(column as never, 3, { theme, dark: false });
      const svg = map.toSvg({ title: 'A <title>', legend, thumbnails: true });
      const raster = map.toSvg({ rasterAbove: 2 });
      const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
      const picture = new Image();
      picture.src = URL.createObjectURL(new Blob([raster], { type: 'image/svg+xml' }));
      await picture.decode();
      const context = new OffscreenCanvas(600, 400).getContext('2d')!;
      context.drawImage(picture, 0, 0);
      return {
        error: parsed.querySelector('parsererror')?.textContent ?? null,
        texts: [...parsed.querySelectorAll('text')].map((text) => text.textContent),
        images: parsed.querySelectorAll('image').length,
        note: new DOMParser().parseFromString(raster, 'image/svg+xml').querySelector('desc')?.textContent,
        red: Array.from(context.getImageData(100, 100, 1, 1).data),
      };
    });
    expect(found.error).toBeNull();
    expect(found.texts).toEqual(expect.arrayContaining(['here', 'A <title>', 'kind', 'x', 'y', 'z']));
    expect(found.images).toBe(3);
    expect(found.note).toMatch(/3 points, more than 2, are one embedded picture/);
    expect(found.red[0]).toBeGreaterThan(200);
    expect(found.red[1]).toBeLessThan(120);
  });
});
