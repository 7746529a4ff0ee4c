/** umap-js with its defaults (15 neighbours, minDist 0.1, 200 epochs at this size), seeded: umap_js.mjs data.npy --seed 0 --out coords.npy */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { UMAP } from 'umap-js';
import { readNpy, writeNpy } from '../lib/npy.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '0' }, out: { type: 'string' } },
});
const { version } = createRequire(import.meta.url)('umap-js/package.json');
const { data, shape } = readNpy(positionals[0]);
const rows = Array.from({ length: shape[0] }, (_, i) => Array.from(data.subarray(i * shape[1], (i + 1) * shape[1])));
new UMAP({ nEpochs: 5, random: generator(1) }).fit(rows.slice(0, 500));
const begin = performance.now();
const cpu = process.cpuUsage();
const y = new UMAP({ nNeighbors: 15, minDist: 0.1, random: generator(Number(values.seed)) }).fit(rows);
const seconds = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage(cpu);
if (values.out) writeNpy(values.out, Float32Array.from(y.flat()), [shape[0], 2]);
console.log(
  JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, peer: `umap-js ${version}`, seed: Number(values.seed) }),
);

/** mulberry32 */
function generator(seed) {
  let state = seed + 0x6d2b79f5;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
