/** How time and memory grow with the number of points, and with threads. */
import { median, pairedRatio, round, table } from '../lib/measure.mjs';
import { portolan } from '../lib/programs.mjs';
import { compare, judgeMap, missingNotes, verdict } from '../maps/compare.mjs';
import { dataFile } from '../maps/data.mjs';

const SIZES = [10_000, 30_000, 100_000, 300_000, 1_000_000];
const MEMORY_GB = 4;

/** One measurement of each size: the last takes minutes. */
export async function million({ log }) {
  const file = dataFile('clusters');
  const side = (rows, threads) => (seed, out) =>
    portolan('map.mjs', ['umap', file, '--rows', rows, '--seed', seed, '--threads', threads, '--out', out].map(String));
  const sides = Object.fromEntries(SIZES.map((rows) => [rows.toLocaleString('en'), side(rows, 1)]));
  const largest = SIZES.at(-1);
  sides[`${largest.toLocaleString('en')}, 2 threads`] = side(largest, 2);
  let at = 0;
  const { results, missing } = await compare({
    name: 'million',
    sides,
    // only a map of all rows can be judged beside the data
    judge: (out) => ((SIZES[at++] ?? largest) === largest ? judgeMap('clusters', out) : {}),
    turns: 1,
    log,
  });
  const found = Object.entries(results).filter(([, list]) => list.length > 0);
  const first = found[0]?.[1][0];
  const rows = found.map(([name, [result]]) => {
    const n = Number(name.split(', 2')[0].replaceAll(',', ''));
    const growth = n === SIZES[0] ? '' : round(result.cpuSeconds / first.cpuSeconds / (n / SIZES[0]));
    const quality = [result.trustworthiness, result.neighborRecall, result.labelAccuracy];
    return [
      name,
      round(result.seconds),
      round(result.cpuSeconds),
      growth,
      Math.round(result.peakMegabytes).toLocaleString('en'),
      ...quality.map((value) => (value === undefined ? '' : value.toFixed(4))),
    ];
  });
  const head = ['points', 'seconds', 'CPU seconds', 'CPU a point × that of 10,000', 'peak MB of the process'];
  const notes = missingNotes(missing);
  const whole = results[largest.toLocaleString('en')][0];
  if (whole) {
    const gigabytes = whole.peakMegabytes / 1024;
    notes.unshift(
      verdict(`${round(gigabytes)} GB at a million points, under ${MEMORY_GB} asked`, gigabytes < MEMORY_GB),
    );
  }
  return {
    title: 'UMAP of clusters × 32, from ten thousand to a million points, end to end',
    table: table([...head, 'trustworthiness', 'neighbour recall', 'label accuracy'], rows),
    notes: [...notes, 'Up to 10,000 points are laid out for 500 epochs, more for 200.'],
    turns: 1,
    raw: results,
  };
}

/**
 * Two threads beside one, in seconds on the clock. What two cores can give at most is measured in the same turn: one
 * thread's work twice, in two processes at once.
 */
export async function threads({ turns, log }) {
  const works = {
    'exact neighbours, digits': (n, seed) => run('neighbors.mjs', ['digits', '--recall', 1], n, seed),
    'exact neighbours, words': (n, seed) => run('neighbors.mjs', ['words', '--recall', 1], n, seed),
    'neighbours at recall 0.95, words': (n, seed) => run('neighbors.mjs', ['words', '--recall', 0.95], n, seed),
    'UMAP, digits': (n, seed) => run('map.mjs', ['umap', 'digits'], n, seed),
    'UMAP, words': (n, seed) => run('map.mjs', ['umap', 'words'], n, seed),
    't-SNE, digits': (n, seed) => run('map.mjs', ['tsne', 'digits'], n, seed),
  };
  const sides = {};
  for (const [name, work] of Object.entries(works)) {
    sides[`${name}: one`] = (seed) => work(1, seed);
    sides[`${name}: two`] = (seed) => work(2, seed);
    sides[`${name}: both`] = async (seed) => {
      const both = await Promise.all([work(1, seed), work(1, seed)]);
      const cpuSeconds = both[0].cpuSeconds + both[1].cpuSeconds;
      return { seconds: Math.max(...both.map((result) => result.seconds)), cpuSeconds };
    };
  }
  const { results, missing } = await compare({ name: 'threads', sides, judge: () => ({}), turns, log });
  const seconds = (result) => result.seconds;
  const rows = [];
  for (const name of Object.keys(works)) {
    const [one, two, both] = ['one', 'two', 'both'].map((kind) => results[`${name}: ${kind}`]);
    if (!one.length) continue;
    rows.push([
      name,
      round(median(one.map(seconds))),
      round(median(two.map(seconds))),
      round(pairedRatio(one, two, seconds)),
      round(2 * pairedRatio(one, both, seconds)),
    ]);
  }
  return {
    title: 'Two threads beside one',
    table: table(['', '1 thread, s', '2 threads, s', 'times as fast', 'two processes at once: times the work'], rows),
    notes: [
      'The last column is what this machine gives at most: the work of one thread, done twice at once by two processes.',
      ...new Set(missingNotes(missing).map((note) => note.replace(/^.*?: (?=.*there is no)/, ''))),
    ],
    raw: results,
  };
}

function run(script, [first, ...rest], threads, seed) {
  const args = script === 'map.mjs' ? [first, dataFile(rest[0]), ...rest.slice(1)] : [dataFile(first), ...rest];
  return portolan(script, [...args, '--threads', threads, '--seed', seed].map(String));
}
