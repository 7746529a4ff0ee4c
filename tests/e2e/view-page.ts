/** A page with the map's source in it, for the browser tests of the view: what it offers, and how it is served. */
import type { Browser, Page } from 'playwright-core';
import { createServer } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type * as View from '@portolan/view';
import { launch } from './server-browser.ts';

export type Rgb = [number, number, number];

/** What the page offers to `evaluate`: the map, and how to look at it. */
declare global {
  interface Window {
    view: typeof View;
    map: View.LatentMap;
    events: { name: string; value: never }[];
    makeMap(options?: View.LatentMapOptions): View.LatentMap;
    /** the colours at CSS pixels of a drawn map; without what is written over it when `under` */
    colorsAt(pixels: [number, number][], scale?: 1 | 2 | 4): Promise<Rgb[]>;
    settled(): Promise<void>;
  }
}

const PAGE = `<!doctype html><title>view</title><link rel="icon" href="data:,">
<style>body { margin: 0 } #stage { width: 600px; height: 400px }</style><div id="stage"></div>
<script type="module">
  import * as view from '/src/index.ts';
  window.view = view;
  window.makeMap = (options) => {
    window.map?.destroy();
    const map = new view.LatentMap(document.querySelector('#stage'), { reducedMotion: true, ...options });
    window.events = [];
    for (const name of ['hover', 'leave', 'click', 'select', 'camera', 'error']) {
      map.on(name, (value) => window.events.push({ name, value }));
    }
    return (window.map = map);
  };
  window.colorsAt = async (pixels, scale = 1) => {
    const image = await createImageBitmap(await window.map.toBlob({ scale }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return pixels.map(([x, y]) => [...context.getImageData(Math.round(x * scale), Math.round(y * scale), 1, 1).data.slice(0, 3)]);
  };
  window.settled = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
  window.ready = true;
</script>`;

export interface ViewPage {
  browser: Browser;
  /** a fresh one for each test */
  page: Page;
}

/** A page of the view's source, at `url`, until it is closed. @param cache  of Vite's, one for each that runs at once */
export async function serveViewPage(html: string, cache: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = await createServer({
    configFile: false,
    root: new URL('../../packages/view', import.meta.url).pathname,
    logLevel: 'error',
    cacheDir: `node_modules/.vite-${cache}`,
    resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    plugins: [
      {
        name: 'test-page',
        configureServer({ middlewares }) {
          middlewares.use('/test.html', (_request, response) => {
            response.setHeader('content-type', 'text/html');
            response.end(html);
          });
        },
      },
    ],
  });
  await server.listen();
  const { port } = server.httpServer!.address() as { port: number };
  return { url: `http://127.0.0.1:${port}/test.html`, close: () => server.close() };
}

/** Serves the page for the tests of a file; a message of an error, of the page or of WebGL, fails the test. */
export function useViewPage(): ViewPage {
  const here = {} as ViewPage & { url: string; close(): Promise<void> };
  let problems: string[] = [];

  beforeAll(async () => {
    Object.assign(here, await serveViewPage(PAGE, 'view-test'));
    here.browser = await launch();
  });

  afterAll(async () => {
    await here.browser?.close();
    await here.close?.();
  });

  beforeEach(async () => {
    problems = [];
    const page = await here.browser.newPage({ viewport: { width: 640, height: 440 } });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (/GL_INVALID|GL ERROR|WebGL: INVALID|error/i.test(message.text()) && !/GPU stall/.test(message.text())) {
        problems.push(message.text());
      }
    });
    await page.goto(here.url);
    await page.waitForFunction('window.ready');
    here.page = page;
  });

  afterEach(async () => {
    const errors = await here.page.evaluate(() => window.events?.filter(({ name }) => name === 'error') ?? []);
    await here.page.close();
    expect(problems).toEqual([]);
    expect(errors).toEqual([]);
  });

  return here;
}

/** Whether two colours are alike. */
export function near(got: Rgb, expected: Rgb, tolerance = 14): boolean {
  return got.every((v, k) => Math.abs(v - expected[k]) <= tolerance);
}

export const BACKGROUND: Rgb = [0xf6, 0xf1, 0xe6];
export const RED: Rgb = [220, 30, 30];
export const GREEN: Rgb = [20, 160, 60];
export const BLUE: Rgb = [30, 60, 220];
