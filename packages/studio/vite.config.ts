import { svelte } from '@sveltejs/vite-plugin-svelte';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { glossaryPage } from './glossary-page.ts';

const packages = fileURLToPath(new URL('../', import.meta.url));
const ortPackage = new URL('../../node_modules/onnxruntime-web/package.json', import.meta.url);
const ortVersion = (JSON.parse(readFileSync(ortPackage, 'utf8')) as { version: string }).version;

/** Chunks that are fetched when first needed have names that say so: the kernels' compiled text, the methods of maps. */
const chunkFileNames = ({ facadeModuleId }: { facadeModuleId?: string | null }): string => {
  if (facadeModuleId?.includes('/kernels/wasm/')) return 'assets/kernels-[name]-[hash].js';
  if (facadeModuleId?.endsWith('/core/src/maps/index.ts')) return 'assets/maps-[hash].js';
  return 'assets/[name]-[hash].js';
};

/**
 * Two builds of one app. By default `dist`, served by `portolan studio`; with `--mode web` `dist-web`, a static site
 * that works from any path of any host, with the Workbench in a Worker.
 * Workspace packages resolve to source; the ONNX runtime's wasm stays a file of its own, never inlined.
 */
export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [svelte(), glossaryPage()],
  resolve: {
    // not by the condition `source`: other packages have one too, with sources that weren't meant for us
    alias: [
      { find: /^@portolan\/(core|view)$/, replacement: `${packages}$1/src/index.ts` },
      { find: /^@portolan\/core\/(\w+)$/, replacement: `${packages}core/src/$1/index.ts` },
    ],
    conditions: ['onnxruntime-web-use-extern-wasm', 'svelte', 'module', 'browser', 'development|production'],
  },
  define: { __WEB__: JSON.stringify(mode === 'web'), __ORT_VERSION__: JSON.stringify(ortVersion) },
  worker: { format: 'es', rolldownOptions: { output: { chunkFileNames } } },
  build: {
    outDir: mode === 'web' ? 'dist-web' : 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: { checks: { pluginTimings: false }, output: { chunkFileNames } },
  },
  server: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
}));
