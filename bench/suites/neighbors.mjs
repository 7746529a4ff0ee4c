/**
 * 15 nearest neighbours of every row: exact ones beside scikit-learn and faiss; ones found with a recall of 0.95 or more
 * beside pynndescent and hnswlib, of which those settings are taken that reach it in the least time here.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Missing, measured, pairedRatio, round, table } from '../lib/measure.mjs';
import { portolan, python } from '../lib/programs.mjs';
import { compare, costRows, judgeNeighbors, medianOf, missingNotes, verdict } from '../maps/compare.mjs';
import { FOLDER, dataFile } from '../maps/data.mjs';

const RECALL = 0.95;

/** `exact` is left out where it would take an hour; `turns` where a turn takes minutes. */
const DATA = {
  digits: {
    title: 'digits, 10,000 × 784',
    shape: [10_000, 784],
    exact: true,
    pynndescent: { n_neighbors: 16, n_trees: 5, n_iters: 4, max_candidates: 10 },
    hnswlib: { M: 8, ef_construction: 30, ef: 20 },
  },
  words: {
    title: 'words, 50,000 × 100',
    shape: [50_000, 100],
    exact: true,
    pynndescent: { n_neighbors: 22, max_candidates: 20 },
    hnswlib: { M: 16, ef_construction: 60, ef: 55 },
  },
  clusters: {
    title: 'clusters, 1,000,000 × 32',
    shape: [1_000_000, 32],
    exact: false,
    pynndescent: { n_neighbors: 16, n_trees: 8, max_candidates: 10 },
    hnswlib: { M: 8, ef_construction: 50, ef: 35 },
    turns: 1,
  },
};
const HINTS = {
  pynndescent: 'not installed; on Debian: apt-get install python3-pynndescent',
  hnswlib: 'not installed; on Debian: apt-get install libhnswlib-dev g++',
  sklearn: 'not installed; on Debian: apt-get install python3-sklearn',
  faiss: 'not installed; on Debian: apt-get install python3-faiss',
};

export async function neighbors({ turns, log, data: only }) {
  const parts = [];
  const raw = {};
  const notes = [];
  for (const [data, given] of Object.entries(DATA)) {
    if (only && !only.includes(data)) continue;
    const times = Math.min(turns, given.turns ?? turns);
    const { results, missing } = await compare({
      name: `neighbors, ${data}`,
      sides: sidesOf(data, given),
      judge: (file) => judgeNeighbors(data, file),
      turns: times,
      log,
    });
    raw[data] = results;
    const rows = costRows(results, 'Portolan, recall 0.95', [{ figure: 'recall' }]);
    const measurements = times === turns ? '' : `; ${times === 1 ? 'one measurement' : `${times} measurements`}`;
    parts.push(
      `### ${given.title}${measurements}`,
      table(['', 'seconds', 'CPU seconds', '× Portolan’s', 'recall at 15'], rows),
    );
    notes.push(...verdicts(data, results), ...missingNotes(missing));
  }
  return { title: '15 nearest neighbours of every row', table: parts.join('\n\n'), notes: [...new Set(notes)], raw };
}

function sidesOf(data, given) {
  const file = dataFile(data);
  const peer = (method, { threads = 1, options = {} } = {}) => {
    const args = (seed, out) => [method, file, '--out', out, '--seed', seed, '--threads', threads];
    return (seed, out) =>
      python('neighbors.py', [...args(seed, out).map(String), '--options', JSON.stringify(options)], {
        threads,
        hint: HINTS[method],
      });
  };
  const ours = (recall, threads) => (seed, out) =>
    portolan(
      'neighbors.mjs',
      [file, '--recall', recall, '--threads', threads, '--seed', seed, '--out', out].map(String),
    );
  const exact = {
    'scikit-learn, brute force, 1 thread': peer('sklearn'),
    'scikit-learn, brute force, 2 threads': peer('sklearn', { threads: 2 }),
    'faiss, flat, 1 thread': peer('faiss'),
    'Portolan, exact, 1 thread': ours(1, 1),
    'Portolan, exact, 2 threads': ours(1, 2),
  };
  return {
    ...(given.exact ? exact : {}),
    pynndescent: peer('pynndescent', { options: given.pynndescent }),
    hnswlib: (seed, out) => hnswlib(file, given, seed, out),
    'Portolan, recall 0.95': ours(RECALL, 1),
    'Portolan, recall 0.95, 2 threads': ours(RECALL, 2),
  };
}

/** Compiled for this processor, as by its own authors; Debian's Python module, for any x86-64, takes up to 1.4 × as long. */
async function hnswlib(file, { shape, hnswlib: options }, seed, out) {
  const program = join(FOLDER, 'hnswlib-native');
  if (!existsSync(program)) {
    const source = fileURLToPath(new URL('../peers/hnswlib.cpp', import.meta.url));
    const include = process.env.HNSWLIB_INCLUDE ?? '/usr/include';
    const flags = ['-O3', '-march=native', '-std=c++17', '-I', include, '-o', program, source, '-lpthread'];
    try {
      await promisify(execFile)('g++', flags);
    } catch {
      throw new Missing(HINTS.hnswlib);
    }
  }
  const { M, ef_construction: construction, ef } = options;
  return measured(program, [file, ...shape, M, construction, ef, seed, out].map(String), { hint: HINTS.hnswlib });
}

function verdicts(data, results) {
  const cpu = (result) => result.cpuSeconds;
  const ours = results['Portolan, recall 0.95'];
  const notes = [];
  if (!ours.length) return notes;
  const recall = medianOf(ours, 'recall');
  for (const peer of ['pynndescent', 'hnswlib']) {
    if (!results[peer].length) continue;
    const ratio = pairedRatio(ours, results[peer], cpu);
    const text = `${data}: at a recall of ${recall.toFixed(3)}, ${round(ratio)} of the CPU time of ${peer} at ${medianOf(results[peer], 'recall').toFixed(3)}`;
    notes.push(verdict(text, recall >= RECALL && ratio <= 1));
  }
  const exact = results['Portolan, exact, 1 thread'];
  const brute = results['scikit-learn, brute force, 1 thread'];
  if (exact?.length && brute?.length) {
    const ratio = pairedRatio(exact, brute, cpu);
    notes.push(verdict(`${data}, exact: ${round(ratio)} of the CPU time of scikit-learn's brute force`, ratio <= 1));
  }
  return notes;
}
