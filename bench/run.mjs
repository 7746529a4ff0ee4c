/** Portolan beside its peers: the same work, the same machine, by turns. `npm run bench -- --help` */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from './lib/machine.mjs';
import { Missing } from './lib/measure.mjs';
import { render } from './render/suite.mjs';
import { browser, decode } from './suites/browser.mjs';
import { convVae, dense } from './suites/learning.mjs';
import { heldOut } from './suites/held-out.mjs';
import { million, threads } from './suites/growth.mjs';
import { pacmap, pcaMap, tsne, umap } from './suites/maps.mjs';
import { neighbors } from './suites/neighbors.mjs';
import { pca } from './suites/pca.mjs';

const LEARNING = { dense, 'conv-vae': convVae, decode, browser };
const MAPS = { pca, neighbors, umap, tsne, pacmap, 'pca-map': pcaMap, 'held-out': heldOut, million, threads, render };
const SUITES = { ...LEARNING, ...MAPS };
const DATA = ['digits', 'words', 'clusters'];
const HELP = `Usage: npm run bench -- [names…] [options]

Names: ${Object.keys(SUITES).join(', ')}; all of them by default.

  --turns N    measurements of each side, by turns; each turn is a seed (default 5)
  --epochs N   epochs of learning (default 10)
  --data NAMES digits, words or clusters, by commas, instead of all (neighbors, umap, pca-map)
  --write      write the results to docs/benchmarks.md, in place of earlier ones of the same names
  --json       print the raw figures, one JSON object, instead of tables
  --help

Peers that are not installed are left out, and the results say how to get them.
The machine should have nothing else to do.`;

const RESULTS = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

function misuse(message) {
  console.error(`${message}; try --help`);
  process.exit(2);
}

function options() {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        turns: { type: 'string', default: '5' },
        epochs: { type: 'string', default: '10' },
        data: { type: 'string' },
        write: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    misuse(error.message.split('\n')[0]);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  const names = positionals.length ? positionals : Object.keys(SUITES);
  const unknown = names.find((name) => !(name in SUITES));
  if (unknown) misuse(`there is no benchmark ${unknown}`);
  const [turns, epochs] = [values.turns, values.epochs].map(Number);
  if (![turns, epochs].every((n) => Number.isInteger(n) && n > 0))
    misuse('--turns and --epochs are whole numbers from 1');
  const data = values.data?.split(',');
  const strange = data?.find((name) => !DATA.includes(name));
  if (strange !== undefined) misuse(`there is no data set ${strange}`);
  // a section of some of its data would stand in the page for all
  if (data && values.write) misuse('--data and --write do not go together');
  return { names, turns, epochs, data, write: values.write, json: values.json };
}

/** Portolan runs as it is published, so it has to be built. */
function build() {
  const tsc = path('../node_modules/typescript/bin/tsc');
  const built = spawnSync(process.execPath, [tsc, '-b', path('../packages/core'), path('../packages/portolan')]);
  if (built.status !== 0)
    console.error('The build has errors, so figures may be of an older one: npm run check says more.');
}

/** Sections by name, in the order of SUITES: those measured now, and of the others what the file has. */
function merged(fresh) {
  const kept = {};
  if (existsSync(RESULTS)) {
    const [, ...parts] = readFileSync(RESULTS, 'utf8').split(/^<!-- ([\w-]+) -->\n/m);
    for (let i = 0; i < parts.length; i += 2) kept[parts[i]] = parts[i + 1].trim();
  }
  const all = { ...kept, ...fresh };
  // sections that other programs of bench/ made stay as they are
  return [...new Set([...Object.keys(SUITES), ...Object.keys(kept)])]
    .filter((name) => all[name])
    .map((name) => `<!-- ${name} -->\n\n${all[name]}`);
}

const { names, turns, epochs, data, write, json } = options();
build();
const head = machine();
const log = (text) => process.stderr.write(`${text}\n`);
const sections = {};
const raw = { machine: head };
for (const name of names) {
  const date = new Date().toISOString().slice(0, 10);
  const load = loadavg()[0].toFixed(1);
  try {
    const result = await SUITES[name]({ turns, epochs, data, log });
    raw[name] = result.raw;
    const times = result.turns ?? turns;
    const when = `${date}, load ${load} at the start, ${times} ${times === 1 ? 'turn' : 'turns'}`;
    const notes = result.notes.map((note) => `- ${note}`).join('\n');
    sections[name] = [`## ${result.title}`, `Measured on ${when}.`, result.table, notes].filter(Boolean).join('\n\n');
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    sections[name] = `## ${name}\n\n- ${error.message}`;
  }
}
const intro = `Medians of measurements by turns; each turn is a seed, and a ratio is the median of the ratios within a turn. Learning: images/s
are those of the updates alone, after ten mini-batches of warm-up, the same for all. Maps and neighbours: time is that of the work
alone, each side compiled and run in before; quality is judged by one program (bench/maps). Made by \`npm run bench -- --write\`.`;
const page = (parts) => ['# Benchmarks', head.map((line) => `- ${line}`).join('\n'), intro, ...parts].join('\n\n');
console.log(json ? JSON.stringify(raw) : page(Object.values(sections)));
if (write) writeFileSync(RESULTS, `${page(merged(sections))}\n`);
