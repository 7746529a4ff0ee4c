/** What the browser tests of the server and the client share: a browser, the built page, a plain web host. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
// @ts-expect-error: a script without types
import { launchBrowser } from '../../scripts/browser.mjs';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export const launch = launchBrowser as () => Promise<Browser>;

/** The test page as the studio is built. */
export async function buildPage(mode: 'production' | 'web'): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-page-'));
  await build({
    configFile: path('../../packages/studio/vite.config.ts'),
    root: path('./server-page'),
    mode,
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.gz': 'application/gzip',
};

/** A web host that does nothing but send files, below `/some/where/`; `gzipped`: it marks .gz as on-the-way compression. */
export async function plainHost(folder: string, { isolated = false, gzipped = false } = {}) {
  const server = createServer(async (request, response) => {
    const name = new URL(request.url!, 'http://host').pathname.replace(/^\/some\/where\//, '') || 'index.html';
    try {
      const bytes = await readFile(join(folder, name));
      response.setHeader('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream');
      if (gzipped && name.endsWith('.gz')) response.setHeader('Content-Encoding', 'gzip');
      if (isolated) {
        response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
        response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
      }
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/some/where/`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
