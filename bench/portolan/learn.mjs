/** `node learn.mjs dense|conv-vae --threads 1 --epochs 10 --seed 0`: learns the digits on the native runtime. */
import { parseArgs } from 'node:util';
import { spaceMethods } from '@portolan/core';
import { nativeRuntime } from '../../packages/portolan/dist/native-runtime.js';
import { digits } from '../lib/digits.mjs';
import { TASKS, timedLearn } from './timed-learn.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '10' },
    seed: { type: 'string', default: '0' },
  },
});
const now = () => {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1000, cpu: (user + system) / 1e6 };
};
const [name, options] = TASKS[positionals[0]]({ epochs: Number(values.epochs), seed: Number(values.seed) });
const method = spaceMethods.find((method) => method.name === name);
const result = await timedLearn(method, digits(), options, nativeRuntime({ threads: Number(values.threads) }), now);
const { mse, train } = result.metrics;
console.log(JSON.stringify({ ...result, mse, elbo: -train.loss, ...train, seed: Number(values.seed) }));
