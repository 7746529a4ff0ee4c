/** The last tenth of the digits put on maps of the others: label accuracy of the placed beside that of the fitted. */
import { table } from '../lib/measure.mjs';
import { portolan, python } from '../lib/programs.mjs';
import { compare, costRows, judgePlaced, medianOf, missingNotes, verdict } from '../maps/compare.mjs';
import { dataFile, labelsFile } from '../maps/data.mjs';

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
  const file = dataFile('digits');
  const sides = {
    [PEER]: (seed, out) =>
      python('umap_learn_held_out.py', [file, '--seed', String(seed), '--out', out], {
        threads: 1,
        hint: 'not installed; on Debian: apt-get install umap-learn',
      }),
  };
  for (const [method, title] of Object.entries(METHODS)) {
    sides[`Portolan, ${title}`] = (seed, out) =>
      portolan('held-out.mjs', [method, file, '--seed', String(seed), '--out', out, '--labels', labelsFile('digits')]);
  }
  const judge = (out) => judgePlaced('digits', out, FITTED);
  const { results, missing } = await compare({ name: 'held-out', sides, judge, turns, log });
  const columns = [{ figure: 'fittedAccuracy' }, { figure: 'placedAccuracy' }];
  const head = ['placing 1,000', 'seconds', 'CPU seconds', 'CPU × peer', 'accuracy of the fitted', 'of the placed'];
  const verdicts = Object.entries(results)
    .filter(([name, list]) => name !== PEER && list.length > 0)
    .map(([name, list]) => {
      const difference = medianOf(list, 'placedAccuracy') - medianOf(list, 'fittedAccuracy');
      return verdict(`${name}: ${difference.toFixed(4)}, at least −${SLACK} asked`, difference >= -SLACK);
    });
  return {
    title: 'Label accuracy of the last tenth of the digits, placed on maps of the others',
    table: table(head, costRows(results, PEER, columns)),
    notes: [...verdicts, ...missingNotes(missing)],
    raw: results,
  };
}
