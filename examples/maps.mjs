// Maps of digits by two methods: how far each can be believed, new points on it, and a place led back to a picture.
// node examples/maps.mjs
import { readFile, readdir } from 'node:fs/promises';
import { findNeighbors, mapMethods, matrix, measureMap, neighborKeep, readPack, readRows } from '@portolan/core';
import { nodeKernels } from 'portolan';

const folder = new URL('../packs/digits/', import.meta.url);
const names = (await readdir(folder)).filter((name) => /\.(json|gz)$/.test(name));
const files = Object.fromEntries(
  await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, folder))])),
);
const { rows, columns } = await readPack(files);
const numbers = (from, to) => Uint32Array.from({ length: to - from }, (_, i) => from + i);
const x = readRows(rows, numbers(0, 2000)); // [2000, 784]
const news = readRows(rows, numbers(2000, 2200));
const labels = columns[0].codes.slice(0, 2000);

const kernels = nodeKernels(); // all cores; nothing depends on how many
const neighbors = await findNeighbors(x, 91, { kernels }); // found once, for both maps
for (const name of ['umap', 'tsne']) {
  const map = await mapMethods.find((method) => method.name === name).fit(x, { seed: 0 }, { kernels, neighbors });
  const quality = await measureMap(x, map.coordinates, { labels, kernels });
  const kept = (await neighborKeep(x, map.coordinates, { neighbors, kernels })).sort();
  console.log(
    `${name}: trustworthiness ${quality.trustworthiness.toFixed(3)}, continuity ${quality.continuity.toFixed(3)},`,
    `recall ${quality.neighborRecall.toFixed(2)}, labels ${quality.labelAccuracy.toFixed(2)};`,
    `half of the points keep at least ${Math.round(15 * kept[1000])} of 15 neighbours`,
  );
  const places = await map.transform(news, { kernels });
  const picture = map.inverse(matrix(1, 2, places.data.slice(0, 2))); // what lies where the first new digit went
  for (let y = 4; y < 26; y += 2) {
    console.log(Array.from({ length: 28 }, (_, c) => ' .:*#'[Math.round(picture.data[y * 28 + c] * 4)]).join(''));
  }
}
