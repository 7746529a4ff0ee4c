/**
 * A random tenth of the digits, another each turn, put on maps of the others: label accuracy of the placed beside that of
 * the fitted. A thousand digits tell an accuracy to ±0.016 at best, so it is the mean over turns that is judged.
 */
import { table } from '../lib/measure.mjs';
import { portolan, python } from '../lib/programs.mjs';
import { compare, costRows, judgePlaced, missingNotes, verdict } from '../maps/compare.mjs';
import { shuffledFile, shuffledLabels } from '../maps/data.mjs';

const METHODS = {
  umap: 'UMAP',
  tsne: 't-SNE',
  pacmap: 'PaCMAP',
  poincare: 'Poincaré disc',
  mds: 'MDS',
  pca: 'PCA',
  lda: 'LDA',
};
const FITTED = 9000;
const SLACK = 0.02;
const PEER = 'umap-learn, seeded';

export async function heldOut({ turns, log }) {
  const sides = {
    [PEER]: (seed, out) =>
      python('umap_learn_held_out.py', [shuffledFile('digits', seed), '--seed', String(seed), '--out', out], {
        threads: 1,
        hint: 'not installed; on Debian: apt-get install umap-learn',
      }),
  };
  for (const [method, title] of Object.entries(METHODS)) {
    sides[`Portolan, ${title}`] = (seed, out) =>
      portolan('held-out.mjs', [
        method,
        shuffledFile('digits', seed),
        ...Object.entries({ seed, out, labels: shuffledLabels('digits', seed) }).flatMap(([flag, value]) => [
          `--${flag}`,
          String(value),
        ]),
      ]);
  }
  const judge = async (out, seed) => {
    const figures = await judgePlaced(shuffledLabels('digits', seed), out, FITTED);
    return { ...figures, difference: figures.placedAccuracy - figures.fittedAccuracy };
  };
  const { results, missing } = await compare({ name: 'held-out', sides, judge, turns, log });
  const columns = [{ figure: 'fittedAccuracy' }, { figure: 'placedAccuracy' }, { figure: 'difference', digits: 3 }];
  const head = ['placing 1,000', 'seconds', 'CPU seconds', 'CPU × peer', 'accuracy of the fitted', 'of the placed', 'difference']; // prettier-ignore
  const verdicts = Object.entries(results)
    .filter(([name, list]) => name !== PEER && list.length > 0)
    .map(([name, list]) => {
      const { mean, error } = spreadOf(list.map((result) => result.difference));
      const text = `${name}: ${mean.toFixed(4)} ± ${error.toFixed(4)} in the mean, at least −${SLACK} asked`;
      return verdict(text.replaceAll('-', '−'), mean >= -SLACK);
    });
  return {
    title: 'Label accuracy of a random tenth of the digits, placed on maps of the others',
    table: table(head, costRows(results, PEER, columns)),
    notes: [...verdicts, ...missingNotes(missing)],
    raw: results,
  };
}

/** The mean, and its standard error where there are several. */
function spreadOf(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: values.length > 1 ? Math.sqrt(squares / (values.length - 1) / values.length) : NaN };
}
