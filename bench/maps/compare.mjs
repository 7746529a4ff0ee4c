/** Sides that leave a result in a file, measured by turns and judged by one program. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { byTurns, measured, median, pairedRatio, round } from '../lib/measure.mjs';
import { pythonEnvironment } from '../lib/programs.mjs';
import { dataFile, labelsFile } from './data.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const PYTHON_HINT = 'the judge needs scikit-learn; on Debian: apt-get install python3-sklearn';

/** Figures of a map by judge.py. `data` is the name of a data set. */
export function judgeMap(data, file, { kl } = {}) {
  const labels = labelsFile(data);
  const args = [path('judge.py'), dataFile(data), file];
  if (labels) args.push(labels);
  if (kl) args.push('--kl', String(kl));
  return judged(args);
}

/** { recall } of neighbours by recall.py. */
export async function judgeNeighbors(data, file) {
  const [recall] = await judged([path('recall.py'), dataFile(data), file]);
  return { recall };
}

/** { fittedAccuracy, placedAccuracy } by placed.py. `labels` is a file. */
export const judgePlaced = (labels, file, fitted) => judged([path('placed.py'), file, labels, String(fitted)]);

const judged = (args) =>
  measured(process.env.PYTHON ?? '/usr/bin/python3', args, { env: pythonEnvironment(2), hint: PYTHON_HINT });

/**
 * Each side by turns; a turn is a seed.
 * @param sides  name → (seed, file) => figures; the side leaves its result in `file`
 * @param judge  (file, seed) → figures of quality
 * @param once  names of sides that are measured in the first turn alone
 */
export async function compare({ name, sides, judge, turns, log, once = [] }) {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-judge-'));
  const file = join(folder, 'result.npy');
  try {
    const judgedSides = Object.fromEntries(
      Object.entries(sides).map(([side, measure]) => [
        side,
        async (turn) => {
          if (turn > 0 && once.includes(side)) return undefined;
          const result = await measure(turn, file);
          log(`${name}: ${side}: ${round(result.cpuSeconds)} CPU seconds, ${round(result.seconds)} on the clock`);
          return { ...result, ...(await judge(file, turn)) };
        },
      ]),
    );
    return await byTurns(judgedSides, turns, (text) => log(`${name}: ${text}`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Rows of a table: seconds, CPU seconds, the ratio of CPU seconds to a peer's, and further columns by their figure. */
export function costRows(results, peer, columns) {
  return Object.entries(results)
    .filter(([, list]) => list.length > 0)
    .map(([name, list]) => {
      const theirs = results[peer] ?? [];
      const ratio =
        name === peer || theirs.length === 0 ? '' : round(pairedRatio(list, theirs, (result) => result.cpuSeconds));
      return [
        name,
        round(median(list.map((result) => result.seconds))),
        round(median(list.map((result) => result.cpuSeconds))),
        ratio,
        ...columns.map((column) => figures(list, column)),
      ];
    });
}

/** The median, and the least and greatest where there are several. */
function figures(list, { figure, digits = 4 }) {
  const values = list.map((result) => result[figure]).filter(Number.isFinite);
  if (values.length === 0) return '–';
  const text = median(values).toFixed(digits);
  if (values.length === 1) return text;
  return `${text} (${Math.min(...values).toFixed(digits)} … ${Math.max(...values).toFixed(digits)})`;
}

export const missingNotes = (missing) => Object.entries(missing).map(([name, hint]) => `${name}: ${hint}.`);

export const medianOf = (list, figure) => median((list ?? []).map((result) => result[figure]));

/** `reached: …` or `not reached: …` of a target, from numbers that a reader can check in the table. */
export function verdict(text, reached) {
  return `${reached ? 'Reached' : 'Not reached'}: ${text}.`;
}
