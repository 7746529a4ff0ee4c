/** The dense autoencoder in TensorFlow.js on its WASM backend. It is slow: only as many mini-batches as are asked for. */
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { digits } from '../lib/digits.mjs';

const require = createRequire(import.meta.url);
const BATCH = 256;
const batches = Number(process.argv[2] ?? 12);

setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
await tf.setBackend('wasm');
await tf.ready();

const { rows } = digits();
const x = tf.tensor2d(
  Float32Array.from(rows.data, (value) => value / 255),
  [10_000, 784],
);
const layer = (units, activation, inputShape) => tf.layers.dense({ units, activation, inputShape });
const model = tf.sequential({
  layers: [
    layer(512, 'relu', [784]),
    layer(128, 'relu'),
    layer(64, 'relu'),
    layer(2, 'linear'),
    layer(64, 'relu'),
    layer(128, 'relu'),
    layer(512, 'relu'),
    layer(784, 'sigmoid'),
  ],
});
const optimizer = tf.train.adam(1e-3);
const weights = model.trainableWeights.map((weight) => weight.val);
let loss;
function step(i) {
  const from = (i * BATCH) % (10_000 - BATCH);
  loss?.dispose();
  loss = tf.tidy(() => {
    const batch = x.slice([from, 0], [BATCH, 784]);
    return optimizer.minimize(() => tf.losses.meanSquaredError(batch, model.apply(batch)), true, weights);
  });
}
for (let i = 0; i < 2; i++) step(i);
await loss.data();
const begin = performance.now();
const cpu = process.cpuUsage();
for (let i = 0; i < batches; i++) step(i + 2);
const [last] = await loss.data();
const seconds = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage(cpu);
console.log(
  JSON.stringify({
    seconds,
    cpuSeconds: (user + system) / 1e6,
    samplesPerSecond: (batches * BATCH) / seconds,
    loss: last,
    peer: `tfjs-backend-wasm ${version_wasm}`,
  }),
);
