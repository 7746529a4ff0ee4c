/**
 * Whether latents come apart: sprites of known factors, learned with the same networks and updates, judged on sprites
 * that were not learned from. `node bench/spaces/disentanglement.mjs [NAMES…] --seeds 5 --epochs 100`, after
 * `npm run build`; five seeds take some twelve minutes of one core.
 *
 * The gap (Chen et al. 2018) is the mean over shape, scale, rotation, x and y. A rotation can't be read off one latent:
 * a square is the same again after 90°, and an angle goes round where a latent doesn't. So about 0.8 is the most there is.
 */
import { parseArgs } from 'node:util';
import { dataGenerators, mse, mutualInformationGap, readRows, spaceMethods } from '@portolan/core';
import { nativeRuntime } from '../../packages/portolan/dist/native-runtime.js';
import { machine } from '../lib/machine.mjs';
import { median, spread, table } from '../lib/measure.mjs';

const SHARED = { latentDim: 8, layers: [256, 128], batchSize: 128, learningRate: 0.002, schedule: 'cosine' };
const RUNS = {
  vae: ['vae', 'VAE, β = 1', { beta: 1 }],
  betaVae2: ['vae', 'β-VAE, β = 2', { beta: 2 }],
  betaVae4: ['vae', 'β-VAE, β = 4', { beta: 4 }],
  tcVae4: ['tc-vae', 'β-TCVAE, β = 4', { beta: 4 }],
  factorVae: ['factor-vae', 'FactorVAE, γ = 10', { gamma: 10 }],
};
const SIZE = 16;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '5' }, epochs: { type: 'string', default: '100' } },
});
const names = positionals.length > 0 ? positionals : Object.keys(RUNS);
const sprites = dataGenerators.find(({ name }) => name === 'sprites');
const learned = await sprites.make({ nSamples: 10_000, size: SIZE, seed: 0 });
const judged = await sprites.make({ nSamples: 10_000, size: SIZE, seed: 1 });
const x = readRows(judged.rows);
const runtime = nativeRuntime({ threads: 1 });

const results = Object.fromEntries(names.map((name) => [name, []]));
for (let seed = 0; seed < Number(values.seeds); seed++) {
  for (const name of names) {
    const [method, , own] = RUNS[name];
    const options = { ...SHARED, ...own, epochs: Number(values.epochs), seed };
    const before = process.cpuUsage();
    const { space } = await spaceMethods.find((one) => one.name === method).fit(learned, options, runtime);
    const { user, system } = process.cpuUsage(before);
    const z = await space.encode(x);
    const { gap, factors } = mutualInformationGap(z, judged.columns);
    const result = { gap, factors, mse: mse(x, await space.decode(z)), cpuSeconds: (user + system) / 1e6 };
    await space.dispose();
    results[name].push(result);
    const each = factors.map((one) => `${one.factor} ${one.gap.toFixed(2)}`).join(', ');
    process.stderr.write(
      `${name}, seed ${seed}: gap ${gap.toFixed(3)} (${each}), mse ${result.mse.toFixed(5)}, ${result.cpuSeconds.toFixed(0)} s\n`,
    );
  }
}

const of = (list, figure, digits) => {
  const found = list.map(figure);
  const [low, high] = spread(found.map((value) => Number(value.toFixed(digits)))).split(' … ');
  return `${median(found).toFixed(digits)} (${low} … ${high})`;
};
console.log(machine().slice(0, 2).join('\n'));
console.log(
  table(
    ['', 'gap, median (spread)', ...judged.columns.map(({ name }) => name), 'mse, median (spread)', 'CPU seconds'],
    names.map((name) => [
      RUNS[name][1],
      of(results[name], ({ gap }) => gap, 3),
      ...judged.columns.map((_, f) => median(results[name].map(({ factors }) => factors[f].gap)).toFixed(2)),
      of(results[name], (result) => result.mse, 4),
      median(results[name].map(({ cpuSeconds }) => cpuSeconds)).toFixed(0),
    ]),
  ),
);
