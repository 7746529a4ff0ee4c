/** PCA of the digits to 50 dimensions, beside scikit-learn. */
import { byTurns, median, pairedRatio, round, table } from '../lib/measure.mjs';
import { portolan, python } from '../lib/programs.mjs';
import { verdict } from '../maps/compare.mjs';

const PEER = 'scikit-learn, randomized, 1 thread';
const OURS = 'Portolan, kernels, 1 thread';

export async function pca({ turns, log }) {
  const { results, missing } = await byTurns(
    {
      [PEER]: () => python('sklearn_pca.py', [], { threads: 1 }),
      'scikit-learn, randomized, 2 threads': () => python('sklearn_pca.py', [], { threads: 2 }),
      [OURS]: () => portolan('pca.mjs', ['kernels']),
      'Portolan, randomized': () => portolan('pca.mjs', ['randomized']),
      'Portolan, exact': () => portolan('pca.mjs', ['exact']),
    },
    turns,
    (text) => log(`pca: ${text}`),
  );
  const rows = Object.entries(results)
    .filter(([, list]) => list.length > 0)
    .map(([name, list]) => [
      name,
      round(median(list.map((result) => result.seconds))),
      round(median(list.map((result) => result.cpuSeconds))),
      median(list.map((result) => result.explained)).toFixed(5),
    ]);
  return {
    title: 'PCA of 10,000 × 784 digits to 50 dimensions',
    table: table(['', 'seconds', 'CPU seconds', 'explained variance'], rows),
    notes: [...verdicts(results), ...Object.entries(missing).map(([name, hint]) => `${name}: ${hint}.`)],
    raw: results,
  };
}

function verdicts({ [PEER]: peer, [OURS]: ours }) {
  if (!peer.length || !ours.length) return [];
  const cpu = pairedRatio(ours, peer, (result) => result.cpuSeconds);
  const clock = pairedRatio(ours, peer, (result) => result.seconds);
  const text = `by kernels, ${round(clock)} of the time and ${round(cpu)} of the CPU time of scikit-learn's randomized solver`;
  return [verdict(text, clock <= 1 && cpu <= 1)];
}
