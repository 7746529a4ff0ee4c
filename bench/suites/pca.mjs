/** PCA of the digits to 50 dimensions, beside scikit-learn. */
import { byTurns, median, round, table } from '../lib/measure.mjs';
import { portolan, python } from '../lib/programs.mjs';

export async function pca({ turns, log }) {
  const { results, missing } = await byTurns(
    {
      'scikit-learn, randomized, 1 thread': () => python('sklearn_pca.py', [], { threads: 1 }),
      'scikit-learn, randomized, 2 threads': () => python('sklearn_pca.py', [], { threads: 2 }),
      'Portolan, kernels, 1 thread': () => portolan('pca.mjs', ['kernels']),
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
    notes: Object.entries(missing).map(([name, hint]) => `${name}: ${hint}.`),
    raw: results,
  };
}
