import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/**
 * Two builds of one app. By default `dist`, served by `portolan studio`; with `--mode web` `dist-web`, a static site
 * that works from any path of any host, with the Workbench in a Worker.
 * Workspace packages resolve to source; the ONNX runtime's wasm stays a file of its own, never inlined.
 */
export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [svelte()],
  resolve: {
    conditions: ['source', 'onnxruntime-web-use-extern-wasm', 'svelte', 'module', 'browser', 'development|production'],
  },
  define: { __WEB__: JSON.stringify(mode === 'web') },
  worker: { format: 'es' },
  build: {
    outDir: mode === 'web' ? 'dist-web' : 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
}));
