/** Learning natively: the dense autoencoder and the convolutional VAE, beside PyTorch and TensorFlow.js. */
import { byTurns, median, pairedRatio, round, spread, table } from '../lib/measure.mjs';
import { nodePeer, portolan, python } from '../lib/programs.mjs';

const rate = (result) => result.samplesPerSecond;

export async function dense({ turns, epochs, log }) {
  return learning({
    title: `Dense autoencoder 784-512-128-64-2, mirrored; Adam 1e-3, batch 256, ${epochs} epochs over 10,000 digits`,
    task: 'dense',
    script: 'torch_dense.py',
    quality: 'mse',
    qualityName: `mse after ${epochs} epochs, median (spread) over seeds`,
    others: { 'TensorFlow.js, WASM': () => nodePeer('tfjs_dense.mjs', ['12']) },
    turns,
    epochs,
    log,
  });
}

export async function convVae({ turns, epochs, log }) {
  const short = Math.min(epochs, 3);
  return learning({
    title: `Convolutional VAE 1→32→64 (3 × 3, stride 2), 16 latents, mirrored; Adam 1e-3, batch 256, ${short} epochs`,
    task: 'conv-vae',
    script: 'torch_conv_vae.py',
    quality: 'elbo',
    qualityName: `ELBO after ${short} epochs (nats, one draw a sample)`,
    others: {},
    turns,
    epochs: short,
    log,
  });
}

async function learning({ title, task, script, quality, qualityName, others, turns, epochs, log }) {
  const sides = { ...others };
  for (const threads of [1, 2]) {
    const args = (seed) => ['--threads', String(threads), '--epochs', String(epochs), '--seed', String(seed)];
    sides[`PyTorch, ${count(threads)}`] = (turn) => python(script, args(turn), { threads });
    sides[`Portolan, ${count(threads)}`] = (turn) => portolan('learn.mjs', [task, ...args(turn)]);
  }
  const { results, missing } = await byTurns(sides, turns, (text) => log(`${task}: ${text}`));
  const rows = Object.entries(results)
    .filter(([name]) => !(name in missing))
    .map(([name, list]) => {
      const qualities = list.map((result) => result[quality]).filter(Number.isFinite);
      const peer = results[name.replace('Portolan', 'PyTorch')];
      const ratio = name.startsWith('Portolan') && peer?.length ? round(pairedRatio(list, peer, rate)) : '';
      return [
        name,
        round(median(list.map(rate))),
        ratio,
        round(median(list.map((result) => result.samplesPerSecond * (result.seconds / result.cpuSeconds)))),
        qualities.length ? `${median(qualities).toPrecision(4)} (${spread(qualities)})` : '–',
      ];
    });
  const head = ['', 'images/s', '× PyTorch', 'images a CPU second', qualityName];
  const notes = Object.entries(missing).map(([name, hint]) => `${name}: ${hint}.`);
  const tfjs = results['TensorFlow.js, WASM'] ?? [];
  if (tfjs.length) {
    const ratio = pairedRatio(results['Portolan, 2 threads'], tfjs, rate);
    notes.push(`Portolan on two threads is ${round(ratio)} × TensorFlow.js on its WASM backend in Node.`);
  }
  return { title, table: table(head, rows), notes, raw: results };
}

const count = (threads) => `${threads} thread${threads > 1 ? 's' : ''}`;
