/**
 * The VAE family beside PyTorch: first weights, order of rows and noise are the same, so losses can be compared
 * iteration by iteration. `node bench/spaces/vae.mjs [METHODS…] --turns 3 --epochs 3 --batches 0`, after `npm run build`.
 * Sums in another order round otherwise, and where a code lies between two vectors that decides: how far PyTorch departs
 * from itself, by the kernels of another processor, is told beside how far Portolan does.
 *
 * Speed is images a CPU second, by turns, one thread each, in runs of their own in which each side draws its own noise
 * as it learns, as real training does; both take their rows by index from floats in memory. The first ten mini-batches
 * warm up and are not counted. --batches 0 leaves it to Portolan how many mini-batches are one call, as users do.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from '../lib/machine.mjs';
import { measured, median, round, spread, table } from '../lib/measure.mjs';
import { pythonEnvironment } from '../lib/programs.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: 'string', default: '3' },
    epochs: { type: 'string', default: '3' },
    batches: { type: 'string', default: '0' },
  },
});
const names = positionals.length > 0 ? positionals : ['vae', 'betaVae', 'wae', 'iwae', 'vqVae'];
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const learn = (name, turn, more = []) =>
  measured(process.execPath, [path('vae-learn.mjs'), name, '--epochs', values.epochs, '--seed', String(turn), ...more]);
/** PyTorch by kernels that every processor has */
const OTHER_KERNELS = { OPENBLAS_CORETYPE: 'Haswell', ATEN_CPU_CAPABILITY: 'default', MKL_ENABLE_INSTRUCTIONS: 'AVX2' };
const peer = (name, folder, more = [], env = {}) =>
  measured(process.env.PYTHON ?? '/usr/bin/python3', [path('vae_torch.py'), name, folder, ...more], {
    env: { ...pythonEnvironment(1), ...env },
    hint: 'PyTorch is not installed; on Debian: apt-get install python3-torch',
  });
const perCpuSecond = ({ samples, cpuSeconds }) => samples / cpuSeconds;
/** over the last 39 iterations, an epoch */
const lastEpoch = (losses) => losses.slice(-39).reduce((sum, loss) => sum + loss / 39, 0);

const rows = [];
for (const name of names) {
  const [ours, theirs, differences, own, other, ofItself] = [[], [], [], [], [], []];
  for (let turn = 0; turn < Number(values.turns); turn++) {
    const folder = mkdtempSync(join(tmpdir(), 'portolan-vae-'));
    try {
      process.stderr.write(`${name}, turn ${turn + 1} of ${values.turns}\n`);
      await learn(name, turn, ['--record', folder]);
      const { losses } = JSON.parse(readFileSync(join(folder, 'about.json'), 'utf8'));
      ours.push(await learn(name, turn, ['--batches', values.batches]));
      theirs.push(await peer(name, folder, ['--draw']));
      own.push(lastEpoch(losses));
      other.push(lastEpoch((await peer(name, folder)).losses));
      const again = lastEpoch((await peer(name, folder, [], OTHER_KERNELS)).losses);
      differences.push((100 * (own.at(-1) - other.at(-1))) / other.at(-1));
      ofItself.push((100 * (again - other.at(-1))) / other.at(-1));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const ratios = ours.map((one, i) => perCpuSecond(one) / perCpuSecond(theirs[i]));
  const row = [
    name,
    median(own).toPrecision(5),
    median(other).toPrecision(5),
    `${round(median(differences))} (${spread(differences)})`,
    `${round(median(ofItself))} (${spread(ofItself)})`,
    round(median(ours.map(perCpuSecond))),
    round(median(theirs.map(perCpuSecond))),
    `${round(median(ratios))} (${spread(ratios)})`,
  ];
  process.stderr.write(`${row.join(' | ')}\n`);
  rows.push(row);
}
console.log(machine().join('\n'));
console.log(
  table(
    [
      '',
      'loss, Portolan',
      'PyTorch',
      'difference, % (spread)',
      'PyTorch from itself, % (spread)',
      'images a CPU second',
      'PyTorch',
      '× PyTorch, median (spread)',
    ],
    rows,
  ),
);
