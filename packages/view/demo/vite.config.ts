import { defineConfig } from 'vite';

/** `npx vite packages/view/demo`: the map alone, from source, on made-up points. */
export default defineConfig({ resolve: { conditions: ['source', 'module', 'browser', 'development|production'] } });
