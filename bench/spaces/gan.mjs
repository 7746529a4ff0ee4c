/**
 * What GANs cover, by their default recipes and by a plain one. All of it takes about 11 CPU minutes: a seed of the grid 36 s,
 * of the plain one 35 s, of the digits 67 s.
 *   node bench/spaces/gan.mjs [grid|plain|digits]… [--seeds 0,1,2,3,4] [--OPTION VALUE]…
 *
 * grid     25 Gaussians (deviation 0.05, neighbours 2 apart): modes with at least a tenth of the samples due to them within
 *          three deviations, of 10,000 samples, and the share of all that are within three deviations of a centre
 * plain    the same without penalty and without an average
 * digits   shares of the classes among 2,000 samples, by a classifier of our own
 * CPU seconds are user and system of the whole fit, the inverter with it, on one thread.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { dataGenerators, readPack, spaceMethods } from '@portolan/core';
import { nativeRuntime } from '../../packages/portolan/dist/native-runtime.js';

const PLAIN = { penalty: 'none', averageDecay: 0 };
const SAMPLES = 10_000;
const DIGIT_SAMPLES = 2000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { seeds: { type: 'string', default: '0,1,2,3,4' } },
});
const seeds = values.seeds.split(',').map(Number);
const asked = Object.fromEntries(
  Object.entries(values)
    .filter(([name]) => name !== 'seeds')
    .map(([name, value]) => [name, Number.isNaN(Number(value)) ? value : Number(value)]),
);
const names = positionals.length > 0 ? positionals : ['grid', 'plain', 'digits'];
const gan = spaceMethods.find(({ name }) => name === 'gan');
const runtime = nativeRuntime({ threads: 1 });

for (const name of names) {
  const data = name === 'digits' ? await digits() : await grid();
  const judge = name === 'digits' ? await classJudge(data) : coverage;
  for (const seed of seeds) {
    const began = process.cpuUsage();
    const options = { ...(name === 'plain' && PLAIN), ...asked, seed };
    const { space, metrics } = await gan.fit(data, options, runtime);
    const { user, system } = process.cpuUsage(began);
    const figures = await judge(space);
    const { generator, discriminator } = metrics.train;
    console.log(
      JSON.stringify({
        name,
        seed,
        ...figures,
        generator,
        discriminator,
        mse: metrics.mse,
        cpu: (user + system) / 1e6,
      }),
    );
    await space.dispose();
  }
}

function digits() {
  const names = ['pack.json', 'rows.npy.gz', 'digit.npy.gz'];
  const read = (name) => new Uint8Array(readFileSync(new URL(`../../packs/digits/${name}`, import.meta.url)));
  return readPack(Object.fromEntries(names.map((name) => [name, read(name)])));
}

function grid() {
  return dataGenerators.find(({ name }) => name === 'gaussians').make({ seed: 0 });
}

async function coverage(space) {
  const { data } = await space.decode(space.prior.sample(SAMPLES, 77));
  const counts = Array.from({ length: 25 }, () => 0);
  for (let i = 0; i < SAMPLES; i++) {
    const place = [data[2 * i], data[2 * i + 1]].map((v) => Math.max(0, Math.min(4, Math.round((v + 4) / 2))));
    const away = Math.hypot(data[2 * i] - (2 * place[0] - 4), data[2 * i + 1] - (2 * place[1] - 4));
    if (away <= 0.15) counts[5 * place[1] + place[0]]++;
  }
  const near = counts.reduce((a, b) => a + b) / SAMPLES;
  return { modes: counts.filter((count) => count >= SAMPLES / 250).length, near, least: Math.min(...counts) };
}

/** A classifier of its own, learned from the data; its accuracy on rows held out is told with every result. */
async function classJudge(data) {
  const classifier = spaceMethods.find(({ name }) => name === 'classifier');
  const { space, metrics } = await classifier.fit(data, { epochs: 5 }, runtime);
  const executable = await runtime.load(space.toFiles()['encoder.onnx']);
  return async (made) => {
    const x = await made.decode(made.prior.sample(DIGIT_SAMPLES, 5));
    const { classes } = await executable.run({ x: { dtype: 'float32', shape: [x.rows, x.cols], data: x.data } });
    const n = classes.shape[1];
    const counts = Array.from({ length: n }, () => 0);
    for (let i = 0; i < x.rows; i++) {
      const row = Array.from(classes.data.subarray(i * n, (i + 1) * n));
      counts[row.indexOf(Math.max(...row))]++;
    }
    const shares = counts.map((count) => count / x.rows);
    return { least: Math.min(...shares), shares, accuracy: metrics.validation.accuracy };
  };
}
