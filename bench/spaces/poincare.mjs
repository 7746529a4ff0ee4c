/**
 * How well the mammals of WordNet are found again: mean average precision and mean rank of all that lies above each, by
 * Portolan's Poincaré embedding, by a flat table learned alike, and by gensim's PoincareModel.
 *   node bench/spaces/poincare.mjs [portolan|flat|gensim]… [--dims 2,5,10] [--seeds 0,1,2] [--OPTION VALUE]…
 *
 * flat    the same loss, pairs, nodes to hold against, epochs and rising rate, with Euclidean distances in place of
 *         hyperbolic ones, plain and squared, at each of five rates: the best of these is told
 * portolan  --rate as its learningRate
 * gensim  --epochs, --negative, --alpha and --burn as its own options
 * All vectors are judged by the same code, as single-precision numbers. CPU seconds are those of learning.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { readPack, readRows, spaceMethods } from '@portolan/core';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dims: { type: 'string', default: '2,5,10' },
    seeds: { type: 'string', default: '0,1,2' },
    epochs: { type: 'string', default: '200' },
    negative: { type: 'string', default: '50' },
    alpha: { type: 'string', default: '0.1' },
    burn: { type: 'string', default: '10' },
    rate: { type: 'string', default: '0.2' },
  },
});
const numbers = (list) => list.split(',').map(Number);
const [epochs, negative] = [Number(values.epochs), Number(values.negative)];
const SIDES = { portolan, flat, gensim };

const mammals = await pack('mammals');
const { nodes, above } = closure(mammals);
const names = positionals.length > 0 ? positionals : Object.keys(SIDES);
for (const dim of numbers(values.dims)) {
  for (const name of names) {
    for (const seed of numbers(values.seeds))
      console.log(JSON.stringify({ name, dim, seed, ...(await SIDES[name](dim, seed)) }));
  }
}

async function portolan(latentDim, seed) {
  const method = spaceMethods.find(({ name }) => name === 'poincare');
  const began = process.cpuUsage().user;
  const { items, metrics } = await method.fit(mammals, {
    latentDim,
    epochs,
    negative,
    learningRate: Number(values.rate),
    seed,
  });
  const cpu = (process.cpuUsage().user - began) / 1e6;
  const found = items.columns.find(({ name }) => name === 'name').values;
  const judged = judge(readRows(items.rows).data, latentDim, found, hyperbolic);
  // the program's own figures are these
  if (Math.abs(judged.map - metrics.train.meanAveragePrecision) > 1e-3) throw new Error('figures differ');
  return { ...judged, cpu };
}

function flat(d, seed) {
  let best = { map: 0 };
  let cpu = 0;
  for (const squared of [false, true]) {
    for (const rate of [0.01, 0.03, 0.1, 0.3, 1]) {
      const began = process.cpuUsage().user;
      const x = flatTable(d, seed, rate, squared);
      cpu = (process.cpuUsage().user - began) / 1e6;
      const judged = judge(Float32Array.from(x), d, nodes, euclidean);
      if (judged.map > best.map) best = { ...judged, rate, squared, cpu };
    }
  }
  return best;
}

function gensim(dim, seed) {
  const folder = mkdtempSync(join(tmpdir(), 'poincare-'));
  try {
    const [file, out] = [join(folder, 'pairs.tsv'), join(folder, 'vectors.f64')];
    const lines = nodes.flatMap((name, i) => [...above[i]].map((j) => `${name}\t${nodes[j]}\n`));
    writeFileSync(file, lines.join(''));
    const script = fileURLToPath(new URL('poincare_gensim.py', import.meta.url));
    const args = [script, file, dim, epochs, negative, values.alpha, values.burn, seed, out].map(String);
    const { stdout, stderr, status } = spawnSync(process.env.PYTHON ?? '/usr/bin/python3', args, { maxBuffer: 1e9 });
    if (status !== 0)
      throw new Error(`gensim: ${String(stderr).trim().split('\n').at(-1)}; apt-get install python3-gensim`);
    const { cpu, version, nodes: found } = JSON.parse(String(stdout).trim().split('\n').at(-1));
    const bytes = readFileSync(out);
    const vectors = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    return {
      ...judge(Float32Array.from(vectors), dim, found, hyperbolic),
      cpu,
      version,
      alpha: values.alpha,
      epochs,
      negative,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function pack(name) {
  const folder = new URL(`../../packs/${name}/`, import.meta.url);
  const files = readdirSync(folder).map((file) => [file, new Uint8Array(readFileSync(new URL(file, folder)))]);
  return readPack(Object.fromEntries(files));
}

/** Every node, and the indices of all above it. */
function closure({ columns }) {
  const [sources, targets] = columns.map(({ values }) => values);
  const nodes = [...new Set([...sources, ...targets])];
  const index = new Map(nodes.map((name, i) => [name, i]));
  const parents = nodes.map(() => []);
  sources.forEach((source, i) => parents[index.get(source)].push(index.get(targets[i])));
  const all = (node) => parents[node].flatMap((parent) => [parent, ...all(parent)]);
  return { nodes, above: nodes.map((_, i) => new Set(all(i))) };
}

/** What ranks as the hyperbolic distance from a point does; its own 1 − |a|² is the same for all. */
function hyperbolic(x, d, a, b) {
  let length = 0;
  for (let c = 0; c < d; c++) length += x[b * d + c] ** 2;
  return euclidean(x, d, a, b) / (1 - length);
}

function euclidean(x, d, a, b) {
  let apart = 0;
  for (let c = 0; c < d; c++) apart += (x[a * d + c] - x[b * d + c]) ** 2;
  return apart;
}

/** @param found  the names of the rows of x */
function judge(x, d, found, distance) {
  const rowOf = new Map(found.map((name, i) => [name, i]));
  let [precisions, asked, ranks, links] = [0, 0, 0, 0];
  nodes.forEach((name, i) => {
    if (above[i].size === 0) return;
    const own = rowOf.get(name);
    const far = nodes.map((other) => distance(x, d, own, rowOf.get(other)));
    const others = Float64Array.from(far.filter((_, j) => j !== i && !above[i].has(j))).sort();
    const places = [...above[i]].map((j) => 1 + others.filter((value) => value < far[j]).length).sort((a, b) => a - b);
    precisions += places.reduce((sum, place, k) => sum + (k + 1) / (place + k), 0) / places.length;
    ranks += places.reduce((sum, place) => sum + place, 0);
    asked++;
    links += places.length;
  });
  return { map: precisions / asked, meanRank: ranks / links };
}

/** −log(e^−d(u, v) / Σ e^−d(u, w)) by plain descent, with d = |u − v| or its square. */
function flatTable(d, seed, rate, squared) {
  const uniform = mulberry(seed);
  const n = nodes.length;
  const pairs = above.flatMap((set, u) => [...set].map((v) => [u, v]));
  const x = Float64Array.from({ length: n * d }, () => 1e-3 * (2 * uniform() - 1));
  const others = new Int32Array(negative + 1);
  const [far, near] = [new Float64Array(negative + 1), new Float64Array(negative + 1)];
  const gradient = new Float64Array(d);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const step = rate * (0.05 + 0.95 * Math.min(1, epoch / (epochs / 2)));
    for (let i = pairs.length - 1; i > 0; i--) {
      const j = Math.floor(uniform() * (i + 1));
      [pairs[i], pairs[j]] = [pairs[j], pairs[i]];
    }
    for (const [u, v] of pairs) {
      others[0] = v;
      let count = 1;
      for (let tries = 0; count <= negative && tries < 4 * negative; tries++) {
        const w = Math.floor(uniform() * n);
        if (w !== u && !above[u].has(w)) others[count++] = w;
      }
      let sum = 0;
      for (let k = 0; k < count; k++) {
        const apart = euclidean(x, d, u, others[k]);
        far[k] = squared ? apart : Math.sqrt(apart);
        near[k] = Math.exp(-far[k]);
        sum += near[k];
      }
      if (sum === 0) continue;
      gradient.fill(0);
      for (let k = 0; k < count; k++) {
        const pull = ((k === 0 ? 1 : 0) - near[k] / sum) * (squared ? 2 : 1 / Math.max(far[k], 1e-9));
        for (let c = 0; c < d; c++) {
          const along = pull * (x[u * d + c] - x[others[k] * d + c]);
          gradient[c] += along;
          x[others[k] * d + c] += step * along;
        }
      }
      for (let c = 0; c < d; c++) x[u * d + c] -= step * gradient[c];
    }
  }
  return x;
}

function mulberry(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
