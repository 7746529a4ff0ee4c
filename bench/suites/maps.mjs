/** Maps beside their peers: cost, and quality by one judge. */
import { pairedRatio, round, table } from '../lib/measure.mjs';
import { nodePeer, portolan, python } from '../lib/programs.mjs';
import { compare, costRows, judgeMap, medianOf, missingNotes, verdict } from '../maps/compare.mjs';
import { dataFile } from '../maps/data.mjs';

const TITLES = { digits: 'digits, 10,000 × 784', words: 'words, 50,000 × 100' };
const UMAP_HINT = 'not installed; on Debian: apt-get install umap-learn';
const SKLEARN_HINT = 'not installed; on Debian: apt-get install python3-sklearn';
const QUALITY = [
  { figure: 'trustworthiness', title: 'trustworthiness' },
  { figure: 'neighborRecall', title: 'neighbour recall' },
];
const ACCURACY = { figure: 'labelAccuracy', title: 'label accuracy' };
const KL = { figure: 'kl', title: 'exact KL, nats' };
const PERPLEXITY = 30;

const ours =
  (method, data, threads, options = {}) =>
  (seed, out) => {
    const args = [method, dataFile(data), '--seed', seed, '--threads', threads, '--out', out];
    return portolan('map.mjs', [...args.map(String), '--options', JSON.stringify(options)]);
  };
const theirs =
  (script, data, { hint, threads = 1, args = [] }) =>
  (seed, out) =>
    python(script, [dataFile(data), '--seed', String(seed), '--out', out, ...args], { threads, hint });

export async function umap({ turns, log, data }) {
  const plan = (name) => ({
    peer: 'umap-learn, seeded',
    sides: {
      'umap-learn, seeded': theirs('umap_learn.py', name, { hint: UMAP_HINT }),
      'Portolan, 1 thread': ours('umap', name, 1),
      'Portolan, 2 threads': ours('umap', name, 2),
      ...(name === 'digits' ? { 'umap-js': umapJs(name) } : {}),
    },
    once: ['umap-js'],
  });
  const result = await maps({
    name: 'umap',
    datas: ['digits', 'words'],
    plan,
    turns,
    log,
    only: data,
    verdicts: umapVerdicts,
  });
  return { title: 'UMAP, 15 neighbours, minDist 0.1', ...result };
}

const umapJs = (data) => (seed, out) => nodePeer('umap_js.mjs', [dataFile(data), '--seed', String(seed), '--out', out]);

function umapVerdicts(data, results) {
  const mine = results['Portolan, 1 thread'];
  const notes = [];
  for (const [peer, share] of [
    ['umap-learn, seeded', 1 / 3],
    ['umap-js', 1 / 5],
  ]) {
    if (!mine.length || !results[peer]?.length) continue;
    const ratio = pairedRatio(mine, results[peer], (result) => result.cpuSeconds);
    notes.push(
      verdict(`${data}: ${round(ratio)} of the CPU time of ${peer}, at most ${round(share)} asked`, ratio <= share),
    );
  }
  const peer = results['umap-learn, seeded'];
  if (!mine.length || !peer.length) return notes;
  for (const [{ figure, title }, slack] of [...QUALITY.map((one) => [one, 0.003]), [ACCURACY, 0.005]]) {
    const difference = medianOf(mine, figure) - medianOf(peer, figure);
    if (!Number.isFinite(difference)) continue;
    const sign = difference < 0 ? '−' : '+';
    const text = `${data}: ${title} ${sign}${Math.abs(difference).toFixed(4)} beside umap-learn, at least −${slack} asked`;
    notes.push(verdict(text, difference >= -slack));
  }
  return notes;
}

export async function tsne({ turns, log, data }) {
  const plan = (name) => ({
    peer: 'scikit-learn, Barnes–Hut',
    sides: {
      'scikit-learn, Barnes–Hut': theirs('sklearn_tsne.py', name, { hint: SKLEARN_HINT }),
      'Portolan, 1 thread': ours('tsne', name, 1, { perplexity: PERPLEXITY }),
      'Portolan, 2 threads': ours('tsne', name, 2, { perplexity: PERPLEXITY }),
    },
    kl: PERPLEXITY,
  });
  const result = await maps({ name: 'tsne', datas: ['digits'], plan, turns, log, only: data, verdicts: tsneVerdicts });
  return { title: 't-SNE, perplexity 30', ...result };
}

function tsneVerdicts(data, results) {
  const mine = results['Portolan, 1 thread'];
  const peer = results['scikit-learn, Barnes–Hut'];
  if (!mine.length || !peer.length) return [];
  const ratio = pairedRatio(mine, peer, (result) => result.cpuSeconds);
  const divergence = medianOf(mine, 'kl') / medianOf(peer, 'kl');
  return [
    verdict(`${data}: ${round(ratio)} of scikit-learn's CPU time, at most 0.125 asked`, ratio <= 1 / 8),
    verdict(`${data}: ${divergence.toFixed(4)} of its divergence, at most 1.005 asked`, divergence <= 1.005),
  ];
}

const TRIPLETS = { figure: 'triplets', title: 'order of random triplets' };
const BY_EQUATIONS = 'PaCMAP by its equations, numpy';

export async function pacmap({ turns, log, data }) {
  const plan = (name) => ({
    peer: BY_EQUATIONS,
    sides: {
      [BY_EQUATIONS]: theirs('pacmap_numpy.py', name, { hint: SKLEARN_HINT }),
      'Portolan, 1 thread': ours('pacmap', name, 1),
    },
    further: [TRIPLETS],
  });
  const verdicts = (name, { [BY_EQUATIONS]: peer, 'Portolan, 1 thread': mine }) =>
    !mine.length || !peer.length
      ? []
      : [...QUALITY, TRIPLETS, ACCURACY].map(({ figure, title }) => {
          const difference = medianOf(mine, figure) - medianOf(peer, figure);
          const text = `${name}: ${title} ${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(4)} beside the equations, at least −0.005 wanted`;
          return verdict(text, difference >= -0.005);
        });
  const result = await maps({ name: 'pacmap', datas: ['digits'], plan, turns, log, only: data, verdicts });
  return { title: 'PaCMAP beside its own equations', ...result };
}

export async function pcaMap({ turns, log, data }) {
  const plan = (name) => ({
    peer: 'scikit-learn, randomized',
    sides: {
      'scikit-learn, randomized': theirs('sklearn_pca_map.py', name, { hint: SKLEARN_HINT }),
      Portolan: ours('pca', name, 1),
    },
  });
  const result = await maps({
    name: 'pca-map',
    datas: ['digits', 'words'],
    plan,
    turns,
    log,
    only: data,
    verdicts: () => [],
  });
  return { title: 'PCA as a map', ...result };
}

async function maps({ name, datas, plan, turns, log, only, verdicts }) {
  const parts = [];
  const notes = [];
  const raw = {};
  for (const data of datas) {
    if (only && !only.includes(data)) continue;
    const { sides, peer, kl, once, further = [] } = plan(data);
    const { results, missing } = await compare({
      name: `${name}, ${data}`,
      sides,
      judge: (file) => judgeMap(data, file, { kl }),
      turns,
      log,
      once,
    });
    raw[data] = results;
    const columns = [...QUALITY, ...further, ...(data === 'digits' ? [ACCURACY] : []), ...(kl ? [KL] : [])];
    const head = ['', 'seconds', 'CPU seconds', 'CPU × peer', ...columns.map(({ title }) => title)];
    parts.push(`### ${TITLES[data]}`, table(head, costRows(results, peer, columns)));
    notes.push(...verdicts(data, results), ...missingNotes(missing));
    if (once?.some((side) => results[side]?.length) && turns > 1) notes.push(`${once.join(', ')}: measured once.`);
  }
  return { table: parts.join('\n\n'), notes: [...new Set(notes)], raw };
}
