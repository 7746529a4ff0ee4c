/** Portolan in the page: learning, and the latency of decoding. */
import { matrix, spaceMethods } from '@portolan/core';
import { webRuntime } from '../../packages/studio/src/client/ort-web.ts';
import { TASKS, timedLearn } from '../portolan/timed-learn.mjs';

const now = () => ({ wall: performance.now() / 1000, cpu: NaN });

function dataset(rows) {
  return {
    name: 'digits',
    rows: { data: rows, nSamples: 10_000, nFeatures: 784, scale: 1 / 255 },
    columns: [],
    medium: { kind: 'image', height: 28, width: 28, channels: 1 },
    warnings: [],
  };
}

export async function portolanLearn(rows, { task, threads, epochs, seed }) {
  const [name, options] = TASKS[task]({ epochs, seed });
  const method = spaceMethods.find((method) => method.name === name);
  const result = await timedLearn(method, dataset(rows), options, await webRuntime({ threads }), now);
  return { ...result, mse: result.metrics.mse };
}

/** Milliseconds: one point `n` times, and a 30 × 30 grid. */
export async function portolanDecode(rows, { threads, n }) {
  const method = spaceMethods.find((method) => method.name === 'autoencoder');
  const { space } = await method.fit(dataset(rows), { epochs: 1 }, await webRuntime({ threads }));
  const timed = async (z, times) => {
    const out = [];
    for (let i = 0; i < times; i++) {
      for (let j = 0; j < z.data.length; j++) z.data[j] = Math.sin(i + 0.37 * j) * 3;
      const begin = performance.now();
      await space.decode(z);
      out.push(performance.now() - begin);
    }
    return out;
  };
  await timed(matrix(1, 2), 50);
  await timed(matrix(900, 2), 5);
  return { point: await timed(matrix(1, 2), n), grid: await timed(matrix(900, 2), 40) };
}
