import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Imports go down these lists only. */
const LAYERS = [
  'base',
  'kernels',
  'linalg',
  'graph',
  'runtime',
  'nn',
  'data',
  'neighbors',
  'spaces',
  'maps',
  'walks',
  'orders',
  'measures',
  'uses',
  'fairness',
  'bridges',
  'pictures',
  'workbench',
];
const PACKAGES: Record<string, string[]> = {
  core: [],
  view: ['@portolan/core'],
  studio: ['@portolan/core', '@portolan/view'],
  portolan: ['@portolan/core'],
};

const src = fileURLToPath(new URL('.', import.meta.url));
const packages = join(src, '..', '..');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name) && !/\.(test|fixture)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/^\s*\/?\*.*$/gm, '');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1]);
}

describe('imports', () => {
  it('go down the layers of core only', () => {
    const wrong: string[] = [];
    for (const file of sources(src)) {
      const layer = relative(src, file).split('/')[0];
      if (layer.endsWith('.ts')) continue;
      expect(LAYERS, `${layer} has no place in the order of layers`).toContain(layer);
      for (const name of importsOf(file)) {
        if (!name.startsWith('.')) continue;
        const target = relative(src, resolve(dirname(file), name)).split('/')[0];
        if (LAYERS.indexOf(target) > LAYERS.indexOf(layer)) wrong.push(`${relative(src, file)} imports ${name}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('go down the packages only, and core touches neither Node nor a page', () => {
    const wrong: string[] = [];
    for (const [name, allowed] of Object.entries(PACKAGES)) {
      for (const file of sources(join(packages, name, 'src'))) {
        for (const target of importsOf(file)) {
          const ours = target.match(/^(@portolan\/\w+|portolan)(\/|$)/)?.[1];
          if (ours && !allowed.includes(ours)) wrong.push(`${relative(packages, file)} imports ${target}`);
          if (name === 'core' && target.startsWith('node:'))
            wrong.push(`${relative(packages, file)} imports ${target}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
