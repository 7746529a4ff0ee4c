/** Maps as pages of their own, and in pages without a bundler, opened from a file in a real browser. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Column } from '@portolan/core/data';
import { mapToHtml, thumbnailSheet } from '@portolan/core/pictures';
import type * as View from '@portolan/view';
// @ts-expect-error: a script without types
import { ensureViewer } from '../../scripts/viewer.mjs';
import { launch } from './server-browser.ts';

declare global {
  interface Window {
    portolanMap: View.LatentMap;
  }
}

const dist = new URL('../../packages/view/dist/', import.meta.url);

let browser: Browser;
let page: Page;
let folder: string;
let problems: string[];

beforeAll(async () => {
  await ensureViewer();
  folder = mkdtempSync(join(tmpdir(), 'portolan-view-'));
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
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

/** Opens a file as a reader would, and takes note of anything it asks a network for. */
async function openFile(name: string, html: string): Promise<void> {
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) problems.push(`asked for ${request.url()}`);
  });
  const path = join(folder, name);
  writeFileSync(path, html);
  await page.goto(pathToFileURL(path).href);
}

describe('a page of its own', () => {
  const n = 300;
  const codes = Int32Array.from({ length: n }, (_, i) => i % 3);
  const coordinates = Float32Array.from({ length: 2 * n }, (_, k) => {
    const i = k >> 1;
    return (k % 2 ? Math.sin : Math.cos)((codes[i] * 2 * Math.PI) / 3) * 5 + Math.sin(i * (k % 2 ? 12.9 : 78.2));
  });
  const columns: Column[] = [
    { name: 'kind', type: 'category', codes, categories: ['red', 'green', 'blue'] },
    { name: 'weight', type: 'number', values: Float64Array.from(codes, (_, i) => i / 2) },
    { name: 'note', type: 'text', values: Array.from({ length: n }, (_, i) => (i % 10 ? '' : `remark ${i}`)) },
  ];
  const rows = {
    data: Uint8Array.from({ length: n * 64 }, (_, k) => (k * 31) % 256),
    nSamples: n,
    nFeatures: 64,
    scale: 1 / 255,
  };

  const open = async (more = {}): Promise<void> => {
    const { viewer } = (await import(new URL('viewer.js', dist).href)) as { viewer: string };
    const thumbnails = thumbnailSheet(rows, { kind: 'image', height: 8, width: 8, channels: 1 })!;
    await openFile(
      'map.html',
      mapToHtml({ viewer, coordinates, columns, thumbnails, title: 'Three kinds', about: 'made up', ...more }),
    );
    await page.waitForFunction(() => window.portolanMap?.count > 0);
    await page.waitForTimeout(400);
  };

  it('moves, filters by the legend, searches and tells, with no network', async () => {
    await open();
    expect(await page.title()).toBe('Three kinds');
    const status = page.getByRole('status');
    expect(await status.textContent()).toBe('300 points');

    const before = await page.evaluate(() => window.portolanMap.camera.scale);
    await page.mouse.move(300, 300);
    await page.mouse.wheel(0, -300);
    await page.waitForTimeout(400);
    expect(await page.evaluate(() => window.portolanMap.camera.scale)).toBeGreaterThan(before * 1.3);
    await page.evaluate(() => {
      window.portolanMap.camera = { x: 1000, y: 0, scale: 100 };
      window.portolanMap.travelTo(7);
    });
    await page.waitForTimeout(400);
    expect(await page.evaluate(() => window.portolanMap.highlighted)).toBe(7);
    expect(await page.getByRole('complementary', { name: 'Point' }).textContent()).toContain('row7');
    await page.getByRole('button', { name: 'Show all' }).click();

    await page.getByRole('button', { name: /^green/ }).click();
    expect(await status.textContent()).toBe('200 of 300 points');
    await page.getByRole('button', { name: /^blue/ }).click({ modifiers: ['Shift'] });
    expect(await status.textContent()).toBe('100 of 300 points');
    await page.getByRole('button', { name: 'Show all' }).last().click();
    expect(await status.textContent()).toBe('300 points');

    await page.keyboard.press('/');
    await page.keyboard.type('REMARK');
    await page.waitForFunction(() => document.querySelector('[role=status]')!.textContent === '30 of 300 points');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('[role=status]')!.textContent === '300 points');

    await page.waitForTimeout(600);
    const pixel = await page.evaluate(() => {
      const map = window.portolanMap;
      const [x, y] = map.pixelAt(map.placeOf(10)!);
      const { left, top } = document.querySelector('.chart')!.getBoundingClientRect();
      return [x + left, y + top];
    });
    await page.mouse.move(pixel[0], pixel[1]);
    await page.waitForSelector('.card:not([hidden])');
    expect(await page.locator('.card').textContent()).toContain('remark 10');
    expect(await page.locator('.card canvas').isVisible()).toBe(true);

    await page.mouse.click(pixel[0], pixel[1]);
    expect(await status.textContent()).toBe('300 points, 1 selected');
    await page.getByRole('button', { name: 'Table' }).click();
    expect(await page.getByRole('table').locator('tbody tr[data-point]').textContent()).toBe('10green5remark 10');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('three-kinds-selection.csv');
  });

  it('has nothing that axe finds wrong, light or dark', async () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await open();
      await page.getByRole('button', { name: 'Table' }).click();
      await page.mouse.click(300, 300);
      // through the debugger: the page's policy lets no other script in
      await page.evaluate(axe);
      const violations = await page.evaluate(async () => {
        const axe = (
          window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
        ).axe;
        return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
      });
      expect(violations).toEqual([]);
    }
  });

  it('follows the reader’s light or dark, colours by other columns, and says so where there are no pictures', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await open({ thumbnails: undefined });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(13, 20, 32)');
    await page.getByLabel('Colour by').selectOption('weight');
    expect(await page.locator('.ends').textContent()).toBe('0149.5');
    await page.getByRole('button', { name: 'Light' }).click();
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(246, 241, 230)');
  });

  it('turns in space', async () => {
    const spatial = Float32Array.from({ length: 3 * n }, (_, k) => Math.sin(k * 12.9898) * 5);
    await open({ coordinates: spatial, nComponents: 3 });
    const before = await page.evaluate(() => window.portolanMap.camera);
    await page.mouse.move(300, 300);
    await page.mouse.down();
    await page.mouse.move(420, 330, { steps: 5 });
    await page.mouse.up();
    const after = await page.evaluate(() => window.portolanMap.camera);
    expect(after.yaw).not.toBeCloseTo(before.yaw ?? 0, 2);
  });
});

describe('a plain script', () => {
  it('is all that the example needs: two linked maps, one in space, and a table', async () => {
    await page.setViewportSize({ width: 1100, height: 860 });
    await page.goto(new URL('../../examples/map-in-a-page.html', import.meta.url).href);
    await page.waitForTimeout(500);
    expect(await page.getByRole('table').locator('caption').textContent()).toBe('900 points in view');
    const selected = await page.evaluate(async () => {
      const [flat, space] = [...document.querySelectorAll<View.LatentMapElement>('latent-map')];
      flat.selection = Uint32Array.of(3, 4, 5);
      return [...space.selection!];
    });
    expect(selected).toEqual([3, 4, 5]);
    expect(await page.getByRole('table').locator('caption').textContent()).toBe('3 points selected');
    const box = (await page.locator('#flat').boundingBox())!;
    const pixel = await page.evaluate(() => {
      const { map } = document.querySelector<View.LatentMapElement>('#flat')!;
      return map!.pixelAt(map!.placeOf(0)!);
    });
    await page.mouse.move(box.x + pixel[0], box.y + pixel[1]);
    expect(await page.locator('#said').textContent()).toMatch(/^point \d+: oak$/);
  });

  it('makes a map in a page without a bundler, from data in the page and from a script', async () => {
    const script = new URL('portolan-view.js', dist).href;
    const bytes = readFileSync(new URL(script));
    expect(bytes.length, 'no letter that a page without a charset misreads').toBe(bytes.toString('utf8').length);
    await openFile(
      'script.html',
      `<!doctype html><link rel="icon" href="data:,"><title>script</title>
      <style>latent-map { height: 300px; width: 500px }</style>
      <script src="${script}"></script>
      <latent-map id="one" labels minimap label="Three" src-points="places" src-colors="kinds"></latent-map>
      <script type="application/json" id="places">[[0, 0], [1, 0], [0, 1]]</script>
      <script type="application/json" id="kinds">["a", "b", "b"]</script>
      <div id="two" style="height: 200px"></div>
      <script>
        const map = new portolan.LatentMap(document.getElementById('two'));
        map.setPoints(Float32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2), { nComponents: 3, animate: false });
        window.portolanMap = map;
      </script>`,
    );
    await page.waitForTimeout(300);
    const found = await page.evaluate(() => {
      const one = document.querySelector<View.LatentMapElement>('#one')!;
      return { one: one.map?.count, svg: one.map?.toSvg(), two: window.portolanMap.count };
    });
    expect(found).toMatchObject({ one: 3, two: 3 });
    expect(found.svg).toContain('>b</text>');
  });
});
