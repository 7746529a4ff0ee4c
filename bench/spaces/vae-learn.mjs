/**
 * `node vae-learn.mjs METHOD --epochs 3 --seed 0 [--batches 4] [--record FOLDER]`: learns the digits by one of the methods below.
 * With --record it writes first weights, mini-batches, noise and losses instead, so that a peer can do the very same.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { spaceMethods } from '@portolan/core';
import { nativeRuntime } from '../../packages/portolan/dist/native-runtime.js';
import { digits } from '../lib/digits.mjs';
import { timedLearn } from '../portolan/timed-learn.mjs';

const SHARED = { latentDim: 16, layers: [512, 128, 64], learningRate: 1e-3, batchSize: 256 };

export const METHODS = {
  vae: ['vae', SHARED],
  betaVae: ['vae', { ...SHARED, beta: 4 }],
  wae: ['wae', SHARED],
  iwae: ['vae', { ...SHARED, importanceSamples: 5 }],
  vqVae: ['vq-vae', { ...SHARED, nCodes: 64, codeDim: 4 }],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '3' },
    seed: { type: 'string', default: '0' },
    record: { type: 'string' },
    batches: { type: 'string', default: '0' },
  },
});
const now = () => {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1000, cpu: (user + system) / 1e6 };
};
const [name, shared] = METHODS[positionals[0]];
const options = { ...shared, epochs: Number(values.epochs), seed: Number(values.seed) };
// 0: as many mini-batches a call as fit its time by the clock, which a busy machine makes too few
options.batchesPerCall = Number(values.batches);
const method = spaceMethods.find((method) => method.name === name);
const runtime = nativeRuntime({ threads: Number(values.threads) });
if (values.record) await record(values.record);
else {
  const result = await timedLearn(method, digits(), options, runtime, now);
  console.log(JSON.stringify({ ...result, losses: result.metrics.train }));
}

/** One mini-batch a call, each kept as it is fed: parameters.json and *.f32, batch inputs, losses. */
async function record(folder) {
  mkdirSync(folder, { recursive: true });
  const kept = {};
  const losses = [];
  let parameters;
  const recording = {
    name: runtime.name,
    async load(model) {
      const executable = await runtime.load(model);
      if (!executable.outputs.some(({ name }) => name.startsWith('next/'))) return executable;
      return {
        inputs: executable.inputs,
        outputs: executable.outputs,
        dispose: () => executable.dispose(),
        async run(feeds, into) {
          parameters ??= Object.entries(feeds)
            .filter(([name]) => !name.includes('/'))
            .map(([name, { shape, data }]) => ({ name, shape, data: data.slice() }));
          for (const [name, { data, shape }] of Object.entries(feeds)) {
            if (!name.startsWith('batch/')) continue;
            (kept[name.split('/')[1]] ??= { shape, data: [] }).data.push(data.slice());
          }
          const outputs = await executable.run(feeds, into);
          losses.push(outputs['loss/loss'].data[0]);
          return outputs;
        },
      };
    },
  };
  const fitted = await method.fit(digits(), { ...options, batchesPerCall: 1 }, recording);
  await fitted.space.dispose();
  const write = (name, arrays) =>
    writeFileSync(
      `${folder}/${name}`,
      Buffer.concat(arrays.map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength))),
    );
  for (const { name, data } of parameters) write(`parameter.${name}.f32`, [data]);
  for (const [name, { data }] of Object.entries(kept)) write(`batch.${name}.f32`, data);
  const about = {
    parameters: Object.fromEntries(parameters.map(({ name, shape }) => [name, shape])),
    inputs: Object.fromEntries(Object.entries(kept).map(([name, { shape }]) => [name, shape])),
    losses,
  };
  writeFileSync(`${folder}/about.json`, JSON.stringify(about));
  console.log(JSON.stringify({ iterations: losses.length }));
}
