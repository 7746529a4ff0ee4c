/** A page of the benchmarks in headless Chromium, cross-origin isolated, so that WASM may use threads. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { findBrowser } from '../../scripts/browser.mjs';
import { digits } from './digits.mjs';
import { Missing } from './measure.mjs';
import { NPM_HINT } from './programs.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(
    ' ',
  );
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Builds the page, opens it for each call of `use`, and clears up. */
export async function withPages(use) {
  const browserPath = findBrowser();
  if (!browserPath) throw new Missing('no Chromium or Chrome was found; name one: PORTOLAN_CHROMIUM=…');
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  const hasJax = existsSync(path('../node_modules/@jax-js/jax'));
  await build({
    configFile: path('../../packages/studio/vite.config.ts'),
    root: path('../pages'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, rolldownOptions: { external: hasJax ? [] : ['@jax-js/jax'] } },
  });
  const server = createServer((request, response) => void send(folder, request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: browserPath, args: FLAGS });
  try {
    return await use({
      version: browser.version(),
      /** one call in a fresh page */
      async call(name, args) {
        if (name === 'jax' && !hasJax) throw new Missing(NPM_HINT);
        const page = await browser.newPage();
        try {
          await page.goto(`http://127.0.0.1:${server.address().port}/index.html`);
          await page.waitForFunction(() => globalThis.bench?.isolated());
          page.setDefaultTimeout(0);
          return await page.evaluate(([name, args]) => globalThis.bench[name](args), [name, args]);
        } finally {
          await page.close();
        }
      },
    });
  } finally {
    await browser.close();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function send(folder, { url }, response) {
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  const name = normalize(new URL(url, 'http://x').pathname);
  try {
    const file = join(folder, name);
    if (!file.startsWith(folder + sep)) throw new Error('outside');
    const body = name === `${sep}digits.bin` ? Buffer.from(digits().rows.data) : await readFile(file);
    response
      .writeHead(200, { ...headers, 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream' })
      .end(body);
  } catch {
    response.writeHead(404, headers).end();
  }
}
