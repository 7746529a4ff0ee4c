/** PCA of the digits to 50 dimensions, beside scikit-learn. */
import { byTurns, median, pairedRatio, round, table } from '../lib/measure.mjs';
import { portolan, python } from '../lib/programs.mjs';
import { verdict } from '../maps/compare.mjs';

const THREADS = [1, 2];
const peer = (threads) => `scikit-learn, randomized, ${threads} thread${threads > 1 ? 's' : ''}`;
const ours = (threads) => `Portolan, kernels, ${threads} thread${threads > 1 ? 's' : ''}`;

export async function pca({ turns, log }) {
  const { results, missing } = await byTurns(
    {
      ...Object.fromEntries(
        THREADS.flatMap((threads) => [
          [peer(threads), () => python('sklearn_pca.py', [], { threads })],
          [ours(threads), () => portolan('pca.mjs', ['kernels', String(threads)])],
        ]),
      ),
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

function verdicts(results) {
  return THREADS.flatMap((threads) => {
    const [theirs, own] = [results[peer(threads)], results[ours(threads)]];
    if (!theirs.length || !own.length) return [];
    const cpu = pairedRatio(own, theirs, (result) => result.cpuSeconds);
    const clock = pairedRatio(own, theirs, (result) => result.seconds);
    const text = `${ours(threads)}: ${round(clock)} of the time and ${round(cpu)} of the CPU time of ${peer(threads)}`;
    return [verdict(text, clock <= 1 && cpu <= 1)];
  });
}
