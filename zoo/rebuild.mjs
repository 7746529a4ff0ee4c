/**
 * Learns the spaces of the zoo again: `npm run build && node zoo/rebuild.mjs [name …]`. Each becomes a zip of a project
 * with the space, a map of it and, where it is no pack, its data; zoo.json lists them. Takes about a quarter of an hour
 * on two cores.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openProject } from '../packages/portolan/dist/index.js';

const CONV = { architecture: 'convolutional', channels: [16, 32] };
const RECIPES = [
  {
    name: 'digits-autoencoder',
    title: 'Digits, a chart to travel',
    summary: 'An autoencoder of handwritten digits with two latent dimensions: the map is the space.',
    data: 'digits',
    method: 'autoencoder',
    options: { latentDim: 2, layers: [256, 64], epochs: 30, schedule: 'cosine', learningRate: 0.002 },
  },
  {
    name: 'digits-vae',
    title: 'Digits, smooth',
    summary: 'A variational autoencoder of handwritten digits with two latent dimensions, without gaps.',
    data: 'digits',
    method: 'vae',
    options: { latentDim: 2, layers: [256, 64], epochs: 30, schedule: 'cosine', learningRate: 0.002 },
  },
  {
    name: 'digits-vae-10',
    title: 'Digits, faithful',
    summary: 'A convolutional variational autoencoder of handwritten digits with ten latent dimensions.',
    data: 'digits',
    method: 'vae',
    options: { latentDim: 10, ...CONV, epochs: 15, schedule: 'cosine', learningRate: 0.002 },
  },
  {
    name: 'digits-gan',
    title: 'Digits, invented',
    summary: 'A generative adversarial network that invents handwritten digits, with an encoder learned after it.',
    data: 'digits',
    method: 'gan',
    options: { latentDim: 16, layers: [256, 128], epochs: 40, penaltyWeight: 0.01 },
  },
  {
    name: 'faces-vae',
    title: 'Faces',
    summary: 'A convolutional variational autoencoder of drawn faces whose attributes are known, 24 dimensions.',
    data: 'drawn-faces',
    method: 'vae',
    options: { latentDim: 24, ...CONV, epochs: 30, batchSize: 64, schedule: 'cosine', learningRate: 0.002 },
  },
  {
    name: 'emoji-vae',
    title: 'Emoji',
    summary: 'A convolutional variational autoencoder of emoji in two styles, 32 dimensions.',
    data: 'emoji',
    method: 'vae',
    options: { latentDim: 32, ...CONV, epochs: 40, batchSize: 64, schedule: 'cosine', learningRate: 0.002 },
  },
  {
    name: 'sprites-vae',
    title: 'Sprites',
    summary: 'A β-VAE of small shapes whose true factors are known, six dimensions.',
    make: { generator: 'sprites', options: { nSamples: 2000 } },
    data: 'sprites',
    method: 'vae',
    options: { latentDim: 6, beta: 2, ...CONV, epochs: 60, batchSize: 64, schedule: 'cosine', learningRate: 0.002 },
  },
];

const wanted = process.argv.slice(2);
const known = (() => {
  try {
    return JSON.parse(readFileSync(new URL('zoo.json', import.meta.url), 'utf8'));
  } catch {
    return [];
  }
})();
for (const recipe of RECIPES) {
  if (wanted.length > 0 && !wanted.includes(recipe.name)) continue;
  const entry = await learn(recipe);
  const at = known.findIndex((other) => other.name === recipe.name);
  if (at < 0) known.push(entry);
  else known[at] = entry;
  const order = (name) => RECIPES.findIndex((other) => other.name === name);
  known.sort((a, b) => order(a.name) - order(b.name));
  writeFileSync(new URL('zoo.json', import.meta.url), `${JSON.stringify(known, null, 2)}\n`);
}

async function learn({ name, title, summary, make, data, method, options }) {
  const folder = mkdtempSync(join(tmpdir(), 'zoo-'));
  try {
    const project = openProject(folder);
    if (make) await project.makeData(make);
    const space = await project.learn({ data, method, options, name }, { previews: false });
    // a space of two dimensions is its own map
    const map = space.latentDim > 2 ? await project.map({ of: space.id, method: 'umap' }) : undefined;
    const ids = [...(make ? [data] : []), space.id, ...(map ? [map.id] : [])];
    const zip = await project.exportProject({ ids });
    writeFileSync(new URL(`${name}.zip`, import.meta.url), zip);
    const { mse } = space.metrics;
    console.log(name, `${space.seconds.toFixed(0)} s`, mse === undefined ? '' : `mse ${mse.toFixed(4)}`, zip.length);
    return { name, title, summary, data, space: space.id, map: map?.id, created: space.created, bytes: zip.length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
