/**
 * Factorisations of 100,000 generated ratings beside the same mathematics in numpy, by turns.
 *   node bench/spaces/ratings.mjs [turns]
 * Each side reports the CPU seconds of the fit alone (user and system) and how good it is: of ALS the objective that both
 * make least. One thread each.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataGenerators, spaceMethods } from '@portolan/core';
import { nativeRuntime } from 'portolan';

const turns = Number(process.argv[2] ?? 3);
const PEER = fileURLToPath(new URL('ratings_numpy.py', import.meta.url));
const SETTINGS = { latentDim: 16, alpha: 1, ridge: 20, nIter: 15 };
const EASE_RIDGE = 100;

const find = (list, name) => list.find((one) => one.name === name);
const folder = mkdtempSync(join(tmpdir(), 'portolan-ratings-'));
try {
  const data = await find(dataGenerators, 'ratings').make({ nUsers: 2000, nItems: 1000, perUser: 50, nFactors: 12 });
  const n = data.rows.nSamples;
  const [user, item] = ['user', 'item'].map((name) => find(data.columns, name).values);
  // users and items by the order they come in, as the methods number them
  const places = (names) => {
    const of = new Map();
    return Int32Array.from(names, (name) => of.get(name) ?? (of.set(name, of.size), of.size - 1));
  };
  const table = join(folder, 'ratings.bin');
  writeFileSync(
    table,
    Buffer.concat([places(user), places(item), Int32Array.from(data.rows.data)].map((a) => Buffer.from(a.buffer))),
  );
  const runtime = nativeRuntime({ threads: 1 });

  const ours = async (method, options) => {
    const start = process.cpuUsage();
    const fitted = await find(spaceMethods, method).fit(data, { ...options, heldOut: 0 }, runtime);
    const { user: u, system: s } = process.cpuUsage(start);
    return { cpu: (u + s) / 1e6, ...fitted.metrics.train };
  };
  const peer = (method, options) => {
    const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
    const { stdout, stderr, status } = spawnSync('/usr/bin/python3', [PEER, table, method, JSON.stringify(options)], {
      env,
    });
    if (status !== 0) throw new Error(String(stderr));
    return JSON.parse(String(stdout));
  };
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

  console.log(`${n} ratings of 1,000 items by 2,000 users; medians of ${turns} turns`);
  await ours('als', { ...SETTINGS, nIter: 1 }); // compiled
  const runs = { als: [], bpr: [], ease: [], nmf: [] };
  for (let turn = 0; turn < turns; turn++) {
    runs.als.push([await ours('als', { ...SETTINGS, seed: turn }), peer('als', { ...SETTINGS, seed: turn })]);
    runs.ease.push([await ours('ease', { latentDim: 16, ridge: EASE_RIDGE }), peer('ease', { ridge: EASE_RIDGE })]);
    if (turn === 0) runs.bpr.push([await ours('bpr', { latentDim: 16, seed: turn })]);
    runs.nmf.push([undefined, peer('nmf', { latentDim: 16 })]);
  }
  const show = (name, side, label) => {
    const found = runs[name].map((pair) => pair[side]);
    const loss = found[0].loss === undefined ? '' : `, loss ${median(found.map((run) => run.loss)).toFixed(5)}`;
    console.log(`${label.padEnd(34)} ${median(found.map(({ cpu }) => cpu)).toFixed(2)} CPU s${loss}`);
  };
  show('als', 0, 'ALS, 16 dimensions, 15 rounds');
  show('als', 1, '  numpy, one system a user');
  show('ease', 0, 'EASE, weights, factors and both judged');
  show('ease', 1, '  numpy, weights alone');
  show('bpr', 0, 'BPR, 40 passes, users placed');
  show('nmf', 1, '(scikit-learn NMF, 16 parts)');
  for (const name of ['als', 'ease']) {
    const ratio = median(runs[name].map(([a, b]) => a.cpu / b.cpu));
    console.log(`${name}: ${ratio.toFixed(2)} × the CPU time of numpy, pair by pair`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
